import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { abortable } from '../../src/net/abortable.js'

function pending() {
  let resolve!: (value: string) => void
  let reject!: (err: Error) => void
  const promise = new Promise<string>((yes, no) => ([resolve, reject] = [yes, no]))
  const discarded: string[] = []
  return { promise, resolve, reject, discarded, discard: (value: string) => discarded.push(value) }
}

test.each([undefined, new AbortController().signal])('without an abort: %s', async (signal) => {
  const success = pending()
  success.resolve('done')
  expect(await abortable(success.promise, signal, success.discard)).toBe('done')
  const failure = pending()
  const err = new Error('no')
  failure.reject(err)
  await expect(abortable(failure.promise, signal, failure.discard)).rejects.toBe(err)
  expect([...success.discarded, ...failure.discarded]).toEqual([])
  if (signal !== undefined) expect(getEventListeners(signal, 'abort')).toEqual([])
})

test.each([true, false])('an abort, before it begins: %s', async (before) => {
  const { promise, resolve, discarded, discard } = pending()
  const abort = new AbortController()
  const reason = new Error('enough')
  if (before) abort.abort(reason)
  const result = abortable(promise, abort.signal, discard)
  if (!before) abort.abort(reason)
  await expect(result).rejects.toMatchObject({ code: 'FH_ERR_ABORTED', cause: reason })
  resolve('late')
  await promise
  await Promise.resolve()
  expect(discarded).toEqual(['late'])
})

test('a failure after the abort is nobody’s business', async () => {
  const { promise, reject, discarded, discard } = pending()
  const result = abortable(promise, AbortSignal.abort(), discard)
  await expect(result).rejects.toMatchObject({ name: 'AbortError' })
  reject(new Error('late'))
  await new Promise(setImmediate)
  expect(discarded).toEqual([])
})
