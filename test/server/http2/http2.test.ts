import { once } from 'node:events'
import http2, { constants, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'
import https from 'node:https'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import tls from 'node:tls'
import express from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { adapt } from '../../../adaptor/index.js'
import { configureServer } from '../../../src/features/http2/index.js'
import { Router } from '../../../src/features/router/index.js'
import { Upgrader, WebSocket } from '../../../src/features/websocket/index.js'
import {
  compressHandler,
  Cookie,
  Server,
  timeoutHandler,
  type RequestHandler,
  type ServerOptions,
} from '../../../src/index.js'
import { CA, SERVER_CERT, SERVER_KEY } from '../../client/helpers/certificates.js'
import { portOf, turns } from '../../helpers/raw-client.js'

const TLS = { cert: SERVER_CERT, key: SERVER_KEY }
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

interface Started {
  server: Server
  port: number
  session: ClientHttp2Session
  logged: string[]
}

async function start(
  handler: RequestHandler,
  options: Partial<ServerOptions> = {}
): Promise<Started> {
  const logged: string[] = []
  const logger = { printf: (...args: unknown[]) => void logged.push(String(args[1])) }
  const server = new Server({ handler, tls: TLS, http2: true, logger, ...options })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  cleanups.push(async () => {
    server.closeAllConnections()
    await server.shutdown()
  })
  const session = connect(port)
  return { server, port, session, logged }
}

function connect(port: number, options: http2.SecureClientSessionOptions = {}): ClientHttp2Session {
  const session = http2.connect(`https://localhost:${port}`, { ca: CA, ...options })
  session.on('error', () => {})
  cleanups.push(() => session.destroy())
  return session
}

interface Answer {
  status: number
  headers: http2.IncomingHttpHeaders
  body: string
  trailers: http2.IncomingHttpHeaders | undefined
}

async function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body?: string | Buffer | Readable
): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body instanceof Readable) body.pipe(stream)
  else if (body !== undefined) stream.end(body)
  let trailers: http2.IncomingHttpHeaders | undefined
  stream.on('trailers', (fields) => (trailers = fields))
  const [[response], content] = await Promise.all([
    once(stream, 'response') as Promise<[http2.IncomingHttpHeaders & { ':status': number }]>,
    text(stream),
  ])
  return { status: response[':status'], headers: response, body: content, trailers }
}

/** Resolves when `emitter` is closed, be it with an error. */
function closed(emitter: { on(event: string, listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    emitter.on('error', () => {})
    emitter.on('close', resolve)
  })
}

async function failure(session: ClientHttp2Session, headers: OutgoingHttpHeaders): Promise<number> {
  const stream = session.request(headers)
  await closed(stream)
  return stream.rstCode!
}

