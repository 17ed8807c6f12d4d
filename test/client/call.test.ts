import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { acquireCall, type Call, type CallRouter } from '../../src/client/call.js'
import type { ClientConn } from '../../src/client/client-conn.js'
import type { GetResult } from '../../src/client/get-result.js'
import type { HostClient } from '../../src/client/host-client.js'
import {
  resolveClientOptions,
  type CallOptions,
  type ClientOptions,
} from '../../src/client/options.js'
import { requestHead } from '../../src/client/request-head.js'
import { ConnectionClosedError } from '../../src/errors.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'
import { ResponseParser } from '../../src/wire/response-parser.js'

/** A host that keeps the calls that start on it. */
class FakeHost implements CallRouter {
  readonly options
  readonly started: { call: Call; head: string }[] = []
  readonly counts = { entered: 0, ended: 0, left: 0, settled: 0 }

  constructor(options: ClientOptions = {}) {
    this.options = resolveClientOptions(options)
  }
  _route(req: Request): HostClient {
    if (req.uri().host() === 'nobody') throw new Error('nobody')
    return this as unknown as HostClient
  }
  _head(req: Request): string {
    return requestHead(req, this.options)
  }
  _start(call: Call): void {
    this.started.push({ call, head: call.head })
  }
  _leave(): void {
    this.counts.left++
  }
  _entered(): void {
    this.counts.entered++
  }
  _ended(): void {
    this.counts.ended++
  }
  _settled(): void {
    this.counts.settled++
  }

  start(
    { url = 'http://h.test/a', method = 'GET', redirects = -1, body = '' } = {},
    options?: CallOptions
  ) {
    const req = new Request()
    req.setRequestURI(url)
    req.header.setMethod(method)
    if (body !== '') req.setBody(body)
    const resp = new Response()
    const call = acquireCall()
    const promise = call.start<Response>(this, req, resp, redirects, options, null, '')
    promise.catch(() => {})
    return { call, promise, req, resp }
  }
  get lines(): string[] {
    return this.started.map(({ head }) => head.split('\r\n')[0]!)
  }
}

const conn = { remoteAddr: {}, localAddr: {} } as unknown as ClientConn

/** Gives `call` a response, as a connection does. */
function respond(call: Call, head: string, body = ''): void {
  const parser = new ResponseParser()
  const bytes = Buffer.from(`HTTP/1.1 ${head}\r\n\r\n${body}`, 'latin1')
  expect(parser.parse(bytes, 0, bytes.length)).toBe(0)
  call.onResponse(parser, conn, bytes, parser.next, bytes.length, [])
  call.onDone()
}

describe('settling', () => {
  test('a response', async () => {
    const host = new FakeHost()
    const { call, promise, resp } = host.start()
    respond(call, '200 OK\r\nX: y', 'body')
    expect(await promise).toBe(resp)
    expect([resp.statusCode(), resp.body(), resp.header.peek('X')]).toEqual([200, 'body', 'y'])
    expect(host.counts).toEqual({ entered: 1, ended: 1, left: 0, settled: 1 })
  })

  test.each([
    ['ASCII', 'text', 'text'],
    ['UTF-8', '\xc3\xa9', 'é'],
    ['neither', '\xff', '\ufffd'],
  ])('status and body alone: %s', async (_, bytes, body) => {
    const host = new FakeHost()
    const req = new Request()
    req.setRequestURI('http://h.test/')
    const call = acquireCall()
    const promise = call.start<GetResult>(host, req, null, 0, undefined, null, '')
    respond(call, '404 Not Found', bytes)
    const result = await promise
    expect([result.statusCode, result.body]).toEqual([404, body])
    expect(result.bodyBytes.toString('latin1')).toBe(bytes)
  })

  test('what cannot be routed', async () => {
    const host = new FakeHost()
    await expect(host.start({ url: 'http://nobody/' }).promise).rejects.toThrow('nobody')
    expect(host.counts).toMatchObject({ entered: 0, settled: 1 })
  })

  test('only once', async () => {
    const host = new FakeHost()
    const { call, promise } = host.start()
    call.onFail(new ConnectionClosedError(), false)
    call.onDeadline()
    await expect(promise).rejects.toMatchObject({ code: 'FH_ERR_CONNECTION_CLOSED' })
    expect(host.counts.settled).toBe(1)
  })

  test('objects are used again, and say so', async () => {
    const host = new FakeHost()
    const { call, promise } = host.start()
    const { generation } = call
    respond(call, '200 OK')
    await promise
    const next = host.start().call
    expect(next).toBe(call)
    expect(next.generation).toBe(generation + 1)
    respond(next, '200 OK')
  })
})

