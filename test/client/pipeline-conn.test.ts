import { describe, expect, test } from 'vitest'
import type { HostDialer } from '../../src/client/host-dialer.js'
import { resolveClientOptions } from '../../src/client/options.js'
import { PipelineCall } from '../../src/client/pipeline-call.js'
import { PipelineConn } from '../../src/client/pipeline-conn.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'
import { FakeConn } from './helpers/fake-conn.js'
import { until } from './helpers/raw-server.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

interface Setup {
  maxPendingRequests?: number
  maxBatchDelay?: number
  readTimeout?: number
  writeTimeout?: number
  maxIdleConnDuration?: number
}

function pipeline(setup: Setup = {}) {
  const conns: FakeConn[] = []
  const dials = { failure: undefined as Error | undefined, count: 0 }
  const dialer = {
    dial: async () => {
      dials.count++
      if (dials.failure !== undefined) throw dials.failure
      const conn = new FakeConn()
      conns.push(conn)
      return { conn, addr: 'a:1' }
    },
  } as unknown as HostDialer
  const { maxPendingRequests = 100, maxBatchDelay = 0, ...options } = setup
  const conn = new PipelineConn(dialer, {
    ...resolveClientOptions({ addr: 'a:1', ...options }),
    maxPendingRequests,
    maxBatchDelay,
  })
  const results: Record<string, string> = {}
  const submit = (name: string, { method = 'GET', body = '', timeout = 0 } = {}): PipelineCall => {
    const req = new Request()
    req.header.setMethod(method)
    if (body !== '') req.setBody(body)
    const deadline = timeout > 0 ? Date.now() + timeout : 0
    const call = new PipelineCall(req, new Response(), `<${name}>`, deadline)
    call.promise.then(
      (response) => (results[name] = response.body()),
      (err: { code: string }) => (results[name] = err.code)
    )
    conn.submit(call)
    return call
  }
  /** Settles, and gives what came of the requests. */
  const outcome = async (): Promise<Record<string, string>> => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
    return results
  }
  return { conn, conns, dials, submit, outcome }
}

test('requests of one turn leave together, responses come in order', async () => {
  const { conn, conns, submit, outcome } = pipeline()
  submit('a')
  submit('b', { method: 'POST', body: 'body' })
  expect(conn.pending).toBe(2)
  await outcome()
  expect(conns[0]!.written).toBe('<a><b>body')
  conns[0]!.feed(OK + OK.replace('ok', 'no'))
  expect(await outcome()).toEqual({ a: 'ok', b: 'no' })
  expect(conn.pending).toBe(0)
})

test('a response may come in any pieces', async () => {
  const { conns, submit, outcome } = pipeline()
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n'
  for (const name of ['a', 'b', 'c']) submit(name)
  await outcome()
  for (const byte of OK + chunked + OK) conns[0]!.feed(byte)
  expect(await outcome()).toEqual({ a: 'ok', b: 'c', c: 'ok' })
})

test('HEAD has no body, interim responses count for nothing', async () => {
  const { conns, submit, outcome } = pipeline()
  submit('a', { method: 'HEAD' })
  submit('b')
  await outcome()
  conns[0]!.feed('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n' + OK)
  expect(await outcome()).toEqual({ a: '', b: 'ok' })
})

describe('room', () => {
  test('no more are sent than may wait for a response', async () => {
    const { conns, submit, outcome } = pipeline({ maxPendingRequests: 2 })
    for (const name of ['a', 'b']) submit(name)
    await outcome()
    for (const name of ['c', 'd']) submit(name)
    await outcome()
    expect(conns[0]!.written).toBe('<a><b>')
    conns[0]!.feed(OK)
    await outcome()
    expect(conns[0]!.written).toBe('<a><b><c>')
  })

  test('the oldest that is not sent gives way', async () => {
    const { submit, outcome } = pipeline({ maxPendingRequests: 2 })
    for (const name of ['a', 'b', 'c']) submit(name)
    expect(await outcome()).toEqual({ a: 'FH_ERR_PIPELINE_OVERFLOW' })
  })

  test('one with a time limit does not', async () => {
    const { submit, outcome } = pipeline({ maxPendingRequests: 1 })
    submit('a', { timeout: 10_000 })
    submit('b')
    expect(await outcome()).toEqual({ b: 'FH_ERR_PIPELINE_OVERFLOW' })
  })

  test('nothing is written to a connection that takes nothing', async () => {
    const { conns, submit, outcome } = pipeline()
    submit('a')
    await outcome()
    conns[0]!.feed(OK)
    conns[0]!.takes = false
    submit('b')
    await outcome()
    submit('c')
    await outcome()
    expect(conns[0]!.written).toBe('<a><b>')
    conns[0]!.drain()
    expect(conns[0]!.written).toBe('<a><b><c>')
  })
})