describe('requests', () => {
  test('method, target, fields, cookies and connection', async () => {
    let seen: unknown
    const { session, port } = await start((ctx) => {
      const { header } = ctx.request
      seen = {
        method: ctx.method(),
        uri: ctx.requestURI(),
        path: ctx.path(),
        q: ctx.queryArgs().peek('q'),
        host: ctx.host(),
        protocol: header.protocol(),
        agent: ctx.userAgent(),
        multi: header.peekAll('X-A'),
        cookies: [header.cookie('a'), header.cookie('b')],
        secure: ctx.isTLS(),
        alpn: ctx.tlsConnectionState()?.alpnProtocol,
        ip: ctx.remoteIP(),
        full: ctx.uri().fullURI(),
      }
      ctx.setBody('ok')
    })
    const answer = await ask(session, {
      ':path': '/a%20b?q=1',
      'user-agent': 'me',
      'x-a': ['1', '2'],
      cookie: ['a=1', 'b=2'],
    })
    expect(answer.body).toBe('ok')
    expect(seen).toEqual({
      method: 'GET',
      uri: '/a%20b?q=1',
      path: '/a b',
      q: '1',
      host: `localhost:${port}`,
      protocol: 'HTTP/2.0',
      agent: 'me',
      multi: ['1', '2'],
      cookies: ['1', '2'],
      secure: true,
      alpn: 'h2',
      ip: '127.0.0.1',
      full: `https://localhost:${port}/a%20b?q=1`,
    })
  })

  test('bodies, empty, of known length and of unknown length', async () => {
    const { session } = await start((ctx) => ctx.setBody(ctx.postBody()))
    const big = 'x'.repeat(1024 * 1024)
    for (const body of ['', 'abc', big]) {
      expect((await ask(session, { ':method': 'POST' }, body)).body).toBe(body)
      const length = { ':method': 'POST', 'content-length': body.length }
      expect((await ask(session, length, body)).body).toBe(body)
    }
  })

  test('forms, JSON and multipart', async () => {
    const { session } = await start((ctx) =>
      ctx.setBody(ctx.formValue('a') || String(ctx.bodyJSON<{ a: number }>().a))
    )
    const post = (type: string, body: string) =>
      ask(session, { ':method': 'POST', 'content-type': type }, body)
    expect((await post('application/x-www-form-urlencoded', 'a=1')).body).toBe('1')
    expect((await post('application/json', '{"a":2}')).body).toBe('2')
    const form = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n3\r\n--x--\r\n'
    expect((await post('multipart/form-data; boundary=x', form)).body).toBe('3')
    expect((await post('multipart/form-data; boundary=x', 'no form')).status).toBe(400)
  })

  test('many at a time on one connection, answered as they are ready', async () => {
    const { session, server } = await start(async (ctx) => {
      const n = Number(ctx.queryArgs().peek('n'))
      await turns(100 - n)
      ctx.setBody(String(n))
    })
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => ask(session, { ':path': `/?n=${n}` }))
    )
    expect(answers.map(({ body }) => Number(body))).toEqual(
      Array.from({ length: 100 }, (_, n) => n)
    )
    expect(server.openConnectionsCount()).toBe(1)
  })

  test('a streamed body with back-pressure, and its trailers', async () => {
    const { session } = await start(
      async (ctx) => {
        const body = await buffer(ctx.requestBodyStream()!)
        ctx.setBody(`${body.length} ${JSON.stringify([...ctx.request.header.trailers()])}`)
      },
      { streamRequestBody: true }
    )
    const stream = session.request(
      { ':method': 'POST', trailer: 'x-sum' },
      { waitForTrailers: true }
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '5' }))
    const piece = Buffer.alloc(64 * 1024)
    for (let i = 0; i < 64; i++) if (!stream.write(piece)) await once(stream, 'drain')
    stream.end()
    expect(await text(stream)).toBe(`${64 * piece.length} [["x-sum","5"]]`)
  })

  test('Expect: 100-continue', async () => {
    const { session } = await start((ctx) => ctx.setBody(ctx.postBody()))
    const stream = session.request({ ':method': 'POST', expect: '100-continue' })
    await once(stream, 'continue')
    stream.end('body')
    expect(await text(stream)).toBe('body')
  })
})

describe('malformed requests', () => {
  const host = { ':authority': 'h' }
  test.each([
    ['Host that differs', { ...host, host: 'other' }],
    ['malformed authority', { ':authority': 'a b' }],
    ['user information', { ':authority': 'user@h' }],
    ['no host at all', { ':authority': '' }],
    ['a path without a slash', { ...host, ':path': 'x' }],
    ['an absolute path', { ...host, ':path': 'http://evil/' }],
    ['* for GET', { ...host, ':path': '*' }],
    ['a space in the path', { ...host, ':path': '/a b HTTP/1.1' }],
    ['a method that is no token', { ...host, ':method': 'A B' }],
  ] as [string, OutgoingHttpHeaders][])('%s is answered 400', async (_, headers) => {
    let called = false
    const { session } = await start(() => void (called = true))
    const status = await ask(session, headers).then(
      ({ status }) => status,
      () => 400
    )
    expect([status, called]).toEqual([400, false])
    // The connection goes on.
    const { status: next } = await ask(session)
    expect(next).toBe(200)
  })

  test('the target of CONNECT is its authority', async () => {
    const seen: string[] = []
    const { session } = await start((ctx) => void seen.push(`${ctx.method()} ${ctx.requestURI()}`))
    const connect = session.request({ ':method': 'CONNECT', ':authority': 'h:443' })
    await once(connect, 'response')
    connect.close()
    expect(seen).toEqual(['CONNECT h:443'])
  })

  test('a body shorter or longer than its Content-Length never reaches a handler', async () => {
    let bodies = 0
    const { session } = await start(() => void bodies++)
    for (const body of ['ab', 'abcd']) {
      const stream = session.request({ ':method': 'POST', 'content-length': 3 })
      stream.end(body)
      await closed(stream)
      // By PROTOCOL_ERROR, or what the client's node makes of it.
      expect(stream.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR)
    }
    expect(bodies).toBe(0)
  })
})

