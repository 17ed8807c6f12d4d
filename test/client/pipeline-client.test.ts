import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { PipelineClient, type PipelineClientOptions } from '../../src/client/pipeline-client.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'
import { rawServer, until, type RawServer } from './helpers/raw-server.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function raw(answer: Parameters<typeof rawServer>[0]): Promise<RawServer> {
  const server = await rawServer(answer)
  cleanups.push(() => server.close())
  return server
}

function requestTo(url: string, path = '/'): Request {
  const req = new Request()
  req.setRequestURI(url.replace(/\/$/, '') + path)
  return req
}

const clientOf = (port: number, options: Partial<PipelineClientOptions> = {}): PipelineClient =>
  new PipelineClient({ addr: `127.0.0.1:${port}`, ...options })

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (err: { code: string }) => err.code
  )

const echoPath = (socket: net.Socket, request: string): void => {
  const body = request.split(' ')[1]!
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
}

test('many requests on one connection, answered in order', async () => {
  const server = await raw((socket, _n, request) => echoPath(socket, request))
  const client = clientOf(server.port)
  const calls = Array.from({ length: 500 }, (_, i) => client.do(requestTo(server.url, `/${i}`)))
  expect(client.pendingRequests()).toBe(500)
  const bodies = (await Promise.all(calls)).map((resp) => resp.body())
  expect(bodies).toEqual(Array.from({ length: 500 }, (_, i) => `/${i}`))
  expect([server.connections(), client.pendingRequests()]).toEqual([1, 0])
  await client.close()
  await until(() => server.open() === 0)
})

