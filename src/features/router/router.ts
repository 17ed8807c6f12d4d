import { InvalidOptionError } from '../../errors.js'
import { checkOptionNames, type OptionNames } from '../../option-names.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { isAnswered, type Routing } from '../../server/routing.js'
import {
  answerAllowed,
  answerText,
  errorStatus,
  logError,
  setErrorHeaders,
  statusText,
} from './answers.js'
import { Instance } from './instance.js'
import { PathMatcher, type Path } from './path-matcher.js'
import { RouteTable } from './route-table.js'
import { flattenHandlers, Route, type Handlers } from './route.js'
import { Run, type Layer, type Runnable } from './run.js'
import type { Continuation } from './step.js'
import { targetPath } from './target-path.js'
import type { ErrorHandler, Middleware, Outcome, ParamHandler, RouteCtx } from './types.js'

/** Options of {@link Router}. */
export interface RouterOptions {
  /**
   * Tell `/a` from `/A`.
   *
   * @defaultValue `false`
   */
  readonly caseSensitive?: boolean
  /**
   * Tell `/a` from `/a/`.
   *
   * @defaultValue `false`
   */
  readonly strict?: boolean
  /**
   * Keep the parameters of the path the router is mounted at.
   *
   * @defaultValue `false`
   */
  readonly mergeParams?: boolean
  /**
   * Answer 405 with `Allow` when a path has routes, but none for the method, instead of passing the request on.
   *
   * @defaultValue `false`
   */
  readonly methodNotAllowed?: boolean
}

const NAMES: OptionNames<RouterOptions> = {
  caseSensitive: true,
  strict: true,
  mergeParams: true,
  methodNotAllowed: true,
}

/** Of find-my-way and fasthttprouter. */
const FOREIGN = {
  ignoreTrailingSlash: 'strict; a slash at the end is ignored without it',
  RedirectTrailingSlash: 'strict; a slash at the end is ignored without it',
  HandleMethodNotAllowed: 'methodNotAllowed',
  prefix: 'use(path, router)',
}

/** Middleware or a router to mount. */
export type Usable = Middleware | Router

type Registered =
  | Exclude<Layer, { kind: 'routes' }>
  | { readonly kind: 'route'; readonly at: PathMatcher; readonly route: Route }

/**
 * Routes requests with the semantics of Express: what is registered runs in that order, each handler passing on with `next`. Neighbouring
 * routes are found through one find-my-way lookup, and nothing is awaited unless a handler returns a promise.
 *
 * @example
 * ```ts
 * const router = new Router()
 * router.get('/users/:id', (ctx) => ctx.setBody(`user ${ctx.param('id')}`))
 * new Server({ handler: router.handler }).listen(8080)
 * ```
 */
export class Router extends Instance implements Runnable {
  /** Serves requests; bound, so that it can be passed on as it is. */
  readonly handler = (ctx: RequestCtx): Outcome => {
    let path: string
    try {
      path = targetPath(ctx)
    } catch (err) {
      return this.answerUnhandled(ctx, err)
    }
    return new Run(this, ctx, path, ctx.method(), undefined).advance()
  }

  readonly #options: RouterOptions
  readonly #registered: Registered[] = []
  readonly #paramHandlers = new Map<string, ParamHandler[]>()
  #matching: { caseSensitive: boolean; strict: boolean } | undefined
  #layers: readonly Layer[] | undefined

  /**
   * @param options - see {@link RouterOptions}
   * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for an unknown one
   */
  constructor(options: RouterOptions = {}) {
    super()
    checkOptionNames('Router', options, NAMES, FOREIGN)
    this.#options = options
  }

