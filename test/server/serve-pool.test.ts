import type { Socket } from 'node:net'
import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import type { RequestCtx, RequestHandler, ServerOptions } from '../../src/index.js'
import { kTakesExchange } from '../../src/server/exchange.js'
import type { ServeConn } from '../../src/server/serve-conn.js'
import { serve, turns, type RawClient, type Served } from '../helpers/raw-client.js'

/** What only the first connection brings. */
const SECRET = 'zq7secret'
const READ_TIMEOUT_MS = 60_000

const get = (path: string, extra = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: a.example\r\n${extra}\r\n`
const post = (path: string, length: number, body: string, extra = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${length}\r\n${extra}\r\n${body}`
const chunked = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${body}`

/** All that a handler is shown of its connection and request, apart from what differs between any two connections. */
function view(ctx: RequestCtx): unknown {
  const owner = ctx._owner as ServeConn
  return {
    number: ctx.connRequestNum(),
    method: ctx.method(),
    target: ctx.requestURI(),
    fields: [...ctx.request.header.all()],
    trailers: ctx.request.header._trailerFields,
    body: ctx.postBody(),
    user: ctx.userValue('user') ?? null,
    tls: ctx.isTLS(),
    close: ctx.request.header.connectionClose(),
    answer: [...ctx.response.header.all()],
    aborted: owner.signalOf().aborted,
    timed: owner.deadline > 0,
  }
}

let served: (Served & { server: { openConnectionsCount(): number } }) | undefined
afterEach(async () => {
  await served?.close()
  served = undefined
})

/** Which object served a request, by target. */
type Owners = Map<string, RequestCtx['_owner']>

/** Serves one connection at a time: a second one is let in when the first is forgotten. */
async function start(
  handlers: Record<string, RequestHandler>,
  options: Partial<ServerOptions> = {}
) {
  const owners: Owners = new Map()
  const conns: { id: number; age: number; port: number | undefined }[] = []
  const handler: RequestHandler = (ctx) => {
    owners.set(ctx.requestURI(), ctx._owner)
    const own = handlers[ctx.path()]
    if (own !== undefined) return own(ctx)
    conns.push({
      id: ctx.connID(),
      age: ctx.time().getTime() - ctx.connTime().getTime(),
      port: (ctx.remoteAddr() as { port?: number }).port,
    })
    ctx.setBodyString(JSON.stringify(view(ctx)))
  }
  Object.assign(handler, {
    [kTakesExchange]: (header: { requestURI(): string }) => header.requestURI() === '/exchange',
  })
  served = await serve({
    logger: { printf() {} },
    maxConnsPerIP: 1,
    maxRequestsPerConn: 5,
    readTimeout: READ_TIMEOUT_MS,
    maxRequestBodySize: 1000,
    headerReceived: (header) =>
      header.requestURI() === '/configured'
        ? { readTimeout: 20, writeTimeout: 1, maxRequestBodySize: 2000 }
        : undefined,
    errorHandler(ctx, err) {
      const target = ctx.requestURI()
      owners.set(`error ${target}`, ctx._owner)
      ctx.error(JSON.stringify([(err as { code?: string }).code, view(ctx)]), 400)
    },
    ...options,
    handler,
  })
  return { owners, conns }
}

async function untilForgotten(): Promise<void> {
  while (served!.server.openConnectionsCount() > 0) await turns(1)
}

/** A connection that goes through all states: what the server sent. */
async function probe(): Promise<string> {
  const client = await served!.connect()
  const answers = async (count: number): Promise<void> => {
    await client.until(new RegExp(`(HTTP/1.1 [^]*?\\r\\n\\r\\n[^]*?){${count}}`))
  }
  client.write('GET /pro')
  await turns()
  client.write('be HTTP/1.1\r\nHost: b.example\r\n\r\n')
  await answers(1)
  client.write(post('/probe', 3, 'abc') + get('/probe'))
  await answers(3)
  client.write(chunked('/probe', '3\r\nxyz\r\n0\r\nT: v\r\n\r\n'))
  await answers(4)
  // Above the limit of the options: a broken head after four answers, with an error that sees the ctx of no request.
  client.write('BROKEN\r\n\r\n')
  client.end()
  await client.untilEnd()
  client.destroy()
  await untilForgotten()
  return client.received.replaceAll(/^Date: .*$/gm, 'Date')
}

/** What the first connection does, from its opening to its end. */
type Act = (client: RawClient) => void | Promise<void>

const hijacked: { stream?: Duplex } = {}
let settle = (): void => {}

const HANDLERS: Record<string, RequestHandler> = {
  '/secret': (ctx) => {
    ctx.setUserValue('user', SECRET)
    ctx.response.header.set('X-Secret', SECRET)
    ctx.setBodyString(SECRET)
  },
  '/async': async (ctx) => {
    ctx.setUserValue('user', SECRET)
    await turns(2)
    ctx.setBodyString(SECRET)
  },
  '/throw': () => {
    throw new Error(SECRET)
  },
  '/timeout': (ctx) => ctx.timeoutError(SECRET),
  '/hijack': (ctx) => {
    ctx.hijack((stream) => {
      hijacked.stream = stream
      stream.write(SECRET)
    })
  },
  '/huge': (ctx) => ctx.setBody(Buffer.alloc(32 << 20, SECRET)),
  '/pending': async (ctx) => {
    ctx.setUserValue('user', SECRET)
    await new Promise<void>((resolve) => (settle = resolve))
    ctx.setBodyString(SECRET)
  },
  '/exchange': (ctx) => {
    const exchange = ctx._takeExchange()
    exchange.write(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`)
    exchange.end(false)
  },
  '/stream': (ctx) => ctx.setBodyStreamWriter((w) => void w.write(SECRET)),
}

