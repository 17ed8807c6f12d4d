import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  Dialer,
  fasthttpSocksDialer,
  fasthttpSocksDialerTimeout,
} from '../../../src/features/proxy/index.js'
import { CA, SERVER_CERT, SERVER_KEY } from '../../client/helpers/certificates.js'
import { backend, clientOf, listen, socksProxy, type SocksOptions } from './helpers/servers.js'

describe('what the proxy is asked for', () => {
  test.each([
    ['a name', 'far.test', 3, 'far.test'],
    ['an IPv4 address', '10.1.2.3', 1, '10.1.2.3'],
    ['an IPv6 address', '[fd00::7]', 4, 'fd000000000000000000000000000007'],
  ])('%s', async (_, host, type, seen) => {
    const port = await backend()
    const proxy = await socksProxy()
    const client = clientOf(fasthttpSocksDialer(`127.0.0.1:${proxy.port}`))
    expect((await client.get(`http://${host}:${port}/`)).body).toBe('backend /')
    expect(proxy.asked).toEqual([
      { methods: [0], username: undefined, password: undefined, type, host: seen, port },
    ])
  })

  test.each(['user:pass', 'user:', 'ü:p@:ss', `${'u'.repeat(255)}:${'p'.repeat(255)}`])(
    'credentials %s',
    async (login) => {
      const port = await backend()
      const proxy = await socksProxy({ login })
      const [user, ...password] = login.split(':')
      const userinfo = `${encodeURIComponent(user!)}:${encodeURIComponent(password.join(':'))}`
      const client = clientOf(fasthttpSocksDialer(`socks5://${userinfo}@127.0.0.1:${proxy.port}`))
      expect((await client.get(`http://far.test:${port}/`)).body).toBe('backend /')
      const { username, password: sent, methods } = proxy.asked[0]!
      expect(`${username}:${sent}`).toBe(login)
      expect(methods).toEqual([0, 2])
    }
  )

  test.each(['a b:80', 'a\r\n:80', 'é:80', `${'a'.repeat(300)}:80`])(
    'target %j is refused before anything is sent',
    async (target) => {
      const proxy = await socksProxy()
      await expect(
        new Dialer({ httpProxy: `socks5://127.0.0.1:${proxy.port}` }).dial(target)
      ).rejects.toMatchObject({ code: 'FH_ERR_INVALID_HOST' })
      expect(proxy.asked).toEqual([])
    }
  )
})

describe('answers', () => {
  test.each<[string, SocksOptions]>([
    ['byte by byte', { pieces: 1, login: 'u:p' }],
    ['bound to a name', { bound: 3 }],
    ['bound to a name, byte by byte', { bound: 3, pieces: 1 }],
    ['bound to an IPv6 address', { bound: 4 }],
  ])('%s', async (_, options) => {
    const port = await backend()
    const proxy = await socksProxy(options)
    const client = clientOf(fasthttpSocksDialer(`u:p@127.0.0.1:${proxy.port}`))
    expect((await client.get(`http://far.test:${port}/p`)).body).toBe('backend /p')
  })

  test('TLS through the proxy', async () => {
    const port = await listen(
      https.createServer(
        { cert: SERVER_CERT, key: SERVER_KEY },
        (_req, res) => void res.end('secure')
      )
    )
    const proxy = await socksProxy({ login: 'u:p' })
    const dial = fasthttpSocksDialer(`u:p@127.0.0.1:${proxy.port}`)
    const client = clientOf(dial, { ca: CA })
    for (let i = 0; i < 2; i++)
      expect((await client.get(`https://example.test:${port}/`)).body).toBe('secure')
    expect(proxy.asked.map((r) => r.host)).toEqual(['example.test'])
    const stranger = clientOf(dial)
    await expect(stranger.get(`https://example.test:${port}/`)).rejects.toThrow()
  })

  test('bytes right behind the reply reach the first who listens', async () => {
    const proxy = await socksProxy({ early: 'early' })
    const socket = await new Dialer({ httpProxy: `socks5://127.0.0.1:${proxy.port}` }).dial(
      'a.test:80'
    )
    expect(socket.listenerCount('error')).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    const [early] = (await once(socket, 'data')) as [Buffer]
    expect(early.toString()).toBe('early')
    socket.destroy()
  })
})

