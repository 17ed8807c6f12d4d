import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import type { ClientConn } from '../../src/client/client-conn.js'
import { ResponseBodyStream } from '../../src/client/response-body-stream.js'
import { ConnectionClosedError } from '../../src/errors.js'

function streaming(signal: AbortSignal | null = null) {
  const events: unknown[] = []
  const conn = {
    resumeBody: () => events.push('resume'),
    abandon: () => events.push('abandon'),
  } as unknown as ClientConn
  const stream = new ResponseBodyStream(conn, signal, (trailers) => events.push(trailers))
  return { stream, events, seen: () => events.filter((event) => event !== 'resume') }
}

test('gives what arrives, then its end and the trailers', async () => {
  const { stream, seen } = streaming()
  stream.push(Buffer.from('ab'))
  stream.push(Buffer.from('c'))
  stream.finish(['X', 'y'])
  expect(Buffer.concat(await stream.toArray()).toString()).toBe('abc')
  expect(seen()).toEqual([['X', 'y']])
})

test('asks for more when it is read, not before', async () => {
  const { stream, events } = streaming()
  stream.push(Buffer.alloc(64 * 1024))
  await new Promise(setImmediate)
  expect(events).toEqual([])
  stream.read()
  await new Promise(setImmediate)
  expect(events).toEqual(['resume'])
})

test('has no room above its high-water mark', () => {
  const { stream } = streaming()
  expect(stream.push(Buffer.alloc(60 * 1024))).toBe(true)
  expect(stream.push(Buffer.alloc(5 * 1024))).toBe(false)
})

test('destroyed before its end, it gives the connection up', async () => {
  const { stream, seen } = streaming()
  stream.destroy()
  await new Promise(setImmediate)
  expect(seen()).toEqual(['abandon'])
})

test('destroyed after its end, it leaves the connection alone', async () => {
  const { stream, seen } = streaming()
  stream.finish([])
  stream.destroy()
  await new Promise(setImmediate)
  expect(seen()).toEqual([[]])
})

test('a failure reaches the reader', async () => {
  const { stream } = streaming()
  const reading = stream.toArray()
  stream.fail(new ConnectionClosedError())
  await expect(reading).rejects.toMatchObject({ code: 'FH_ERR_CONNECTION_CLOSED' })
})

test('a failure nobody listens for ends no process', async () => {
  const { stream } = streaming()
  stream.fail(new ConnectionClosedError())
  await new Promise(setImmediate)
  expect(stream.errored).toMatchObject({ code: 'FH_ERR_CONNECTION_CLOSED' })
})

test('a signal ends it', async () => {
  const abort = new AbortController()
  const { stream, seen } = streaming(abort.signal)
  const reading = stream.toArray()
  const reason = new Error('enough')
  abort.abort(reason)
  await expect(reading).rejects.toMatchObject({ code: 'FH_ERR_ABORTED', cause: reason })
  expect(seen()).toEqual(['abandon'])
})

test.each<[string, (stream: ResponseBodyStream) => unknown]>([
  ['at its end', (stream) => stream.finish([])],
  ['when it is destroyed', (stream) => stream.destroy()],
])('no listener is left at the signal %s', async (_, finish) => {
  const { signal } = new AbortController()
  const { stream } = streaming(signal)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  finish(stream)
  await new Promise(setImmediate)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
