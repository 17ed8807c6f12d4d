import { AbortError } from '../errors.js'

/**
 * `promise`, unless `signal` aborts first: `FH_ERR_ABORTED` then, with the reason as its cause.
 *
 * @param discard - gets what comes of the promise too late
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (value: T) => void
): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new AbortError(undefined, { cause: signal.reason }))
      promise.then(discard, () => {})
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    const settled = (): void => signal.removeEventListener('abort', onAbort)
    promise.finally(settled).then(resolve, reject)
  })
}
