import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { Router } from '../../../src/features/router/index.js'
import {
  isWebSocketUpgrade,
  subprotocols,
  Upgrader,
  WebSocket,
  type UpgraderOptions,
  type WebSocketHandler,
} from '../../../src/features/websocket/index.js'
import { Cookie, Server, type RequestHandler, type ServerOptions } from '../../../src/index.js'
import {
  connectTCP,
  connectTLS,
  portOf,
  serve,
  TLS_OPTIONS,
  turns,
  type Served,
} from '../../helpers/raw-client.js'
import { field, parseResponses } from '../../helpers/responses.js'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await server.shutdown()
  }
})

async function listen(handler: RequestHandler, options: Partial<ServerOptions> = {}) {
  const server = new Server({ handler, logger: { printf() {} }, ...options })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: portOf(server), url: `ws://127.0.0.1:${portOf(server)}` }
}

const echo: WebSocketHandler = (conn) => {
  conn.on('message', (data, isBinary) => conn.send(data, { binary: isBinary }))
}

function upgrading(handler: WebSocketHandler, options?: UpgraderOptions): RequestHandler {
  const upgrader = new Upgrader(options)
  return (ctx) => void upgrader.upgrade(ctx, handler)
}

async function message(conn: WebSocket): Promise<string> {
  const [data] = (await once(conn, 'message')) as [Buffer]
  return data.toString()
}

async function closed(conn: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(conn, 'close')) as [number, Buffer]
  return [code, reason.toString()]
}

describe('a WebSocket', () => {
  test('text and bytes there and back', async () => {
    const { url } = await listen(upgrading(echo))
    const conn = new WebSocket(url)
    await once(conn, 'open')
    conn.send('grüße')
    expect(await message(conn)).toBe('grüße')
    const bytes = Buffer.from([0, 255, 10])
    conn.send(bytes)
    const [data, isBinary] = (await once(conn, 'message')) as [Buffer, boolean]
    expect([data, isBinary]).toEqual([bytes, true])
    conn.close(1000, 'bye')
    expect(await closed(conn)).toEqual([1000, 'bye'])
  })

  test('over TLS', async () => {
    const { port } = await listen(upgrading(echo), { tls: TLS_OPTIONS })
    const conn = new WebSocket('wss://127.0.0.1', { createConnection: () => connectTLS(port) })
    conn.once('open', () => conn.send('x'))
    expect(await message(conn)).toBe('x')
    conn.close()
    await closed(conn)
  })

  test('in memory', async () => {
    const served = await serve({ handler: upgrading(echo) }, 'in memory')
    const { stream } = await served.connect()
    stream.removeAllListeners('data')
    const conn = new WebSocket('ws://h', { createConnection: () => stream as any })
    conn.once('open', () => conn.send('x'))
    expect(await message(conn)).toBe('x')
    conn.close()
    await closed(conn)
    await served.close()
  })

  test('behind a router, on a connection that has served requests', async () => {
    const router = new Router()
    const upgrader = new Upgrader()
    router.use((ctx, next) => {
      ctx.response.header.set('X-Seen', 'yes')
      return next()
    })
    router.get('/plain', (ctx) => ctx.setBody('plain'))
    router.get('/rooms/{room}', (ctx) => {
      const room = ctx.param('room')
      upgrader.upgrade(ctx, (conn) => conn.send(`in ${room}`))
    })
    const { url } = await listen(router.handler)
    const conn = new WebSocket(`${url}/rooms/5`)
    const greeting = message(conn)
    const [response] = (await once(conn, 'upgrade')) as [{ headers: Record<string, string> }]
    expect(response.headers['x-seen']).toBe('yes')
    expect(await greeting).toBe('in 5')
    conn.close()
    await closed(conn)
  })

  test('frames that come with the handshake are not lost', async () => {
    const received: string[] = []
    const served = await serve({
      handler: upgrading((conn) => {
        conn.on('message', (data) => {
          received.push((data as Buffer).toString())
          conn.send(String(received.length))
        })
      }),
    })
    const client = await served.connect()
    client.write(HANDSHAKE + maskedText('one') + maskedText('two'))
    await client.until(/\x81\x011\x81\x012$/)
    expect(received).toEqual(['one', 'two'])
    expect(client.received).toMatch(/Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/)
    client.destroy()
    await served.close()
  })

  test('cookies and fields set on the response are sent, framing fields are not', async () => {
    const { url } = await listen((ctx) => {
      const cookie = new Cookie()
      cookie.setKey('a')
      cookie.setValue('b')
      ctx.response.header.setCookie(cookie)
      ctx.response.header.set('X-A', 'b\r\nX-B: c')
      ctx.setBody('body')
      new Upgrader().upgrade(ctx, () => {})
    })
    const conn = new WebSocket(url)
    const [{ headers }] = (await once(conn, 'upgrade')) as [{ headers: Record<string, unknown> }]
    expect(headers).toMatchObject({ 'set-cookie': ['a=b'], 'x-a': 'b  X-B: c' })
    expect(headers).not.toHaveProperty('content-length')
    expect(headers).not.toHaveProperty('x-b')
    conn.terminate()
  })
})

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const FIELDS = {
  Host: 'h',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': KEY,
}