describe('limits', () => {
  test('413 with and without a length; the connection goes on', async () => {
    const { session } = await start((ctx) => ctx.setBody('ok'), { maxRequestBodySize: 1000 })
    const body = 'x'.repeat(100_000)
    const known = { ':method': 'POST', 'content-length': body.length }
    expect((await ask(session, known, body)).status).toBe(413)
    expect((await ask(session, { ':method': 'POST' }, body)).status).toBe(413)
    expect((await ask(session, { ':method': 'POST' }, 'x'.repeat(1000))).status).toBe(200)
  })

  test('a header list that is too large resets its stream', async () => {
    const { session } = await start((ctx) => ctx.setBody('ok'), { readBufferSize: 4096 })
    await once(session, 'remoteSettings')
    const code = await failure(session, { 'x-a': 'x'.repeat(5000) })
    expect(code).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    expect((await ask(session)).body).toBe('ok')
  })

  test('a header list that comes before the settings is no larger either', async () => {
    let called = false
    const { session } = await start(() => void (called = true), { readBufferSize: 4096 })
    const stream = session.request({ 'x-a': 'x'.repeat(5000) })
    stream.on('response', (fields) => expect(fields[':status']).toBe(431))
    stream.resume()
    await closed(stream)
    expect(called).toBe(false)
  })

  test('concurrent streams', async () => {
    const { session } = await start(() => {}, { http2: { maxConcurrentStreams: 7 } })
    const [settings] = await once(session, 'remoteSettings')
    expect(settings).toMatchObject({ maxConcurrentStreams: 7, enablePush: false })
  })

  test('getOnly and concurrency', async () => {
    const { session, port, server } = await start((ctx) => ctx.setBody('ok'), {
      getOnly: true,
      concurrency: 1,
    })
    expect((await ask(session, { ':method': 'POST' }, 'x')).status).toBe(400)
    const second = connect(port)
    await closed(second)
    expect(server.rejectedConnectionsCount()).toBe(1)
  })

  test.each([{ maxConcurrentStreams: 0 }, { initialWindowSize: 2 ** 31 }])('%j', (http2) => {
    expect(() => new Server({ handler() {}, http2 })).toThrow(
      expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
    )
  })

  test('a client that opens and resets streams without end is cut off', async () => {
    const { session, server } = await start(() => new Promise(() => {}), { idleTimeout: 100 })
    await once(session, 'remoteSettings')
    const goaway: number[] = []
    session.on('goaway', (code) => goaway.push(code))
    const end = closed(session)
    while (!session.destroyed) {
      const streams = Array.from({ length: 100 }, () => session.request())
      for (const stream of streams) stream.on('error', () => {})
      await turns(1)
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
      await turns(1)
    }
    await end
    expect(goaway).toEqual([constants.NGHTTP2_INTERNAL_ERROR])
    while (server.openConnectionsCount() > 0) await turns(1)
  })
})

