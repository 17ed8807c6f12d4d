import { CtxReleasedError } from '../../errors.js'
import { callersOf, currentOrigin, type Origin } from './origins.js'

/** A request as it was when its ctx was acquired: the ctx itself may serve another one by now. */
export interface ServedRequest {
  readonly method: string
  readonly path: string
  /** When its handler settled, in milliseconds since the epoch. */
  settledAt: number
}

/**
 * What is wrong with a touch: it came after the end, it changed a response that `timeoutError` had fixed,
 * or it was a visitor whose promise nobody waits for.
 */
export type RetentionReason = 'released' | 'ignored' | 'promise'

/** A use of a ctx, or of something got from it, after its handler had settled; or of an acquired object after its release. */
export class RetentionError extends CtxReleasedError {
  /** Member that was touched, such as `ctx.response.setBody`. */
  readonly member: string
  /** Request the ctx belonged to; `undefined` for an acquired object. */
  readonly request: Pick<ServedRequest, 'method' | 'path'> | undefined
  /** Why it is reported. */
  readonly reason: RetentionReason
  /** Milliseconds between the end of the handler, or the release, and the touch; 0 when the handler was still running. */
  readonly age: number
  /** What kept the ctx, when it was a timer, tick or promise. */
  readonly origin: Origin | undefined
  /** The program's frames of the touch. */
  readonly #callers: string

  /**
   * @param end - the request, or the time of the release in milliseconds since the epoch
   */
  constructor(member: string, end: ServedRequest | number, reason: RetentionReason = 'released') {
    const served = typeof end === 'number' ? undefined : end
    const endedAt = typeof end === 'number' ? end : end.settledAt
    const age = reason === 'released' ? Date.now() - endedAt : 0
    const origin = reason === 'released' ? currentOrigin() : undefined
    const kept =
      origin === undefined ? '' : `; kept by ${origin.type} created at\n${origin.stack}\ntouched at`
    const what =
      served === undefined
        ? `${member} of an object that was released ${age} ms before`
        : `${member} of ${served.method} ${served.path}, ${REASONS[reason](age)}`
    super(what + kept)
    this.member = member
    this.reason = reason
    this.request = served && { method: served.method, path: served.path }
    this.age = age
    this.origin = origin
    const stack = this.stack ?? ''
    // The message quotes frames as well, those of the origin.
    const head = stack.slice(0, stack.indexOf(this.message) + this.message.length)
    this.#callers = callersOf(stack.slice(head.length))
    if (this.#callers !== '') this.stack = `${head}\n${this.#callers}`
  }

  /** The line that touched: what tells one site from another. */
  get site(): string {
    return this.#callers.split('\n')[0]?.trim() || this.member
  }
}

const REASONS: Record<RetentionReason, (age: number) => string> = {
  released: (age) => `whose handler settled ${age} ms before`,
  ignored: () => 'which timeoutError had given up before: it has no effect',
  promise: () =>
    'whose visitor returned a promise: it goes on after the visit, and maybe after the handler',
}

/** What to do about a touch. */
export type RetentionAction = 'warn' | 'throw' | ((err: RetentionError) => void)

const totals = new Map<string, number>()

/** Touches so far by site: the line of code that touched. For counters of one's own, such as expvar's. */
export function retentionTotals(): Record<string, number> {
  return Object.fromEntries(totals)
}

/** Counts a touch and acts on it; each site is printed once. */
export function report(err: RetentionError, action: RetentionAction): void {
  const site = err.site
  const count = (totals.get(site) ?? 0) + 1
  totals.set(site, count)
  if (action === 'throw') throw err
  if (typeof action === 'function') action(err)
  else if (count === 1)
    process.emitWarning(err.stack ?? err.message, { code: err.code, type: err.name })
}