function handshake(fields: Record<string, string | string[] | undefined>, line = 'GET / HTTP/1.1') {
  let text = line + '\r\n'
  for (const [name, value] of Object.entries({ ...FIELDS, ...fields })) {
    for (const one of [value ?? []].flat()) text += `${name}: ${one}\r\n`
  }
  return text + '\r\n'
}

const HANDSHAKE = handshake({})

function maskedText(text: string): string {
  return String.fromCharCode(0x81, 0x80 | text.length, 0, 0, 0, 0) + text
}

const refusals: [name: string, request: string, status: number, field?: [string, string]][] = [
  ['no Upgrade', handshake({ Upgrade: undefined }), 426, ['upgrade', 'websocket']],
  ['no Connection', handshake({ Connection: undefined }), 426, ['upgrade', 'websocket']],
  ['another protocol', handshake({ Upgrade: 'h2c' }), 426, ['upgrade', 'websocket']],
  ['another Connection', handshake({ Connection: 'close' }), 426],
  ['POST', handshake({}, 'POST / HTTP/1.1'), 405, ['allow', 'GET']],
  ['HTTP/1.0', handshake({}, 'GET / HTTP/1.0'), 400],
  ['a body', handshake({ 'Content-Length': '2' }) + 'ab', 400],
  ['a chunked body', handshake({ 'Transfer-Encoding': 'chunked' }) + '0\r\n\r\n', 400],
  ['no version', handshake({ 'Sec-WebSocket-Version': undefined }), 426],
  ['version 8', handshake({ 'Sec-WebSocket-Version': '8' }), 426, ['sec-websocket-version', '13']],
  ['two versions', handshake({ 'Sec-WebSocket-Version': ['13', '13'] }), 426],
  ['no key', handshake({ 'Sec-WebSocket-Key': undefined }), 400],
  ['a short key', handshake({ 'Sec-WebSocket-Key': 'YWJj' }), 400],
  ['a key that is not base64', handshake({ 'Sec-WebSocket-Key': '!'.repeat(22) + '==' }), 400],
  ['two keys', handshake({ 'Sec-WebSocket-Key': [KEY, KEY] }), 400],
  ['a malformed subprotocol', handshake({ 'Sec-WebSocket-Protocol': 'a b' }), 400],
  ['a subprotocol twice', handshake({ 'Sec-WebSocket-Protocol': ['a', 'b, a'] }), 400],
  ['a foreign origin', handshake({ Origin: 'http://evil.example' }), 403],
  ['another port', handshake({ Origin: 'http://h:81' }), 403],
  ['a host that begins like it', handshake({ Origin: 'http://h.evil.example' }), 403],
  ['an opaque origin', handshake({ Origin: 'null' }), 403],
  ['a malformed origin', handshake({ Origin: 'h' }), 403],
  ['an empty origin', handshake({ Origin: '' }), 403],
  ['two origins', handshake({ Origin: ['http://h', 'http://h'] }), 403],
]

test.each(refusals)('%s is refused', async (_, request, status, expected) => {
  let called = false
  const served = await serve({ handler: upgrading(() => void (called = true)) })
  const client = await served.connect()
  client.end(request)
  const [response] = parseResponses(await client.untilEnd(), ['GET'])
  expect(response!.status).toBe(status)
  if (expected !== undefined) expect(field(response!, expected[0])).toBe(expected[1])
  expect(called).toBe(false)
  await served.close()
})