describe('responses', () => {
  test('status, fields and cookies; nothing of HTTP/1.1', async () => {
    const { session } = await start((ctx) => {
      ctx.setStatusCode(201)
      const { header } = ctx.response
      for (const key of ['a', 'b']) {
        const cookie = new Cookie()
        cookie.setKey(key)
        cookie.setValue('1')
        header.setCookie(cookie)
      }
      header.add('X-Many', '1')
      header.add('X-Many', '2')
      header.set('Keep-Alive', 'timeout=5')
      header.set('Upgrade', 'h2c')
      header.set('Connection', 'X-A')
      header.set('X-Latin', 'caf\xe9')
      ctx.setConnectionClose()
      ctx.setBody('body')
    })
    const { status, headers, body } = await ask(session)
    expect([status, body]).toEqual([201, 'body'])
    expect(headers).toMatchObject({
      server: 'fasthttp',
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '4',
      'set-cookie': ['a=1', 'b=1'],
      'x-many': '1, 2',
    })
    expect(headers.date).toMatch(/GMT$/)
    expect(Buffer.from(headers['x-latin'] as string, 'latin1').toString('latin1')).toContain('caf')
    for (const name of ['connection', 'keep-alive', 'upgrade', 'transfer-encoding']) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  test('HEAD, 204 and 304 have no body', async () => {
    const { session } = await start((ctx) => {
      ctx.setBody('body')
      if (ctx.path() !== '/') ctx.setStatusCode(Number(ctx.path().slice(1)))
    })
    const head = await ask(session, { ':method': 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '4', ''])
    for (const status of [204, 304]) {
      const answer = await ask(session, { ':path': `/${status}` })
      expect([answer.status, answer.body]).toEqual([status, ''])
    }
  })

  test('streams: Readable, writer, with a length and too short', async () => {
    const { session, logged } = await start((ctx) => {
      switch (ctx.path()) {
        case '/readable':
          return ctx.setBodyStream(Readable.from(['a', 'b']))
        case '/length':
          return ctx.setBodyStream(Readable.from([Buffer.from('abc')]), 3)
        case '/short':
          return ctx.setBodyStream(Readable.from([Buffer.from('abc')]), 4)
        default:
          return ctx.setBodyStreamWriter(async (w) => {
            w.write('one')
            await w.flush()
            w.write('two')
          })
      }
    })
    expect((await ask(session, { ':path': '/readable' })).body).toBe('ab')
    expect((await ask(session, { ':path': '/length' })).headers['content-length']).toBe('3')
    expect((await ask(session, { ':path': '/writer' })).body).toBe('onetwo')
    expect(await failure(session, { ':path': '/short' })).not.toBe(0)
    expect(logged.join()).toContain('3 bytes instead of 4')
  })

  test('a large body, and a slow reader that is waited for', async () => {
    const big = Buffer.alloc(1024 * 1024, 'x')
    let written = 0
    const { session } = await start((ctx) => {
      if (ctx.path() === '/raw') return ctx.setBody(big)
      ctx.setBodyStreamWriter(async (w) => {
        while (written < 64) {
          written++
          w.write(big.subarray(0, 256 * 1024))
          await w.flush()
        }
      })
    })
    expect((await ask(session, { ':path': '/raw' })).body).toHaveLength(big.length)
    const stream = session.request({ ':path': '/' })
    await once(stream, 'response')
    let before = -1
    while (written !== before || written === 0) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(written).toBeLessThan(64)
    let received = 0
    for await (const chunk of stream) received += (chunk as Buffer).length
    expect(received).toBe(64 * 256 * 1024)
  })

  test('trailers', async () => {
    const { session } = await start((ctx) => {
      ctx.response.header.setTrailer('X-Sum')
      ctx.response.header.set('X-Sum', '7')
      if (ctx.path() === '/stream') ctx.setBodyStream(Readable.from(['abc']))
      else if (ctx.path() === '/body') ctx.setBody('abc')
    })
    for (const path of ['/stream', '/body', '/empty']) {
      const { headers, trailers } = await ask(session, { ':path': path })
      expect(headers).not.toHaveProperty('x-sum')
      expect(trailers).toMatchObject({ 'x-sum': '7' })
    }
  })

  test('early hints', async () => {
    const { session } = await start((ctx) => {
      ctx.response.header.set('Link', '</a.css>; rel=preload')
      ctx.earlyHints()
      ctx.setBody('ok')
    })
    const stream = session.request()
    const [hints] = await once(stream, 'headers')
    expect(hints).toMatchObject({ ':status': 103, link: '</a.css>; rel=preload' })
    expect(await text(stream)).toBe('ok')
  })

  test('errors: thrown, rejected, told to panicHandler, and timed out', async () => {
    const { session, logged } = await start((ctx) => {
      if (ctx.path() === '/late') {
        return timeoutHandler(() => new Promise(() => {}), 5, 'late')(ctx)
      }
      throw new Error('secret')
    })
    const { status, body } = await ask(session)
    expect([status, body]).toEqual([500, 'Internal Server Error'])
    expect(logged.join()).toContain('secret')
    const late = await ask(session, { ':path': '/late' })
    expect([late.status, late.body]).toEqual([408, 'late'])
    const other = await start(() => Promise.reject(new Error('no')), {
      panicHandler: (ctx) => ctx.setStatusCode(503),
    })
    expect((await ask(other.session)).status).toBe(503)
  })

  test('what HTTP/2 does not have resets the stream', async () => {
    const { session, logged } = await start((ctx) => {
      if (ctx.path() === '/101') ctx.setStatusCode(101)
      else ctx.hijack(() => {})
    })
    expect(await failure(session, { ':path': '/101' })).toBe(constants.NGHTTP2_INTERNAL_ERROR)
    expect(await failure(session, { ':path': '/hijack' })).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED)
    expect(logged.join()).toContain('hijacked')
  })

  test('with a router and compression', async () => {
    const router = new Router()
    router.get('/users/:id', (ctx) => ctx.setBody(`user ${ctx.param('id')} `.repeat(100)))
    const { session } = await start(compressHandler(router.handler))
    const { headers } = await ask(session, { ':path': '/users/5', 'accept-encoding': 'gzip' })
    expect(headers['content-encoding']).toBe('gzip')
    expect((await ask(session, { ':path': '/nobody' })).status).toBe(404)
  })
})

describe('ends', () => {
  test('ctx.signal aborts when the client resets the stream', async () => {
    let aborted: Promise<unknown> | undefined
    const { session } = await start(async (ctx) => {
      const { signal } = ctx
      aborted = once(signal, 'abort')
      await aborted
    })
    const stream = session.request()
    stream.on('error', () => {})
    while (aborted === undefined) await turns(1)
    stream.close(constants.NGHTTP2_CANCEL)
    await aborted
  })

  test('the writer of a stream is told of a reset', async () => {
    let ended: ((err: unknown) => void) | undefined
    const end = new Promise((resolve) => (ended = resolve))
    const { session } = await start((ctx) =>
      ctx.setBodyStreamWriter(async (w) => {
        try {
          for (;;) {
            w.write('x'.repeat(10_000))
            await w.flush()
          }
        } catch (err) {
          ended!(err)
        }
      })
    )
    const stream = session.request()
    stream.on('error', () => {})
    await once(stream, 'response')
    stream.close(constants.NGHTTP2_CANCEL)
    expect(await end).toMatchObject({ code: 'FH_ERR_CONNECTION_CLOSED' })
  })

  test('shutdown sends GOAWAY, finishes what is under way and aborts signals', async () => {
    let go: (() => void) | undefined
    let signal: AbortSignal | undefined
    const { server, session } = await start(async (ctx) => {
      signal = ctx.signal
      await new Promise<void>((resolve) => (go = resolve))
      ctx.setBody('done')
    })
    const answer = ask(session)
    while (go === undefined) await turns(1)
    const goaway = once(session, 'goaway')
    const down = server.shutdown()
    await goaway
    expect(signal!.aborted).toBe(true)
    go()
    expect((await answer).body).toBe('done')
    await down
    expect(server.openConnectionsCount()).toBe(0)
  })

  test('shutdown with a drainPeriod sends GOAWAY at once and lets requests go on undisturbed', async () => {
    let go: (() => void) | undefined
    let signal: AbortSignal | undefined
    const { server, session, port } = await start(async (ctx) => {
      signal = ctx.signal
      if (ctx.path() === '/slow') await new Promise<void>((resolve) => (go = resolve))
      ctx.setBody('done')
    })
    const idle = connect(port)
    await ask(idle)
    const slow = ask(session, { ':path': '/slow' })
    while (go === undefined) await turns(1)
    const slowSignal = signal!
    const goaway = once(session, 'goaway')
    const down = server.shutdown({ drainPeriod: 60_000 })
    expect((await goaway).slice(0, 2)).toEqual([constants.NGHTTP2_NO_ERROR, 1])
    await closed(idle)
    expect(slowSignal.aborted).toBe(false)
    go()
    expect((await slow).body).toBe('done')
    await down
  })

  test('an idle connection is closed after idleTimeout', async () => {
    const { session } = await start((ctx) => ctx.setBody('ok'), { idleTimeout: 50 })
    await ask(session)
    await closed(session)
  })

  test('a body that does not come is answered 408', async () => {
    const { session } = await start((ctx) => ctx.setBody('ok'), { readTimeout: 50 })
    const stream = session.request({ ':method': 'POST' })
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }]
    expect(headers[':status']).toBe(408)
  })

  test('a client that takes nothing of its answer is given up', async () => {
    const { session } = await start((ctx) => ctx.setBody(Buffer.alloc(1024 * 1024)), {
      idleTimeout: 50,
    })
    const stream = session.request()
    stream.on('error', () => {})
    await closed(stream)
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
  })
})