describe('a connection that breaks', () => {
  const head = 'HTTP/1.1 200 OK\r\n'
  test.each<[string, (conn: FakeConn) => void, string]>([
    ['closed', (conn) => conn.receiver.onClose(undefined), 'FH_ERR_CONNECTION_CLOSED'],
    [
      'ended in a head',
      (conn) => (conn.feed('HTTP/1.1'), conn.receiver.onEnd()),
      'FH_ERR_UNEXPECTED_EOF',
    ],
    [
      'ended in a body',
      (conn) => (conn.feed(OK.slice(0, -1)), conn.receiver.onEnd()),
      'FH_ERR_UNEXPECTED_EOF',
    ],
    ['no HTTP', (conn) => conn.feed('SSH-2.0\r\n\r\n'), 'FH_ERR_READING_RESPONSE_HEADERS'],
    [
      'two lengths',
      (conn) => conn.feed(head + 'Content-Length: 1\r\nContent-Length: 1\r\n\r\n'),
      'FH_ERR_DUPLICATE_CONTENT_LENGTH',
    ],
    [
      'a bad chunk',
      (conn) => conn.feed(head + 'Transfer-Encoding: chunked\r\n\r\nx\r\n'),
      'FH_ERR_BROKEN_CHUNK',
    ],
    [
      'an endless head',
      (conn) => conn.feed(head + 'X: ' + 'x'.repeat(20_000)),
      'FH_ERR_SMALL_BUFFER',
    ],
    [
      'endless interim responses',
      (conn) => conn.feed('HTTP/1.1 103 Early\r\n\r\n'.repeat(101)),
      'FH_ERR_READING_RESPONSE_HEADERS',
    ],
  ])('%s: what was sent fails, the rest goes over the next one', async (_, breaks, code) => {
    const { conns, submit, outcome } = pipeline({ maxPendingRequests: 1 })
    submit('a')
    await outcome()
    submit('b')
    breaks(conns[0]!)
    await outcome()
    expect(conns[0]!.destroyed).toBe(true)
    expect(conns[1]!.written).toBe('<b>')
    conns[1]!.feed(OK)
    expect(await outcome()).toEqual({ a: code, b: 'ok' })
  })

  test.each([
    ['Connection: close', head + 'Connection: close\r\nContent-Length: 2\r\n\r\nok'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ])('after %s nothing more is expected of it', async (_, response) => {
    const { conns, submit, outcome } = pipeline()
    for (const name of ['a', 'b']) submit(name)
    await outcome()
    conns[0]!.feed(response)
    expect(await outcome()).toEqual({ a: 'ok', b: 'FH_ERR_CONNECTION_CLOSED' })
  })

  test('a body up to its end', async () => {
    const { conns, submit, outcome } = pipeline()
    submit('a')
    await outcome()
    conns[0]!.feed(head + '\r\nall of')
    conns[0]!.feed(' it')
    conns[0]!.receiver.onEnd()
    expect(await outcome()).toEqual({ a: 'all of it' })
  })

  test('a response nobody asked for', async () => {
    const { conns, submit, outcome } = pipeline()
    submit('a')
    await outcome()
    conns[0]!.feed(OK + OK)
    expect(await outcome()).toEqual({ a: 'ok' })
    expect(conns[0]!.destroyed).toBe(true)
  })

  test('a dial that fails', async () => {
    const { conn, dials, submit, outcome } = pipeline()
    dials.failure = Object.assign(new Error('no'), { code: 'REFUSED' })
    for (const name of ['a', 'b']) submit(name)
    expect(await outcome()).toEqual({ a: 'REFUSED', b: 'REFUSED' })
    expect([conn.pending, dials.count]).toEqual([0, 1])
  })
})

describe('time', () => {
  test('a call that is over its limit keeps its place', async () => {
    const { conns, submit, outcome } = pipeline()
    const late = submit('late', { timeout: 15 })
    submit('next')
    await outcome()
    await expect(late.promise).rejects.toMatchObject({ code: 'FH_ERR_TIMEOUT' })
    conns[0]!.feed(OK + OK.replace('ok', 'no'))
    expect(await outcome()).toEqual({ late: 'FH_ERR_TIMEOUT', next: 'no' })
  })

  test.each<[string, Setup, boolean]>([
    ['readTimeout', { readTimeout: 20 }, true],
    ['writeTimeout', { writeTimeout: 20 }, false],
  ])('%s closes the connection', async (_, setup, takes) => {
    const { conns, submit, outcome } = pipeline(setup)
    submit('first')
    await outcome()
    conns[0]!.feed(OK)
    conns[0]!.takes = takes
    const call = submit('a')
    await expect(call.promise).rejects.toMatchObject({ code: 'FH_ERR_TIMEOUT' })
    expect(conns[0]!.destroyed).toBe(true)
  })

  test('an idle connection closes, and the next request dials', async () => {
    const { conns, submit, outcome } = pipeline({ maxIdleConnDuration: 15 })
    submit('a')
    await outcome()
    conns[0]!.feed(OK)
    expect(conns[0]!.referenced).toBe(false)
    await until(() => conns[0]!.destroyed)
    submit('b')
    await outcome()
    conns[1]!.feed(OK)
    expect(await outcome()).toEqual({ a: 'ok', b: 'ok' })
  })

  test('maxBatchDelay gathers', async () => {
    const { conns, dials, submit, outcome } = pipeline({ maxBatchDelay: 20 })
    submit('a')
    await outcome()
    submit('b')
    expect(dials.count).toBe(0)
    await until(() => conns.length > 0)
    await outcome()
    expect(conns[0]!.written).toBe('<a><b>')
  })
})

test('close waits for what is pending', async () => {
  const { conn, conns, submit, outcome } = pipeline()
  submit('a')
  await outcome()
  let closed = false
  const closing = conn.close().then(() => (closed = true))
  await outcome()
  expect(closed).toBe(false)
  conns[0]!.feed(OK)
  await closing
  expect(conns[0]!.destroyed).toBe(true)
})
