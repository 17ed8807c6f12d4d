import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client } from '../../src/client/client.js'
import { toFetch } from '../../src/client/to-fetch.js'
import { until } from './helpers/raw-server.js'

const client = new Client()
const ours = toFetch(client)
let server: http.Server
let base: string
/** The same server, as another origin. */
let other: string

beforeAll(async () => {
  server = http.createServer((req, res) => {
    const url = new URL(req.url!, 'http://a')
    const to = url.searchParams.get('to')
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      if (url.pathname === '/redirect') {
        // One redirect to itself leads to the next.
        const location = to!.startsWith('?') ? req.url! : to!
        res.writeHead(Number(url.searchParams.get('status') ?? 302), { location })
        return res.end('moved')
      }
      if (url.pathname === '/status') {
        res.writeHead(Number(to), { 'X-A': 'b', 'Set-Cookie': ['a=b', 'c=d'] })
        return res.end()
      }
      if (url.pathname === '/coded') {
        const encoders = {
          gzip: zlib.gzipSync,
          deflate: zlib.deflateSync,
          br: zlib.brotliCompressSync,
        }
        res.setHeader('Content-Encoding', to!)
        return res.end(encoders[to as 'gzip']('compressed '.repeat(1000)))
      }
      if (url.pathname === '/bytes') {
        const encoding = url.searchParams.get('encoding')
        if (encoding !== null) res.setHeader('Content-Encoding', encoding.split(';'))
        return res.end(Buffer.from(to!, 'base64url'))
      }
      if (url.pathname === '/nowhere') {
        res.writeHead(302)
        return res.end('nowhere')
      }
      if (url.pathname === '/broken') {
        res.writeHead(200, { 'Content-Length': 10 })
        res.write('abc')
        return void setImmediate(() => res.destroy())
      }
      if (url.pathname === '/silent') return
      if (url.pathname === '/endless') return void res.write('x')
      const {
        authorization,
        cookie,
        'content-type': type,
        'content-language': language,
        'transfer-encoding': coding,
        'content-length': length,
        host,
      } = req.headers
      res.setHeader('Content-Type', 'application/json')
      res.end(
        JSON.stringify({
          method: req.method,
          url: req.url,
          authorization,
          cookie,
          type,
          language,
          coding,
          length,
          host,
          body: Buffer.concat(chunks).toString(),
        })
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  other = `http://localhost:${(server.address() as net.AddressInfo).port}`
  base = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`
})
afterAll(async () => {
  client.closeIdleConnections()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Path of a body of these bytes. */
function bytes(content: string | Uint8Array, encoding?: string): string {
  const to = Buffer.from(content as string).toString('base64url')
  return `/bytes?to=${to}` + (encoding === undefined ? '' : `&encoding=${encoding}`)
}

function sha256(content: string): string {
  return 'sha256-' + createHash('sha256').update(content).digest('base64')
}

describe('does what the fetch of Node does', () => {
  type Case = [name: string, path: string, init?: () => RequestInit]
  const cached = (cache: string, headers = {}): RequestInit => Object.assign({ headers }, { cache })
  const stream = (): ReadableStream => new Blob(['streamed']).stream()
  const CASES: Case[] = [
    ['GET', '/x?y=z'],
    ['POST of text', '/', () => ({ method: 'POST', body: 'hello' })],
    ['POST of bytes', '/', () => ({ method: 'POST', body: Buffer.from('bytes') })],
    ['POST of a form', '/', () => ({ method: 'POST', body: new URLSearchParams({ a: 'b c' }) })],
    [
      'POST of a stream',
      '/',
      () => ({ method: 'POST', body: stream(), duplex: 'half' }) as RequestInit,
    ],
    [
      'PUT with fields',
      '/',
      () => ({ method: 'PUT', body: 'x', headers: { authorization: 'me', 'content-type': 'a/b' } }),
    ],
    ['DELETE', '/', () => ({ method: 'DELETE' })],
    ['HEAD', '/', () => ({ method: 'HEAD' })],
    ['a redirect', '/redirect?to=/after'],
    ['a redirect of a POST, 302', '/redirect?to=/after', () => ({ method: 'POST', body: 'x' })],
    [
      'a redirect of a POST, 303',
      '/redirect?status=303&to=/after',
      () => ({ method: 'POST', body: 'x' }),
    ],
    [
      'a redirect of a POST, 307',
      '/redirect?status=307&to=/after',
      () => ({ method: 'POST', body: 'x' }),
    ],
    ['a redirect that is not followed', '/redirect?to=/after', () => ({ redirect: 'manual' })],
    ...['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH'].flatMap((method): Case[] =>
      [301, 302, 303, 307, 308].map((status): Case => {
        const body = method === 'GET' || method === 'HEAD' ? {} : { body: 'x' }
        const headers = { 'content-language': 'en', 'content-type': 'a/b', authorization: 'me' }
        return [
          `a redirect of ${method}, ${status}`,
          `/redirect?status=${status}&to=/after`,
          () => ({ method, headers, ...body }),
        ]
      })
    ),
    [
      'credentials on the way to another origin',
      '/redirect?to=OTHER/after',
      () => ({ headers: { authorization: 'me', cookie: 'a=b' } }),
    ],
    ['no store', '/', () => cached('no-store')],
    ['no cache', '/', () => cached('no-cache')],
    ['reload', '/', () => cached('reload', { 'cache-control': 'x' })],
    ['a fragment', '/redirect?to=/after#there'],
    ['a relative redirect', '/redirect?to=b%3Fq%23there'],
    ['a redirect to a path beyond ASCII', '/redirect?to=' + encodeURIComponent('/caf\xc3\xa9')],
    ['a redirect without a location', '/nowhere'],
    ['300', '/status?to=300'],
    ['a fragment of the URL itself', '/x#there'],
    ...[
      '/a%20b?c d',
      "/a'(b)*!~|",
      '//double//',
      '/../up',
      '/%2e%2e/x',
      '/a%2Fb',
      '/%zz',
      '/é?é=é',
      '/\\x',
    ].map((path): Case => [`the path ${path}`, path]),
    ['POST of a blob', '/', () => ({ method: 'POST', body: new Blob(['x'], { type: 'a/b' }) })],
    ['POST of nothing', '/', () => ({ method: 'POST' })],
    ['POST of no bytes', '/', () => ({ method: 'POST', body: new Uint8Array(0) })],
    ['a Host of its own', '/host', () => ({ headers: { host: 'other.test' } })],
    [
      'several values of a field',
      '/',
      () => ({
        headers: [
          ['cookie', 'a'],
          ['cookie', 'b'],
        ],
      }),
    ],
    ['integrity', bytes('hello'), () => ({ integrity: sha256('hello') })],
    ['204', '/status?to=204'],
    ['205', '/status?to=205'],
    ['304', '/status?to=304'],
    ['404 and cookies', '/status?to=404'],
    ['gzip', '/coded?to=gzip'],
    ['deflate', '/coded?to=deflate'],
    ['br', '/coded?to=br'],
    ['HEAD of gzip', '/coded?to=gzip', () => ({ method: 'HEAD' })],
    ['deflate without its wrapper', bytes(zlib.deflateRawSync('raw'), 'deflate')],
    ['two codings', bytes(zlib.brotliCompressSync(zlib.gzipSync('two')), 'gzip, br')],
    ['two codings in two lines', bytes(zlib.gzipSync(zlib.gzipSync('two')), 'gzip;gzip')],
    ['capitals', bytes(zlib.gzipSync('capitals'), 'GZIP')],
    ['a coding nobody knows', bytes('as it is', 'rot13')],
    ['a coding nobody knows beside one', bytes('as it is', 'rot13, gzip')],
    ['gzip of nothing', bytes('', 'gzip')],
    ['br of nothing', bytes('', 'br')],
    ['deflate of nothing', bytes('', 'deflate')],
    ['gzip that ends early', bytes(zlib.gzipSync('x'.repeat(5000)).subarray(0, 20), 'gzip')],
  ]
  async function describeResponse(fetcher: typeof fetch, path: string, init?: RequestInit) {
    const response = await fetcher(base + path.replace('OTHER', encodeURIComponent(other)), init)
    const { status, statusText, ok, url, redirected, type } = response
    return {
      kind: type,
      status,
      statusText,
      ok,
      url,
      redirected,
      body: await response.text(),
      hasBody: response.body !== null,
      type: response.headers.get('content-type'),
      coding: response.headers.get('transfer-encoding'),
      other: response.headers.get('x-a'),
      cookies: response.headers.getSetCookie(),
    }
  }
  test.each(CASES)('%s', async (_, path, init) => {
    const expected = await describeResponse(fetch, path, init?.())
    expect(await describeResponse(ours, path, init?.())).toEqual(expected)
  })

  test('a Request as input', async () => {
    const request = (): globalThis.Request =>
      new globalThis.Request(base + '/r', { method: 'POST', body: 'x' })
    const answers = await Promise.all([fetch(request()), ours(request())])
    const [theirs, mine] = await Promise.all(
      answers.map((response) => response.json() as Promise<{ body: string }>)
    )
    expect(mine!.body).toBe(theirs!.body)
  })

  test('a Request as input is sent again after a redirect', async () => {
    const request = (): globalThis.Request =>
      new globalThis.Request(base + '/redirect?status=307&to=/r', { method: 'POST', body: 'x' })
    const { body: sent, url } = (await (await ours(request())).json()) as Record<string, string>
    expect({ sent, url }).toEqual({ sent: 'x', url: '/r' })
    expect(await (await fetch(request())).json()).toMatchObject({ body: 'x', url: '/r' })
  })

  test.each<[string, () => string, RequestInit]>([
    ['a redirect where none may be', () => base + '/redirect?to=/', { redirect: 'error' }],
    ['endless redirects', () => base + '/redirect?to=' + encodeURIComponent('?to=%3F'), {}],
    ['a redirect to nowhere where none may be', () => base + '/nowhere', { redirect: 'error' }],
    ['a redirect to another scheme', () => base + '/redirect?to=data:,x', {}],
    ['a redirect to what is no URL', () => base + '/redirect?to=http://[', {}],
    ['a URL of another scheme', () => 'ftp://127.0.0.1/', {}],
    ['another body', () => base + bytes('hello'), { integrity: sha256('goodbye') }],
  ])('%s is a TypeError', async (_, url, init) => {
    const failed = { name: 'TypeError', message: 'fetch failed' }
    await expect(fetch(url(), init)).rejects.toMatchObject(failed)
    await expect(ours(url(), init)).rejects.toMatchObject(failed)
  })

  test.each<[string, string]>([
    ['is not compressed', bytes('plain', 'gzip')],
    ['breaks off', '/broken'],
  ])('a body that %s', async (_, path) => {
    for (const fetcher of [fetch, ours]) {
      const response = await fetcher(base + path)
      await expect(response.text()).rejects.toMatchObject({
        name: 'TypeError',
        message: 'terminated',
      })
    }
  })

  test('URLs that need no network', async () => {
    expect(await (await ours('data:,hello')).text()).toBe('hello')
  })
})

test('a redirect to another origin with credentials in its URL', async () => {
  const location = other.replace('://', '://u:p@') + '/after'
  const url = `${base}/redirect?to=${encodeURIComponent(location)}`
  await expect(fetch(url)).rejects.toThrow(TypeError)
  await expect(ours(url)).rejects.toThrow(TypeError)
})

test('a body stream is not sent again', async () => {
  const init = (): RequestInit =>
    ({ method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' }) as RequestInit
  const url = base + '/redirect?status=307&to=/after'
  await expect(fetch(url, init())).rejects.toThrow(TypeError)
  await expect(ours(url, init())).rejects.toThrow(TypeError)
  expect((await ours(base + '/redirect?status=303&to=/after', init())).status).toBe(200)
})

test('a clone says and holds the same', async () => {
  const response = await ours(base + '/redirect?to=/after')
  const copy = response.clone()
  const again = copy.clone()
  for (const one of [response, copy, again]) {
    expect([one.url, one.redirected, one.type]).toEqual([base + '/after', true, 'basic'])
    expect(await one.json()).toMatchObject({ url: '/after' })
    expect(one).toBeInstanceOf(globalThis.Response)
  }
  expect(() => response.clone()).toThrow(TypeError)
})

test('a network error is a TypeError with its cause', async () => {
  await expect(ours('http://127.0.0.1:1/')).rejects.toMatchObject({
    name: 'TypeError',
    message: 'fetch failed',
    cause: { code: 'FH_ERR_DIAL_WITH_UPSTREAM' },
  })
})

test.each([
  ['more codings than anybody needs', bytes('x', Array(6).fill('gzip').join())],
  ['a status that no Response can have', '/status?to=999'],
])('%s: the connection is closed', async (_, path) => {
  const own = new Client()
  await expect(toFetch(own)(base + path)).rejects.toThrow(TypeError)
  await until(() => own.connsCount() === own.idleConnsCount())
})

test('a signal, before, while waiting and while reading', async () => {
  const reason = new Error('enough')
  await expect(ours(base, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const waiting = new AbortController()
  const call = ours(base + '/silent', { signal: waiting.signal })
  setTimeout(() => waiting.abort(reason), 10)
  await expect(call).rejects.toBe(reason)
  const reading = new AbortController()
  const response = await ours(base + '/endless', { signal: reading.signal })
  const text = response.text()
  reading.abort(reason)
  await expect(text).rejects.toBe(reason)
  expect(client.pendingRequests()).toBe(0)
})

test('cancelling the body closes the connection', async () => {
  const own = new Client()
  const response = await toFetch(own)(base + '/endless')
  expect(own.connsCount()).toBe(1)
  await response.body!.cancel()
  await until(() => own.connsCount() === 0)
})
