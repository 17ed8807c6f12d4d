import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import tls from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { HostClient } from '../../src/client/host-client.js'
import { FIFO, LIFO, type HostClientOptions } from '../../src/client/options.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'
import { CA, CLIENT_CERT, CLIENT_KEY, SERVER_CERT, SERVER_KEY } from './helpers/certificates.js'
import { rawServer, until, type RawServer } from './helpers/raw-server.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function raw(answer: Parameters<typeof rawServer>[0]): Promise<RawServer> {
  const server = await rawServer(answer)
  cleanups.push(() => server.close())
  return server
}

async function serveNode(listener: http.RequestListener, path?: string): Promise<{ port: number }> {
  const server = http.createServer(listener)
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { port: path === undefined ? (server.address() as net.AddressInfo).port : 0 }
}

async function serveTLS(options: https.ServerOptions, listener: http.RequestListener) {
  const server = https.createServer({ cert: SERVER_CERT, key: SERVER_KEY, ...options }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { server, port: (server.address() as net.AddressInfo).port }
}

function clientOf(port: number, options: Partial<HostClientOptions> = {}): HostClient {
  const client = new HostClient({ addr: `127.0.0.1:${port}`, ...options })
  cleanups.push(() => client.closeIdleConnections())
  return client
}

function requestTo(url: string, method = 'GET'): Request {
  const req = new Request()
  req.setRequestURI(url)
  req.header.setMethod(method)
  return req
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (err: { code: string }) => err.code
  )

describe('options', () => {
  test.each<[string, unknown, string]>([
    ['no address', {}, 'FH_ERR_INVALID_OPTION'],
    ['an empty address', { addr: '' }, 'FH_ERR_INVALID_OPTION'],
    ['a number as text', { addr: 'a:1', readTimeout: '5' }, 'FH_ERR_INVALID_OPTION'],
    ['NaN', { addr: 'a:1', readTimeout: NaN }, 'FH_ERR_INVALID_OPTION'],
    ['dial that is none', { addr: 'a:1', dial: 1 }, 'FH_ERR_INVALID_OPTION'],
    [
      'another strategy',
      { addr: 'a:1', connPoolStrategy: 2 },
      'FH_ERR_CONN_POOL_STRATEGY_NOT_IMPL',
    ],
  ])('%s', (_, options, code) => {
    expect(() => new HostClient(options as HostClientOptions)).toThrow(
      expect.objectContaining({ code })
    )
  })
})

describe('pool', () => {
  /** Runs two calls side by side, so that two connections exist, then single ones; returns which connection served each. */
  async function order(connPoolStrategy: 0 | 1): Promise<number[]> {
    const ports: number[] = []
    const server = await raw((socket) => {
      ports.push(socket.remotePort!)
      setImmediate(() => socket.write(OK))
    })
    const client = clientOf(server.port, { connPoolStrategy })
    await Promise.all([client.get(server.url), client.get(server.url)])
    for (let i = 0; i < 3; i++) await client.get(server.url)
    const [first, second] = ports
    expect(first).not.toBe(second)
    return ports.slice(2).map((port) => [first, second].indexOf(port))
  }
  test('FIFO takes turns', async () => {
    expect(await order(FIFO)).toEqual([0, 1, 0])
  })
  test('LIFO stays with the last one', async () => {
    expect(await order(LIFO)).toEqual([1, 1, 1])
  })

  test('no connection is left and none is waited for', async () => {
    const server = await raw((socket) => setTimeout(() => socket.write(OK), 20))
    const client = clientOf(server.port, { maxConns: 2 })
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(client.get(server.url))))
    expect(codes).toEqual(['none', 'none', 'FH_ERR_NO_FREE_CONNS'])
    expect(server.connections()).toBe(2)
  })

  test('calls that wait are served in order', async () => {
    const server = await raw((socket) => setImmediate(() => socket.write(OK)))
    const client = clientOf(server.port, { maxConns: 1, maxConnWaitTimeout: 5000 })
    const done: number[] = []
    await Promise.all([0, 1, 2, 3].map((i) => client.get(server.url).then(() => done.push(i))))
    expect(done).toEqual([0, 1, 2, 3])
    expect(server.connections()).toBe(1)
  })

  test('waiting ends with maxConnWaitTimeout', async () => {
    const server = await raw(() => {})
    const client = clientOf(server.port, { maxConns: 1, maxConnWaitTimeout: 30 })
    const first = codeOf(client.get(server.url, { timeout: 200 }))
    await until(() => server.requests.length === 1)
    expect(await codeOf(client.get(server.url))).toBe('FH_ERR_NO_FREE_CONNS')
    expect(await first).toBe('FH_ERR_TIMEOUT')
  })

  test('waiting ends with the deadline of the call if that is earlier', async () => {
    const server = await raw(() => {})
    const client = clientOf(server.port, { maxConns: 1, maxConnWaitTimeout: 5000 })
    const first = codeOf(client.get(server.url, { timeout: 200 }))
    expect(await codeOf(client.get(server.url, { timeout: 30 }))).toBe('FH_ERR_TIMEOUT')
    await first
  })

  test('a connection that closes lets the next one dial', async () => {
    const server = await raw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
    )
    const client = clientOf(server.port, { maxConns: 1, maxConnWaitTimeout: 5000 })
    await Promise.all([1, 2, 3].map(() => client.get(server.url)))
    expect(server.connections()).toBe(3)
    expect(client.connsCount()).toBe(0)
  })

  test('an idle connection closes after maxIdleConnDuration', async () => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port, { maxIdleConnDuration: 20 })
    await client.get(server.url)
    expect(client.idleConnsCount()).toBe(1)
    await until(() => client.connsCount() === 0 && server.open() === 0)
  })

  test('a connection above maxConnDuration asks the server to close', async () => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port, { maxConnDuration: 10 })
    const req = requestTo(server.url)
    await client.do(req)
    const start = Date.now()
    await until(() => Date.now() - start > 15)
    await client.do(req)
    expect(server.requests[0]).not.toContain('Connection')
    expect(server.requests[1]).toContain('\r\nConnection: close\r\n')
    expect(req.connectionClose()).toBe(false)
    await until(() => server.open() === 0)
  })

  test.each<[string, (socket: net.Socket) => void]>([
    ['bytes', (socket) => socket.write('x')],
    ['a whole response', (socket) => socket.write(OK)],
    ['an end', (socket) => socket.end()],
    ['a reset', (socket) => socket.resetAndDestroy()],
  ])('an idle connection is dropped on %s', async (_, disturb) => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port)
    await client.get(server.url)
    for (const socket of server.sockets) disturb(socket)
    await until(() => client.connsCount() === 0)
    expect((await client.get(server.url)).body).toBe('ok')
    expect(server.connections()).toBe(2)
  })

  test('setMaxConns, counters and closeIdleConnections', async () => {
    const server = await raw((socket) => setImmediate(() => socket.write(OK)))
    const client = clientOf(server.port)
    const calls = [1, 2, 3].map(() => client.get(server.url))
    expect(client.pendingRequests()).toBe(3)
    expect(client.connsCount()).toBe(3)
    await Promise.all(calls)
    expect([client.pendingRequests(), client.idleConnsCount()]).toEqual([0, 3])
    expect(Date.now() - client.lastUseTime()).toBeLessThan(60_000)
    client.setMaxConns(1)
    expect(await codeOf(Promise.all([client.get(server.url), client.get(server.url)]))).toBe('none')
    client.closeIdleConnections()
    expect(client.connsCount()).toBe(0)
  })

  test('close waits for calls and refuses new ones', async () => {
    const server = await raw((socket) => setTimeout(() => socket.write(OK), 20))
    const client = clientOf(server.port)
    const call = client.get(server.url)
    const closed = client.close()
    expect(await codeOf(client.get(server.url))).toBe('FH_ERR_CLIENT_CLOSED')
    expect((await call).body).toBe('ok')
    await closed
    expect(client.connsCount()).toBe(0)
  })

  test('await using closes', async () => {
    const server = await raw((socket) => socket.write(OK))
    {
      await using client = new HostClient({ addr: `127.0.0.1:${server.port}` })
      await client.get(server.url)
    }
    await until(() => server.open() === 0)
  })
})