const accepted: [name: string, request: string][] = [
  ['tokens in any case and among others', handshake({ Connection: 'keep-alive, uPGRADE' })],
  ['a list of protocols', handshake({ Upgrade: 'h2c, WebSocket' })],
  ['the same origin', handshake({ Origin: 'http://h' })],
  ['the same origin over TLS that ends before', handshake({ Origin: 'https://h' })],
  ['the same origin in capitals', handshake({ Host: 'Example.COM', Origin: 'http://example.com' })],
  ['a default port in Host', handshake({ Host: 'h:80', Origin: 'http://h' })],
  ['a port', handshake({ Host: 'h:8080', Origin: 'http://h:8080' })],
  ['IPv6', handshake({ Host: '[::1]:1', Origin: 'http://[::1]:1' })],
]

test.each(accepted)('%s is accepted', async (_, request) => {
  const served = await serve({ handler: upgrading(() => {}) })
  const client = await served.connect()
  client.write(request)
  expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 101 /)
  client.destroy()
  await served.close()
})

test('a connection serves on after a refusal', async () => {
  const upgrader = new Upgrader()
  const served = await serve({
    handler: (ctx) => {
      if (ctx.path() === '/ws') upgrader.upgrade(ctx, echo)
      else ctx.setBody('next')
    },
  })
  const client = await served.connect()
  client.write(handshake({ Origin: 'http://x' }, 'GET /ws HTTP/1.1'))
  await client.until(/not allowed$/)
  client.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  await client.until(/next$/)
  await served.close()
})

describe('options', () => {
  test('checkOrigin and error', async () => {
    const served = await serve({
      handler: upgrading(echo, {
        checkOrigin: (ctx) => ctx.request.header.peek('Origin') === 'http://friend',
        error: (ctx, status, reason) => ctx.setJSON({ status, reason }),
      }),
    })
    const client = await served.connect()
    client.write(handshake({ Origin: 'http://h' }))
    await client.until(/\{"status":403,"reason":"the origin is not allowed"\}$/)
    expect(client.received).toMatch(/^HTTP\/1\.1 403 /)
    client.received = ''
    client.write(handshake({ Origin: 'http://friend' }))
    await client.until(/^HTTP\/1\.1 101 /)
    client.destroy()
    await served.close()
  })

  test.each([
    [['b', 'a'], ['a', 'b'], 'b'],
    [['a'], ['b'], undefined],
    [undefined, ['b'], undefined],
    [['a'], [], undefined],
  ])('subprotocols %j, offered %j: %s', async (served, offered, chosen) => {
    let protocol: string | undefined
    const handler = upgrading(
      (conn) => void (protocol = conn.protocol),
      served === undefined ? {} : { subprotocols: served }
    )
    const { port } = await listen(handler)
    const raw = await connectTCP(port)
    raw.write(
      handshake({ 'Sec-WebSocket-Protocol': offered.length > 0 ? offered.join() : undefined })
    )
    const head = await raw.until(/\r\n\r\n/)
    expect(/Sec-WebSocket-Protocol: (.*)\r\n/.exec(head)?.[1]).toBe(chosen)
    await turns()
    expect(protocol).toBe(chosen ?? '')
    raw.destroy()
  })

  test('compression is off unless asked for', async () => {
    for (const enableCompression of [false, true]) {
      const { url } = await listen(upgrading(echo, { enableCompression }))
      const conn = new WebSocket(url)
      await once(conn, 'open')
      expect(conn.extensions).toBe(enableCompression ? 'permessage-deflate' : '')
      const long = 'x'.repeat(5000)
      conn.send(long)
      expect(await message(conn)).toBe(long)
      conn.terminate()
    }
  })

  test.each([false, true])(
    'a message over maxPayload closes with 1009, compressed: %s',
    async (enableCompression) => {
      const { url } = await listen(upgrading(echo, { maxPayload: 10_000, enableCompression }))
      const conn = new WebSocket(url)
      await once(conn, 'open')
      conn.send('x'.repeat(10_000))
      expect((await message(conn)).length).toBe(10_000)
      conn.send('x'.repeat(10_001))
      expect((await closed(conn))[0]).toBe(1009)
    }
  )

  test('a megabyte by default', async () => {
    const { url } = await listen(upgrading(echo))
    const conn = new WebSocket(url)
    await once(conn, 'open')
    conn.send('x'.repeat(1024 * 1024 + 1))
    expect((await closed(conn))[0]).toBe(1009)
  })

  test('who answers no ping is cut off, who does stays', async () => {
    const { url } = await listen(upgrading(echo, { pingInterval: 20 }))
    const silent = new WebSocket(url, { autoPong: false })
    const lively = new WebSocket(url)
    await Promise.all([once(silent, 'open'), once(lively, 'open')])
    let pings = 0
    lively.on('ping', () => pings++)
    expect((await closed(silent))[0]).toBe(1006)
    const before = pings
    while (pings < before + 3) await once(lively, 'ping')
    expect(lively.readyState).toBe(WebSocket.OPEN)
    lively.terminate()
  })

  test.each([{ maxPayload: 0 }, { maxPayload: NaN }, { pingInterval: -1 }])(
    '%j is refused',
    (options) => {
      expect(() => new Upgrader(options)).toThrow(
        expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
      )
    }
  )
})

