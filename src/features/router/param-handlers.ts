import type { RequestCtx } from '../../server/request-ctx.js'
import { Step, type Continuation } from './step.js'
import type { Params } from './path-matcher.js'
import type { Outcome, ParamHandler } from './types.js'

/** What came of the handlers of a parameter, remembered for the next path with the same value. */
export interface SeenParam {
  readonly value: string
  err: unknown
}

/** Runs the handlers of each parameter of a path, then what the path leads to. */
export class ParamHandlerChain implements Continuation {
  readonly #names: string[]
  #name = ''
  #handlers: readonly ParamHandler[] = []
  #at = 0
  #current: SeenParam | undefined

  /**
   * @param all - handlers by parameter name
   * @param params - what the path gave
   * @param seen - parameters whose handlers have run for this request
   * @param inner - what the path leads to
   * @param run - goes on elsewhere when a handler says so
   */
  constructor(
    readonly ctx: RequestCtx,
    readonly all: ReadonlyMap<string, readonly ParamHandler[]>,
    readonly params: Params,
    readonly seen: Map<string, SeenParam>,
    readonly inner: Continuation,
    readonly run: Continuation
  ) {
    this.#names = Object.keys(params)
  }

  advance(signal?: unknown): Outcome {
    if (this.#current !== undefined) this.#current.err = signal
    if (signal) return this.run.advance(signal)
    const handler = this.#handlers[this.#at++]
    if (handler === undefined) return this.#nextParam()
    const step = new Step(this)
    try {
      return step.settle(handler(this.ctx, step.next, this.params[this.#name]!, this.#name))
    } catch (err) {
      return step.fail(err)
    }
  }

  #nextParam(): Outcome {
    this.#current = undefined
    const name = this.#names.shift()
    if (name === undefined) return this.inner.advance()
    const handlers = this.all.get(name)
    if (handlers === undefined) return this.#nextParam()
    const value = this.params[name]!
    const seen = this.seen.get(name)
    if (seen !== undefined && (seen.value === value || (seen.err && seen.err !== 'route'))) {
      return seen.err ? this.run.advance(seen.err) : this.#nextParam()
    }
    this.#current = { value, err: undefined }
    this.seen.set(name, this.#current)
    this.#name = name
    this.#handlers = handlers
    this.#at = 0
    return this.advance()
  }
}
