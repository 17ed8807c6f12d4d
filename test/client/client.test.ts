import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { Client } from '../../src/client/client.js'
import type { ClientOptions } from '../../src/client/options.js'
import * as functions from '../../src/client/default-client.js'
import { Args } from '../../src/http/args.js'
import { acquireRequest, releaseRequest, Request } from '../../src/http/request.js'
import { acquireResponse, releaseResponse, Response } from '../../src/http/response.js'
import { Server } from '../../src/index.js'
import { rawServer, until } from './helpers/raw-server.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Seen {
  method: string
  url: string
  headers: Record<string, string>
  names: string[]
  body: string
}

/** Answers by what the path says: `/redirect/CODE?LOCATION` redirects, all others give the request back as JSON. */
async function echoServer(): Promise<number> {
  const server = http.createServer((req, res) => {
    let body = ''
    req.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
    req.on('end', () => {
      const redirect = /^\/redirect\/(\d+)(?:\?(.*))?$/.exec(req.url!)
      if (redirect !== null) {
        const location = redirect[2]
        res.writeHead(
          Number(redirect[1]),
          location === undefined ? {} : { location: decodeURIComponent(location) }
        )
        return res.end('moved')
      }
      const names = req.rawHeaders.filter((_, i) => i % 2 === 0)
      res.setHeader('Content-Type', 'application/json')
      res.end(
        JSON.stringify({ method: req.method, url: req.url, headers: req.headers, names, body })
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as net.AddressInfo).port
}

function clientOf(options: ClientOptions = {}): Client {
  const client = new Client(options)
  cleanups.push(() => client.closeIdleConnections())
  return client
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (err: { code: string }) => err.code
  )

describe('get', () => {
  test('gives status and body as text, bytes and JSON', async () => {
    const port = await echoServer()
    const result = await clientOf().get(`http://127.0.0.1:${port}/a?b=c`)
    expect(Object.keys(result)).toEqual(['statusCode', 'body'])
    expect(result.statusCode).toBe(200)
    expect(JSON.parse(result.body)).toMatchObject({ method: 'GET', url: '/a?b=c' })
    expect(result.bodyBytes.toString()).toBe(result.body)
    expect(result.json<Seen>().names).toEqual(['User-Agent', 'Host'])
  })

  test('a long body is text as well', async () => {
    const port = await echoServer()
    const result = await clientOf().post(`http://127.0.0.1:${port}/`, 'x'.repeat(100_000))
    expect(result.json<Seen>().body.length).toBe(100_000)
    expect(Object.keys(result)).toContain('body')
  })

  test('a body that is no JSON', async () => {
    const server = new Server({ handler: (ctx) => ctx.setBody('{') })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => new Promise((resolve) => server.close(resolve as () => void)))
    const client = clientOf()
    const result = await client.get(
      `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
    )
    expect(() => result.json()).toThrow(expect.objectContaining({ code: 'FH_ERR_INVALID_JSON' }))
    client.closeIdleConnections()
  })

  test('takes a URL object and headers', async () => {
    const port = await echoServer()
    const { body } = await clientOf().get(new URL(`http://127.0.0.1:${port}/`), {
      headers: { 'x-one': 'a', 'x-two': ['b', 'c'], 'User-Agent': 'me' },
    })
    expect(JSON.parse(body).headers).toMatchObject({
      'x-one': 'a',
      'x-two': 'b, c',
      'user-agent': 'me',
    })
  })

  test.each<[string, string, string]>([
    ['no host', '/path', 'FH_ERR_INVALID_HOST'],
    ['an empty URL', '', 'FH_ERR_INVALID_HOST'],
    ['a host that is none', 'http://a[b/', 'FH_ERR_INVALID_HOST'],
    ['another scheme', 'ftp://example.com/', 'FH_ERR_INVALID_URI'],
    ['a list of hosts', 'http://a,b/', 'FH_ERR_INVALID_HOST'],
    ['port 0', 'http://127.0.0.1:0/', 'FH_ERR_INVALID_HOST'],
    ['port 65536', 'http://127.0.0.1:65536/', 'FH_ERR_INVALID_HOST'],
  ])('%s', async (_, url, code) => {
    const client = clientOf()
    expect(await codeOf(client.get(url))).toBe(code)
    expect(await codeOf(client.post(url))).toBe(code)
    expect([client.connsCount(), client.pendingRequests()]).toEqual([0, 0])
    await client.close()
  })

  test.each([
    ['/é?ü', '/%C3%A9?%C3%BC'],
    ['/€', '/%E2%82%AC'],
    ['/é€', '/%C3%A9%E2%82%AC'],
    ['/%E9', '/%E9'],
  ])('%s is UTF-8, as text and as URL', async (path, sent) => {
    const port = await echoServer()
    const client = clientOf()
    const url = `http://127.0.0.1:${port}${path}`
    // Bytes of the same look are another URL.
    const req = new Request()
    req.setRequestURI(`http://127.0.0.1:${port}/é`)
    expect(JSON.parse((await client.do(req)).body()).url).toBe('/%E9')
    for (const target of [url, url, new URL(url)]) {
      const got = JSON.parse((await client.get(target)).body) as { url: string }
      const posted = JSON.parse((await client.post(target)).body) as { url: string }
      expect(posted.url).toBe(got.url)
      expect(got.url).toBe(new URL(sent, url).pathname + new URL(sent, url).search)
    }
  })

  test('many URLs', async () => {
    const port = await echoServer()
    const client = clientOf()
    for (let i = 0; i < 600; i++) {
      const { body } = await client.get(`http://127.0.0.1:${port}/${i % 300}`)
      expect(JSON.parse(body).url).toBe(`/${i % 300}`)
    }
    expect(client.connsCount()).toBe(1)
  })
})

describe('post', () => {
  test.each<[string, Parameters<Client['post']>[1], string | undefined, string]>([
    ['nothing', undefined, undefined, ''],
    ['text', 'hello', 'application/octet-stream', 'hello'],
    ['bytes', Buffer.from('hi'), 'application/octet-stream', 'hi'],
    ['Args', Object.assign(new Args(), {}), 'application/x-www-form-urlencoded', 'a=1&b=x+y'],
    [
      'URLSearchParams',
      new URLSearchParams('a=1&b=x+y'),
      'application/x-www-form-urlencoded',
      'a=1&b=x+y',
    ],
  ])('%s', async (_, body, type, sent) => {
    if (body instanceof Args) {
      body.set('a', '1')
      body.set('b', 'x y')
    }
    const port = await echoServer()
    const seen = (await clientOf().post(`http://127.0.0.1:${port}/`, body)).json<Seen>()
    expect([seen.method, seen.headers['content-type'], seen.body]).toEqual(['POST', type, sent])
    expect(seen.headers['content-length']).toBe(String(sent.length))
  })
})

describe('the request that is sent', () => {
  async function sent(
    prepare: (req: Request, port: number) => void,
    options?: ClientOptions
  ): Promise<Seen> {
    const port = await echoServer()
    const req = new Request()
    req.setRequestURI(`http://127.0.0.1:${port}/`)
    prepare(req, port)
    return (await clientOf(options).do(req)).bodyJSON<Seen>()
  }

  test('order of the lines', async () => {
    const { names } = await sent((req) => {
      req.header.set('X-B', '1')
      req.header.setCookie('a', 'b')
      req.header.setConnectionClose()
      req.header.set('X-A', '1')
      req.header.setMethod('POST')
      req.setBody('x')
    })
    expect(names).toEqual([
      'User-Agent',
      'Host',
      'Content-Type',
      'Content-Length',
      'X-B',
      'X-A',
      'Cookie',
      'Connection',
    ])
  })

  test.each<[string, ClientOptions, string | undefined]>([
    ['the default', {}, 'fasthttp'],
    ['name', { name: 'me' }, 'me'],
    ['none', { noDefaultUserAgentHeader: true }, undefined],
  ])('User-Agent: %s', async (_, options, agent) => {
    expect((await sent(() => {}, options)).headers['user-agent']).toBe(agent)
  })

  test('user information becomes basic authorization, over one that was set', async () => {
    const { headers, url } = await sent((req, port) => {
      req.setRequestURI(`http://us%65r:p%40ss@127.0.0.1:${port}/x#fragment`)
      req.header.set('Authorization', 'Bearer x')
    })
    expect(headers['authorization']).toBe('Basic ' + Buffer.from('user:p@ss').toString('base64'))
    expect(url).toBe('/x')
  })

  test('Host is that of the URI unless useHostHeader says otherwise', async () => {
    const set = (req: Request, use: boolean): void => {
      req.header.setHost('other.test')
      req.useHostHeader = use
    }
    expect((await sent((req) => set(req, false))).headers['host']).toMatch(/^127\.0\.0\.1:/)
    expect((await sent((req) => set(req, true))).headers['host']).toBe('other.test')
  })

  test('what URI holds is sent', async () => {
    const { url } = await sent((req) => {
      req.uri().setPath('/a/../b c')
      req.uri().queryArgs().set('q', 'x&y')
    })
    expect(url).toBe('/b%20c?q=x%26y')
  })

  test('disablePathNormalizing sends the path as it is', async () => {
    const { url } = await sent(
      (req, port) => req.setRequestURI(`http://127.0.0.1:${port}/a//../b%2fc`),
      { disablePathNormalizing: true }
    )
    expect(url).toBe('/a//../b%2fc')
  })

  test.each([
    [false, 'X-Name'],
    [true, 'x-nAME'],
  ])('disableHeaderNamesNormalizing %s', async (disableHeaderNamesNormalizing, name) => {
    const options = { disableHeaderNamesNormalizing }
    const port = await echoServer()
    const req = new Request()
    if (disableHeaderNamesNormalizing) req.header.disableNormalizing()
    req.setRequestURI(`http://127.0.0.1:${port}/`)
    req.header.set('x-nAME', '1')
    const resp = await clientOf(options).do(req)
    expect(resp.bodyJSON<Seen>().names).toContain(name)
  })

  test('a GET may have a body', async () => {
    expect(await sent((req) => req.setBody('x'))).toMatchObject({ method: 'GET', body: 'x' })
  })

  test('line breaks cannot start a line', async () => {
    const { headers } = await sent((req) => {
      req.header.set('X-A', 'a\r\nEvil: 1')
      req.header.setCookie('c', 'd\r\nEvil: 1')
      req.header.setUserAgent('u\nEvil: 1')
    })
    expect(headers['evil']).toBeUndefined()
  })

  test.each(['', 'GE T', 'G\r\nET', 'GÉT', '(GET)'])(
    'method %j cannot break the line',
    async (method) => {
      const server = await rawServer((socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\n'))
      cleanups.push(() => server.close())
      const req = new Request()
      req.setRequestURI(server.url)
      req.header.setMethod(method)
      await clientOf().do(req)
      expect(server.requests[0]).toMatch(
        /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ \/ HTTP\/1\.1\r\nUser-Agent/
      )
    }
  )

  test('request and response serve again', async () => {
    const port = await echoServer()
    const client = clientOf()
    const req = acquireRequest()
    const resp = acquireResponse()
    for (let i = 0; i < 3; i++) {
      req.reset()
      req.setRequestURI(`http://127.0.0.1:${port}/${i}`)
      if (i === 1) req.setBody('x')
      expect(await client.do(req, resp)).toBe(resp)
      expect(resp.bodyJSON<Seen>()).toMatchObject({ url: `/${i}`, body: i === 1 ? 'x' : '' })
      expect(resp.remoteAddr()).toMatchObject({ address: '127.0.0.1', port })
      expect(resp.localAddr()?.port).toBeGreaterThan(0)
    }
    releaseRequest(req)
    releaseResponse(resp)
  })

  test('a response that is kept does not change with the next one', async () => {
    const port = await echoServer()
    const client = clientOf()
    const kept: Response[] = []
    for (let i = 0; i < 4; i++) {
      const req = new Request()
      req.setRequestURI(`http://127.0.0.1:${port}/${'x'.repeat(i)}`)
      kept.push(await client.do(req))
    }
    for (const [i, resp] of kept.entries()) {
      expect(resp.bodyJSON<Seen>().url).toBe('/' + 'x'.repeat(i))
      expect(resp.header.contentLength()).toBe(resp.bodyBytes().length)
      expect(resp.header.contentType()).toBe('application/json')
    }
  })
})

describe('redirects', () => {
  const via = (port: number, code: number, location: string): string =>
    `http://127.0.0.1:${port}/redirect/${code}?${encodeURIComponent(location)}`

  test.each<[number, string, string, string]>([
    [301, 'GET', 'GET', ''],
    [301, 'POST', 'GET', 'x'],
    [301, 'PUT', 'PUT', 'x'],
    [302, 'POST', 'GET', 'x'],
    [302, 'HEAD', 'HEAD', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'HEAD', 'HEAD', ''],
    [307, 'POST', 'POST', 'x'],
    [308, 'POST', 'POST', 'x'],
    [308, 'PUT', 'PUT', 'x'],
  ])('%i of %s becomes %s with body %j', async (code, method, then, body) => {
    const port = await echoServer()
    const req = new Request()
    req.header.setMethod(method)
    req.setRequestURI(via(port, code, '/target?q'))
    if (body !== '' || code === 303) if (method !== 'HEAD') req.setBody('x')
    const resp = await clientOf().doRedirects(req, null, 5)
    expect(resp.statusCode()).toBe(200)
    expect(req.header.method()).toBe(then)
    expect(req.uri().requestURI()).toBe('/target?q')
    if (then === 'HEAD') return
    const seen = resp.bodyJSON<Seen>()
    expect([seen.method, seen.url, seen.body]).toEqual([then, '/target?q', body])
    if (code === 303) expect(seen.headers['content-type']).toBeUndefined()
  })

  test.each([300, 304, 305, 306, 309])('%i is no redirect', async (code) => {
    const port = await echoServer()
    expect((await clientOf().get(via(port, code, '/target'))).statusCode).toBe(code)
  })

  test.each([
    ['/x', '/x'],
    ['x', '/redirect/x'],
    ['?%2Fy', '/y'],
    ['//127.0.0.1:PORT/z', '/z'],
    ['http://localhost:PORT/z?a#b', '/z?a'],
  ])('Location %s', async (location, url) => {
    const port = await echoServer()
    const result = clientOf().get(via(port, 302, location.replace('PORT', String(port))))
    expect((await result).json<Seen>().url).toBe(url)
  })

  test('a Location of bytes beyond ASCII is escaped', async () => {
    const port = await echoServer()
    const server = net.createServer((socket) => {
      socket.on('data', () =>
        socket.end(
          Buffer.from(
            `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${port}/é\r\nContent-Length: 0\r\n\r\n`,
            'utf8'
          )
        )
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => server.close())
    const result = await clientOf().get(
      `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
    )
    expect(result.json<Seen>().url).toBe('/%C3%A9')
  })

  test('none, missing and too many', async () => {
    const port = await echoServer()
    const client = clientOf()
    const req = new Request()
    req.setRequestURI(via(port, 302, '/x'))
    expect((await client.do(req)).statusCode()).toBe(302)
    expect(await codeOf(client.doRedirects(req, null, 0))).toBe('FH_ERR_TOO_MANY_REDIRECTS')
    req.setRequestURI(via(port, 302, '/x'))
    expect(await codeOf(client.doRedirects(req, null, 1))).toBe('none')
    expect(await codeOf(client.get(`http://127.0.0.1:${port}/redirect/302`))).toBe(
      'FH_ERR_MISSING_LOCATION'
    )
    expect(await codeOf(client.get(via(port, 302, '/x'), { maxRedirects: 0 }))).toBe(
      'FH_ERR_TOO_MANY_REDIRECTS'
    )
    expect(client.pendingRequests()).toBe(0)
  })

  test.each([
    ['ftp://a/', 'FH_ERR_INVALID_URI'],
    ['http://a[b/', 'FH_ERR_INVALID_HOST'],
  ])('to %s', async (location, code) => {
    const port = await echoServer()
    expect(await codeOf(clientOf().get(via(port, 302, location)))).toBe(code)
  })

  /** Names of hosts all lead to the test server. */
  const anyHost = (port: number): ClientOptions => ({ dial: () => net.connect(port, '127.0.0.1') })
  const CREDENTIALS = {
    Authorization: 'Bearer x',
    Cookie: 'a=b',
    'Proxy-Authorization': 'y',
    Cookie2: 'z',
    'X-Other': 'kept',
  }

  test.each<[string, string[], boolean]>([
    ['the same host', ['http://a.test/'], true],
    ['the same host at another port', ['http://a.test:81/'], true],
    ['a sub-domain', ['http://b.a.test/'], true],
    ['another host', ['http://b.test/'], false],
    ['a name that ends like it', ['http://xa.test/'], false],
    ['its parent', ['http://test/'], false],
    ['another host and back', ['http://b.test/redirect/302?http:%2F%2Fa.test%2F'], false],
  ])('credentials on a redirect to %s', async (_, [location], kept) => {
    const port = await echoServer()
    const { body } = await clientOf(anyHost(port)).get(
      `http://a.test/redirect/307?${encodeURIComponent(location!)}`,
      { headers: CREDENTIALS }
    )
    const { headers } = JSON.parse(body) as Seen
    const names = ['authorization', 'cookie', 'proxy-authorization', 'cookie2'].filter(
      (name) => name in headers
    )
    expect(names.length).toBe(kept ? 4 : 0)
    expect(headers['x-other']).toBe('kept')
  })

  test('the time limit of a request holds for each hop, that of a call for all', async () => {
    let hops = 0
    const server = http.createServer((_req, res) => {
      setTimeout(() => {
        res.writeHead(hops++ < 4 ? 302 : 200, { location: '/' })
        res.end()
      }, 40)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => (server.closeAllConnections(), server.close()))
    const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
    const req = new Request()
    req.setRequestURI(url)
    req.setTimeout(150)
    expect(await codeOf(clientOf().doRedirects(req, null, 16))).toBe('none')
    hops = 0
    expect(await codeOf(clientOf().getTimeout(url, 100))).toBe('FH_ERR_TIMEOUT')
  })
})

describe('hosts', () => {
  test('each has a client of its own, told to configureClient once', async () => {
    const ports = [await echoServer(), await echoServer()]
    let configured = 0
    const client = clientOf({ configureClient: () => void configured++ })
    for (const port of [...ports, ...ports]) await client.get(`http://127.0.0.1:${port}/`)
    expect([configured, client.connsCount(), client.idleConnsCount()]).toEqual([2, 2, 2])
  })

  test('what configureClient throws fails the call, and nothing is kept', async () => {
    const port = await echoServer()
    let calls = 0
    const client = clientOf({
      configureClient: () => {
        if (calls++ === 0) throw new Error('not yet')
      },
    })
    await expect(client.get(`http://127.0.0.1:${port}/`)).rejects.toThrow('not yet')
    expect((await client.get(`http://127.0.0.1:${port}/`)).statusCode).toBe(200)
  })

  test('maxConnsPerHost counts by host', async () => {
    const ports = [await echoServer(), await echoServer()]
    const client = clientOf({ maxConnsPerHost: 1 })
    const codes = ports.flatMap((port) =>
      [1, 2].map(() => codeOf(client.get(`http://127.0.0.1:${port}/`)))
    )
    expect(await Promise.all(codes)).toEqual([
      'none',
      'FH_ERR_NO_FREE_CONNS',
      'none',
      'FH_ERR_NO_FREE_CONNS',
    ])
  })

  test('names are resolved', async () => {
    const port = await echoServer()
    expect((await clientOf().get(`http://localhost:${port}/`)).json<Seen>().headers['host']).toBe(
      `localhost:${port}`
    )
  })

  test('a name that does not exist', async () => {
    await expect(clientOf().get('http://does-not-exist.invalid/')).rejects.toMatchObject({
      code: 'FH_ERR_DIAL_WITH_UPSTREAM',
    })
  })
})

describe('with the server of this package', () => {
  test('passes requests and responses on as they are', async () => {
    const backend = await echoServer()
    const client = clientOf()
    const proxy = new Server({
      noDefaultDate: true,
      handler: async (ctx) => {
        const url = `http://127.0.0.1:${backend}${ctx.request.requestURI()}`
        ctx.request.setRequestURI(url)
        await client.do(ctx.request, ctx.response)
      },
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { port } = proxy.address() as net.AddressInfo
    const front = clientOf()
    const first = await front.post(`http://127.0.0.1:${port}/x?y`, 'hello', {
      headers: { 'X-A': 'b', Cookie: 'c=d' },
    })
    expect(first.json<Seen>()).toMatchObject({
      method: 'POST',
      url: '/x?y',
      body: 'hello',
      headers: { 'x-a': 'b', cookie: 'c=d' },
    })
    const req = new Request()
    req.setRequestURI(`http://127.0.0.1:${port}/`)
    const resp = await front.do(req)
    expect(resp.header.contentType()).toBe('application/json')
    expect(resp.header.peekAll('Date').length).toBe(1)
    expect(resp.header.peekAll('Content-Type').length).toBe(1)
    front.closeIdleConnections()
    client.closeIdleConnections()
    await new Promise((resolve) => proxy.close(resolve as () => void))
  })
})

describe('functions of the default client', () => {
  test('each makes its call', async () => {
    const port = await echoServer()
    const url = `http://127.0.0.1:${port}/f`
    const req = new Request()
    req.setRequestURI(url)
    const resp = new Response()
    const later = new Date(Date.now() + 10_000)
    const results = [
      (await functions.get(url)).json<Seen>(),
      (await functions.getTimeout(url, 10_000)).json<Seen>(),
      (await functions.getDeadline(url, later)).json<Seen>(),
      (await functions.post(url)).json<Seen>(),
      (await functions.doRequest(req)).bodyJSON<Seen>(),
      (await functions.doTimeout(req, resp, 10_000)).bodyJSON<Seen>(),
      (await functions.doDeadline(req, resp, later)).bodyJSON<Seen>(),
      (await functions.doRedirects(req, resp, 1)).bodyJSON<Seen>(),
    ]
    expect(results.map((seen) => seen.url)).toEqual(Array(8).fill('/f'))
  })
})

test('idle connections do not keep the process alive', async () => {
  const port = await echoServer()
  const client = clientOf({ maxIdleConnDuration: 600_000 })
  await client.get(`http://127.0.0.1:${port}/`)
  const handles = (): string[] =>
    process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')
  const before = handles().length
  await until(() => handles().length < before)
  await client.get(`http://127.0.0.1:${port}/`)
  expect(client.connsCount()).toBe(1)
})