describe('addresses', () => {
  test('several are taken in turn', async () => {
    const a = await raw((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\na'))
    const b = await raw((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nb'))
    const client = new HostClient({ addr: `127.0.0.1:${a.port}, 127.0.0.1:${b.port}` })
    let bodies = ''
    for (let i = 0; i < 4; i++) bodies += (await client.get(a.url)).body
    expect(bodies).toBe('abab')
  })

  test('one that refuses is passed over', async () => {
    const dead = await rawServer(() => {})
    await dead.close()
    const live = await raw((socket) => socket.write(OK))
    const client = new HostClient({ addr: `127.0.0.1:${dead.port},127.0.0.1:${live.port}` })
    cleanups.push(() => client.closeIdleConnections())
    expect((await client.get(live.url)).body).toBe('ok')
  })

  test('none that answers', async () => {
    const dead = await rawServer(() => {})
    await dead.close()
    const client = clientOf(dead.port)
    await expect(client.get(dead.url)).rejects.toMatchObject({
      code: 'FH_ERR_DIAL_WITH_UPSTREAM',
      upstream: `127.0.0.1:${dead.port}`,
      cause: { code: 'ECONNREFUSED' },
    })
    expect(client.connsCount()).toBe(0)
  })

  test('a unix socket', async () => {
    const path = join(tmpdir(), `fasthttp-${process.pid}-${Date.now()}.sock`)
    await serveNode((_req, res) => void res.end('unix'), path)
    const client = new HostClient({ addr: `unix:${path}` })
    cleanups.push(() => client.closeIdleConnections())
    expect((await client.get('http://localhost/')).body).toBe('unix')
  })

  test('dial gives a socket, dialTimeout goes before it', async () => {
    const server = await raw((socket) => socket.write(OK))
    const dialed: unknown[] = []
    const client = clientOf(server.port, {
      dial: () => Promise.reject(new Error('not this one')),
      dialTimeout: (addr, ms) => {
        dialed.push(addr, ms > 0)
        return net.connect(server.port, '127.0.0.1')
      },
    })
    expect((await client.get(server.url)).body).toBe('ok')
    expect((await client.get(server.url)).body).toBe('ok')
    expect(dialed).toEqual([`127.0.0.1:${server.port}`, true])
  })

  test('what dial throws is the cause', async () => {
    const cause = new Error('no')
    const client = clientOf(1, {
      dial: () => {
        throw cause
      },
    })
    await expect(client.get('http://127.0.0.1:1/')).rejects.toMatchObject({
      code: 'FH_ERR_DIAL_WITH_UPSTREAM',
      cause,
    })
  })

  test('an https URI on a client of plain HTTP', async () => {
    const client = clientOf(1)
    expect(await codeOf(client.get('https://127.0.0.1:1/'))).toBe(
      'FH_ERR_HOST_CLIENT_REDIRECT_TO_DIFFERENT_SCHEME'
    )
  })
})

describe('retries', () => {
  /** Closes the first `failures` requests without an answer. */
  const failing = (failures: number): Promise<RawServer> =>
    raw((socket, n) => (n < failures ? socket.destroy() : void socket.write(OK)))

  test.each([
    ['GET', 4, 'none', 5],
    ['GET', 5, 'FH_ERR_CONNECTION_CLOSED', 5],
    ['HEAD', 1, 'none', 2],
    ['PUT', 1, 'none', 2],
    ['POST', 1, 'FH_ERR_CONNECTION_CLOSED', 1],
    ['DELETE', 1, 'FH_ERR_CONNECTION_CLOSED', 1],
    ['PATCH', 1, 'FH_ERR_CONNECTION_CLOSED', 1],
  ])('%s with %i failures: %s after %i requests', async (method, failures, code, requests) => {
    const server = await failing(failures)
    const client = clientOf(server.port)
    const resp = new Response()
    resp.skipBody = method === 'HEAD'
    expect(await codeOf(client.do(requestTo(server.url, method), resp))).toBe(code)
    expect(server.requests.length).toBe(requests)
  })

  test('maxIdempotentCallAttempts and its spelling in Go', async () => {
    for (const options of [{ maxIdempotentCallAttempts: 2 }, { maxIdemponentCallAttempts: 2 }]) {
      const server = await failing(9)
      await codeOf(clientOf(server.port, options).get(server.url))
      expect(server.requests.length).toBe(2)
    }
  })

  test('the hooks, in order of precedence', async () => {
    const seen: unknown[] = []
    const server = await failing(1)
    const client = clientOf(server.port, {
      retryIf: () => (seen.push('retryIf'), false),
      retryIfErr: () => (seen.push('retryIfErr'), { retry: false }),
      retryIfErrUpstream: (req, attempts, err, upstream) => {
        seen.push(req.header.method(), attempts, (err as { code?: string }).code, upstream)
        return { retry: true }
      },
    })
    expect(await codeOf(client.do(requestTo(server.url, 'POST')))).toBe('none')
    expect(seen).toEqual(['POST', 1, 'FH_ERR_CONNECTION_CLOSED', `127.0.0.1:${server.port}`])
  })

  test('retryIf allows a POST, retryIfErr forbids a GET', async () => {
    const server = await failing(1)
    const post = clientOf(server.port, { retryIf: () => true })
    expect(await codeOf(post.do(requestTo(server.url, 'POST')))).toBe('none')
    const other = await failing(1)
    const get = clientOf(other.port, { retryIfErr: () => ({ retry: false }) })
    expect(await codeOf(get.get(other.url))).toBe('FH_ERR_CONNECTION_CLOSED')
  })

  test('a hook that throws fails the call', async () => {
    const server = await failing(1)
    const client = clientOf(server.port, {
      retryIfErr: () => {
        throw new Error('hook')
      },
    })
    await expect(client.get(server.url)).rejects.toThrow('hook')
    expect(client.pendingRequests()).toBe(0)
  })

  test('a body stream is not sent again', async () => {
    const server = await failing(1)
    const client = clientOf(server.port)
    const req = requestTo(server.url, 'PUT')
    req.setBodyStream(Readable.from(['a']), 1)
    expect(await codeOf(client.do(req))).not.toBe('none')
    expect(server.connections()).toBe(1)
  })

  test('a malformed response is not asked for again', async () => {
    const server = await raw((socket) => socket.write('nonsense\r\n\r\n'))
    const client = clientOf(server.port)
    expect(await codeOf(client.get(server.url))).toBe('FH_ERR_READING_RESPONSE_HEADERS')
    expect(server.requests.length).toBe(1)
  })

  test('readTimeout is tried again, the deadline of the call is not', async () => {
    const server = await raw((socket, n) => {
      if (n === 1) socket.write(OK)
    })
    const client = clientOf(server.port, { readTimeout: 30 })
    expect((await client.get(server.url)).body).toBe('ok')
    expect(server.requests.length).toBe(2)
    expect(await codeOf(client.get(server.url, { timeout: 20 }))).toBe('FH_ERR_TIMEOUT')
    expect(server.requests.length).toBe(3)
  })

  test('resetTimeout starts the time limit anew', async () => {
    const server = await raw((socket, n) => {
      if (n < 3) setTimeout(() => socket.destroy(), 30)
      else socket.write(OK)
    })
    const client = clientOf(server.port, {
      retryIfErr: () => ({ retry: true, resetTimeout: true }),
    })
    expect(await codeOf(client.get(server.url, { timeout: 70 }))).toBe('none')
  })
})

describe('limits of a call', () => {
  test.each([0, -1, NaN])('%d milliseconds fail without a request', async (ms) => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port)
    expect(await codeOf(client.doTimeout(requestTo(server.url), null, ms))).toBe('FH_ERR_TIMEOUT')
    expect(await codeOf(client.getTimeout(server.url, ms))).toBe('FH_ERR_TIMEOUT')
    expect(
      await codeOf(client.doDeadline(requestTo(server.url), null, new Date(Date.now() - 1)))
    ).toBe('FH_ERR_TIMEOUT')
    expect(server.connections()).toBe(0)
    expect(client.pendingRequests()).toBe(0)
  })

  test.each<[string, (client: HostClient, url: string) => Promise<unknown>]>([
    ['doTimeout', (client, url) => client.doTimeout(requestTo(url), null, 30)],
    [
      'doDeadline',
      (client, url) => client.doDeadline(requestTo(url), null, new Date(Date.now() + 30)),
    ],
    ['getTimeout', (client, url) => client.getTimeout(url, 30)],
    ['getDeadline', (client, url) => client.getDeadline(url, Date.now() + 30)],
    ['post', (client, url) => client.post(url, 'x', { timeout: 30 })],
    [
      'Request.setTimeout',
      (client, url) => {
        const req = requestTo(url)
        req.setTimeout(30)
        return client.do(req)
      },
    ],
  ])('%s', async (_, call) => {
    const server = await raw(() => {})
    const client = clientOf(server.port)
    await expect(call(client, server.url)).rejects.toMatchObject({
      code: 'FH_ERR_TIMEOUT',
      timeout: true,
    })
    expect([client.connsCount(), client.pendingRequests()]).toEqual([0, 0])
    await until(() => server.open() === 0)
  })

  test('no limit is hit by a fast answer', async () => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port, { readTimeout: 5000, writeTimeout: 5000 })
    for (let i = 0; i < 3; i++) expect((await client.getTimeout(server.url, 5000)).body).toBe('ok')
    expect(server.connections()).toBe(1)
  })

  test('writeTimeout ends a request nobody reads', async () => {
    const server = net.createServer({ pauseOnConnect: true }, () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => server.close())
    const { port } = server.address() as net.AddressInfo
    const client = clientOf(port, { writeTimeout: 50, maxIdempotentCallAttempts: 1 })
    const req = requestTo(`http://127.0.0.1:${port}/`, 'POST')
    req.setBodyRaw(Buffer.alloc(32 * 1024 * 1024))
    expect(await codeOf(client.do(req))).toBe('FH_ERR_TIMEOUT')
  })
})

