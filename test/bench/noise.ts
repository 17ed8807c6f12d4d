/** Iterations that take some ten milliseconds. */
const ITERATIONS = 5_000_000
/** A machine that is this much slower than at its best is disturbed by something else. */
const TOLERANCE = 1.3

let best = Infinity

function spin(): number {
  const start = performance.now()
  let x = 0
  for (let i = 0; i < ITERATIONS; i++) x = (x + i) | 0
  // The result is used so that the loop is not optimized away.
  return performance.now() - start + (x === 0.5 ? 1 : 0)
}

/** Is something else taking the machine's time right now? The best of three tries counts: a single interruption is no disturbance. */
export function isDisturbed(): boolean {
  const time = Math.min(spin(), spin(), spin())
  best = Math.min(best, time)
  return time > best * TOLERANCE
}

/**
 * Runs `measure` and keeps what it gives if the machine was quiet before and after; else tries again, up to three times in all.
 * @returns the result, and how many tries were thrown away; a third try is kept in any case
 */
export async function undisturbed<T>(
  measure: () => Promise<T>
): Promise<{ result: T; dropped: number }> {
  for (let dropped = 0; ; dropped++) {
    const before = isDisturbed()
    const result = await measure()
    if (dropped === 2 || (!before && !isDisturbed())) return { result, dropped }
  }
}
