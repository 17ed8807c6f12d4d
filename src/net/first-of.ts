/** How attempts follow each other, see {@link firstOf}. */
export interface FirstOfOptions<T> {
  /** Milliseconds an attempt is given before the next one runs beside it; `Infinity`: one at a time. */
  delay: number
  /** Is the failure one after which no other attempt is to begin? */
  isFinal: (err: unknown) => boolean
  /** Gets the result of an attempt that succeeded too late. */
  discard: (result: T) => void
}

/**
 * The result of the first of `n` attempts that succeeds (as RFC 8305, section 5). The next one begins when one has failed, or has taken
 * `delay` milliseconds. Rejects as the last failure.
 *
 * @param attempt - begins attempt `i`; the signal aborts when another one has succeeded
 */
export function firstOf<T>(
  n: number,
  attempt: (i: number, signal: AbortSignal) => Promise<T>,
  { delay, isFinal, discard }: FirstOfOptions<T>
): Promise<T> {
  return new Promise((resolve, reject) => {
    const won = new AbortController()
    let begun = 0
    let running = 0
    let timer: NodeJS.Timeout | undefined
    const next = (): void => {
      clearTimeout(timer)
      running++
      const promise = attempt(begun++, won.signal)
      if (begun < n && delay !== Infinity) timer = setTimeout(next, delay)
      promise.then(
        (result) => {
          clearTimeout(timer)
          if (won.signal.aborted) return discard(result)
          won.abort()
          resolve(result)
        },
        (err: unknown) => {
          running--
          if (won.signal.aborted) return
          if (isFinal(err)) {
            clearTimeout(timer)
            begun = n
          }
          if (begun < n) next()
          else if (running === 0) reject(err)
        }
      )
    }
    next()
  })
}
