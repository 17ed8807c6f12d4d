import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HostClient } from '../../src/client/host-client.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'
import { rawServer, until } from './helpers/raw-server.js'

/** Runs of the loop below; more of them find rarer orders of events. */
const CALLS = Number(process.env['LEAK_CALLS'] ?? 5000)
const IN_FLIGHT = 40

const ANSWERS: ((socket: import('node:net').Socket) => void)[] = [
  (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  (socket) =>
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
  (socket) => setImmediate(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
  (socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'),
  (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nok'),
  (socket) => socket.write('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 2\r\n\r\nok'),
  (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokgarbage'),
  (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nstops'),
  (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
  (socket) => socket.end('HTTP/1.1 200'),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.destroy(),
  () => {},
]

test('no connection, call or listener is left behind, whatever happens', async () => {
  const random = fc.sample(fc.nat(ANSWERS.length - 1), 4096)
  let n = 0
  const server = await rawServer((socket) => ANSWERS[random[n++ % random.length]!]!(socket))
  const client = new HostClient({
    addr: `127.0.0.1:${server.port}`,
    maxConns: 16,
    maxConnWaitTimeout: 50,
    readTimeout: 30,
    maxIdempotentCallAttempts: 3,
  })
  let settled = 0
  let succeeded = 0
  let started = 0
  const one = async (i: number): Promise<void> => {
    const abort = new AbortController()
    const options =
      i % 3 === 0 ? { signal: abort.signal } : i % 5 === 0 ? { timeout: 1 + (i % 20) } : {}
    const kind = i % 4
    try {
      let call: Promise<unknown>
      if (kind === 0) call = client.get(server.url, options)
      else if (kind === 1) call = client.post(server.url, 'body', options)
      else {
        const req = new Request()
        req.setRequestURI(server.url)
        const resp = new Response()
        resp.streamBody = kind === 2
        call = client.do(req, resp, options).then((answer) => {
          const stream = answer.bodyStream()
          if (stream === undefined) return
          if (i % 2 === 0) return void stream.destroy()
          return stream.toArray()
        })
      }
      if (i % 9 === 0) abort.abort()
      else if (i % 3 === 0) setTimeout(() => abort.abort(), i % 7)
      await call
      succeeded++
    } catch (err) {
      expect((err as { code: string }).code).toMatch(/^(FH_ERR_|ERR_STREAM_PREMATURE_CLOSE)/)
    }
    settled++
  }
  const worker = async (): Promise<void> => {
    while (started < CALLS) await one(started++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  expect(settled).toBe(CALLS)
  // On a slow machine most are over their time.
  expect(succeeded).toBeGreaterThan(CALLS / 100)
  expect(client.pendingRequests()).toBe(0)
  await client.close()
  expect([client.connsCount(), client.idleConnsCount()]).toEqual([0, 0])
  await until(() => server.open() === 0)
  await server.close()
}, 300_000)
