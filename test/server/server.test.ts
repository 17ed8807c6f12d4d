import { once } from 'node:events'
import net from 'node:net'
import { PassThrough, Duplex } from 'node:stream'
import supertest from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { InmemoryListener, newPipeConns } from '../../src/features/fasthttputil/index.js'
import { Server } from '../../src/index.js'
import { connectTCP, portOf, RawClient, serve, turns } from '../helpers/raw-client.js'
import { parseResponses } from '../helpers/responses.js'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const GET_CLOSE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const quiet = { logger: { printf() {} } }
const ok = (): Server => new Server({ ...quiet, handler: (ctx) => ctx.setBody('ok') })

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

describe('as net.Server', () => {
  test('supertest takes it as it is', async () => {
    const server = ok()
    await supertest(server as never)
      .get('/')
      .expect(200, 'ok')
    await supertest(server as never)
      .head('/')
      .expect(200)
    server.close()
  })

  test.each<[string, (server: Server, done: () => void) => void]>([
    ['port and callback', (s, done) => s.listen(0, done)],
    ['port, host and callback', (s, done) => s.listen(0, '127.0.0.1', done)],
    ['port, host, backlog and callback', (s, done) => s.listen(0, '127.0.0.1', 10, done)],
    ['options', (s, done) => s.listen({ port: 0, host: '127.0.0.1' }, done)],
    ['nothing', (s, done) => s.listen(done)],
  ])('listen with %s', async (_, listen) => {
    const server = ok()
    expect([server.listening, server._handle, server.address()]).toEqual([false, null, null])
    await new Promise<void>((resolve) => listen(server, resolve))
    expect(server.listening).toBe(true)
    // Test tools of old close nothing without.
    expect(server._handle).not.toBeNull()
    expect(portOf(server)).toBeGreaterThan(0)
    const closed = once(server, 'close')
    await new Promise<void>((resolve, reject) =>
      server.close((err) => (err ? reject(err) : resolve()))
    )
    await closed
    expect([server.listening, server._handle, server.address()]).toEqual([false, null, null])
  })

  test('a port in use is an error event', async () => {
    const first = await listening(ok())
    const second = ok()
    const failed = once(second, 'error')
    second.listen(portOf(first), '127.0.0.1')
    expect(await failed).toMatchObject([{ code: 'EADDRINUSE' }])
    first.close()
  })

  test('close before listen is an error for the callback', async () => {
    const err = await new Promise((resolve) => ok().close(resolve))
    expect(err).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  })

  test('listens again after close', async () => {
    const server = await listening(ok())
    await new Promise<void>((resolve) => void server.close(() => resolve()))
    await listening(server)
    const client = await connectTCP(portOf(server))
    client.write(GET)
    await client.until(/ok$/)
    client.destroy()
    server.close()
  })

  test('close waits for the request under way and ends idle connections', async () => {
    let answer = (): void => {}
    const server = await listening(
      new Server({
        ...quiet,
        handler: (ctx) =>
          new Promise<void>((resolve) => {
            answer = () => {
              ctx.setBody('ok')
              resolve()
            }
          }),
      })
    )
    const idle = await connectTCP(portOf(server))
    const busy = await connectTCP(portOf(server))
    busy.write(GET)
    while (server.openConnectionsCount() < 2) await turns(1)
    await turns(3)
    const closed = vi.fn()
    server.close(closed)
    await idle.untilEnd()
    expect(closed).not.toHaveBeenCalled()
    answer()
    expect(parseResponses(await busy.untilEnd())).toMatchObject([{ status: 200, body: 'ok' }])
    idle.destroy()
    busy.destroy()
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), 10_000)
    await expect(connectTCP(1).catch((err: NodeJS.ErrnoException) => err.code)).resolves.toBe(
      'ECONNREFUSED'
    )
  })
})

test("'connection' gives the stream of every connection served", async () => {
  const served = await serve({ handler: (ctx) => ctx.setBody('x') })
  const streams: net.Socket[] = []
  served.server.on('connection', (stream: net.Socket) => streams.push(stream))
  const client = await served.connect()
  client.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  await client.until(/x$/)
  expect(streams.map((stream) => stream.remotePort)).toEqual([
    (client.stream as net.Socket).localPort,
  ])
  await served.close()
})

