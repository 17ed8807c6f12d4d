import { EventEmitter, once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { sse, type EventStream, type SSEOptions } from '../../../src/features/sse/index.js'
import { compressHandler } from '../../../src/index.js'
import { serve, turns } from '../../helpers/raw-client.js'
import { field, parseResponses } from '../../helpers/responses.js'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n'
const quiet = { logger: { printf() {} } }

async function start(run: (stream: EventStream) => void | Promise<void>, options?: SSEOptions) {
  const served = await serve({ ...quiet, handler: (ctx) => sse(ctx, run, options) })
  return { served, client: await served.connect() }
}

test('events, and the end when the function settles', async () => {
  const { served, client } = await start(async (stream) => {
    expect(await stream.send('one')).toBe(true)
    await stream.send({ event: 'n', data: { two: 2 }, id: 'é' })
  })
  client.write(GET + '\r\n')
  const [response] = parseResponses(await client.until(/\r\n0\r\n\r\n$/))
  expect(response!.body).toBe('data: one\n\nevent: n\nid: Ã©\ndata: {"two":2}\n\n')
  expect(field(response!, 'content-type')).toBe('text/event-stream')
  expect(field(response!, 'cache-control')).toBe('no-cache')
  await served.close()
})

test('Last-Event-ID and retry', async () => {
  let lastEventId: string | undefined
  const { served, client } = await start((stream) => void (lastEventId = stream.lastEventId), {
    retry: 1000,
  })
  client.write(GET + 'Last-Event-ID: 4\xc3\xa9\r\n\r\n')
  const [response] = parseResponses(await client.until(/\r\n0\r\n\r\n$/))
  expect(lastEventId).toBe('4é')
  expect(response!.body).toBe('retry: 1000\n\n')
  await served.close()
})

test('an event is there before the next one is sent, also when compressed', async () => {
  for (const wrap of [(h: any) => h, compressHandler]) {
    const events = new EventEmitter()
    const served = await serve({
      handler: wrap((ctx: any) =>
        sse(ctx, async (stream) => {
          await stream.send('first')
          await once(events, 'go')
        })
      ),
    })
    const client = await served.connect()
    client.write(GET + '\r\n')
    await client.until(/data: first\n\n/)
    events.emit('go')
    await client.until(/\r\n0\r\n\r\n$/)
    await served.close()
  }
})

test('a client that goes away ends the stream and its function is told', async () => {
  const events = new EventEmitter()
  const { served, client } = await start(async (stream) => {
    await stream.send('hello')
    await stream.closed
    events.emit('closed', stream.signal.aborted, await stream.send('late'))
  })
  const closed = once(events, 'closed')
  client.write(GET + '\r\n')
  await client.until(/hello/)
  client.destroy()
  expect(await closed).toEqual([true, false])
  await served.close()
})

test('a function that never settles does not hold the request of a client that is gone', async () => {
  const served = await serve({
    ...quiet,
    handler: (ctx) => {
      ctx.setUserValue('held', { [Symbol.dispose]() {} })
      sse(ctx, () => new Promise(() => {}))
    },
  })
  const client = await served.connect()
  client.write(GET + '\r\n')
  await client.until(/\r\n\r\n/)
  client.destroy()
  while (served.server.openConnectionsCount() > 0) await turns(1)
  await served.server.shutdown()
  await served.close()
})

test('shutdown ends the stream properly', async () => {
  const { served, client } = await start(async (stream) => {
    await stream.send('hello')
    await stream.closed
  })
  client.write(GET + '\r\n')
  await client.until(/hello/)
  const down = served.server.shutdown()
  await client.until(/\r\n0\r\n\r\n$/)
  client.end()
  await down
})

test('a failing function breaks the connection', async () => {
  const { served, client } = await start(() => Promise.reject(new Error('no')))
  client.write(GET + '\r\n')
  expect(await client.untilEnd()).not.toMatch(/\r\n0\r\n\r\n$/)
  await served.close()
})

test('a slow client is waited for', async () => {
  const big = 'x'.repeat(1024 * 1024)
  let sent = 0
  const { served, client } = await start(async (stream) => {
    while (await stream.send(big)) if (++sent === 64) return
  })
  client.stream.removeAllListeners('data').pause()
  let received = 0
  client.write(GET + '\r\n')
  let before = -1
  // Until it does not go on by itself.
  while (sent !== before || sent === 0) {
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(sent).toBeLessThan(64)
  client.stream.on('data', (chunk: Buffer) => (received += chunk.length)).resume()
  while (received < 64 * big.length) await once(client.stream, 'data')
  expect(sent).toBe(64)
  await served.close()
})

test('comments keep a silent stream alive', async () => {
  const { served, client } = await start((stream) => stream.closed, { keepAlive: 5 })
  client.write(GET + '\r\n')
  await client.until(/: \n\n[^]*: \n\n/)
  client.destroy()
  await served.close()
})

test('HEAD runs nothing', async () => {
  const run = vi.fn()
  const { served, client } = await start(run)
  client.write(GET.replace('GET', 'HEAD') + 'Connection: close\r\n\r\n')
  const [response] = parseResponses(await client.untilEnd(), ['HEAD'])
  expect(field(response!, 'content-type')).toBe('text/event-stream')
  expect(run).not.toHaveBeenCalled()
  await served.close()
})