test('against node:http, with bodies of all sizes', async () => {
  const server = http.createServer((req, res) => void req.pipe(res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => (server.closeAllConnections(), server.close()))
  const { port } = server.address() as net.AddressInfo
  const client = clientOf(port)
  const sizes = [0, 1, 8191, 8192, 8193, 100_000, 1_000_000, 2]
  const answers = await Promise.all(
    sizes.map((size) => {
      const req = requestTo(`http://127.0.0.1:${port}`)
      req.header.setMethod('POST')
      req.setBody(Buffer.alloc(size, 'x'))
      return client.do(req)
    })
  )
  expect(answers.map((resp) => resp.bodyBytes().length)).toEqual(sizes)
  await client.close()
})

describe('answers', () => {
  const REPLIES = [
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  ]
  test.each([1, 2, 3, 7, 50, 1000])('in pieces of %i bytes', async (size) => {
    const text = REPLIES.join('')
    const server = await raw((socket, n) => {
      if (n !== REPLIES.length - 1) return
      const send = async (): Promise<void> => {
        for (let i = 0; i < text.length; i += size) {
          socket.write(text.slice(i, i + size))
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      void send()
    })
    const client = clientOf(server.port)
    const answers = await Promise.all(REPLIES.map(() => client.do(requestTo(server.url))))
    expect(answers.map((resp) => [resp.statusCode(), resp.body()])).toEqual([
      [200, 'ok'],
      [200, 'ok'],
      [204, ''],
      [304, ''],
      [200, 'ok'],
    ])
    expect([...answers[1]!.header.trailers()]).toEqual([['X', 'y']])
    await client.close()
  })

  test.each<[string, string, string]>([
    ['malformed', 'nonsense\r\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS'],
    [
      'broken chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx',
      'FH_ERR_BROKEN_CHUNK',
    ],
    [
      'a forbidden trailer',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: a\r\n\r\n',
      'FH_ERR_READING_RESPONSE_TRAILER',
    ],
    [
      'a head that is too large',
      'HTTP/1.1 200 OK\r\nX: ' + 'a'.repeat(20_000),
      'FH_ERR_SMALL_BUFFER',
    ],
    [
      'a storm of interim responses',
      'HTTP/1.1 102 X\r\n\r\n'.repeat(200),
      'FH_ERR_READING_RESPONSE_HEADERS',
    ],
    [
      'conflicting lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
      'FH_ERR_DUPLICATE_CONTENT_LENGTH',
    ],
  ])('%s fails all that were sent, and the next connection works', async (_, reply, code) => {
    const server = await raw((socket, n, request) => {
      if (n === 2) socket.write(reply)
      else if (n > 2) echoPath(socket, request)
    })
    const client = clientOf(server.port)
    const calls = [1, 2, 3].map(() => codeOf(client.do(requestTo(server.url))))
    expect(await Promise.all(calls)).toEqual([code, code, code])
    expect((await client.do(requestTo(server.url, '/next'))).body()).toBe('/next')
    expect(server.connections()).toBe(2)
    await client.close()
  })

  test.each<[string, (socket: net.Socket) => void, string[]]>([
    [
      'close after one',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'),
      ['none', 'FH_ERR_CONNECTION_CLOSED'],
    ],
    [
      'a body up to the end',
      (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nok'),
      ['none', 'FH_ERR_CONNECTION_CLOSED'],
    ],
    [
      'an end in the body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'),
      ['FH_ERR_UNEXPECTED_EOF', 'FH_ERR_UNEXPECTED_EOF'],
    ],
    [
      'no answer',
      (socket) => socket.end(),
      ['FH_ERR_CONNECTION_CLOSED', 'FH_ERR_CONNECTION_CLOSED'],
    ],
  ])('%s', async (_, answer, codes) => {
    const server = await raw((socket, n) => {
      if (n === 1) answer(socket)
    })
    const client = clientOf(server.port)
    const calls = [1, 2].map(() => codeOf(client.do(requestTo(server.url))))
    expect(await Promise.all(calls)).toEqual(codes)
    expect(client.pendingRequests()).toBe(0)
  })

  test('an answer nobody asked for closes the connection', async () => {
    const server = await raw((socket, _n, request) => echoPath(socket, request))
    const client = clientOf(server.port)
    await client.do(requestTo(server.url))
    for (const socket of server.sockets)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    await until(() => server.open() === 0)
    expect((await client.do(requestTo(server.url))).statusCode()).toBe(200)
  })
})

describe('limits', () => {
  test('the oldest that is not sent gives way', async () => {
    const server = await raw(() => {})
    const client = clientOf(server.port, { maxPendingRequests: 2, readTimeout: 300 })
    const settled: string[] = []
    const calls = [0, 1, 2].map((i) =>
      codeOf(client.do(requestTo(server.url))).then((code) => settled.push(`${i} ${code}`))
    )
    await until(() => settled.length === 1)
    expect(settled).toEqual(['0 FH_ERR_PIPELINE_OVERFLOW'])
    await Promise.all(calls)
  })

  test('those with a limit of time wait', async () => {
    const server = await raw((socket, _n, request) =>
      setTimeout(() => echoPath(socket, request), 5)
    )
    const client = clientOf(server.port, { maxPendingRequests: 2 })
    const calls = Array.from({ length: 10 }, (_, i) =>
      client.doTimeout(requestTo(server.url, `/${i}`), null, 10_000)
    )
    expect((await Promise.all(calls)).map((resp) => resp.body())).toEqual(
      Array.from({ length: 10 }, (_, i) => `/${i}`)
    )
  })

  test('an answer that comes after its time goes by', async () => {
    const sockets: net.Socket[] = []
    const server = await raw((socket, n, request) => {
      if (n === 0) sockets.push(socket)
      else echoPath(socket, request)
    })
    const client = clientOf(server.port)
    const resp = new Response()
    expect(await codeOf(client.doTimeout(requestTo(server.url), resp, 20))).toBe('FH_ERR_TIMEOUT')
    sockets[0]!.write('HTTP/1.1 500 Late\r\nContent-Length: 4\r\n\r\nlate')
    expect((await client.do(requestTo(server.url, '/second'))).body()).toBe('/second')
    expect([resp.statusCode(), resp.body()]).toEqual([200, ''])
    expect(server.connections()).toBe(1)
  })

  test('readTimeout fails all', async () => {
    const server = await raw(() => {})
    const client = clientOf(server.port, { readTimeout: 30 })
    const calls = [1, 2].map(() => codeOf(client.do(requestTo(server.url))))
    expect(await Promise.all(calls)).toEqual(['FH_ERR_TIMEOUT', 'FH_ERR_TIMEOUT'])
    await until(() => server.open() === 0)
  })

  test.each([0, -5])('%i milliseconds', async (ms) => {
    expect(await codeOf(clientOf(1).doTimeout(requestTo('http://a/'), null, ms))).toBe(
      'FH_ERR_TIMEOUT'
    )
    expect(
      await codeOf(clientOf(1).doDeadline(requestTo('http://a/'), null, new Date(Date.now() + ms)))
    ).toBe('FH_ERR_TIMEOUT')
  })

  test('a signal, before and after', async () => {
    const server = await raw(() => {})
    const client = clientOf(server.port)
    expect(
      await codeOf(client.do(requestTo(server.url), null, { signal: AbortSignal.abort() }))
    ).toBe('FH_ERR_ABORTED')
    const abort = new AbortController()
    const call = codeOf(client.do(requestTo(server.url), null, { signal: abort.signal }))
    await until(() => server.requests.length === 1)
    abort.abort()
    expect(await call).toBe('FH_ERR_ABORTED')
  })

  test('more connections where all are busy', async () => {
    const server = await raw((socket, _n, request) =>
      setTimeout(() => echoPath(socket, request), 10)
    )
    const client = clientOf(server.port, { maxConns: 3 })
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => client.do(requestTo(server.url))))
    expect(server.connections()).toBe(3)
  })

  test('an idle connection closes', async () => {
    const server = await raw((socket, _n, request) => echoPath(socket, request))
    const client = clientOf(server.port, { maxIdleConnDuration: 20 })
    await client.do(requestTo(server.url))
    await until(() => server.open() === 0)
    await client.do(requestTo(server.url))
    expect(server.connections()).toBe(2)
  })

  test('maxBatchDelay gathers requests', async () => {
    const server = await raw((socket, _n, request) => echoPath(socket, request))
    const client = clientOf(server.port, { maxBatchDelay: 20 })
    const first = client.do(requestTo(server.url))
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.requests.length).toBe(0)
    await first
  })
})

