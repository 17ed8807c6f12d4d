import { once } from 'node:events'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { FastHttpError, RequestCtx, ServerOptions } from '../../src/index.js'
import {
  connectTCP,
  portOf,
  RawClient,
  serve,
  turns,
  type Transport,
} from '../helpers/raw-client.js'
import { field, parseResponses, type RawResponse } from '../helpers/responses.js'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const get = (path: string, extra = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${extra}\r\n`
const post = (body: string, extra = ''): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${extra}\r\n${body}`
const CLOSE = 'Connection: close\r\n'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options: ServerOptions, transport: Transport = 'tcp') {
  const log: string[] = []
  const served = await serve(
    { logger: { printf: (_, line) => void log.push(String(line)) }, ...options },
    transport
  )
  cleanups.push(served.close)
  const connect = async (): Promise<RawClient> => {
    const client = await served.connect()
    cleanups.push(() => client.destroy())
    return client
  }
  /** Sends `raw` and gives the responses once the server has closed. */
  const exchange = async (raw: string, methods?: string[]): Promise<RawResponse[]> => {
    const client = await connect()
    client.write(raw)
    return parseResponses(await client.untilEnd(), methods)
  }
  return { ...served, connect, exchange, log }
}

const statuses = (responses: RawResponse[]): number[] => responses.map((r) => r.status)
const bodies = (responses: RawResponse[]): string[] => responses.map((r) => r.body)

