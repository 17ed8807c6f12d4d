import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import * as errors from '../src/errors.js'
import {
  BodyTooLargeError,
  ConnectionClosedError,
  DialTimeoutError,
  DialWithUpstreamError,
  ERRORS,
  excerpt,
  FastHttpError,
  InvalidHostError,
  SmallBufferError,
  TimeoutError,
  type ErrorCode,
} from '../src/errors.js'

type ErrorClass = { new (detail?: any): FastHttpError; readonly code: ErrorCode }
const classes = new Map<string, ErrorClass>()
for (const [name, value] of Object.entries(errors)) {
  if (typeof value === 'function' && value !== (FastHttpError as unknown) && 'code' in value) {
    classes.set(name, value as unknown as ErrorClass)
  }
}

describe('table and classes', () => {
  test.each(Object.entries(ERRORS))('%s has its class', (code, row) => {
    const Class = classes.get(row.name)
    expect(Class?.code).toBe(code)
    const err = new Class!()
    expect(err).toMatchObject({ name: row.name, code, status: row.status })
    expect(err.message.startsWith(row.message)).toBe(true)
    expect(err).toBeInstanceOf(FastHttpError)
    expect(err).toBeInstanceOf(Error)
    expect(String(err.stack).startsWith(`${row.name}: ${row.message}`)).toBe(true)
  })

  test('no class without a row, no two rows for one class', () => {
    const names = Object.values(ERRORS).map((row) => row.name)
    expect([...classes.keys()].sort()).toEqual([...names].sort())
    expect(new Set(names).size).toBe(names.length)
  })

  test.each(Object.values(ERRORS).map((row) => [row.message]))('message style: %s', (message) => {
    expect(message).toMatch(/^(?:[a-z]|HostClient )/)
    expect(message).not.toMatch(/\.$/)
  })
})

describe('FastHttpError', () => {
  test('detail is added to the message, cause is kept', () => {
    const cause = new Error('root')
    const err = new InvalidHostError('no closing bracket', { cause })
    expect(err.message).toBe('invalid host: no closing bracket')
    expect(err.detail).toBe('no closing bracket')
    expect(err.cause).toBe(cause)
  })

  test('only code and detail are own enumerable properties', () => {
    expect(Object.keys(new TimeoutError())).toEqual(['code', 'detail'])
    expect(inspect(new TimeoutError())).toContain('FH_ERR_TIMEOUT')
  })

  test.each([
    [new TimeoutError(), true],
    [new DialTimeoutError(), true],
    [new DialWithUpstreamError('a:1', { cause: new DialTimeoutError() }), true],
    [new DialWithUpstreamError('a:1', { cause: new Error('x') }), false],
    [new ConnectionClosedError(), false],
  ])('timeout of %s', (err, expected) => {
    expect(err.timeout).toBe(expected)
  })

  test('fields needed to act', () => {
    expect(new BodyTooLargeError(10, 11)).toMatchObject({
      limit: 10,
      received: 11,
      message: 'body size exceeds the given limit: 11 of 10 bytes',
    })
    expect(new SmallBufferError(4096)).toMatchObject({ limit: 4096 })
    expect(new DialWithUpstreamError('a:1').upstream).toBe('a:1')
    const failed = new DialWithUpstreamError('a:1', { cause: new Error('refused') })
    expect([failed.upstream, failed.message]).toEqual([
      'a:1',
      'cannot dial the upstream address: a:1: refused',
    ])
  })
})

describe('instanceof', () => {
  test('tells classes apart', () => {
    expect(new TimeoutError()).not.toBeInstanceOf(DialTimeoutError)
    expect(new Error('x')).not.toBeInstanceOf(FastHttpError)
    expect({ code: 'FH_ERR_TIMEOUT' }).not.toBeInstanceOf(TimeoutError)
    expect(null).not.toBeInstanceOf(FastHttpError)
  })

  test('works for errors of a second copy of the module', async () => {
    vi.resetModules()
    const other = await import('../src/errors.js')
    expect(other.TimeoutError).not.toBe(TimeoutError)
    const err = new other.TimeoutError()
    expect(err).toBeInstanceOf(TimeoutError)
    expect(err).toBeInstanceOf(FastHttpError)
    expect(err).not.toBeInstanceOf(DialTimeoutError)
  })

  test("a user's subclass matches its own instances only", () => {
    class Mine extends TimeoutError {}
    expect(new Mine()).toBeInstanceOf(Mine)
    expect(new Mine()).toBeInstanceOf(TimeoutError)
    expect(new TimeoutError()).not.toBeInstanceOf(Mine)
  })
})

describe('excerpt', () => {
  test.each([
    ['short', 'abc', '"abc"'],
    ['controls', 'a\r\n\0\x7f', '"a\\r\\n\\u0000\\u007f"'],
    ['beyond ASCII', '\xe9', '"\\u00e9"'],
    ['64 characters', 'x'.repeat(64), `"${'x'.repeat(64)}"`],
    ['65 characters', 'x'.repeat(65), `"${'x'.repeat(64)}"...`],
  ])('%s', (_name, text, expected) => {
    expect(excerpt(text)).toBe(expected)
  })
})
