const FIRST_MS = 100
const MAX_MS = 5000

/**
 * Milliseconds to wait before a worker is replaced, so that a program that is broken does not take the machine's time by starting again
 * and again: none until more workers than there are have failed in a row, then twice as long each time.
 */
export function backoff(failures: number, workers: number): number {
  const excess = failures - workers
  return excess > 0 ? Math.min(FIRST_MS * 2 ** (excess - 1), MAX_MS) : 0
}