describe('ends', () => {
  test('shutdown closes with 1001', async () => {
    const { server, url } = await listen(upgrading(echo))
    const conn = new WebSocket(url)
    await once(conn, 'open')
    const end = closed(conn)
    await server.shutdown()
    expect(await end).toEqual([1001, 'server is shutting down'])
  })

  test('a handshake during shutdown is closed with 1001 too', async () => {
    let go: (() => void) | undefined
    const upgrader = new Upgrader()
    const { server, url } = await listen(async (ctx) => {
      await new Promise<void>((resolve) => (go = resolve))
      upgrader.upgrade(ctx, echo)
    })
    const conn = new WebSocket(url)
    while (go === undefined) await turns(1)
    const down = server.shutdown()
    const end = closed(conn)
    go()
    await down
    expect((await end)[0]).toBe(1001)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ] as [string, WebSocketHandler][])(
    'a handler that %s closes with 1011 and is logged',
    async (_, handler) => {
      const logged: string[] = []
      const logger = { printf: (...args: unknown[]) => void logged.push(String(args[1])) }
      const { url } = await listen(upgrading(handler), { logger })
      expect((await closed(new WebSocket(url)))[0]).toBe(1011)
      expect(logged.join()).toContain('no')
    }
  )

  test('a peer that breaks the protocol, or the connection, does no harm', async () => {
    const served: Served & { server: Server } = await serve({ handler: upgrading(echo) })
    const broken = await served.connect()
    // Not masked.
    broken.write(HANDSHAKE + '\x81\x01x')
    const answer = await broken.untilEnd()
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe('\x88\x02\x03\xea')
    broken.destroy()
    const gone = await served.connect()
    gone.write(HANDSHAKE)
    await gone.until(/\r\n\r\n/)
    gone.destroy()
    const next = await served.connect()
    next.write(HANDSHAKE + maskedText('a'))
    await next.until(/\x81\x01a$/)
    next.destroy()
    await served.close()
  })

  test('the upgrader knows its clients, the server counts them no more', async () => {
    const upgrader = new Upgrader()
    const { server, url } = await listen((ctx) => void upgrader.upgrade(ctx, echo))
    const conn = new WebSocket(url)
    await once(conn, 'open')
    expect([upgrader.clients.size, server.openConnectionsCount()]).toEqual([1, 0])
    conn.close()
    await closed(conn)
    while (upgrader.clients.size > 0) await turns(1)
  })
})

test('what a request asks for', async () => {
  const seen: unknown[] = []
  const served = await serve({
    handler: (ctx) => void seen.push(isWebSocketUpgrade(ctx), subprotocols(ctx)),
  })
  const client = await served.connect()
  client.write(handshake({ 'Sec-WebSocket-Protocol': ['b, a', 'c'] }))
  client.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  await client.untilEnd()
  expect(seen).toEqual([true, ['b', 'a', 'c'], false, []])
  await served.close()
})
