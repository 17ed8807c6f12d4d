import { expect, test } from 'vitest'
import { backoff } from '../../../src/features/prefork/backoff.js'

test.each([
  [0, 2, 0],
  // All of them at once.
  [2, 2, 0],
  [3, 2, 100],
  [4, 2, 200],
  [5, 2, 400],
  [8, 2, 3200],
  [9, 2, 5000],
  [5000, 1, 5000],
])('%d failures in a row of %d workers: %d ms', (failures, workers, wait) => {
  expect(backoff(failures, workers)).toBe(wait)
})
