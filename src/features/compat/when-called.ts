/** Wraps the one callback that ends the wait. */
export type Done = <A extends unknown[]>(fn: (...args: A) => unknown) => (...args: A) => void

/**
 * Waits for a callback: `whenCalled((done) => fs.readFile(path, done((err, data) => { ... })))`.
 * A handler that answers inside of a callback returns this promise, so that its ctx lives until then.
 *
 * @param start - begins the work; what it throws rejects the promise
 * @returns settles when the wrapped callback has run and the promise it may give back has settled; a callback that throws or rejects rejects
 * it, one that is never called leaves the request open, as it would on node:http
 */
export function whenCalled(start: (done: Done) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const done: Done =
      (fn) =>
      (...args) => {
        try {
          Promise.resolve(fn(...args)).then(() => resolve(), reject)
        } catch (error) {
          reject(error)
        }
      }
    start(done)
  })
}