describe('signal', () => {
  test('aborted before: nothing is sent', async () => {
    const client = clientOf(1)
    const reason = new Error('why')
    await expect(
      client.get('http://127.0.0.1:1/', { signal: AbortSignal.abort(reason) })
    ).rejects.toMatchObject({
      code: 'FH_ERR_ABORTED',
      name: 'AbortError',
      cause: reason,
    })
    expect(client.pendingRequests()).toBe(0)
  })

  test('aborted while the response is waited for: the connection closes', async () => {
    const server = await raw(() => {})
    const client = clientOf(server.port)
    const abort = new AbortController()
    const call = codeOf(client.get(server.url, { signal: abort.signal }))
    await until(() => server.requests.length === 1)
    abort.abort()
    expect(await call).toBe('FH_ERR_ABORTED')
    expect([client.connsCount(), client.pendingRequests()]).toEqual([0, 0])
    await until(() => server.open() === 0)
  })

  test('aborted while a connection is waited for', async () => {
    const server = await raw((socket) => setTimeout(() => socket.write(OK), 30))
    const client = clientOf(server.port, { maxConns: 1, maxConnWaitTimeout: 5000 })
    const first = client.get(server.url)
    const abort = new AbortController()
    const second = codeOf(client.get(server.url, { signal: abort.signal }))
    abort.abort()
    expect(await second).toBe('FH_ERR_ABORTED')
    expect((await first).body).toBe('ok')
    expect(server.requests.length).toBe(1)
  })

  test('aborted afterwards: nothing happens, and no listener is left', async () => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port)
    const abort = new AbortController()
    let listeners = 0
    const { signal } = abort
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = ((...args: Parameters<typeof add>) => (
      listeners++,
      add(...args)
    )) as typeof add
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => (
      listeners--,
      remove(...args)
    )) as typeof remove
    await client.get(server.url, { signal })
    expect(listeners).toBe(0)
    abort.abort()
    expect((await client.get(server.url)).body).toBe('ok')
    expect(server.connections()).toBe(1)
  })
})

