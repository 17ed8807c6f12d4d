import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { dial, dialDualStack, TCPDialer } from '../../src/net/dialer.js'
import type { Conn } from '../../src/net/conn.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function listen(host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen(0, host)
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as net.AddressInfo).port
}

/** Sends `text` and waits for its echo. */
function echo(conn: Conn, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = ''
    conn.open({
      onRead(chunk, length) {
        received += chunk.toString('latin1', 0, length)
        if (received.length >= text.length) resolve(received)
      },
      onEnd() {},
      onWritable() {},
      onClose: (err) => reject(err ?? new Error('closed')),
    })
    conn.write(text)
  })
}

async function works(promise: Promise<Conn>): Promise<void> {
  const conn = await promise
  cleanups.push(() => conn.destroy())
  expect(await echo(conn, 'hello')).toBe('hello')
}

const failure = (promise: Promise<unknown>): Promise<{ code: string; cause?: { code?: string } }> =>
  promise.then(
    () => ({ code: 'none' }),
    (err: { code: string }) => err
  )

describe('dial', () => {
  test.each(['127.0.0.1', 'localhost'])('%s', async (host) => {
    const port = await listen()
    await works(dial(`${host}:${port}`))
    await works(dialDualStack(`${host}:${port}`))
  })

  test('IPv6 literals', async () => {
    const port = await listen('::1').catch(() => 0)
    if (port === 0) return
    await works(dial(`[::1]:${port}`))
  })

  test('addresses of a name are tried in turn, from another one each time', async () => {
    const port = await listen()
    const dialer = new TCPDialer({
      resolver: { resolve4: async () => ['127.0.0.2', '127.0.0.1', '127.0.0.3'] },
    })
    for (let i = 0; i < 3; i++) await works(dialer.dial(`name.test:${port}`))
  })

  test('many connections share a read buffer without mixing', async () => {
    const port = await listen()
    const texts = Array.from({ length: 50 }, (_, i) => String(i).padStart(3, '0').repeat(2000))
    const echoed = await Promise.all(
      texts.map(async (text) => {
        const conn = await dial(`127.0.0.1:${port}`)
        cleanups.push(() => conn.destroy())
        return echo(conn, text)
      })
    )
    expect(echoed).toEqual(texts)
  })

  test.each([
    ['no port', 'localhost'],
    ['port 0', 'localhost:0'],
    ['a port too large', 'localhost:65536'],
    ['an empty host', ':80'],
    ['IPv6 without brackets', '::1:80'],
    ['something in brackets', '[x]:80'],
    ['a named port', 'localhost:http'],
  ])('%s', async (_, addr) => {
    expect((await failure(dial(addr))).code).toBe('FH_ERR_INVALID_HOST')
  })

  test('nobody listens', async () => {
    const port = await listen()
    await cleanups.pop()!()
    expect(await failure(dial(`127.0.0.1:${port}`))).toMatchObject({
      code: 'FH_ERR_DIAL_WITH_UPSTREAM',
      upstream: `127.0.0.1:${port}`,
      cause: { code: 'ECONNREFUSED' },
    })
  })

  test('time runs out while the name is resolved', async () => {
    const dialer = new TCPDialer({ resolver: { resolve4: () => new Promise(() => {}) } })
    expect(await failure(dialer.dialTimeout('name.test:80', 20))).toMatchObject({
      code: 'FH_ERR_DIAL_WITH_UPSTREAM',
      timeout: true,
      cause: { code: 'FH_ERR_DIAL_TIMEOUT' },
    })
  })

  test('no address of the kind', async () => {
    const dialer = new TCPDialer({
      resolver: { resolve4: async () => [], resolve6: async () => ['::1'] },
    })
    expect(String((await failure(dialer.dial('name.test:80'))).cause)).toContain('dialDualStack')
  })

  test('localAddr', async () => {
    const port = await listen()
    const conn = await new TCPDialer({ localAddr: '127.0.0.9' }).dial(`127.0.0.1:${port}`)
    cleanups.push(() => conn.destroy())
    expect(conn.localAddr.address).toBe('127.0.0.9')
    expect(conn.remoteAddr).toMatchObject({ network: 'tcp', address: '127.0.0.1', port })
  })

  test('concurrency: the ones beyond wait, for their time only', async () => {
    const port = await listen()
    let release!: (addresses: string[]) => void
    const slow = new Promise<string[]>((resolve) => (release = resolve))
    const dialer = new TCPDialer({ concurrency: 1, resolver: { resolve4: () => slow } })
    const first = dialer.dial(`name.test:${port}`)
    expect(await failure(dialer.dialTimeout(`127.0.0.1:${port}`, 20))).toMatchObject({
      cause: { code: 'FH_ERR_DIAL_TIMEOUT' },
    })
    const third = dialer.dial(`127.0.0.1:${port}`)
    release(['127.0.0.1'])
    await works(first)
    await works(third)
  })

  test('disableDNSResolution leaves the name to the system', async () => {
    const port = await listen()
    const resolver = { resolve4: () => Promise.reject(new Error('not asked')) }
    await works(new TCPDialer({ disableDNSResolution: true, resolver }).dial(`localhost:${port}`))
  })

  test('names are cached until flushed', async () => {
    const port = await listen()
    let asked = 0
    const dialer = new TCPDialer({ resolver: { resolve4: async () => (asked++, ['127.0.0.1']) } })
    await Promise.all([1, 2, 3].map(() => works(dialer.dial(`name.test:${port}`))))
    await works(dialer.dial(`name.test:${port}`))
    expect(asked).toBe(1)
    dialer.flushDNSCache()
    await works(dialer.dial(`name.test:${port}`))
    expect(asked).toBe(2)
  })

  test.each([{ localAddr: 'x' }, { concurrency: -1 }, { dnsCacheDuration: NaN }])(
    'options %j',
    (options) => {
      expect(() => new TCPDialer(options)).toThrow(
        expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
      )
    }
  )

  test.each(['dial', 'dialDualStack', 'dialTimeout', 'dialDualStackTimeout'] as const)(
    '%s ends with a signal',
    async (name) => {
      const resolver = { resolve4: () => new Promise<string[]>(() => {}) }
      const dialer = new TCPDialer({ resolver })
      const abort = new AbortController()
      const options = { signal: abort.signal }
      const dialing =
        name === 'dial' || name === 'dialDualStack'
          ? dialer[name]('name.test:1', options)
          : dialer[name]('name.test:1', 5000, options)
      const reason = new Error('enough')
      abort.abort(reason)
      await expect(dialing).rejects.toMatchObject({ code: 'FH_ERR_ABORTED', cause: reason })
    }
  )
})