describe('failures', () => {
  test.each<[number, string]>([
    [1, 'Failure'],
    [2, 'NotAllowed'],
    [3, 'NetworkUnreachable'],
    [4, 'HostUnreachable'],
    [5, 'ConnectionRefused'],
    [6, 'TTLExpired'],
    [7, 'CommandNotSupported'],
    [8, 'AddressNotSupported'],
  ])('reply %i', async (reply, word) => {
    const proxy = await socksProxy({ reply })
    const client = clientOf(fasthttpSocksDialer(`127.0.0.1:${proxy.port}`))
    const err = await client.get('http://far.test/').catch((e: unknown) => e)
    expect(err).toMatchObject({ code: 'FH_ERR_PROXY_CONNECT' })
    expect((err as { detail: string }).detail).toContain(word)
    expect(client.connsCount()).toBe(0)
  })

  test.each([
    ['wrong credentials', 'user:wrong'],
    ['none where some are needed', ''],
  ])('%s', async (_, given) => {
    const proxy = await socksProxy({ login: 'user:secret' })
    const at = given === '' ? '' : `${given}@`
    const client = clientOf(fasthttpSocksDialer(`${at}127.0.0.1:${proxy.port}`))
    const err = await client.get('http://far.test/').catch((e: unknown) => e as Error)
    expect(err).toMatchObject({ code: 'FH_ERR_PROXY_CONNECT' })
    // Neither the message nor a cause tells the password.
    expect(JSON.stringify(err) + String(err)).not.toContain('wrong')
    expect((err as Error).cause).toBeUndefined()
  })

  test.each<[string, (socket: net.Socket) => void, string]>([
    ['not SOCKS', (socket) => socket.write('HTTP/1.1 400 Bad\r\n\r\n'), 'FH_ERR_PROXY_CONNECT'],
    ['another version', (socket) => socket.write(Buffer.from([4, 0])), 'FH_ERR_PROXY_CONNECT'],
    ['an unknown method', (socket) => socket.write(Buffer.from([5, 9])), 'FH_ERR_PROXY_CONNECT'],
    ['a close', (socket) => socket.end(), 'FH_ERR_PROXY_CONNECT'],
    ['a reset', (socket) => socket.resetAndDestroy(), 'FH_ERR_PROXY_CONNECT'],
    [
      'half an answer and a close',
      (socket) => socket.end(Buffer.from([5])),
      'FH_ERR_PROXY_CONNECT',
    ],
    ['silence', () => {}, 'FH_ERR_DIAL_TIMEOUT'],
    [
      'silence after the first answer',
      (socket) => socket.write(Buffer.from([5, 0])),
      'FH_ERR_DIAL_TIMEOUT',
    ],
  ])('%s', async (_, answer, code) => {
    const closed: Promise<unknown>[] = []
    const port = await listen(
      net.createServer((socket) => {
        socket.on('error', () => {})
        closed.push(once(socket, 'close'))
        socket.once('data', () => answer(socket))
      })
    )
    const client = clientOf(fasthttpSocksDialerTimeout(`127.0.0.1:${port}`, 100))
    await expect(client.get('http://far.test/')).rejects.toMatchObject({ code })
    expect(client.connsCount()).toBe(0)
    await Promise.allSettled(closed)
  })

  test('a proxy that nobody listens at', async () => {
    const client = clientOf(fasthttpSocksDialer('127.0.0.1:1'))
    await expect(client.get('http://far.test/')).rejects.toMatchObject({
      code: 'FH_ERR_DIAL_WITH_UPSTREAM',
      upstream: '127.0.0.1:1',
    })
  })

  test.each<[string, object, string]>([
    ['a signal', { signal: AbortSignal.timeout(50) }, 'FH_ERR_ABORTED'],
    ['a time limit', { timeout: 50 }, 'FH_ERR_TIMEOUT'],
  ])('%s ends a call whose proxy does not answer', async (_, options, code) => {
    const port = await listen(net.createServer((socket) => void socket.on('error', () => {})))
    const client = clientOf(fasthttpSocksDialer(`127.0.0.1:${port}`))
    await expect(client.get('http://far.test/', options)).rejects.toMatchObject({ code })
    expect(client.pendingRequests()).toBe(0)
  })
})