/** A promise and what settles it. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

async function eventually(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('handlers that fail', () => {
  const failing: [string, () => void | Promise<void>][] = [
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    [
      'rejects',
      async () => {
        await turns(1)
        throw new Error('secret')
      },
    ],
    [
      'throws what is no error',
      () => {
        throw 'secret'
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined
      },
    ],
  ]

  test.each(failing)('%s: 500, a log line and the next connection', async (_, fail) => {
    const server = await start({
      handler: (ctx) => (ctx.path() === '/' ? fail() : ctx.setBody('fine')),
    })
    const [response, ...more] = await server.exchange(GET + get('/next'))
    expect(response).toMatchObject({ status: 500, body: 'Internal Server Error' })
    expect(field(response!, 'connection')).toBe('close')
    expect(more).toEqual([])
    expect(server.log).toHaveLength(1)
    expect(bodies(await server.exchange(get('/next', CLOSE)))).toEqual(['fine'])
  })

  test.each(failing)('%s: panicHandler answers', async (_, fail) => {
    const panicHandler = vi.fn((ctx: RequestCtx) => ctx.setBody('sorry'))
    const server = await start({ handler: () => fail(), panicHandler })
    expect(await server.exchange(GET)).toMatchObject([{ status: 500, body: 'sorry' }])
    expect(panicHandler).toHaveBeenCalledOnce()
    expect(server.log).toEqual([])
  })

  const thrower = (): never => {
    throw new Error('hook')
  }
  test.each<[string, Partial<ServerOptions>, string, number]>([
    ['panicHandler', { handler: thrower, panicHandler: thrower }, GET, 500],
    ['errorHandler', { errorHandler: thrower }, 'BAD\r\n\r\n', 400],
    ['headerReceived', { headerReceived: thrower }, GET, 500],
    ['continueHandler', { continueHandler: thrower }, post('a', 'Expect: 100-continue\r\n'), 500],
    ['expectHandler', { expectHandler: thrower }, post('a', 'Expect: 100-continue\r\n'), 500],
    ['connState', { connState: thrower }, get('/', CLOSE), 200],
  ])('a throw in %s ends nothing but the connection', async (_, options, raw, status) => {
    const server = await start({ handler: (ctx) => ctx.setBody('ok'), ...options })
    expect(statuses(await server.exchange(raw))).toEqual([status])
    expect(server.log.length).toBeGreaterThan(0)
  })

  test('a hijack that was asked for before the throw does not happen', async () => {
    const hijacked = vi.fn()
    const server = await start({
      handler(ctx) {
        ctx.hijack(hijacked)
        ctx.hijackSetNoResponse(true)
        throw new Error('x')
      },
    })
    expect(statuses(await server.exchange(GET))).toEqual([500])
    expect(hijacked).not.toHaveBeenCalled()
  })
})

describe('error answers', () => {
  test.each<[string, string, number, string]>([
    ['malformed', 'BAD\r\n\r\n', 400, 'Error when parsing request'],
    ['head too large', get('/', `X: ${'a'.repeat(20000)}\r\n`), 431, 'Too big request header'],
    [
      'body too large',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n',
      413,
      'Request body too large',
    ],
  ])('%s', async (_, raw, status, body) => {
    const server = await start({ handler() {}, maxRequestBodySize: 100 })
    const [response] = await server.exchange(raw)
    expect(response).toMatchObject({ status, body })
    expect(field(response!, 'connection')).toBe('close')
    expect(field(response!, 'content-type')).toBe('text/plain; charset=utf-8')
  })

  test('errorHandler decides, and sees the head but no body', async () => {
    const seen: unknown[] = []
    const server = await start({
      handler() {},
      maxRequestBodySize: 3,
      errorHandler(ctx, err) {
        seen.push(err.code, ctx.request.header.peek('X'), ctx.postBody())
        ctx.setStatusCode(499)
        ctx.setBody('mine')
      },
    })
    expect(await server.exchange(post('abcd', 'X: y\r\n'))).toMatchObject([
      { status: 499, body: 'mine' },
    ])
    expect(seen).toEqual(['FH_ERR_BODY_TOO_LARGE', 'y', ''])
  })

  test('errorHandler sees nothing of the request before', async () => {
    const seen: unknown[] = []
    const server = await start({
      handler: (ctx) => ctx.setUserValue('user', 'secret'),
      errorHandler: (ctx, err) =>
        void seen.push(
          err.code,
          ctx.requestURI(),
          ctx.request.header.peek('Cookie'),
          ctx.userValue('user'),
          ctx.postBody()
        ),
    })
    await server.exchange(post('body', 'Cookie: secret\r\n') + 'B@D / HTTP/1.1\r\n\r\n')
    expect(seen).toEqual(['FH_ERR_UNSUPPORTED_REQUEST_METHOD', '/', undefined, undefined, ''])
  })

  test('the error after a HEAD has its body', async () => {
    const server = await start({ handler: (ctx) => ctx.setBody('ok') })
    const raw = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\nB@D / HTTP/1.1\r\n\r\n'
    expect(await server.exchange(raw, ['HEAD'])).toMatchObject([
      { status: 200 },
      { status: 400, body: 'Error when parsing request' },
    ])
  })

  test('an error waits for the answers before it', async () => {
    const { open, opened } = gate()
    const server = await start({
      async handler(ctx) {
        if (ctx.path() === '/1') await opened
        ctx.setBody(ctx.path())
      },
    })
    const client = await server.connect()
    client.write(get('/1') + get('/2') + 'B@D / HTTP/1.1\r\n\r\n')
    await turns()
    expect(client.received).toBe('')
    open()
    expect(parseResponses(await client.untilEnd())).toMatchObject([
      { body: '/1' },
      { body: '/2' },
      { status: 400 },
    ])
  })

  test.each([
    ['4xx while the client is still sending', 'BAD\r\n\r\n'],
    ['413', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n'],
  ])('%s reaches it', async (_, raw) => {
    const server = await start({ handler() {} })
    const client = await server.connect()
    client.write(raw)
    for (let i = 0; i < 50; i++) {
      client.write(Buffer.alloc(100_000))
      if (i % 10 === 0) await turns(1)
    }
    expect(parseResponses(await client.untilEnd())).toMatchObject([{ status: expect.any(Number) }])
    expect(client.error).toBeUndefined()
  })

  test('log lines hold nothing of the request', async () => {
    const server = await start({ handler() {}, secureErrorLogMessage: true })
    await server.exchange(
      'GET /?token=secret HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nBad Name: secret\r\n\r\n'
    )
    expect(server.log).toHaveLength(1)
    expect(server.log[0]).not.toContain('secret')
  })
})

describe('pipelining', () => {
  test('answers keep their order however long handlers take', async () => {
    const server = await start({
      async handler(ctx) {
        const n = Number(ctx.path().slice(1))
        await turns(5 - n)
        ctx.setBody(String(n))
      },
    })
    const responses = await server.exchange(
      [0, 1, 2, 3].map((n) => get(`/${n}`)).join('') + get('/4', CLOSE)
    )
    expect(bodies(responses)).toEqual(['0', '1', '2', '3', '4'])
  })

  test('all answers of one read leave in one write', async () => {
    const server = await start({ handler: (ctx) => ctx.setBody('ok') })
    const client = await server.connect()
    const chunks: number[] = []
    client.stream.on('data', (chunk: Buffer) => chunks.push(chunk.length))
    client.write(GET.repeat(50) + get('/', CLOSE))
    await client.untilEnd()
    expect(chunks).toHaveLength(1)
  })

  test.each(['sync', 'async'] as const)(
    'a client that half-closes gets all its answers, %s',
    async (style) => {
      const server = await start({
        handler:
          style === 'sync'
            ? (ctx) => ctx.setBody(ctx.path())
            : async (ctx) => {
                await turns(2)
                ctx.setBody(ctx.path())
              },
      })
      const client = await server.connect()
      client.end(get('/1') + get('/2') + get('/3'))
      expect(bodies(parseResponses(await client.untilEnd()))).toEqual(['/1', '/2', '/3'])
    }
  )

  test('a half-closed client with an unfinished request gets 400 behind its answers', async () => {
    const server = await start({
      async handler(ctx) {
        await turns(2)
        ctx.setBody('ok')
      },
    })
    const client = await server.connect()
    client.end(GET + GET + 'GET / HT')
    expect(statuses(parseResponses(await client.untilEnd()))).toEqual([200, 200, 400])
  })

  test('more pipelined input than is kept', async () => {
    let served = 0
    const server = await start({
      async handler(ctx) {
        await Promise.resolve()
        served++
        ctx.setBody('ok')
      },
    })
    const client = await server.connect()
    client.write(GET.repeat(20_000) + get('/', CLOSE))
    const received = await client.untilEnd()
    expect(served).toBe(20_001)
    expect(received.split('HTTP/1.1 200').length - 1).toBe(20_001)
  })

  test('leftovers behind the last request do not reset its answer', async () => {
    const server = await start({
      handler: (ctx) => ctx.setBody('x'.repeat(100_000)),
      maxRequestsPerConn: 1,
    })
    const client = await server.connect()
    for (let i = 0; i < 200; i++) client.write(GET.repeat(50))
    const responses = parseResponses(await client.untilEnd())
    expect(responses.map((r) => r.body.length)).toEqual([100_000])
    expect(client.error).toBeUndefined()
  })
})

describe('early hints and 100', () => {
  test('103 comes behind the answers before it', async () => {
    const { open, opened } = gate()
    const server = await start({
      async handler(ctx) {
        if (ctx.path() === '/2') {
          ctx.response.header.add('Link', '</a>; rel=preload')
          ctx.response.header.add('Link', '</b>; rel=preload\r\nX: y')
          ctx.earlyHints()
          await opened
        }
        ctx.setBody('ok')
      },
    })
    const client = await server.connect()
    client.write(get('/1') + get('/2', CLOSE))
    const early = parseResponses(await client.until(/103[^]*\r\n\r\n$/))
    expect(statuses(early)).toEqual([200, 103])
    expect(early[1]!.fields).toEqual([
      ['link', '</a>; rel=preload'],
      ['link', '</b>; rel=preload  X: y'],
    ])
    open()
    expect(statuses(parseResponses(await client.untilEnd()))).toEqual([200, 103, 200])
  })

  test.each([
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', true],
    ['no Link', get('/', CLOSE), false],
  ])('no 103 with %s', async (_, raw, link) => {
    const server = await start({
      handler(ctx) {
        if (link) ctx.response.header.add('Link', '</a>')
        ctx.earlyHints()
      },
    })
    expect(statuses(await server.exchange(raw))).toEqual([200])
  })

  test('100 is sent before the body comes', async () => {
    const server = await start({ handler: (ctx) => ctx.setBody(ctx.postBody()) })
    const client = await server.connect()
    client.write(
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n'
    )
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    client.write('abc')
    expect(parseResponses(await client.untilEnd())).toMatchObject([
      { status: 100 },
      { status: 200, body: 'abc' },
    ])
  })

  test.each<[string, Partial<ServerOptions>, number[], string]>([
    ['continueHandler accepts', { continueHandler: (h) => h.peek('X') === 'y' }, [100, 200], 'abc'],
    ['continueHandler refuses', { continueHandler: () => false }, [417], ''],
    [
      'expectHandler accepts',
      { expectHandler: () => 100, continueHandler: () => false },
      [100, 200],
      'abc',
    ],
    [
      'expectHandler refuses',
      { expectHandler: (ctx) => (ctx.setBody('too much'), 413) },
      [413],
      'too much',
    ],
  ])('%s', async (_, options, expected, body) => {
    const handler = vi.fn((ctx: RequestCtx) => ctx.setBody(ctx.postBody()))
    const server = await start({ handler, ...options })
    const responses = await server.exchange(
      post('abc', `${CLOSE}X: y\r\nExpect: 100-continue\r\n`) + get('/smuggled')
    )
    expect(statuses(responses)).toEqual(expected)
    expect(responses.at(-1)!.body).toBe(body)
    expect(handler).toHaveBeenCalledTimes(expected.length === 2 ? 1 : 0)
  })
})

describe('limits of options', () => {
  test('getOnly refuses other methods', async () => {
    const server = await start({ handler: (ctx) => ctx.setBody('ok'), getOnly: true })
    expect(
      statuses(
        await server.exchange(GET + 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n' + post('a'), [
          'GET',
          'HEAD',
        ])
      )
    ).toEqual([200, 200, 400])
  })

  test('maxRequestsPerConn announces the end', async () => {
    const server = await start({ handler() {}, maxRequestsPerConn: 2 })
    const responses = await server.exchange(GET + GET + GET)
    expect(responses.map((r) => field(r, 'connection'))).toEqual([undefined, 'close'])
  })

  test('disableKeepalive closes after each answer', async () => {
    const server = await start({ handler() {}, disableKeepalive: true })
    expect((await server.exchange(GET + GET)).map((r) => field(r, 'connection'))).toEqual(['close'])
  })

  test('headerReceived sets limits for one request', async () => {
    const server = await start({
      handler: (ctx) => ctx.setBody('ok'),
      maxRequestBodySize: 3,
      headerReceived: (h) => (h.peek('X') === 'big' ? { maxRequestBodySize: 10 } : undefined),
    })
    expect(statuses(await server.exchange(post('abcdef', 'X: big\r\n') + post('abcdef')))).toEqual([
      200, 413,
    ])
  })

  test.each([
    [100, 400],
    [103, 400],
    [101, 400],
  ])('final status %i ends the connection: no answer can follow it', async (status) => {
    const server = await start({ handler: (ctx) => ctx.setStatusCode(status) })
    const client = await server.connect()
    client.write(GET + GET)
    expect((await client.untilEnd()).split('HTTP/1.1').length - 1).toBe(1)
  })
})

describe('time limits', () => {
  test('nothing arrives: 408', async () => {
    const server = await start({ handler() {}, readHeaderTimeout: 50 })
    expect(statuses(await server.exchange(''))).toEqual([408])
  })

  test.each([
    ['a head that dribbles', 'GET / HTTP/1.1\r\nHost: a\r\nX: ', { readHeaderTimeout: 60 }],
    [
      'a body that dribbles',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n',
      { readTimeout: 60 },
    ],
    [
      'a chunked body that dribbles',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4000\r\n',
      { readTimeout: 60 },
    ],
  ])('%s: 408', async (_, raw, limits) => {
    const server = await start({ handler() {}, ...limits })
    const client = await server.connect()
    client.write(raw)
    const dribble = setInterval(() => client.write('a'), 5)
    cleanups.push(() => clearInterval(dribble))
    expect(statuses(parseResponses(await client.untilEnd()))).toEqual([408])
  })

  test('the second head is timed from its first byte', async () => {
    const server = await start({ handler() {}, readHeaderTimeout: 60 })
    expect(statuses(await server.exchange(GET + 'GET / HT'))).toEqual([200, 408])
  })

  test('an idle connection closes silently', async () => {
    const server = await start({ handler() {}, idleTimeout: 50 })
    expect(statuses(await server.exchange(GET))).toEqual([200])
  })

  test('empty lines do not make an idle connection busy', async () => {
    const server = await start({ handler() {}, idleTimeout: 50, readHeaderTimeout: 10_000 })
    expect(statuses(await server.exchange(GET + '\r\n'))).toEqual([200])
  })

  test('a body that is not read is waited for no longer than readTimeout', async () => {
    const server = await start({
      handler: (ctx) => ctx.setBody('ok'),
      streamRequestBody: true,
      readTimeout: 60,
    })
    const client = await server.connect()
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n')
    const dribble = setInterval(() => client.write('a'), 5)
    cleanups.push(() => clearInterval(dribble))
    await client.untilEnd()
    expect(statuses(parseResponses(client.received))).toEqual([200])
  })

  test('a handler that waits for the body learns of the timeout and may answer', async () => {
    const server = await start({
      streamRequestBody: true,
      readTimeout: 60,
      async handler(ctx) {
        const err: FastHttpError = await new Promise((resolve) =>
          ctx
            .requestBodyStream()!
            .on('data', () => {})
            .on('error', resolve as () => void)
        )
        ctx.setBody(err.code)
      },
    })
    const client = await server.connect()
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\nabc')
    expect(bodies(parseResponses(await client.untilEnd()))).toEqual(['FH_ERR_REQUEST_TIMEOUT'])
  })

  test('a handler may take longer than every limit', async () => {
    const { open, opened } = gate()
    const server = await start({
      async handler(ctx) {
        await opened
        ctx.setBody('ok')
      },
      readHeaderTimeout: 30,
      readTimeout: 30,
      idleTimeout: 30,
    })
    const client = await server.connect()
    client.write(get('/', CLOSE))
    setTimeout(open, 200)
    expect(statuses(parseResponses(await client.untilEnd()))).toEqual([200])
  })

  test.each<[string, Partial<ServerOptions>]>([
    ['idleTimeout', { idleTimeout: 100 }],
    ['writeTimeout', { writeTimeout: 100 }],
  ])('a client that takes no answer is cut off after %s', async (_, limits) => {
    const { open, opened } = gate()
    const server = await start({
      handler(ctx) {
        open()
        ctx.response.setBodyRaw(Buffer.alloc(30_000_000))
      },
      ...limits,
    })
    const client = await server.connect()
    client.stream.pause()
    client.write(GET.repeat(5))
    await opened
    await eventually(() => server.server.openConnectionsCount() === 0)
  })

  test.each([
    ['close', CLOSE],
    ['keep-alive', ''],
  ])('a client that takes its answer slowly is not cut off, %s', async (_, extra) => {
    const server = await start({
      handler: (ctx) => ctx.response.setBodyRaw(Buffer.alloc(8_000_000)),
      idleTimeout: 1000,
    })
    const client = await server.connect()
    let bytes = 0
    client.stream.removeAllListeners('data')
    client.stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      client.stream.pause()
      setTimeout(() => client.stream.resume(), 25)
    })
    client.write(get('/', extra))
    await eventually(() => bytes > 8_000_000)
  })
})

describe('connection states', () => {
  test.each<
    [
      string,
      Partial<ServerOptions> & { handler?: ServerOptions['handler'] },
      (c: RawClient) => Promise<unknown>,
      string,
    ]
  >([
    [
      'two requests',
      {},
      async (c) => {
        c.write(GET)
        await c.until(/200/)
        c.write(get('/', CLOSE))
        await c.untilEnd()
      },
      'new active idle active closed',
    ],
    [
      'nothing sent',
      {},
      async (c) => {
        c.end()
        await c.untilEnd()
      },
      'new closed',
    ],
    [
      'idle, then gone',
      {},
      async (c) => {
        c.write(GET)
        await c.until(/200/)
        c.end()
        await c.untilEnd()
      },
      'new active idle closed',
    ],
    [
      'hijacked',
      { handler: (ctx) => ctx.hijack((s) => void s.end('bye')) },
      async (c) => {
        c.write(GET)
        await c.until(/bye/)
        c.end()
        await c.untilClosed()
      },
      'new active hijacked',
    ],
  ])('%s', async (_, options, talk, expected) => {
    const states: string[] = []
    const server = await start({
      handler() {},
      ...options,
      connState: (_conn, state) => void states.push(state),
    })
    const client = await server.connect()
    await talk(client)
    client.destroy()
    await eventually(() => server.server.openConnectionsCount() === 0)
    await turns()
    expect(states.join(' ')).toBe(expected)
  })
})

describe('limits of connections', () => {
  test('concurrency: 503, and room again afterwards', async () => {
    const server = await start({ handler: (ctx) => ctx.setBody('ok'), concurrency: 1 })
    const first = await server.connect()
    first.write(GET)
    await first.until(/ok/)
    const [refused] = await server.exchange(GET)
    expect(refused).toMatchObject({
      status: 503,
      body: 'The connection cannot be served because Server.Concurrency limit exceeded',
    })
    expect(server.server.rejectedConnectionsCount()).toBe(1)
    first.destroy()
    await eventually(() => server.server.openConnectionsCount() === 0)
    expect(statuses(await server.exchange(get('/', CLOSE)))).toEqual([200])
  })

  test('maxConnsPerIP: 429, and room again afterwards', async () => {
    const server = await start({ handler: (ctx) => ctx.setBody('ok'), maxConnsPerIP: 1 })
    const first = await server.connect()
    first.write(GET)
    await first.until(/ok/)
    expect(await server.exchange(GET)).toMatchObject([
      { status: 429, body: 'The number of connections from your ip exceeds MaxConnsPerIP' },
    ])
    expect(server.server.rejectedConnectionsCount()).toBe(0)
    first.destroy()
    await eventually(() => server.server.openConnectionsCount() === 0)
    expect(statuses(await server.exchange(get('/', CLOSE)))).toEqual([200])
  })

  test('maxConnsPerIP counts hijacked connections until they close', async () => {
    const server = await start({
      maxConnsPerIP: 1,
      handler(ctx) {
        ctx.setBody('ok')
        if (ctx.path() === '/hijack') ctx.hijack(async (s) => void (await once(s.resume(), 'end')))
      },
    })
    const first = await server.connect()
    first.write(get('/hijack'))
    await first.until(/ok/)
    await eventually(() => server.server.openConnectionsCount() === 0)
    expect(statuses(await server.exchange(GET))).toEqual([429])
    first.end()
    await first.untilClosed()
    await turns()
    expect(statuses(await server.exchange(get('/', CLOSE)))).toEqual([200])
  })
})

describe('hijack', () => {
  test.each(['sync', 'async'] as const)('hands over what was already read, %s', async (style) => {
    const hijack = (ctx: RequestCtx): void => {
      ctx.setStatusCode(101)
      ctx.response.header.set('Upgrade', 'echo')
      ctx.hijack(async (stream) => {
        for await (const chunk of stream) {
          stream.write(`<${chunk as Buffer}>`)
          if (String(chunk).includes('.')) break
        }
      })
    }
    const server = await start({
      handler:
        style === 'sync'
          ? hijack
          : async (ctx) => {
              await turns(2)
              hijack(ctx)
            },
    })
    const client = await server.connect()
    client.write(GET + 'early')
    await client.until(/<early>/)
    client.write('late.')
    expect(await client.untilEnd()).toMatch(
      /^HTTP\/1\.1 101 Switching Protocols\r\n[^]*\r\n\r\n<early><late\.>$/
    )
  })

  test('without a response', async () => {
    const server = await start({
      handler(ctx) {
        ctx.hijackSetNoResponse(true)
        ctx.hijack((s) => void s.write('raw'))
      },
    })
    const client = await server.connect()
    client.write(GET)
    expect(await client.untilEnd()).toBe('raw')
  })

  test('not when the client closes', async () => {
    const hijacked = vi.fn()
    const server = await start({ handler: (ctx) => ctx.hijack(hijacked) })
    expect(statuses(await server.exchange(get('/', CLOSE)))).toEqual([200])
    expect(hijacked).not.toHaveBeenCalled()
  })

  test('a handler that fails closes the connection', async () => {
    const server = await start({
      handler: (ctx) =>
        ctx.hijack(async () => {
          await turns(1)
          throw new Error('x')
        }),
    })
    expect(statuses(await server.exchange(GET))).toEqual([200])
    expect(server.log).toHaveLength(1)
  })

  test('keepHijackedConns leaves the connection to the handler', async () => {
    let stream: { end(text: string): void } | undefined
    const server = await start({
      keepHijackedConns: true,
      handler: (ctx) => ctx.hijack((s) => void (stream = s)),
    })
    const client = await server.connect()
    client.write(GET)
    await client.until(/200/)
    await turns(5)
    expect(client.ended).toBe(false)
    stream!.end('later')
    expect(await client.untilEnd()).toMatch(/later$/)
  })
})

describe('aborted requests leave nothing behind', () => {
  const stages: [string, string, Partial<ServerOptions>][] = [
    ['in the head', 'GET / HT', {}],
    ['in the body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc', {}],
    ['in a chunk', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na', {}],
    [
      'after 100',
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n',
      {},
    ],
    [
      'in the handler',
      GET,
      {
        handler: (ctx) =>
          new Promise((resolve) => ctx.signal.addEventListener('abort', () => resolve())),
      },
    ],
    [
      'in a streamed request body',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc',
      {
        streamRequestBody: true,
        handler: async (ctx) => {
          for await (const _ of ctx.requestBodyStream()!);
        },
      },
    ],
    [
      'in a streamed response',
      GET,
      { handler: (ctx) => ctx.setBodyStream(new Readable({ read() {} })) },
    ],
    [
      'in a large response',
      GET,
      { handler: (ctx) => ctx.response.setBodyRaw(Buffer.alloc(50_000_000)) },
    ],
    [
      'in a written response',
      GET,
      {
        handler: (ctx) =>
          ctx.setBodyStreamWriter(async (w) => {
            for (;;) {
              w.write(Buffer.alloc(100_000))
              await w.flush()
            }
          }),
      },
    ],
    ['idle', GET, {}],
  ]
  test.each(stages)('%s', async (_, raw, options) => {
    const server = await start({ handler: (ctx) => ctx.setBody('ok'), ...options })
    for (let i = 0; i < 20; i++) {
      const client = await server.connect()
      client.write(raw)
      await turns(2)
      client.destroy()
    }
    await eventually(() => server.server.openConnectionsCount() === 0)
    await server.server.shutdown()
  })
})

test('supertest-like clients on the port find the server', async () => {
  const server = await start({ handler: (ctx) => ctx.setBody('ok') })
  const client = await connectTCP(portOf(server.server))
  client.write(get('/', CLOSE))
  expect(statuses(parseResponses(await client.untilEnd()))).toEqual([200])
})