describe('request bodies', () => {
  const echo: http.RequestListener = (req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const { 'content-length': length, 'transfer-encoding': coding } = req.headers
      res.setHeader('X-Framing', String(length ?? coding))
      res.setHeader('X-Trailer', JSON.stringify(req.trailers))
      res.end(Buffer.concat(chunks))
    })
  }
  const big = Buffer.alloc(3_000_000, 'abcdefghij')

  test.each<[string, (req: Request) => void, string, Buffer]>([
    ['text', (req) => req.setBody('hello'), '5', Buffer.from('hello')],
    ['text beyond ASCII', (req) => req.setBody('hé€😀'), '10', Buffer.from('hé€😀')],
    ['bytes', (req) => req.setBody(Buffer.of(0, 255, 10)), '3', Buffer.of(0, 255, 10)],
    ['many bytes', (req) => req.setBodyRaw(big), String(big.length), big],
    ['long text', (req) => req.setBody(big.toString()), String(big.length), big],
    ['nothing', () => {}, '0', Buffer.alloc(0)],
    ['arguments', (req) => req.postArgs().set('a b', 'c&d'), '9', Buffer.from('a+b=c%26d')],
    [
      'a stream of known length',
      (req) => req.setBodyStream(Readable.from([big]), big.length),
      String(big.length),
      big,
    ],
    [
      'a stream',
      (req) => req.setBodyStream(Readable.from([Buffer.from('a'), big])),
      'chunked',
      Buffer.concat([Buffer.from('a'), big]),
    ],
    ['an empty stream', (req) => req.setBodyStream(Readable.from([])), 'chunked', Buffer.alloc(0)],
    [
      'a writer',
      (req) =>
        req.setBodyStreamWriter(async (w) => {
          w.write('one')
          await w.flush()
          w.write('two')
        }),
      'chunked',
      Buffer.from('onetwo'),
    ],
  ])('%s', async (_, set, framing, body) => {
    const { port } = await serveNode(echo)
    const client = clientOf(port)
    const req = requestTo(`http://127.0.0.1:${port}/`, 'POST')
    set(req)
    const resp = await client.do(req)
    expect(resp.header.peek('X-Framing')).toBe(framing)
    expect(resp.bodyBytes().equals(body)).toBe(true)
    expect(client.idleConnsCount()).toBe(1)
  })

  test('trailers', async () => {
    const { port } = await serveNode(echo)
    const req = requestTo(`http://127.0.0.1:${port}/`, 'POST')
    req.setBodyStream(Readable.from(['x']))
    req.header.setTrailer('X-Sum')
    req.header.set('X-Sum', '42')
    const resp = await clientOf(port).do(req)
    expect(resp.header.peek('X-Trailer')).toBe('{"x-sum":"42"}')
  })

  test.each<[string, Readable, number, string]>([
    ['too short', Readable.from(['ab']), 3, 'FH_ERR_BODY_STREAM_LENGTH'],
    ['too long', Readable.from(['abcd']), 3, 'FH_ERR_BODY_STREAM_LENGTH'],
    [
      'that fails',
      new Readable({
        read() {
          this.destroy(new Error('broken'))
        },
      }),
      -1,
      'FH_ERR_BODY_STREAM_WRITE_PANIC',
    ],
  ])('a stream %s', async (_, stream, size, code) => {
    const { port } = await serveNode(echo)
    const client = clientOf(port)
    const req = requestTo(`http://127.0.0.1:${port}/`, 'POST')
    req.setBodyStream(stream, size)
    expect(await codeOf(client.do(req))).toBe(code)
    expect([client.connsCount(), client.pendingRequests()]).toEqual([0, 0])
  })

  test('an answer before the whole request was sent ends the connection', async () => {
    const { port } = await serveNode((_req, res) => {
      res.writeHead(413)
      res.end('no')
    })
    const client = clientOf(port)
    const req = requestTo(`http://127.0.0.1:${port}/`, 'POST')
    let destroyed = false
    req.setBodyStream(
      new Readable({
        read() {
          this.push(Buffer.alloc(1000))
        },
        destroy(err, done) {
          destroyed = true
          done(err)
        },
        highWaterMark: 1000,
      })
    )
    // Its end never comes: only the answer can settle the call.
    expect((await client.do(req)).statusCode()).toBe(413)
    expect(client.connsCount()).toBe(0)
    await until(() => destroyed)
  })

  test('a slow server slows the stream down', async () => {
    const server = net.createServer({ pauseOnConnect: true }, () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => server.close())
    const { port } = server.address() as net.AddressInfo
    let produced = 0
    const req = requestTo(`http://127.0.0.1:${port}/`, 'POST')
    req.setBodyStream(
      new Readable({
        read() {
          produced += 65536
          this.push(Buffer.alloc(65536))
        },
      })
    )
    const abort = new AbortController()
    const call = codeOf(clientOf(port).do(req, null, { signal: abort.signal }))
    let before = -1
    await until(() => {
      const still = produced === before && produced > 0
      before = produced
      return still
    })
    expect(produced).toBeLessThan(64 * 1024 * 1024)
    abort.abort()
    expect(await call).toBe('FH_ERR_ABORTED')
  })
})