describe('limits', () => {
  test.each<[string, CallOptions]>([
    ['no time', { timeout: 0 }],
    ['less than none', { timeout: -1 }],
    ['a deadline gone by', { deadline: new Date(Date.now() - 1) }],
    ['no number', { deadline: NaN }],
  ])('%s: nothing is sent', async (_, options) => {
    const host = new FakeHost()
    await expect(host.start({}, options).promise).rejects.toMatchObject({ code: 'FH_ERR_TIMEOUT' })
    expect(host.started).toEqual([])
  })

  test.each<[string, CallOptions, number]>([
    ['timeout', { timeout: 1000 }, 1000],
    ['deadline', { deadline: Date.now() + 2000 }, 2000],
    ['deadline before timeout', { timeout: 1000, deadline: new Date(Date.now() + 2000) }, 2000],
    ['none', {}, 0],
  ])('%s', (_, options, ms) => {
    const { call } = new FakeHost().start({}, options)
    if (ms === 0) expect(call.deadline).toBe(0)
    else expect(Math.abs(call.deadline - Date.now() - ms)).toBeLessThan(500)
    call.onDeadline()
  })

  test('time that is up while the call waits for a connection', async () => {
    const host = new FakeHost()
    const { call, promise } = host.start({}, { timeout: 1000 })
    call.onDeadline()
    await expect(promise).rejects.toMatchObject({ code: 'FH_ERR_TIMEOUT' })
    expect(host.counts.left).toBe(1)
  })

  test('a signal, while the call is on a connection', async () => {
    const host = new FakeHost()
    const abort = new AbortController()
    const { call, promise } = host.start({}, { signal: abort.signal })
    let abandoned = 0
    call.conn = { abandon: () => abandoned++ } as unknown as ClientConn
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(promise).rejects.toMatchObject({ code: 'FH_ERR_ABORTED', cause: reason })
    expect([abandoned, host.counts.left]).toEqual([1, 0])
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })
})

describe('redirects', () => {
  test('are followed as often as allowed', async () => {
    const host = new FakeHost()
    const { call, promise, req } = host.start({ redirects: 2 })
    respond(call, '302 Found\r\nLocation: /b')
    respond(call, '301 Moved\r\nLocation: http://other/c')
    expect(host.lines).toEqual(['GET /a HTTP/1.1', 'GET /b HTTP/1.1', 'GET /c HTTP/1.1'])
    respond(call, '302 Found\r\nLocation: /d')
    await expect(promise).rejects.toMatchObject({ code: 'FH_ERR_TOO_MANY_REDIRECTS' })
    expect(req.uri().fullURI()).toBe('http://other/c')
  })

  test.each([
    ['no Location', '302 Found', 'FH_ERR_MISSING_LOCATION'],
    ['a bad Location', '302 Found\r\nLocation: http://a:b:c/', 'FH_ERR_INVALID_HOST'],
  ])('%s', async (_, head, code) => {
    const { call, promise } = new FakeHost().start({ redirects: 2 })
    respond(call, head)
    await expect(promise).rejects.toMatchObject({ code })
  })

  test('are left alone where nobody asked for them', async () => {
    const { call, promise } = new FakeHost().start()
    respond(call, '302 Found')
    expect((await promise).statusCode()).toBe(302)
  })

  test('have no streamed body', () => {
    const { call, resp } = new FakeHost().start({ redirects: 2 })
    resp.streamBody = true
    expect([call.streams(200), call.streams(302)]).toEqual([true, false])
    call.onDeadline()
  })
})

describe('further attempts', () => {
  const closed = new ConnectionClosedError()

  test.each([
    ['GET', 3, 3],
    ['POST', 3, 1],
  ])('%s', async (method, maxIdempotentCallAttempts, attempts) => {
    const host = new FakeHost({ maxIdempotentCallAttempts })
    const { call, promise } = host.start({ method })
    for (let i = 0; i < attempts; i++) call.onFail(closed, true, 'a:1')
    await expect(promise).rejects.toBe(closed)
    expect(host.started).toHaveLength(attempts)
  })

  test('not where the failure would be the same', async () => {
    const host = new FakeHost()
    const { call, promise } = host.start()
    call.onFail(closed, false)
    await expect(promise).rejects.toBe(closed)
    expect(host.started).toHaveLength(1)
  })

  test('a hook may change the request', () => {
    const host = new FakeHost({
      retryIfErr: (req, attempts) => {
        req.header.set('Attempt', String(attempts))
        return { retry: true }
      },
    })
    const { call } = host.start()
    call.onFail(closed, true)
    expect(host.started[1]!.head).toContain('Attempt: 1\r\n')
    call.onDeadline()
  })

  test('a redirect has its own', () => {
    const host = new FakeHost({ maxIdempotentCallAttempts: 2 })
    const { call } = host.start({ redirects: 1 })
    call.onFail(closed, true)
    respond(call, '302 Found\r\nLocation: /b')
    call.onFail(closed, true)
    expect(host.started).toHaveLength(4)
    call.onDeadline()
  })
})
