import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DeadlineTimer } from '../../src/client/deadline-timer.js'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

/** A timer for the limits in `limits`; notes when it swept, relative to the start. */
function timerOf(limits: number[]) {
  const sweeps: number[] = []
  const start = Date.now()
  const timer = new DeadlineTimer((now) => {
    sweeps.push(now - start)
    const left = limits.filter((at) => at > now)
    return left.length === 0 ? Infinity : Math.min(...left)
  })
  return { timer, sweeps, start }
}

test('goes off when the earliest limit is reached, not before', () => {
  const { timer, sweeps, start } = timerOf([])
  timer.arm(start + 500)
  timer.arm(start + 100)
  timer.arm(start + 300)
  vi.advanceTimersByTime(99)
  expect(sweeps).toEqual([])
  vi.advanceTimersByTime(1)
  expect(sweeps).toEqual([100])
})

test('goes on to the limit the sweep names', () => {
  const limits: number[] = []
  const { timer, sweeps, start } = timerOf(limits)
  limits.push(start + 100, start + 250)
  timer.arm(start + 100)
  vi.advanceTimersByTime(1000)
  expect(sweeps).toEqual([100, 250])
  expect(vi.getTimerCount()).toBe(0)
})

test('many limits take one timer', () => {
  const { timer, start } = timerOf([])
  for (let i = 0; i < 1000; i++) timer.arm(start + 1000 + i)
  expect(vi.getTimerCount()).toBe(1)
})

test('limits close to each other share a sweep', () => {
  const { timer, sweeps, start } = timerOf([])
  timer.arm(start + 100)
  timer.arm(start + 98)
  vi.advanceTimersByTime(100)
  expect(sweeps).toEqual([100])
})

test('a limit in the past is seen soon', () => {
  const { timer, sweeps, start } = timerOf([])
  timer.arm(start - 5000)
  vi.advanceTimersByTime(1)
  expect(sweeps).toEqual([1])
})

test('a limit beyond what a timer can hold is slept for in parts', () => {
  const limits: number[] = []
  const { timer, sweeps, start } = timerOf(limits)
  const far = 2 ** 31 + 5000
  limits.push(start + far)
  timer.arm(start + far)
  vi.advanceTimersByTime(far)
  expect(sweeps).toEqual([2 ** 31 - 1, far])
})

test('stop', () => {
  const { timer, sweeps, start } = timerOf([])
  timer.arm(start + 100)
  timer.stop()
  vi.advanceTimersByTime(1000)
  expect(sweeps).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
  timer.arm(start + 1100)
  vi.advanceTimersByTime(100)
  expect(sweeps).toEqual([1100])
})