const closing = 'Connection: close\r\n'

/** Ways a connection ends that leave what served it free for the next. */
const REUSED: [name: string, act: Act][] = [
  ['one that closes', async (a) => (a.write(get('/secret', closing)), void (await a.untilEnd()))],
  ['a body', async (a) => {
    a.write(post('/secret', SECRET.length, SECRET, `X: ${SECRET}\r\n`))
    await a.until(/secret$/)
  }],
  ['a body that came in parts', async (a) => {
    a.write(post('/secret', SECRET.length + 2, SECRET))
    await turns()
    a.write('ab')
    await a.until(/secret$/)
  }],
  ['a chunked body with trailers', async (a) => {
    a.write(chunked('/secret', `9\r\n${SECRET}\r\n0\r\nT: ${SECRET}\r\n\r\n`))
    await a.until(/secret$/)
  }],
  ['an asynchronous handler', async (a) => (a.write(get('/async')), void (await a.until(/secret$/)))],
  ['a handler that fails', async (a) => (a.write(get('/throw')), void (await a.untilEnd()))],
  ['an answer by timeoutError', async (a) => (a.write(get('/timeout')), void (await a.until(/secret$/)))],
  ['as many requests as are allowed, in one write', async (a) => {
    a.write(get('/secret').repeat(7))
    await a.untilEnd()
  }],
  ['a head that is cut off', async (a) => {
    a.write(get('/secret') + `GET /${SECRET} HTTP/1.1\r\nX: ${SECRET}\r\n`)
    await a.until(/secret$/)
  }],
  ['a broken head', async (a) => (a.write(get('/secret') + `${SECRET} \r\n\r\n`), void (await a.untilEnd()))],
  ['a body that is cut off', async (a) => {
    a.write(get('/secret') + post('/secret', 500, SECRET))
    a.end()
    await a.untilEnd()
  }],
  ['a broken chunk', async (a) => (a.write(get('/secret') + chunked('/secret', 'zz\r\n')), void (await a.untilEnd()))],
  ['a body above the limit', async (a) => (a.write(get('/secret') + post('/secret', 5000, SECRET)), void (await a.untilEnd()))],
  ['limits of its own, and a body that is late', async (a) => {
    a.write(get('/secret') + post('/configured', 1500, SECRET))
    await a.untilEnd()
  }],
  ['an unread answer', async (a) => (a.write(get('/secret') + get('/huge')), void (await a.until(/secret$/)))],
  ['requests while it closes', async (a) => {
    a.write(get('/secret', closing))
    await a.untilEnd()
    a.write(get('/secret') + post('/secret', 500, SECRET))
    await turns()
  }],
  ['a hijacked connection', async (a) => {
    a.write(get('/secret') + get('/hijack') + SECRET)
    await a.until(/secretHTTP[^]*secret$/)
    a.destroy()
    while (!hijacked.stream!.closed) await turns(1)
  }],
] // prettier-ignore

/** Ways that leave it with somebody who may use it later. */
const LENT: [name: string, act: Act, target: string][] = [
  ['an exchange', async (a) => (a.write(get('/exchange')), void (await a.until(/\r\n\r\n/))), '/exchange'],
  ['a body stream', async (a) => (a.write(get('/stream')), void (await a.until(/secret/))), '/stream'],
] // prettier-ignore

