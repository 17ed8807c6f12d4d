import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BodySender } from '../../src/client/body-sender.js'
import { Request } from '../../src/http/request.js'
import { FakeConn } from './helpers/fake-conn.js'
import { until } from './helpers/raw-server.js'

const HEAD = 'POST / HTTP/1.1\r\n\r\n'

function sending(fill: (req: Request) => void) {
  const conn = new FakeConn()
  const events: string[] = []
  const sender = new BodySender(conn, {
    onSending: (complete) => events.push(complete ? 'complete' : 'begun'),
    onSendFailed: (err) => events.push(err.code),
  })
  const req = new Request()
  req.header.setMethod('POST')
  fill(req)
  return { conn, sender, events, req, send: () => sender.send(req, HEAD) }
}

describe('a body in memory', () => {
  const long = 'x'.repeat(20_000)
  test.each<[string, (req: Request) => void, string]>([
    ['text', (req) => req.setBody('hello'), 'hello'],
    ['text beyond ASCII', (req) => req.setBody('é'), '\xc3\xa9'],
    ['bytes', (req) => req.setBody(Buffer.of(0, 255)), '\0\xff'],
    ['much text', (req) => req.setBody(long), long],
    ['many bytes', (req) => req.setBodyRaw(Buffer.from(long)), long],
  ])('%s', (_, fill, body) => {
    for (const takes of [true, false]) {
      const { conn, events, send } = sending(fill)
      conn.takes = takes
      expect(send()).toBe(takes)
      expect(conn.written).toBe(HEAD + body)
      expect([conn.corks, events]).toEqual([0, []])
    }
  })
})

describe('a streamed body', () => {
  test.each<[string, (req: Request) => void, string]>([
    [
      'chunked',
      (req) => req.setBodyStream(Readable.from(['ab', 'c'])),
      '2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
    ],
    ['of known length', (req) => req.setBodyStream(Readable.from(['ab', 'c']), 3), 'abc'],
    [
      'of a writer',
      (req) =>
        req.setBodyStreamWriter(async (w) => {
          await w.write('ab')
          await w.flush()
        }),
      '2\r\nab\r\n0\r\n\r\n',
    ],
  ])('%s', async (_, fill, body) => {
    const { conn, events, send } = sending(fill)
    expect(send()).toBe(false)
    await until(() => events.length > 0)
    expect(events).toEqual(['complete'])
    expect(conn.written).toBe(HEAD + body)
    await until(() => conn.corks === 0)
  })

  test.each<[string, (req: Request) => void, string]>([
    [
      'too short',
      (req) => req.setBodyStream(Readable.from(['ab']), 3),
      'FH_ERR_BODY_STREAM_LENGTH',
    ],
    [
      'that fails',
      (req) =>
        req.setBodyStream(
          new Readable({
            read: (): never => {
              throw new Error('no')
            },
          })
        ),
      'FH_ERR_BODY_STREAM_WRITE_PANIC',
    ],
    [
      'that was used up',
      (req) => {
        req.setBodyStream(Readable.from(['ab']))
        req._body.takeSource()
      },
      'FH_ERR_BODY_STREAM_LENGTH',
    ],
  ])('%s', async (_, fill, code) => {
    const { events, send } = sending(fill)
    send()
    await until(() => events.length > 0)
    expect(events).toEqual([code])
  })

  test('waits for the connection', async () => {
    const { conn, sender, events, send } = sending((req) =>
      req.setBodyStream(Readable.from(['ab', 'c']), 3)
    )
    conn.takes = false
    send()
    await until(() => conn.written === HEAD + 'ab')
    expect(events).toEqual([])
    conn.takes = true
    expect(sender.onWritable()).toBe(true)
    await until(() => events.length > 0)
    expect(conn.written).toBe(HEAD + 'abc')
    expect(sender.onWritable()).toBe(false)
  })

  test('is closed with the connection', async () => {
    const stream = new Readable({ read() {} })
    const { sender, events, send } = sending((req) => req.setBodyStream(stream))
    send()
    sender.stop()
    await until(() => stream.destroyed)
    expect(events).toEqual([])
  })
})

describe('a body that is held back', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  const held = () =>
    sending((req) => {
      req.header.set('Expect', '100-continue')
      req.setBody('body')
    })

  test('follows when the server asks for it, once', () => {
    const { conn, sender, events, send } = held()
    expect(send()).toBe(false)
    expect(conn.written).toBe(HEAD)
    expect(sender.onWritable()).toBe(true)
    sender.continue()
    sender.continue()
    vi.advanceTimersByTime(5000)
    expect(conn.written).toBe(HEAD + 'body')
    expect(events).toEqual(['complete'])
  })

  test('follows after a second', () => {
    const { conn, events, send } = held()
    send()
    vi.advanceTimersByTime(999)
    expect(conn.written).toBe(HEAD)
    vi.advanceTimersByTime(1)
    expect(conn.written).toBe(HEAD + 'body')
    expect(events).toEqual(['complete'])
  })

  test('is not through where the connection has no room', () => {
    const { conn, sender, events, send } = held()
    send()
    conn.takes = false
    sender.continue()
    expect(events).toEqual(['begun'])
    expect(sender.onWritable()).toBe(false)
  })

  test('does not follow on a closed connection', () => {
    const { conn, sender, events, send } = held()
    send()
    sender.stop()
    sender.continue()
    vi.advanceTimersByTime(5000)
    expect([conn.written, events]).toEqual([HEAD, []])
    expect(vi.getTimerCount()).toBe(0)
  })
})
