import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Client } from '../../../src/client/client.js'
import {
  Dialer,
  fasthttpHTTPDialer,
  fasthttpHTTPDialerDualStack,
  fasthttpHTTPDialerDualStackTimeout,
  fasthttpHTTPDialerTimeout,
  fasthttpProxyHTTPDialer,
  fasthttpProxyHTTPDialerTimeout,
} from '../../../src/features/proxy/index.js'
import { NoProxy } from '../../../src/features/proxy/no-proxy.js'
import { parseProxyURL } from '../../../src/features/proxy/proxy-url.js'
import { CA, SERVER_CERT, SERVER_KEY } from '../../client/helpers/certificates.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    ;(server as http.Server).closeAllConnections?.()
    server.close()
  })
  return (server.address() as net.AddressInfo).port
}

const backend = (): Promise<number> =>
  listen(http.createServer((req, res) => void res.end(`backend ${req.url}`)))

/** A real proxy; notes what it was asked for. */
async function proxyServer(check: (req: http.IncomingMessage) => number = () => 200) {
  const asked: http.IncomingMessage[] = []
  const server = http.createServer()
  server.on('connect', (req, socket: net.Socket) => {
    asked.push(req)
    const status = check(req)
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const [, port] = req.url!.split(':')
    const upstream = net.connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  return { port: await listen(server), asked }
}

function clientOf(dial: ReturnType<typeof fasthttpHTTPDialer>, tls = {}): Client {
  const client = new Client({ dial, tls })
  cleanups.push(() => client.closeIdleConnections())
  return client
}

describe('CONNECT', () => {
  test.each<[string, (proxy: string) => ReturnType<typeof fasthttpHTTPDialer>]>([
    ['fasthttpHTTPDialer', fasthttpHTTPDialer],
    ['fasthttpHTTPDialerTimeout', (proxy) => fasthttpHTTPDialerTimeout(proxy, 5000)],
    ['fasthttpHTTPDialerDualStack', fasthttpHTTPDialerDualStack],
    [
      'fasthttpHTTPDialerDualStackTimeout',
      (proxy) => fasthttpHTTPDialerDualStackTimeout(proxy, 5000),
    ],
  ])('%s', async (_, dialer) => {
    const port = await backend()
    const proxy = await proxyServer()
    const client = clientOf(dialer(`127.0.0.1:${proxy.port}`))
    for (let i = 0; i < 2; i++)
      expect((await client.get(`http://far.test:${port}/x`)).body).toBe('backend /x')
    expect(proxy.asked.map((req) => [req.method, req.url, req.headers.host])).toEqual([
      ['CONNECT', `far.test:${port}`, `far.test:${port}`],
    ])
    expect(proxy.asked[0]!.headers['proxy-authorization']).toBeUndefined()
  })

  test('with TLS behind it, and a password', async () => {
    const port = await listen(
      https.createServer(
        { cert: SERVER_CERT, key: SERVER_KEY },
        (_req, res) => void res.end('secure')
      )
    )
    const proxy = await proxyServer()
    const client = clientOf(fasthttpHTTPDialer(`http://me:p%40ss@127.0.0.1:${proxy.port}`), {
      ca: CA,
    })
    expect((await client.get(`https://example.test:${port}/`)).body).toBe('secure')
    expect(proxy.asked[0]!.headers['proxy-authorization']).toBe(
      'Basic ' + Buffer.from('me:p@ss').toString('base64')
    )
  })

  test.each([403, 407, 502])('status %i', async (status) => {
    const proxy = await proxyServer(() => status)
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
      const proxy = await proxyServer()
      await expect(
        new Dialer({ httpProxy: `127.0.0.1:${proxy.port}` }).dial(target)
      ).rejects.toMatchObject({ code: 'FH_ERR_INVALID_HOST' })
      expect(proxy.asked.length).toBe(0)
    }
  )
})

describe('parseProxyURL', () => {
  const basic = (text: string): string => 'Basic ' + Buffer.from(text).toString('base64')
  test.each([
    ['localhost:3128', 'localhost:3128', ''],
    ['http://localhost', 'localhost:80', ''],
    ['HTTP://localhost:1/', 'localhost:1', ''],
    ['u:p@localhost:1', 'localhost:1', basic('u:p')],
    ['u@localhost:1', 'localhost:1', basic('u:')],
    ['http://u:a@b@localhost:1', 'localhost:1', basic('u:a@b')],
    ['http://u:100%@[::1]:8', '[::1]:8', basic('u:100%')],
  ])('%s', (text, addr, authorization) => {
    expect(parseProxyURL(text)).toEqual({ addr, authorization })
  })
  test.each([
    ['socks4://localhost:1', 'FH_ERR_INVALID_OPTION'],
    ['ftp://localhost:1', 'FH_ERR_INVALID_OPTION'],
    ['http://local host:1', 'FH_ERR_INVALID_OPTION'],
    ['http://localhost:99999', 'FH_ERR_INVALID_HOST'],
    ['http://', 'FH_ERR_INVALID_OPTION'],
  ])('%s is refused', (text, code) => {
    expect(() => parseProxyURL(text)).toThrow(expect.objectContaining({ code }))
  })
})

describe('NoProxy', () => {
  test.each([
    ['', 'a.test:80', false],
    ['*', 'a.test:80', true],
    ['a.test', 'a.test:80', true],
    ['a.test', 'A.TEST:80', true],
    ['a.test', 'b.a.test:80', true],
    ['a.test', 'xa.test:80', false],
    ['a.test', 'test:80', false],
    ['.a.test', 'a.test:80', false],
    ['.a.test', 'b.a.test:80', true],
    ['*.a.test', 'b.a.test:80', true],
    ['a.test:81', 'a.test:80', false],
    ['a.test:81', 'a.test:81', true],
    ['x, a.test', 'a.test:80', true],
    ['10.0.0.1', '10.0.0.1:80', true],
    ['10.0.0.1', '10.0.0.2:80', false],
    ['10.0.0.1:81', '10.0.0.1:80', false],
    ['10.0.0.0/8', '10.9.9.9:80', true],
    ['10.0.0.0/8', '11.0.0.1:80', false],
    ['10.0.0.0/99', '10.0.0.1:80', false],
    ['fd00::/8', '[fd12::1]:80', true],
    ['fd00::/8', '[fe00::1]:80', false],
    ['[fd00::1]', '[fd00::1]:80', true],
    ['fd00::1', '[fd00::1]:80', true],
    ['', 'localhost:80', true],
    ['', '127.9.9.9:80', true],
    ['', '[::1]:80', true],
  ])('%j and %s', (list, addr, bypasses) => {
    expect(new NoProxy(list).bypasses(addr)).toBe(bypasses)
  })
})

describe('environment', () => {
  const NAMES = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'REQUEST_METHOD',
  ]
  let saved: (string | undefined)[]
  beforeEach(() => {
    saved = NAMES.map((name) => process.env[name])
    for (const name of NAMES) delete process.env[name]
  })
  afterEach(() => {
    for (const [i, name] of NAMES.entries()) {
      if (saved[i] === undefined) delete process.env[name]
      else process.env[name] = saved[i]
    }
  })

  /** Dials with these variables; through which proxy does it go? */
  async function via(env: Record<string, string>, addr: string): Promise<string> {
    const proxies = { plain: await proxyServer(() => 418), secure: await proxyServer(() => 418) }
    for (const [name, value] of Object.entries(env)) {
      process.env[name] = value
        .replace('PLAIN', `127.0.0.1:${proxies.plain.port}`)
        .replace('SECURE', `127.0.0.1:${proxies.secure.port}`)
    }
    const dial = fasthttpProxyHTTPDialerTimeout(300)
    await Promise.resolve(dial(addr)).catch(() => {})
    return proxies.plain.asked.length > 0
      ? 'plain'
      : proxies.secure.asked.length > 0
        ? 'secure'
        : 'direct'
  }

  const BOTH = { HTTP_PROXY: 'PLAIN', HTTPS_PROXY: 'http://SECURE' }
  test.each<[string, Record<string, string>, string, string]>([
    ['the port tells the proxies apart', BOTH, 'a.invalid:80', 'plain'],
    ['443 is TLS', BOTH, 'a.invalid:443', 'secure'],
    ['small letters', { http_proxy: 'PLAIN' }, 'a.invalid:80', 'plain'],
    ['NO_PROXY', { ...BOTH, NO_PROXY: 'a.invalid' }, 'a.invalid:80', 'direct'],
    ['CGI', { ...BOTH, REQUEST_METHOD: 'GET' }, 'a.invalid:80', 'direct'],
    ['CGI and TLS', { ...BOTH, REQUEST_METHOD: 'GET' }, 'a.invalid:443', 'secure'],
    ['nothing set', {}, 'a.invalid:80', 'direct'],
  ])('%s', async (_, env, addr, expected) => {
    expect(await via(env, addr)).toBe(expected)
  })

  test('is not looked at by options', async () => {
    const port = await backend()
    process.env['HTTP_PROXY'] = '127.0.0.1:1'
    const client = clientOf(new Dialer().getDialFunc(false))
    expect((await client.get(`http://127.0.0.1:${port}/d`)).body).toBe('backend /d')
    expect(() => fasthttpProxyHTTPDialer()).not.toThrow()
  })
})
