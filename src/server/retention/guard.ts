import { executionAsyncId } from 'node:async_hooks'
import type { RequestCtx } from '../request-ctx.js'
import { changesResponse, givesUp, tellingVisitors } from './misuse.js'
import {
  report,
  RetentionError,
  type RetentionAction,
  type RetentionReason,
  type ServedRequest,
} from './report.js'
import { HANDLES, setTarget } from './targets.js'

type Method = (...args: unknown[]) => unknown

/**
 * The ctx of one request, wrapped so that every touch after its end is seen, even when the pooled object serves another request by then.
 * Handles got from it carry the same guard; byte views lie in memory of their own that is taken away at the end.
 */
export class Guard {
  readonly ctx: RequestCtx
  readonly #served: ServedRequest
  readonly #action: RetentionAction
  readonly #wrapped = new Map<object, object>()
  #views: ArrayBuffer[] = []
  #released = false
  /** Where `timeoutError` was called. Only code that goes on from there is told: work that has lost a race may go on writing. */
  #givenUpIn: number | undefined

  constructor(ctx: RequestCtx, action: RetentionAction) {
    this.#action = action
    this.#served = { method: ctx.method(), path: ctx.path(), settledAt: 0 }
    this.ctx = this.#wrap(ctx, 'ctx')
  }

  /** The request, by what it was when its ctx was acquired. */
  get served(): Pick<ServedRequest, 'method' | 'path'> {
    return this.#served
  }

  /** The handler has settled: touches are reported from here on. */
  release(): void {
    this.#released = true
    this.#served.settledAt = Date.now()
    this.#wrapped.clear()
    // A detached view reads as empty, whoever holds it.
    for (const view of this.#views) structuredClone(view, { transfer: [view] })
    this.#views = []
  }

  #touch(member: string): void {
    if (this.#released) this.#report(member, 'released')
  }

  #report(member: string, reason: RetentionReason): void {
    report(new RetentionError(member, this.#served, reason), this.#action)
  }

  #call(method: Method, target: object, member: string, args: unknown[]): unknown {
    this.#touch(member)
    if (this.#released) return Reflect.apply(method, target, args)
    const given = tellingVisitors(member, args, () => this.#report(member, 'promise'))
    const isIgnored = this.#givenUpIn === executionAsyncId() && changesResponse(member)
    if (isIgnored) this.#report(member, 'ignored')
    if (givesUp(member)) this.#givenUpIn = executionAsyncId()
    return Reflect.apply(method, target, given)
  }

  #wrap<T extends object>(target: T, name: string): T {
    const known = this.#wrapped.get(target)
    if (known !== undefined) return known as T
    const methods = new Map<PropertyKey, unknown>()
    const wrapped = new Proxy(target, {
      get: (_, key) => {
        const member = `${name}.${String(key)}`
        this.#touch(member)
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function') return this.#give(value, member)
        // Its call is part of the touch that was just reported.
        if (this.#released) return value.bind(target) as unknown
        let method = methods.get(key)
        if (method === undefined) {
          method = (...args: unknown[]) =>
            this.#give(this.#call(value as Method, target, member, args), member)
          methods.set(key, method)
        }
        return method
      },
      set: (_, key, value) => {
        this.#touch(`${name}.${String(key)}`)
        return Reflect.set(target, key, value, target)
      },
    })
    this.#wrapped.set(target, wrapped)
    setTarget(wrapped, { object: target, touch: () => this.#touch(name) })
    return wrapped
  }

  /** What a member gives away: handles guarded, views in memory of their own, anything else as it is. */
  #give(value: unknown, member: string): unknown {
    if (typeof value !== 'object' || value === null) return value
    // What a program put there is the program's.
    if (member === 'ctx.userValue') return value
    if (value instanceof Uint8Array) {
      const memory = new ArrayBuffer(value.byteLength)
      const view = Buffer.from(memory)
      view.set(value)
      this.#views.push(memory)
      return view
    }
    return HANDLES.some((Class) => value instanceof Class) ? this.#wrap(value, member) : value
  }
}