describe('shutdown', () => {
  test('aborts signals, and resolves at once when nothing is served', async () => {
    await ok().shutdown()
    const reasons: unknown[] = []
    const server = await listening(
      new Server({
        ...quiet,
        handler: (ctx) =>
          new Promise<void>((resolve) =>
            ctx.signal.addEventListener('abort', () => {
              reasons.push((ctx.signal.reason as { code: string }).code)
              ctx.setBody('late')
              resolve()
            })
          ),
      })
    )
    const client = await connectTCP(portOf(server))
    client.write(GET)
    while (server.openConnectionsCount() === 0) await turns(1)
    await turns(3)
    const done = server.shutdown()
    expect(parseResponses(await client.untilEnd())).toMatchObject([{ body: 'late' }])
    client.end()
    await done
    expect(reasons).toEqual(['FH_ERR_CONNECTION_CLOSED'])
  })

  test('rejects with the reason of its signal; a second call goes on waiting', async () => {
    let answer = (): void => {}
    const server = await listening(
      new Server({ ...quiet, handler: () => new Promise<void>((resolve) => (answer = resolve)) })
    )
    const client = await connectTCP(portOf(server))
    client.write(GET)
    while (server.openConnectionsCount() === 0) await turns(1)
    await turns(3)
    const reason = new Error('enough')
    await expect(server.shutdown({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const again = server.shutdown()
    answer()
    await client.untilEnd()
    client.end()
    await again
  })

  test.each([
    [true, 'close'],
    [false, undefined],
  ])('closeOnShutdown %s: Connection is %s', async (closeOnShutdown, expected) => {
    let answer = (): void => {}
    const server = await listening(
      new Server({
        ...quiet,
        closeOnShutdown,
        handler: () => new Promise<void>((resolve) => (answer = resolve)),
      })
    )
    const client = await connectTCP(portOf(server))
    client.write(GET)
    while (server.openConnectionsCount() === 0) await turns(1)
    await turns(3)
    const done = server.shutdown()
    answer()
    const [response] = parseResponses(await client.untilEnd())
    expect(response!.fields.find(([name]) => name === 'connection')?.[1]).toBe(expected)
    client.end()
    await done
  })

  test('leaves no timer behind', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const server = await listening(ok())
    const client = await connectTCP(portOf(server))
    client.write(GET_CLOSE)
    await client.untilEnd()
    client.destroy()
    await server.shutdown()
    await turns(3)
    expect(timers()).toBeLessThanOrEqual(before)
  })
})

describe('serve and serveConn', () => {
  test('serve ends when the listener closes', async () => {
    const server = ok()
    const listener = new InmemoryListener()
    const served = server.serve(listener)
    const client = new RawClient((await listener.dial()).stream)
    client.write(GET_CLOSE)
    expect(parseResponses(await client.untilEnd())).toMatchObject([{ body: 'ok' }])
    listener.close()
    await served
  })

  test('serveConn serves any Duplex until it is closed', async () => {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()]
    const served = ok().serveConn(Duplex.from({ readable: toServer, writable: toClient }))
    toServer.end(GET + GET_CLOSE)
    let received = ''
    for await (const chunk of toClient) received += (chunk as Buffer).toString('latin1')
    expect(parseResponses(received).map((r) => r.body)).toEqual(['ok', 'ok'])
    await served
  })

  test('serveConn serves a Conn', async () => {
    const pipe = newPipeConns()
    const served = ok().serveConn(pipe.conn2())
    const client = new RawClient(pipe.conn1().stream)
    client.end(GET)
    expect(parseResponses(await client.untilEnd())).toMatchObject([{ body: 'ok' }])
    await served
  })

  test('serveConn rejects over the limit', async () => {
    const server = new Server({ ...quiet, handler() {}, concurrency: 1 })
    const [first, second] = [newPipeConns(), newPipeConns()]
    void server.serveConn(first.conn2())
    const client = new RawClient(second.conn1().stream)
    await expect(server.serveConn(second.conn2())).rejects.toMatchObject({
      code: 'FH_ERR_CONCURRENCY_LIMIT',
    })
    expect(parseResponses(await client.untilEnd())).toMatchObject([{ status: 503 }])
    first.close()
  })
})

describe('options', () => {
  test.each<[string, unknown]>([
    ['no handler', {}],
    ['handler of a wrong type', { handler: 'x' }],
    ['number of a wrong type', { handler() {}, idleTimeout: '1' }],
    ['NaN', { handler() {}, idleTimeout: NaN }],
    ['boolean of a wrong type', { handler() {}, getOnly: 1 }],
    ['name of a wrong type', { handler() {}, name: 1 }],
  ])('%s is refused', (_, options) => {
    expect(() => new Server(options as never)).toThrowError(
      expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
    )
  })

  test('a server name cannot bring a line of its own', async () => {
    const server = await listening(new Server({ ...quiet, handler() {}, name: 'a\r\nX-Evil: 1' }))
    const client = await connectTCP(portOf(server))
    client.write(GET_CLOSE)
    expect(await client.untilEnd()).not.toMatch(/^X-Evil/m)
    client.destroy()
    server.close()
  })
})

test('a net.Server in front may hand its sockets over', async () => {
  const server = ok()
  const front = net.createServer((socket) => void server.serveConn(socket))
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  const client = await connectTCP(portOf(front))
  client.write(GET_CLOSE)
  expect(parseResponses(await client.untilEnd())).toMatchObject([{ body: 'ok' }])
  client.destroy()
  front.close()
})