describe('Expect: 100-continue', () => {
  const expecting = (server: RawServer, body: string | Readable): Request => {
    const req = requestTo(server.url, 'POST')
    req.header.set('Expect', '100-continue')
    if (typeof body === 'string') req.setBody(body)
    else req.setBodyStream(body)
    return req
  }
  /** Sends what `onHead` writes when the head has come, and `OK` when the body has. */
  async function cautious(onHead: (socket: net.Socket) => void) {
    const seen = { beforeAnswer: '', all: '' }
    const server = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        const first = seen.all === ''
        seen.all += data.toString('latin1')
        if (first) {
          seen.beforeAnswer = seen.all
          onHead(socket)
        }
        if (/end$|0\r\n\r\n$/.test(seen.all)) socket.write(OK)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => server.close())
    const { port } = server.address() as net.AddressInfo
    return { seen, port, url: `http://127.0.0.1:${port}/` } as unknown as RawServer & {
      seen: typeof seen
    }
  }
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

  test.each<[string, () => string | Readable]>([
    ['text', () => 'the end'],
    ['a large body', () => 'x'.repeat(100_000) + 'end'],
    ['a stream', () => Readable.from(['a', 'b'])],
  ])('%s waits until it is asked for', async (_, body) => {
    const server = await cautious((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')
      socket.write(CONTINUE)
    })
    const client = clientOf(server.port)
    const resp = await client.do(expecting(server, body()))
    expect(resp.body()).toBe('ok')
    expect(server.seen.beforeAnswer).toMatch(/Expect: 100-continue[^]*\r\n\r\n$/)
    expect(client.idleConnsCount()).toBe(1)
  })

  test('a server that says nothing gets it all the same', async () => {
    const server = await cautious(() => {})
    const resp = await clientOf(server.port).do(expecting(server, 'the end'))
    expect(resp.body()).toBe('ok')
    expect(server.seen.all.endsWith('\r\n\r\nthe end')).toBe(true)
  })

  test('a refusal: the body is not sent, and the connection is not used again', async () => {
    const server = await cautious((socket) =>
      socket.write('HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno')
    )
    const client = clientOf(server.port)
    const resp = await client.do(expecting(server, 'the end'))
    expect([resp.statusCode(), resp.body()]).toEqual([417, 'no'])
    expect(server.seen.all).toBe(server.seen.beforeAnswer)
    await until(() => client.connsCount() === 0)
  })

  test('a time limit while it is held back', async () => {
    const server = await cautious(() => {})
    const client = clientOf(server.port)
    const call = client.do(expecting(server, 'the end'), null, { timeout: 30 })
    expect(await codeOf(call)).toBe('FH_ERR_TIMEOUT')
    expect(client.connsCount()).toBe(0)
  })

  test('without a body there is nothing to wait for', async () => {
    const server = await raw((socket) => socket.write(OK))
    const req = requestTo(server.url)
    req.header.set('Expect', '100-continue')
    expect((await clientOf(server.port).do(req)).body()).toBe('ok')
  })
})