  /**
   * Adds middleware or mounts routers, for every method. With a path they run below it only, and routers see the rest of it.
   *
   * @param path - where; everywhere by default
   * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a malformed path or what is no function or router
   */
  use(...usables: Handlers<Usable>[]): this
  use(path: Path, ...usables: Handlers<Usable>[]): this
  use(...args: unknown[]): this {
    const path = isPath(args[0]) ? (args.shift() as Path) : '/'
    const at = this.#prefix(path)
    const usables = args.flat(Infinity) as Usable[]
    if (usables.length === 0) throw new InvalidOptionError('no middleware given')
    for (const usable of usables) {
      if (usable instanceof Router) {
        usable._mountedIn(this, path)
        this.#register({ kind: 'mount', at, router: usable })
      } else {
        const [handler] = flattenHandlers<Middleware>([usable])
        this.#register({ kind: 'use', at, handler: handler! })
      }
    }
    return this
  }

  /**
   * Adds a handler for errors of what is registered in front of it. It answers, or passes the same or another error on with `next(err)`,
   * or recovers with `next()`.
   *
   * @param path - where; everywhere by default
   */
  onError(handler: ErrorHandler): this
  onError(path: Path, handler: ErrorHandler): this
  onError(...args: unknown[]): this {
    const at = isPath(args[0]) ? this.#prefix(args.shift() as Path) : undefined
    for (const handler of flattenHandlers(args as ErrorHandler[])) {
      this.#register({ kind: 'error', at, handler })
    }
    return this
  }

  /**
   * Adds a handler that sees a parameter before the routes of this router do, once per value and request.
   *
   * @param name - of the parameter, or several
   */
  param(name: string | readonly string[], handler: ParamHandler): this {
    flattenHandlers([handler])
    for (const one of [name].flat()) {
      const handlers = this.#paramHandlers.get(one)
      if (handlers === undefined) this.#paramHandlers.set(one, [handler])
      else handlers.push(handler)
    }
    return this
  }

