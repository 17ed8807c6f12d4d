import { kParams, type RequestCtx } from '../../server/request-ctx.js'
import { routingOf, setRouting, type Routing } from '../../server/routing.js'
import { ParamHandlerChain, type SeenParam } from './param-handlers.js'
import {
  mergeParams,
  NO_PARAMS,
  type Params,
  type PathMatch,
  type PathMatcher,
} from './path-matcher.js'
import type { Entry, Found } from './route-index.js'
import type { RouteTable } from './route-table.js'
import { Step, type Continuation } from './step.js'
import { targetPath } from './target-path.js'
import type { ErrorHandler, Middleware, Outcome, ParamHandler } from './types.js'

/** One thing a router does, in the order of registration; neighbouring routes are one step. */
export type Layer =
  | { readonly kind: 'routes'; readonly table: RouteTable }
  | { readonly kind: 'use'; readonly at: PathMatcher | undefined; readonly handler: Middleware }
  | { readonly kind: 'mount'; readonly at: PathMatcher | undefined; readonly router: Runnable }
  | { readonly kind: 'error'; readonly at: PathMatcher | undefined; readonly handler: ErrorHandler }

/** What a run needs of its router. */
export interface Runnable {
  /** @internal */
  readonly _layers: readonly Layer[]
  /** @internal */
  readonly _paramHandlers: ReadonlyMap<string, readonly ParamHandler[]>
  /** @internal */
  readonly _mergeParams: boolean
  /** What the router notes on the ctx while it runs, given what its parent did. @internal */
  _routing(outer: Routing | undefined): Routing | undefined
  /** Called when nothing is left to run; gives an answer or lets `outer` go on. @internal */
  _leave(run: Run, err: unknown, outer: Continuation | undefined): Outcome
}

/** Handlers that may call each other before the stack is given a rest. */
const MAX_NESTING = 100

/** The way of one request through one router. */
export class Run implements Continuation {
  readonly ctx: RequestCtx
  /** The part of the path this router sees, from its slash on. */
  path: string
  method: string
  #target: string
  readonly #router: Runnable
  readonly #outer: Continuation | undefined
  readonly #parentParams: Params | undefined
  readonly #routing: Routing | undefined
  /** A layer's path was taken away, or another router has noted its own. */
  #entered = false
  /** Calls of `advance` within one another: synchronous handlers pass on from within their own calls. */
  #nesting = 0
  #at = 0
  #found: Found | undefined
  #entryAt = 0
  /** Parameters that the layer's own path gave. */
  #own: Params = NO_PARAMS
  /** Parameters whose handlers have run. */
  #seen: Map<string, SeenParam> | undefined