describe('beside HTTP/1.1', () => {
  test('clients that do not ask for HTTP/2 get HTTP/1.1 on the same port', async () => {
    const { port } = await start((ctx) => ctx.setBody(ctx.request.header.protocol()))
    const get = (options: https.RequestOptions & tls.ConnectionOptions) =>
      new Promise<string>((resolve, reject) => {
        https
          .get({ host: 'localhost', port, ca: CA, agent: false, ...options }, (res) =>
            text(res).then(resolve, reject)
          )
          .on('error', reject)
      })
    expect(await get({ ALPNProtocols: ['http/1.1'] })).toBe('HTTP/1.1')
    expect(await get({})).toBe('HTTP/1.1')
    const socket = tls.connect({ host: 'localhost', port, ca: CA, ALPNProtocols: ['spdy/1'] })
    const [err] = await once(socket, 'error')
    expect(err.code).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
  })

  test('a WebSocket', async () => {
    const upgrader = new Upgrader()
    const { port } = await start((ctx) => {
      upgrader.upgrade(ctx, (conn) => conn.send('hello'))
    })
    const conn = new WebSocket(`wss://localhost:${port}`, { ca: CA })
    const [data] = (await once(conn, 'message')) as [Buffer]
    expect(data.toString()).toBe('hello')
    conn.terminate()
  })

  test('without the option there is no HTTP/2', async () => {
    const { port } = await start(() => {}, { http2: false })
    const session = connect(port)
    await closed(session)
  })

  test('configureServer, listenAndServeTLSEmbed and appended certificates', async () => {
    for (const how of ['configured', 'option']) {
      const server = new Server({ handler: (ctx) => ctx.setBody(how) })
      if (how === 'configured') configureServer(server)
      const served = server.listenAndServeTLSEmbed('127.0.0.1:0', SERVER_CERT, SERVER_KEY, {
        http2: how === 'option',
      })
      while (!server.listening) await turns(1)
      const session = connect(portOf(server))
      expect((await ask(session)).body).toBe(how)
      session.close()
      await server.shutdown()
      await served
    }
  })
})

