import { HandlerFailedError } from '../../errors.js'
import type { Next, Outcome } from './types.js'

/** What runs behind a handler: called with nothing, a signal or an error. */
export interface Continuation {
  advance(signal?: unknown): Outcome
}

const DONE = Promise.resolve()

/**
 * One call of one handler. Keeps the response waiting for what `next` started, whether or not the handler awaits it, and sends what the
 * handler throws to the error handlers.
 */
export class Step {
  readonly next: Next
  readonly #rest: Continuation
  #behind: Promise<void> | undefined
  #called = false
  #settled = false

  constructor(rest: Continuation) {
    this.#rest = rest
    this.next = (signal) => this.#next(signal)
  }

  /** Takes what the handler returned. */
  settle(result: unknown): Outcome {
    if (isThenable(result)) {
      return result.then(
        () => this.settle(undefined),
        (err: unknown) => this.fail(err)
      ) as Promise<void>
    }
    this.#settled = true
    return this.#behind
  }

  /** Takes what the handler threw. */
  fail(err: unknown): Outcome {
    this.#settled = true
    const reason = err || new HandlerFailedError('it threw or rejected with nothing')
    return this.#behind === undefined
      ? this.#rest.advance(reason)
      : this.#behind.then(() => this.#rest.advance(reason))
  }

  #next(signal: unknown): Promise<void> {
    if (this.#settled) {
      // The ctx may serve another request by now: going on would mix the two.
      process.emitWarning('next() was called after its handler had settled and is ignored', {
        code: 'FH_WARN_LATE_NEXT',
        detail: 'return or await a promise that settles after next() was called',
      })
      return DONE
    }
    // A second call changes nothing: what is behind has run.
    if (!this.#called) {
      this.#called = true
      this.#behind = this.#rest.advance(signal) ?? undefined
    }
    return this.#behind ?? DONE
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
