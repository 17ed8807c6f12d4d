import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  Dialer,
  fasthttpHTTPDialer,
  fasthttpHTTPDialerTimeout,
} from '../../../src/features/proxy/index.js'
import { CA, SERVER_CERT, SERVER_KEY } from '../../client/helpers/certificates.js'
import { clientOf, httpProxy, listen } from './helpers/servers.js'

describe('CONNECT', () => {
  test('with TLS behind it, and a password', async () => {
    const port = await listen(
      https.createServer(
        { cert: SERVER_CERT, key: SERVER_KEY },
        (_req, res) => void res.end('secure')
      )
    )
    const proxy = await httpProxy()
    const client = clientOf(fasthttpHTTPDialer(`http://me:p%40ss@127.0.0.1:${proxy.port}`), {
      ca: CA,
    })
    expect((await client.get(`https://example.test:${port}/`)).body).toBe('secure')
    expect(proxy.asked[0]!.headers['proxy-authorization']).toBe(
      'Basic ' + Buffer.from('me:p@ss').toString('base64')
    )
  })

  test.each([403, 407, 502])('status %i', async (status) => {
    const proxy = await httpProxy(() => status)
    const client = clientOf(fasthttpHTTPDialer(`127.0.0.1:${proxy.port}`))
    await expect(client.get('http://far.test/')).rejects.toMatchObject({
      code: 'FH_ERR_PROXY_CONNECT',
      detail: `status ${status}`,
    })
    expect(client.connsCount()).toBe(0)
  })

  test.each<[string, (socket: net.Socket) => void, string]>([
    ['no HTTP', (socket) => socket.write('SSH-2.0\r\n'), 'FH_ERR_PROXY_CONNECT'],
    ['a close', (socket) => socket.end(), 'FH_ERR_PROXY_CONNECT'],
    [
      'an endless head',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nX: ' + 'a'.repeat(20_000)),
      'FH_ERR_PROXY_CONNECT',
    ],
    ['silence', () => {}, 'FH_ERR_DIAL_TIMEOUT'],
  ])('%s', async (_, answer, code) => {
    const port = await listen(
      net.createServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', () => answer(socket))
      })
    )
    const client = clientOf(fasthttpHTTPDialerTimeout(`127.0.0.1:${port}`, 100))
    await expect(client.get('http://far.test/')).rejects.toMatchObject({ code })
  })

  test('an interim response and bytes right behind the head', async () => {
    const port = await listen(
      net.createServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', () => {
          socket.once('data', () => socket.write('ok'))
          socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nearly')
        })
      })
    )
    const socket = await new Dialer({ httpProxy: `127.0.0.1:${port}` }).dial('far.test:80')
    const [early] = (await once(socket, 'data')) as [Buffer]
    expect(early.toString()).toBe('early')
    socket.write('x')
    const [ok] = (await once(socket, 'data')) as [Buffer]
    expect(ok.toString()).toBe('ok')
    socket.destroy()
  })

  test.each(['a b:80', 'a\r\nX: y:80', 'a\n:80', 'é:80'])(
    'target %j is refused',
    async (target) => {
      const proxy = await httpProxy()
      await expect(
        new Dialer({ httpProxy: `127.0.0.1:${proxy.port}` }).dial(target)
      ).rejects.toMatchObject({ code: 'FH_ERR_INVALID_HOST' })
      expect(proxy.asked.length).toBe(0)
    }
  )
})