describe('an adapted Express app', () => {
  const app = express()
  app.use(express.json())
  app.get('/users/:id', (req, res) => {
    res.set('X-Version', req.httpVersion).json({ id: req.params['id'], host: req.hostname })
  })
  app.post('/echo', (req, res) => void res.status(201).send(req.body))
  app.get('/stream', (_req, res) => {
    res.write('one')
    setImmediate(() => res.end('two'))
  })
  app.get('/fail', () => {
    throw new Error('no')
  })
  app.post('/raw', (req, res) => void req.pipe(res))

  test('alone and behind a router', async () => {
    const router = new Router()
    router.use(adapt(app) as any)
    for (const handler of [adapt(app), router.handler]) {
      const { session } = await start(handler)
      const user = await ask(session, { ':path': '/users/7' })
      expect([user.status, user.body]).toEqual([200, '{"id":"7","host":"localhost"}'])
      expect(user.headers).not.toHaveProperty('connection')
      const json = { ':method': 'POST', ':path': '/echo', 'content-type': 'application/json' }
      const echo = await ask(session, json, '{"a":1}')
      expect([echo.status, echo.body]).toEqual([201, '{"a":1}'])
      expect((await ask(session, { ':path': '/stream' })).body).toBe('onetwo')
      expect((await ask(session, { ':path': '/fail' })).status).toBe(500)
      expect((await ask(session, { ':path': '/none' })).status).toBe(404)
      const head = await ask(session, { ':method': 'HEAD', ':path': '/users/7' })
      expect([head.status, head.body]).toEqual([200, ''])
      const big = 'y'.repeat(300_000)
      expect((await ask(session, { ':method': 'POST', ':path': '/raw' }, big)).body).toBe(big)
    }
  })

  test('many at a time', async () => {
    const { session } = await start(adapt(app))
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ask(session, { ':path': `/users/${i}` }))
    )
    expect(answers.map(({ body }) => JSON.parse(body).id)).toEqual(
      Array.from({ length: 50 }, (_, i) => String(i))
    )
  })
})
