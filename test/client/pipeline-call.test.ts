import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { PipelineCall } from '../../src/client/pipeline-call.js'
import { TimeoutError } from '../../src/errors.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'

function newCall() {
  const response = new Response()
  const call = new PipelineCall(new Request(), response, 'head', 0)
  let givenUp = 0
  call.onGivenUp = () => givenUp++
  return { call, response, givenUp: () => givenUp }
}

test('success gives the response', async () => {
  const { call, response, givenUp } = newCall()
  call.succeed()
  expect(await call.promise).toBe(response)
  expect([call.response, givenUp()]).toEqual([null, 0])
})

test('failure rejects and tells the connection', async () => {
  const { call, givenUp } = newCall()
  const err = new TimeoutError()
  call.fail(err)
  await expect(call.promise).rejects.toBe(err)
  expect([call.response, givenUp()]).toEqual([null, 1])
})

test.each<[string, (call: PipelineCall) => void, (call: PipelineCall) => void, boolean]>([
  ['success, then failure', (c) => c.succeed(), (c) => c.fail(new TimeoutError()), true],
  ['failure, then success', (c) => c.fail(new TimeoutError()), (c) => c.succeed(), false],
  ['failure twice', (c) => c.fail(new TimeoutError()), (c) => c.fail(new Error('second')), false],
])('only the first counts: %s', async (_, first, second, succeeds) => {
  const { call, response, givenUp } = newCall()
  first(call)
  second(call)
  if (succeeds) expect(await call.promise).toBe(response)
  else await expect(call.promise).rejects.toThrow(TimeoutError)
  expect(givenUp()).toBe(succeeds ? 0 : 1)
})

test('a signal that aborted before', async () => {
  const { call } = newCall()
  const reason = new Error('enough')
  expect(call.watch(AbortSignal.abort(reason))).toBe(false)
  await expect(call.promise).rejects.toMatchObject({ code: 'FH_ERR_ABORTED', cause: reason })
})

test('a signal that aborts later', async () => {
  const { call, givenUp } = newCall()
  const abort = new AbortController()
  expect(call.watch(abort.signal)).toBe(true)
  abort.abort()
  await expect(call.promise).rejects.toMatchObject({ code: 'FH_ERR_ABORTED', name: 'AbortError' })
  expect(givenUp()).toBe(1)
})

test.each<[string, (call: PipelineCall) => void]>([
  ['success', (call) => call.succeed()],
  ['failure', (call) => call.fail(new TimeoutError())],
])('no listener is left at the signal after %s', (_, settle) => {
  const { call } = newCall()
  const { signal } = new AbortController()
  call.watch(signal)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  call.promise.catch(() => {})
  settle(call)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