describe('streamed responses', () => {
  async function streamed(
    listener: http.RequestListener,
    options: Partial<HostClientOptions> = {}
  ) {
    const { port } = await serveNode(listener)
    const client = clientOf(port, { streamResponseBody: true, ...options })
    const resp = await client.do(requestTo(`http://127.0.0.1:${port}/`))
    return { client, resp, stream: resp.bodyStream()!, port }
  }

  test('the call settles with the head', async () => {
    let finish!: () => void
    const { client, resp, stream } = await streamed((_req, res) => {
      res.writeHead(200, { 'X-A': 'b' })
      res.write('one')
      finish = () => res.end('two')
    })
    expect(resp.header.peek('X-A')).toBe('b')
    expect(resp.isBodyStream()).toBe(true)
    expect([client.connsCount(), client.idleConnsCount(), client.pendingRequests()]).toEqual([
      1, 0, 0,
    ])
    finish()
    expect((await stream.toArray()).join('')).toBe('onetwo')
    expect(client.idleConnsCount()).toBe(1)
  })

  test('while the request is still on its way', async () => {
    const { port } = await serveNode((req, res) => {
      res.flushHeaders()
      req.pipe(res)
    })
    const client = clientOf(port)
    const req = requestTo(`http://127.0.0.1:${port}/`)
    const body = new PassThrough()
    req.header.setMethod('POST')
    req.setBodyStream(body)
    const resp = new Response()
    resp.streamBody = true
    await client.do(req, resp)
    const stream = resp.bodyStream()!
    for (const text of ['one', 'two']) {
      body.write(text)
      const [echo] = (await once(stream, 'data')) as [Buffer]
      expect(echo.toString()).toBe(text)
    }
    body.end()
    await once(stream, 'end')
    expect([client.connsCount(), client.idleConnsCount()]).toEqual([1, 1])
  })

  test('after close it can still be read, and takes the connection with it', async () => {
    let finish!: () => void
    const { client, stream } = await streamed((_req, res) => {
      res.write('one')
      finish = () => res.end('two')
    })
    await client.close()
    expect(client.connsCount()).toBe(1)
    finish()
    expect((await stream.toArray()).join('')).toBe('onetwo')
    expect(client.connsCount()).toBe(0)
  })

  test('a large body goes through with back-pressure', async () => {
    const piece = Buffer.alloc(65536, 'x')
    let written = 0
    const { stream } = await streamed((_req, res) => {
      const more = (): void => {
        while (written < 64 * 1024 * 1024) {
          written += piece.length
          if (!res.write(piece)) return void res.once('drain', more)
        }
        res.end()
      }
      more()
    })
    let before = -1
    await until(() => {
      const still = written === before && written > 0
      before = written
      return still
    })
    expect(written).toBeLessThan(64 * 1024 * 1024)
    let size = 0
    for await (const chunk of stream) size += (chunk as Buffer).length
    expect(size).toBe(64 * 1024 * 1024)
  })

  test('destroying it closes the connection', async () => {
    const { client, stream } = await streamed((_req, res) => void res.write('endless'))
    stream.destroy()
    await until(() => client.connsCount() === 0)
  })

  test('reset of the response closes it too', async () => {
    const { client, resp } = await streamed((_req, res) => void res.write('endless'))
    resp.reset()
    await until(() => client.connsCount() === 0)
  })

  test('trailers are there at its end', async () => {
    const { resp, stream } = await streamed((_req, res) => {
      res.writeHead(200, { Trailer: 'X-Sum' })
      res.write('a')
      res.addTrailers({ 'X-Sum': '1' })
      res.end()
    })
    await stream.toArray()
    expect([...resp.header.trailers()]).toEqual([['X-Sum', '1']])
  })

  test('an early end of the connection is an error', async () => {
    const { client, stream } = await streamed((_req, res) => {
      res.writeHead(200, { 'Content-Length': 10 })
      res.write('abc')
      setImmediate(() => res.destroy())
    })
    expect(await codeOf(stream.toArray())).toBe('FH_ERR_UNEXPECTED_EOF')
    expect(client.connsCount()).toBe(0)
  })

  test('a signal ends it', async () => {
    const { port } = await serveNode((_req, res) => void res.write('endless'))
    const client = clientOf(port)
    const abort = new AbortController()
    const resp = new Response()
    resp.streamBody = true
    await client.do(requestTo(`http://127.0.0.1:${port}/`), resp, { signal: abort.signal })
    const read = codeOf(resp.bodyStream()!.toArray())
    abort.abort()
    expect(await read).toBe('FH_ERR_ABORTED')
    expect(client.connsCount()).toBe(0)
  })

  test('readTimeout limits the pauses', async () => {
    const { stream } = await streamed((_req, res) => void res.write('stops'), { readTimeout: 40 })
    expect(await codeOf(stream.toArray())).toBe('FH_ERR_TIMEOUT')
  })

  test('maxResponseBodySize does not limit it', async () => {
    const { stream } = await streamed((_req, res) => void res.end('hello'), {
      maxResponseBodySize: 2,
    })
    expect((await stream.toArray()).join('')).toBe('hello')
  })
})