describe('what served a connection', () => {
  test.each(REUSED)('shows nothing of it to the next one: %s', async (_name, act) => {
    await start(HANDLERS)
    const expected = await probe()
    expect(expected.match(/HTTP\/1.1 \d+/g)).toHaveLength(5)
    await served!.close()

    const { owners, conns } = await start(HANDLERS)
    const client = await served!.connect()
    await act(client)
    client.destroy()
    await untilForgotten()
    expect(await probe()).toBe(expected)

    const first = [...owners].find(([target]) => !target.includes('/probe'))![1]
    expect(owners.get('/probe')).toBe(first)
    for (const { age, port } of conns) {
      expect(age).toBeGreaterThanOrEqual(0)
      expect(port).toBeGreaterThan(0)
    }
    expect(new Set(conns.map(({ id }) => id)).size).toBe(1)
  })

  test.each(LENT)('serves no other one after %s', async (_name, act, target) => {
    const { owners } = await start(HANDLERS)
    const client = await served!.connect()
    await act(client)
    client.destroy()
    await untilForgotten()
    await probe()
    expect(owners.get('/probe')).not.toBe(owners.get(target))
  })

  test('serves no other one before its handler has settled', async () => {
    const { owners } = await start(HANDLERS)
    const client = await served!.connect()
    client.write(get('/pending'))
    while (!owners.has('/pending')) await turns(1)
    // One that has only ended could still read the answer.
    ;(client.stream as Socket).resetAndDestroy()
    await untilForgotten()
    const before = await probe()
    expect(owners.get('/probe')).not.toBe(owners.get('/pending'))
    // The one in use settles while another is served by the one that is free.
    const other = await served!.connect()
    settle()
    await turns()
    other.destroy()
    await untilForgotten()
    expect(await probe()).toBe(before)
  })

  test('is not ended by a thenable that settles twice', async () => {
    let again = (): void => {}
    const { owners } = await start({
      ...HANDLERS,
      '/twice': () =>
        ({
          then(done: () => void) {
            again = done
            done()
          },
        }) as Promise<void>,
    })
    const first = await served!.connect()
    first.write(get('/twice', closing))
    await first.untilEnd()
    first.destroy()
    await untilForgotten()
    const second = await served!.connect()
    second.write(get('/pending'))
    while (!owners.has('/pending')) await turns(1)
    expect(owners.get('/pending')).toBe(owners.get('/twice'))
    again()
    await turns()
    expect(second.received).toBe('')
    settle()
    await second.until(/secret$/)
    second.destroy()
  })
})

/** Fields that need not be set for a new connection, and why. */
const KEPT: Record<string, string> = {
  '#ctx': 'a condition of #retire',
  '#running': 'a condition of #retire',
  '#lent': 'a condition of #retire',
  '#exchange': 'lent',
  '#taken': 'lent',
  '#pump': 'lent',
  '#stash': 'dropped by onClose',
  '#input': 'null outside the loop',
  '#inputEnd': 'set with #input',
  '#pos': 'set when a head was read or a body is',
  '#now': 'set by each read',
  '#maxBody': 'set by each request',
  '#onSettled': 'holds the object alone',
  '#onRejected': 'holds the object alone',
  '#parser': 'let go of by #releaseParser',
  '#server': 'that of all connections',
  '#late': 'null outside the loop',
  '#options': 'those of all connections',
  '#owner': 'the object itself',
  '#reader': 'started with each body',
  '#maxBytes': 'set with #collector',
}

test.each<[path: string, methods: string[]]>([
  ['serve-conn', ['attach', '#retire']],
  ['output', ['reset']],
  ['conn-deadlines', ['accepted']],
  ['output-watch', ['reset']],
  ['body-intake', ['clear', 'reset']],
  ['input-stash', ['drop']],
])('each field of %s is set for a new connection', (path, methods) => {
  const source = readFileSync(new URL(`../../src/server/${path}.ts`, import.meta.url), 'utf8')
  const fields = [...source.matchAll(/^ {2}(?:readonly )?(#?\w+)(?:: [^=({]+?)?(?: = .*)?$/gm)]
  const names = fields.map((match) => match[1]!)
  expect(names.length).toBeGreaterThan(1)
  const bodies = methods.map((name) => {
    const start = source.search(new RegExp(`^ {2}${name}\\(.*\\{$`, 'm'))
    expect(start).toBeGreaterThan(0)
    return source.slice(start, source.indexOf('\n  }\n', start))
  })
  const text = bodies.join('\n').replaceAll(/this\.(\w+) = this\./g, 'this.$1 = 0; this.')
  const isSet = (name: string): boolean =>
    new RegExp(`this\\.${name}(?: =|\\??\\.(?:reset|clear|accepted|drop)\\()`).test(text)
  expect(names.filter((name) => !isSet(name) && !(name in KEPT))).toEqual([])
})
