import { describe, expect, test } from 'vitest'
import { whenCalled } from '../../../src/features/compat/when-called.js'

describe('whenCalled', () => {
  test('waits for the callback and passes its arguments', async () => {
    const seen: unknown[] = []
    await whenCalled((done) =>
      setImmediate(
        done((...args: unknown[]) => seen.push(...args)),
        1,
        2
      )
    )
    expect(seen).toEqual([1, 2])
  })

  test('waits for the promise the callback gives back', async () => {
    let finished = false
    await whenCalled((done) =>
      setImmediate(
        done(async () => {
          await Promise.resolve()
          finished = true
        })
      )
    )
    expect(finished).toBe(true)
  })

  test.each<[string, (fail: () => never) => Promise<void>]>([
    ['start throws', (fail) => whenCalled(() => fail())],
    ['the callback throws', (fail) => whenCalled((done) => setImmediate(done(fail)))],
    [
      'the callback rejects',
      (fail) => whenCalled((done) => setImmediate(done(async () => fail()))),
    ],
  ])('rejects when %s', async (_, start) => {
    const error = new Error('failed')
    await expect(
      start(() => {
        throw error
      })
    ).rejects.toBe(error)
  })
})