describe('redirects', () => {
  test('are followed on the same host only by URI, sent to the own address', async () => {
    const server = await raw((socket, n) => {
      socket.write(
        n === 0
          ? 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/x?y#z\r\nContent-Length: 0\r\n\r\n'
          : OK
      )
    })
    const client = clientOf(server.port)
    expect((await client.get(server.url)).body).toBe('ok')
    expect(server.requests[1]).toMatch(/^GET \/x\?y HTTP\/1\.1\r\n[^]*Host: elsewhere\.test\r\n/)
  })
  test('to another scheme fail', async () => {
    const server = await raw((socket) =>
      socket.write('HTTP/1.1 302 Found\r\nLocation: https://a.test/\r\nContent-Length: 0\r\n\r\n')
    )
    expect(await codeOf(clientOf(server.port).get(server.url))).toBe(
      'FH_ERR_HOST_CLIENT_REDIRECT_TO_DIFFERENT_SCHEME'
    )
  })
})

describe('TLS', () => {
  const secure = (port: number, options: Partial<HostClientOptions> = {}): HostClient => {
    const client = new HostClient({
      addr: `localhost:${port}`,
      isTLS: true,
      tls: { ca: CA },
      ...options,
    })
    cleanups.push(() => client.closeIdleConnections())
    return client
  }
  const describeSocket: http.RequestListener = (req, res) => {
    const socket = req.socket as tls.TLSSocket & { servername?: string }
    res.end(
      JSON.stringify({
        servername: socket.servername,
        reused: socket.isSessionReused(),
        client: socket.getPeerCertificate().subject?.CN,
      })
    )
  }

  test('a trusted certificate, SNI, and connections that are reused', async () => {
    const { port } = await serveTLS({}, describeSocket)
    const client = secure(port)
    const first = await client.get(`https://localhost:${port}/`)
    expect(first.json()).toMatchObject({ servername: 'localhost', reused: false })
    await client.get(`https://localhost:${port}/`)
    expect(client.connsCount()).toBe(1)
  })

  test('sessions are continued', async () => {
    const { port } = await serveTLS({}, describeSocket)
    const client = secure(port)
    await client.get(`https://localhost:${port}/`)
    // Tickets of TLS 1.3 come with the first data of the connection or behind it.
    await client.get(`https://localhost:${port}/`)
    client.closeIdleConnections()
    expect((await client.get(`https://localhost:${port}/`)).json()).toMatchObject({ reused: true })
  })

  test('no SNI for an IP address, one of its own with servername', async () => {
    const { port } = await serveTLS({}, describeSocket)
    const plain = secure(port, { addr: `127.0.0.1:${port}` })
    expect(
      (await plain.get(`https://127.0.0.1:${port}/`)).json<{ servername: unknown }>().servername
    ).toBe(false)
    const named = secure(port, { tls: { ca: CA, servername: 'example.test' } })
    expect((await named.get(`https://localhost:${port}/`)).json()).toMatchObject({
      servername: 'example.test',
    })
  })

  test.each<[string, Partial<HostClientOptions>, string]>([
    ['an authority nobody knows', { tls: {} }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['another name', { tls: { ca: CA, servername: 'other.test' } }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s is refused', async (_, options, code) => {
    const { port } = await serveTLS({}, describeSocket)
    const client = secure(port, options)
    await expect(client.get(`https://localhost:${port}/`)).rejects.toMatchObject({
      code: 'FH_ERR_DIAL_WITH_UPSTREAM',
      cause: { code },
    })
    expect(client.connsCount()).toBe(0)
  })

  test('rejectUnauthorized: false takes any', async () => {
    const { port } = await serveTLS({}, describeSocket)
    const client = secure(port, { tls: { rejectUnauthorized: false } })
    expect((await client.get(`https://localhost:${port}/`)).statusCode).toBe(200)
  })

  test('a client certificate', async () => {
    const { port } = await serveTLS(
      { ca: CA, requestCert: true, rejectUnauthorized: true },
      describeSocket
    )
    const client = secure(port, { tls: { ca: CA, cert: CLIENT_CERT, key: CLIENT_KEY } })
    expect((await client.get(`https://localhost:${port}/`)).json()).toMatchObject({
      client: 'test client',
    })
  })

  test('a handshake that is not answered', async () => {
    const server = net.createServer(() => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => server.close())
    const client = secure((server.address() as net.AddressInfo).port, { writeTimeout: 50 })
    expect(await codeOf(client.get('https://localhost/'))).toBe('FH_ERR_TLS_HANDSHAKE_TIMEOUT')
    expect(client.connsCount()).toBe(0)
  })

  test('a server without TLS', async () => {
    const server = await raw((socket) => socket.write(OK))
    for (const socket of server.sockets) socket.on('data', () => socket.end(OK))
    const client = secure(server.port, { writeTimeout: 300 })
    expect(await codeOf(client.get('https://localhost/'))).not.toBe('none')
    expect(client.connsCount()).toBe(0)
  })

  test('a TLS socket of dial is used as it is', async () => {
    const { port } = await serveTLS({}, describeSocket)
    const client = secure(port, {
      dial: async () => {
        const socket = tls.connect({ port, host: '127.0.0.1', ca: CA, servername: 'example.test' })
        await once(socket, 'secureConnect')
        return socket
      },
    })
    expect((await client.get(`https://localhost:${port}/`)).json()).toMatchObject({
      servername: 'example.test',
    })
  })

  test('a large body', async () => {
    const { port } = await serveTLS({}, (req, res) => void req.pipe(res))
    const client = secure(port)
    const body = Buffer.alloc(2_000_000, 'tls')
    const { bodyBytes } = await client.post(`https://localhost:${port}/`, body)
    expect(bodyBytes.equals(body)).toBe(true)
  })
})

describe('transport', () => {
  test('makes the exchanges, retries included', async () => {
    const results = [{ retry: true, err: new Error('first') }, { retry: false }]
    const client = clientOf(1, {
      transport: {
        async roundTrip(_client, req, resp) {
          resp.setStatusCode(201)
          resp.setBody(req.header.method())
          return results.shift()!
        },
      },
    })
    const { statusCode, body } = await client.get('http://127.0.0.1:1/')
    expect([statusCode, body, results.length]).toEqual([201, 'GET', 0])
    expect(client.pendingRequests()).toBe(0)
  })

  test('can take connections of the pool', async () => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port)
    const conn = await client.acquireConn()
    expect(conn.createdTime()).toBeLessThanOrEqual(conn.lastUseTime())
    expect([client.connsCount(), client.idleConnsCount()]).toEqual([1, 0])
    client.releaseConn(conn)
    expect(client.idleConnsCount()).toBe(1)
    expect((await client.get(server.url)).body).toBe('ok')
    client.closeConn(await client.acquireConn())
    expect(client.connsCount()).toBe(0)
    expect(server.connections()).toBe(1)
  })

  test('a signal ends the waiting for one, and none is lost', async () => {
    const server = await raw((socket) => socket.write(OK))
    const client = clientOf(server.port, { maxConns: 1, maxConnWaitTimeout: 5000 })
    const conn = await client.acquireConn()
    const abort = new AbortController()
    const waiting = client.acquireConn(0, { signal: abort.signal })
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'FH_ERR_ABORTED' })
    client.releaseConn(conn)
    expect((await client.get(server.url)).body).toBe('ok')
    expect([client.connsCount(), client.idleConnsCount()]).toEqual([1, 1])
  })
})
