import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { firstOf } from '../../src/net/first-of.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An attempt that takes `ms` and gives its number, or fails with `fail`. */
interface Plan {
  ms: number
  fail?: string
}

function run(plans: Plan[], delay: number) {
  const begun: number[] = []
  const discarded: number[] = []
  const start = Date.now()
  const aborted: number[] = []
  const attempt = (i: number, signal: AbortSignal): Promise<number> => {
    begun.push(Date.now() - start)
    signal.addEventListener('abort', () => aborted.push(i))
    return new Promise((resolve, reject) => {
      const { ms, fail } = plans[i]!
      setTimeout(() => (fail === undefined ? resolve(i) : reject(new Error(fail))), ms)
    })
  }
  const outcome = firstOf(plans.length, attempt, {
    delay,
    isFinal: (err) => (err as Error).message === 'final',
    discard: (i) => discarded.push(i),
  }).then(
    (i) => `${i} at ${Date.now() - start}`,
    (err: Error) => `${err.message} at ${Date.now() - start}`
  )
  return { outcome, begun, discarded, aborted }
}

describe('outcomes', () => {
  test.each<[string, Plan[], number, string, number[]]>([
    ['the first one', [{ ms: 5 }, { ms: 5 }], 300, '0 at 5', [0]],
    [
      'the next one after a failure, at once',
      [{ ms: 5, fail: 'a' }, { ms: 5 }],
      300,
      '1 at 10',
      [0, 5],
    ],
    ['beside a slow one', [{ ms: 1000 }, { ms: 5 }], 300, '1 at 305', [0, 300]],
    [
      'a slow one that is faster all the same',
      [{ ms: 310 }, { ms: 50 }],
      300,
      '0 at 310',
      [0, 300],
    ],
    [
      'one at a time without a delay',
      [{ ms: 1000, fail: 'a' }, { ms: 5 }],
      Infinity,
      '1 at 1005',
      [0, 1000],
    ],
    [
      'the last failure',
      [
        { ms: 5, fail: 'a' },
        { ms: 5, fail: 'b' },
      ],
      300,
      'b at 10',
      [0, 5],
    ],
    [
      'the failure that comes last',
      [
        { ms: 900, fail: 'a' },
        { ms: 5, fail: 'b' },
      ],
      300,
      'a at 900',
      [0, 300],
    ],
    [
      'a slow one after a failure beside it',
      [{ ms: 900 }, { ms: 5, fail: 'b' }],
      300,
      '0 at 900',
      [0, 300],
    ],
    [
      'none begins after a final failure',
      [{ ms: 5, fail: 'final' }, { ms: 5 }],
      300,
      'final at 5',
      [0],
    ],
    [
      'a failure starts the delay anew',
      [{ ms: 200, fail: 'a' }, { ms: 900 }, { ms: 1 }],
      300,
      '2 at 501',
      [0, 200, 500],
    ],
  ])('%s', async (_, plans, delay, expected, begun) => {
    const result = run(plans, delay)
    await vi.advanceTimersByTimeAsync(2000)
    expect(await result.outcome).toBe(expected)
    expect(result.begun).toEqual(begun)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('the others are told to stop, and what they give is discarded', async () => {
  const { outcome, aborted, discarded } = run([{ ms: 1000 }, { ms: 5 }], 300)
  await vi.advanceTimersByTimeAsync(305)
  expect(await outcome).toBe('1 at 305')
  expect(aborted).toEqual([0, 1])
  await vi.advanceTimersByTimeAsync(1000)
  expect(discarded).toEqual([0])
})
