import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { adapt } from '../../adaptor/index.js'
import { Server, type RequestHandler } from '../../src/index.js'
import { connectTCP, portOf, type RawClient } from '../helpers/raw-client.js'
import { field, parseResponses } from '../helpers/responses.js'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const HOUR = 3_600_000

async function start(handler: RequestHandler): Promise<Server> {
  const server = new Server({ handler, logger: { printf() {} } })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** A connection that has had an answer and waits. */
async function idle(server: Server): Promise<RawClient> {
  const client = await connectTCP(portOf(server))
  client.write(GET)
  await client.until(/hello$/)
  return client
}

describe('shutdown with drainPeriod', () => {
  test.each<[string, RequestHandler]>([
    ['native', (ctx) => ctx.setBody('hello')],
    ['adapted', adapt((_req, res) => res.end('hello'))],
  ])('an idle connection has one more answer: %s', async (_, handler) => {
    const server = await start(handler)
    const client = await idle(server)
    const done = server.shutdown({ drainPeriod: HOUR })
    client.write(GET)
    const responses = parseResponses(await client.untilEnd())
    expect(responses.map((r) => r.body)).toEqual(['hello', 'hello'])
    expect(responses.map((r) => field(r, 'connection') === 'close')).toEqual([false, true])
    client.end()
    // All connections are closed long before the period is over.
    await done
  })

  test('new connections are refused at once', async () => {
    const server = await start((ctx) => ctx.setBody('hello'))
    const client = await idle(server)
    const port = portOf(server)
    const done = server.shutdown({ drainPeriod: HOUR })
    await vi.waitFor(() => expect(connectTCP(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' }))
    client.destroy()
    await done
  })

  test('what is idle when the period is over closes, and running requests are told', async () => {
    let reason: unknown
    const server = await start(async (ctx) => {
      if (ctx.path() === '/') return ctx.setBody('hello')
      const { signal } = ctx
      await once(signal, 'abort')
      reason = signal.reason
      ctx.setBody('told')
    })
    const waiting = await idle(server)
    const running = await connectTCP(portOf(server))
    running.write(GET.replace('/', '/wait'))
    await vi.waitFor(() => expect(server.openConnectionsCount()).toBe(2))
    const done = server.shutdown({ drainPeriod: 50 })
    expect(parseResponses(await waiting.untilEnd())).toHaveLength(1)
    expect(parseResponses(await running.untilEnd())).toMatchObject([{ body: 'told' }])
    expect(reason).toMatchObject({ code: 'FH_ERR_CONNECTION_CLOSED' })
    for (const client of [waiting, running]) client.end()
    await done
  })

  test('signal ends the wait', async () => {
    const server = await start((ctx) => ctx.setBody('hello'))
    const client = await idle(server)
    const reason = new Error('enough')
    await expect(
      server.shutdown({ drainPeriod: HOUR, signal: AbortSignal.abort(reason) })
    ).rejects.toBe(reason)
    client.destroy()
    await server.shutdown()
  })

  test('the server may serve again', async () => {
    const server = await start((ctx) => ctx.setBody('hello'))
    await server.shutdown({ drainPeriod: HOUR })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = await idle(server)
    client.write(GET)
    await client.until(/hello[^]*hello$/)
    client.destroy()
    await server.shutdown()
  })
})
