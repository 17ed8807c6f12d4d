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

describe('does what the fetch of Node does', () => {
  type Case = [name: string, path: string, init?: () => RequestInit]
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
    ['a fragment', '/redirect?to=/after#there'],
    ['204', '/status?to=204'],
    ['304', '/status?to=304'],
    ['404 and cookies', '/status?to=404'],
    ['gzip', '/coded?to=gzip'],
    ['deflate', '/coded?to=deflate'],
    ['br', '/coded?to=br'],
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

  test.each<[string, () => string, RequestInit]>([
    ['a redirect where none may be', () => base + '/redirect?to=/', { redirect: 'error' }],
    ['endless redirects', () => base + '/redirect?to=' + encodeURIComponent('?to=%3F'), {}],
    ['a URL of another scheme', () => 'ftp://127.0.0.1/', {}],
  ])('%s is a TypeError', async (_, url, init) => {
    await expect(fetch(url(), init)).rejects.toThrow(TypeError)
    await expect(ours(url(), init)).rejects.toThrow(TypeError)
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

test('a body that breaks', async () => {
  const response = await ours(base + '/broken')
  await expect(response.text()).rejects.toThrow()
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
  await expect(text).rejects.toThrow()
  expect(client.pendingRequests()).toBe(0)
})

test('cancelling the body closes the connection', async () => {
  const own = new Client()
  const response = await toFetch(own)(base + '/endless')
  expect(own.connsCount()).toBe(1)
  await response.body!.cancel()
  await until(() => own.connsCount() === 0)
})