  constructor(
    router: Runnable,
    ctx: RequestCtx,
    path: string,
    method: string,
    outer: Continuation | undefined
  ) {
    this.ctx = ctx
    this.path = path
    this.method = method
    this.#target = ctx.requestURI()
    this.#router = router
    this.#outer = outer
    this.#parentParams = ctx.userValue(kParams) as Params | undefined
    const outerRouting = routingOf(ctx)
    this.#routing = router._routing(outerRouting)
    if (this.#routing !== outerRouting) setRouting(ctx, this.#routing)
  }

  /** Runs the next layer that matches; an error is for error handlers, `'router'` leaves at once. */
  advance(signal?: unknown): Outcome {
    if (this.#nesting === MAX_NESTING) {
      this.#nesting = 0
      return Promise.resolve().then(() => this.advance(signal))
    }
    this.#nesting++
    const outcome = this.#advance(signal)
    this.#nesting = 0
    return outcome
  }

  #advance(signal: unknown): Outcome {
    if (this.#entered) {
      setRouting(this.ctx, this.#routing)
      this.#entered = false
    }
    const { ctx } = this
    if (ctx.requestURI() !== this.#target || ctx.method() !== this.method) this.#retarget()
    if (signal === 'router') return this.#leave(undefined)
    let err = signal === 'route' ? undefined : signal
    const layers = this.#router._layers
    while (this.#at < layers.length) {
      const layer = layers[this.#at]!
      try {
        if (layer.kind === 'routes') {
          const entry = err ? undefined : this.#nextEntry(layer.table)
          if (entry !== undefined) return this.#runEntry(entry)
          this.#found = undefined
          this.#at++
          continue
        }
        this.#at++
        if (Boolean(err) !== (layer.kind === 'error')) continue
        const match = layer.at === undefined ? WHOLE : layer.at.match(this.path)
        if (match !== undefined) return this.#runLayer(layer, match, err)
      } catch (reason) {
        // A parameter of this layer cannot be decoded; what handlers throw never gets here.
        err ||= reason
        if (layer.kind === 'routes') this.#at++
        this.#found = undefined
      }
    }
    return this.#leave(err)
  }

  /** A handler has changed the target or the method: what comes next goes by the new ones. */
  #retarget(): void {
    this.method = this.ctx.method()
    this.#target = this.ctx.requestURI()
    this.#found = undefined
    const path = targetPath(this.ctx)
    const mountPath = this.#routing?.mountPath ?? ''
    this.path = path.startsWith(mountPath) ? path.slice(mountPath.length) || '/' : path
  }

  #leave(err: unknown): Outcome {
    if (this.#own !== NO_PARAMS) this.ctx.setUserValue(kParams, this.#parentParams)
    return this.#router._leave(this, err, this.#outer)
  }

  /** Steps through the routes that may match until one does. */
  #nextEntry(table: RouteTable): Entry | undefined {
    if (this.#found === undefined) {
      this.#found = table.find(this.method, this.path)
      if (this.#found === undefined) return undefined
      this.#entryAt = 0
    }
    const { entries, params } = this.#found
    while (this.#entryAt < entries.length) {
      const entry = entries[this.#entryAt++]!
      const known = this.#entryAt === 1 ? params : undefined
      const matched = known ?? entry.matcher.match(this.path)?.params
      if (matched !== undefined) {
        this.#setParams(matched)
        return entry
      }
    }
    return undefined
  }

  #runEntry(entry: Entry): Outcome {
    const { handlers } = entry
    if (handlers.length === 1) return this.#call(handlers[0]!)
    return this.#withParamHandlers(new HandlerChain(this.ctx, handlers, this))
  }

  #call(handler: Middleware): Outcome {
    // The common case, without an object for it.
    if (this.#router._paramHandlers.size === 0) return callHandler(handler, this.ctx, this)
    return this.#withParamHandlers(new HandlerChain(this.ctx, [handler], this))
  }

  #runLayer(layer: Exclude<Layer, { kind: 'routes' }>, match: PathMatch, err: unknown): Outcome {
    this.#setParams(match.params)
    const rest = match.length === 0 ? this.path : this.#enter(match.length)
    if (layer.kind === 'use') return this.#call(layer.handler)
    if (layer.kind === 'error') {
      const { handler } = layer
      return this.#withParamHandlers({
        advance: (signal) => callErrorHandler(handler, signal ?? err, this.ctx, this),
      })
    }
    this.#entered = true
    const inner: Continuation = {
      advance: (signal) =>
        signal
          ? this.advance(signal)
          : new Run(layer.router, this.ctx, rest, this.method, this).advance(),
    }
    return this.#withParamHandlers(inner)
  }

  /** Notes the part of the path that a layer's own path takes away. */
  #enter(length: number): string {
    const outer = this.#routing
    const mountPath = this.path.slice(0, length).replace(/\/$/, '')
    this.#entered = true
    setRouting(this.ctx, { app: outer?.app, mountPath: (outer?.mountPath ?? '') + mountPath })
    const rest = this.path.slice(mountPath.length)
    return rest === '' ? '/' : rest
  }

  #setParams(params: Params): void {
    if (params === NO_PARAMS && this.#own === NO_PARAMS && this.#parentParams === undefined) return
    const parent = this.#router._mergeParams ? this.#parentParams : undefined
    this.#own = params
    this.ctx.setUserValue(kParams, parent === undefined ? params : mergeParams(parent, params))
  }

  #withParamHandlers(inner: Continuation): Outcome {
    const handlers = this.#router._paramHandlers
    if (handlers.size === 0) return inner.advance()
    this.#seen ??= new Map()
    return new ParamHandlerChain(this.ctx, handlers, this.#own, this.#seen, inner, this).advance()
  }
}

const WHOLE: PathMatch = { params: NO_PARAMS, length: 0 }

/** Calls handlers one after the other. */
class HandlerChain implements Continuation {
  #at = 0

  constructor(
    readonly ctx: RequestCtx,
    readonly handlers: readonly Middleware[],
    readonly rest: Continuation
  ) {}

  advance(signal?: unknown): Outcome {
    const handler = this.handlers[this.#at++]
    if (signal || handler === undefined) return this.rest.advance(signal)
    return callHandler(handler, this.ctx, this)
  }
}

function callHandler(handler: Middleware, ctx: RequestCtx, rest: Continuation): Outcome {
  const step = new Step(rest)
  try {
    return step.settle(handler(ctx, step.next))
  } catch (err) {
    return step.fail(err)
  }
}

function callErrorHandler(
  handler: ErrorHandler,
  err: unknown,
  ctx: RequestCtx,
  rest: Continuation
): Outcome {
  const step = new Step(rest)
  try {
    return step.settle(handler(err, ctx, step.next))
  } catch (reason) {
    return step.fail(reason)
  }
}