  /**
   * A router for what is below `path`, mounted here; it compares paths as this one does and keeps its parameters. Go: `Group` of fasthttp's
   * routers.
   */
  group(path: Path): Router {
    const group = new Router({ ...this.#options, ...this._matching(), mergeParams: true })
    this.use(path, group)
    return group
  }

  /** Starts a route whose handlers for several methods share one path. */
  route(path: Path): Route {
    this.#matching ??= this._matching()
    const at = new PathMatcher(path, { ...this.#matching, end: true })
    const route = new Route(() => (this.#layers = undefined))
    this.#register({ kind: 'route', at, route })
    return route
  }

  /** Adds handlers for any method token, such as `PROPFIND`. */
  handle(method: string, path: Path, ...handlers: Handlers[]): this {
    this.route(path).handle(method, handlers)
    return this
  }

  /** Adds handlers for every method. */
  all<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  all(path: Path, ...handlers: Handlers[]): this
  all(path: Path, ...handlers: Handlers[]): this {
    this.route(path).all(handlers)
    return this
  }

  /** Adds handlers for GET, and for HEAD unless it has its own. */
  get<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  get(path: Path, ...handlers: Handlers[]): this
  get(path: Path, ...handlers: Handlers[]): this {
    return this.handle('GET', path, handlers)
  }

  post<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  post(path: Path, ...handlers: Handlers[]): this
  post(path: Path, ...handlers: Handlers[]): this {
    return this.handle('POST', path, handlers)
  }

  put<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  put(path: Path, ...handlers: Handlers[]): this
  put(path: Path, ...handlers: Handlers[]): this {
    return this.handle('PUT', path, handlers)
  }

  patch<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  patch(path: Path, ...handlers: Handlers[]): this
  patch(path: Path, ...handlers: Handlers[]): this {
    return this.handle('PATCH', path, handlers)
  }

  delete<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  delete(path: Path, ...handlers: Handlers[]): this
  delete(path: Path, ...handlers: Handlers[]): this {
    return this.handle('DELETE', path, handlers)
  }

  head<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  head(path: Path, ...handlers: Handlers[]): this
  head(path: Path, ...handlers: Handlers[]): this {
    return this.handle('HEAD', path, handlers)
  }

  options<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  options(path: Path, ...handlers: Handlers[]): this
  options(path: Path, ...handlers: Handlers[]): this {
    return this.handle('OPTIONS', path, handlers)
  }

  trace<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  trace(path: Path, ...handlers: Handlers[]): this
  trace(path: Path, ...handlers: Handlers[]): this {
    return this.handle('TRACE', path, handlers)
  }

  /** Answers what nothing handled: 404, or the status of the error with its reason phrase only. */
  protected answerUnhandled(ctx: RequestCtx, err: unknown): void {
    if (!err) {
      answerText(ctx, 404, '404 Page not found')
      return
    }
    const status = errorStatus(err, ctx)
    if (status >= 500) logError(err, ctx)
    setErrorHeaders(err, ctx)
    answerText(ctx, status, statusText(status))
  }

  /** How paths are compared; asked once, before the first path is registered. @internal */
  protected _matching(): { caseSensitive: boolean; strict: boolean } {
    return {
      caseSensitive: this.#options.caseSensitive ?? false,
      strict: this.#options.strict ?? false,
    }
  }

  /** Called when this router is mounted. @internal */
  _mountedIn(_parent: Router, _path: Path): void {}

  /** @internal */
  _routing(outer: Routing | undefined): Routing | undefined {
    return outer
  }

  /** @internal */
  get _mergeParams(): boolean {
    return this.#options.mergeParams ?? false
  }

  /** @internal */
  get _paramHandlers(): ReadonlyMap<string, readonly ParamHandler[]> {
    return this.#paramHandlers
  }

  /** What was registered, with neighbouring routes put together. @internal */
  get _layers(): readonly Layer[] {
    return (this.#layers ??= this.#compile())
  }

  /** @internal */
  _leave(run: Run, err: unknown, outer: Continuation | undefined): Outcome {
    const status = run.method === 'OPTIONS' ? 200 : this.#options.methodNotAllowed ? 405 : undefined
    if (!err && status !== undefined) {
      const methods = this._layers.flatMap((layer) =>
        layer.kind === 'routes' ? layer.table.methodsOf(run.path) : []
      )
      if (methods.length > 0) {
        answerAllowed(run.ctx, status, [...new Set(methods)].sort())
        return
      }
    }
    if (outer !== undefined) return outer.advance(err)
    if (!isUnanswered(run.ctx, err)) {
      if (err) logError(err, run.ctx)
      return
    }
    this.answerUnhandled(run.ctx, err)
  }

  #prefix(path: Path): PathMatcher | undefined {
    if (path === '/') return undefined
    this.#matching ??= this._matching()
    return new PathMatcher(path, { ...this.#matching, end: false, strict: false })
  }

  #register(registered: Registered): void {
    this.#registered.push(registered)
    this.#layers = undefined
  }

  #compile(): Layer[] {
    const matching = (this.#matching ??= this._matching())
    const layers: Layer[] = []
    let rows: { matcher: PathMatcher; route: Route }[] = []
    const closeTable = () => {
      if (rows.length > 0) layers.push({ kind: 'routes', table: new RouteTable(rows, matching) })
      rows = []
    }
    for (const registered of this.#registered) {
      if (registered.kind === 'route') {
        rows.push({ matcher: registered.at, route: registered.route })
      } else {
        closeTable()
        layers.push(registered)
      }
    }
    closeTable()
    return layers
  }
}

/**
 * Whether the default answer is due. What a helper of `fasthttp/compat` gave stands, as what Express has sent; a body set otherwise stands
 * unless there was an error.
 */
function isUnanswered(ctx: RequestCtx, err: unknown): boolean {
  return !isAnswered(ctx) && (Boolean(err) || ctx.response._body.isEmpty)
}

/** Tells a path from middleware: the first leaf of nested lists decides. */
function isPath(value: unknown): boolean {
  const [leaf] = [value].flat(Infinity)
  return typeof leaf === 'string' || leaf instanceof RegExp
}