test.each<[string, (req: Request) => void, string]>([
  ['a body stream', (req) => req.setBodyStreamWriter(() => {}), 'FH_ERR_INVALID_OPTION'],
  ['no host', (req) => req.setRequestURI('/x'), 'FH_ERR_INVALID_HOST'],
])('refuses %s', async (_, prepare, code) => {
  const req = requestTo('http://a/')
  prepare(req)
  expect(await codeOf(clientOf(1).do(req))).toBe(code)
})

test('a host that cannot be reached', async () => {
  const dead = await rawServer(() => {})
  await dead.close()
  const client = clientOf(dead.port)
  const calls = [1, 2].map(() => codeOf(client.do(requestTo(dead.url))))
  expect(await Promise.all(calls)).toEqual([
    'FH_ERR_DIAL_WITH_UPSTREAM',
    'FH_ERR_DIAL_WITH_UPSTREAM',
  ])
  expect(client.pendingRequests()).toBe(0)
})

test('close waits, then refuses', async () => {
  const server = await raw((socket, _n, request) => setTimeout(() => echoPath(socket, request), 20))
  const client = clientOf(server.port)
  const call = client.do(requestTo(server.url, '/last'))
  const closed = client.close()
  expect(await codeOf(client.do(requestTo(server.url)))).toBe('FH_ERR_CLIENT_CLOSED')
  expect((await call).body()).toBe('/last')
  await closed
  await until(() => server.open() === 0)
})
