import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { resolveClientOptions, type ClientOptions } from '../../src/client/options.js'
import { retryDecision } from '../../src/client/retry.js'
import { ConnectionClosedError } from '../../src/errors.js'
import { Request } from '../../src/http/request.js'

const ERR = new ConnectionClosedError()

function decide(method: string, attempts: number, options: ClientOptions = {}, stream = false) {
  const req = new Request()
  req.header.setMethod(method)
  if (stream) req.setBodyStream(Readable.from([]))
  return retryDecision(resolveClientOptions(options), req, attempts, ERR, 'host:80')
}

describe('by method', () => {
  test.each([
    ['GET', true],
    ['HEAD', true],
    ['PUT', true],
    ['POST', false],
    ['PATCH', false],
    ['DELETE', false],
    ['OPTIONS', false],
    ['get', false],
  ])('%s: %s', (method, retry) => expect(decide(method, 1)).toEqual({ retry }))
})

test.each<[number, number | undefined, boolean]>([
  [4, undefined, true],
  [5, undefined, false],
  [1, 1, false],
  [1, 2, true],
  [2, 2, false],
  [4, 0, true],
])('%i attempts of %s', (attempts, max, retry) => {
  const options = max === undefined ? {} : { maxIdempotentCallAttempts: max }
  expect(decide('GET', attempts, options)).toEqual({ retry })
})

describe('hooks', () => {
  test.each(['retryIf', 'retryIfErr', 'retryIfErrUpstream'])(
    '%s is not asked for a body stream or after the last attempt',
    (name) => {
      const hook = vi.fn(() => ({ retry: true }))
      const options: ClientOptions = Object.assign({}, { [name]: hook })
      expect(decide('GET', 1, options, true)).toEqual({ retry: false })
      expect(decide('GET', 5, options)).toEqual({ retry: false })
      expect(hook).not.toHaveBeenCalled()
    }
  )

  test('the more they are told, the earlier they are asked', () => {
    const retryIf = vi.fn(() => true)
    const retryIfErr = vi.fn(() => ({ retry: true, resetTimeout: true }))
    const retryIfErrUpstream = vi.fn(() => ({ retry: false }))
    expect(decide('POST', 2, { retryIf })).toEqual({ retry: true })
    expect(decide('POST', 2, { retryIf, retryIfErr })).toEqual({ retry: true, resetTimeout: true })
    expect(decide('POST', 2, { retryIf, retryIfErr, retryIfErrUpstream })).toEqual({ retry: false })
    expect([retryIf.mock.calls.length, retryIfErr.mock.calls.length]).toEqual([1, 1])
    expect(retryIfErr.mock.calls[0]).toEqual([expect.any(Request), 2, ERR])
    expect(retryIfErrUpstream.mock.calls[0]).toEqual([expect.any(Request), 2, ERR, 'host:80'])
  })
})
