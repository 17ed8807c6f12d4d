import { resolve } from 'node:path'
import { InvalidOptionError } from '../../errors.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import type { Routing, RoutingApp } from '../../server/routing.js'
import type { ServerOptions } from '../../server/options.js'
import { answerDocument, errorStatus, logError, setErrorHeaders, statusText } from './answers.js'
import { ListeningRouter } from './listening-router.js'
import type { Path } from './path-matcher.js'
import type { Router } from './router.js'
import type { Handlers } from './route.js'
import { targetPath } from './target-path.js'
import type { Middleware, RouteCtx } from './types.js'

/** A template engine as Express calls it. */
export type Engine = (
  path: string,
  options: Record<string, unknown>,
  callback: (err: unknown, text?: string) => void
) => void

/**
 * What `express()` becomes: a router with settings, locals and template engines that listens by itself. It answers what nothing handles
 * as Express does, but never with a stack trace. Reads the settings `case sensitive routing`, `strict routing` and `env`; with `express version` 4 the defaults are those of Express 4; the helpers of
 * `fasthttp/compat` read the others.
 *
 * @example
 * ```ts
 * const app = new App()
 * app.get('/', (ctx) => send(ctx, 'hello'))
 * app.listen(3000)
 * ```
 */
export class App extends ListeningRouter implements RoutingApp {
  /** Settings by name, those of the app this one is mounted in behind them. */
  readonly settings: Record<string, unknown>
  /** Values for every view. */
  readonly locals: Record<string, unknown>
  /** Template engines by file extension, the dot included. */
  readonly engines: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  /** The path this app is mounted at, `/` when it is not. */
  mountpath: Path = '/'

  readonly #topRouting: Routing = { app: this, mountPath: '' }
  #parent: App | undefined
  /** Until it is set here, an app mounted in another trusts the proxies that one trusts. */
  #ownTrust = false

  /** @param serverOptions - for the server that `listen` makes */
  constructor(serverOptions: Omit<ServerOptions, 'handler'> = {}) {
    super(serverOptions)
    const env = process.env['NODE_ENV'] ?? 'development'
    this.settings = Object.assign(Object.create(null), {
      env,
      etag: 'weak',
      'query parser': 'simple',
      'subdomain offset': 2,
      'trust proxy': false,
      views: resolve('views'),
      'jsonp callback name': 'callback',
      ...(env === 'production' && { 'view cache': true }),
    }) as Record<string, unknown>
    this.locals = Object.assign(Object.create(null), { settings: this.settings }) as Record<
      string,
      unknown
    >
  }

  /** Changes a setting; with a name only, reads it. */
  set(name: string, value: unknown): this
  set(name: string): unknown
  set(name: string, ...value: [unknown?]): unknown {
    if (value.length === 0) return this.settings[name]
    if (name === 'trust proxy') this.#ownTrust = true
    // What Express 4 sets itself; a later value goes before.
    if (name === 'express version' && value[0] === 4) this.settings['query parser'] = 'extended'
    this.settings[name] = value[0]
    return this
  }

  /** Sets a setting to `true`. */
  enable(name: string): this {
    return this.set(name, true)
  }

  /** Sets a setting to `false`. */
  disable(name: string): this {
    return this.set(name, false)
  }

  /** Tells whether a setting is truthy. */
  enabled(name: string): boolean {
    return Boolean(this.settings[name])
  }

  /** Tells whether a setting is falsy. */
  disabled(name: string): boolean {
    return !this.settings[name]
  }

  /** Adds handlers for GET; with one string only, reads a setting. */
  override get(name: string): unknown
  override get<P extends string>(path: P, ...handlers: Handlers<Middleware<RouteCtx<P>>>[]): this
  override get(path: Path, ...handlers: Handlers[]): this
  override get(path: Path, ...handlers: Handlers[]): unknown {
    if (handlers.length === 0) return this.settings[path as string]
    return super.get(path, ...handlers)
  }

  /**
   * Registers a template engine.
   *
   * @param extension - of view files, with or without its dot
   */
  engine(extension: string, engine: Engine): this {
    if (typeof engine !== 'function') throw new InvalidOptionError('engine is not a function')
    this.engines[extension.startsWith('.') ? extension : `.${extension}`] = engine
    return this
  }

  /** The absolute path this app is mounted at, `''` when it is not. */
  path(): string {
    return this.#parent === undefined ? '' : this.#parent.path() + String(this.mountpath)
  }

  protected override answerUnhandled(ctx: RequestCtx, err: unknown): void {
    if (!err) {
      answerDocument(ctx, 404, `Cannot ${ctx.method()} ${encodeTarget(targetPath(ctx))}`)
      return
    }
    const status = errorStatus(err, ctx)
    if (this.settings['env'] !== 'test') logError(err, ctx)
    setErrorHeaders(err, ctx)
    const shown = this.settings['env'] !== 'production' && isExposed(err)
    answerDocument(ctx, status, shown ? String(err) : statusText(status))
  }

  /** @internal */
  override _mountedIn(parent: Router, path: Path): void {
    this.mountpath = path
    if (!(parent instanceof App)) return
    this.#parent = parent
    if (!this.#ownTrust) delete this.settings['trust proxy']
    Object.setPrototypeOf(this.settings, parent.settings)
    Object.setPrototypeOf(this.engines, parent.engines)
  }

  /** @internal */
  override _routing(outer: Routing | undefined): Routing {
    return outer === undefined ? this.#topRouting : { app: this, mountPath: outer.mountPath }
  }

  /** @internal */
  protected override _matching(): { caseSensitive: boolean; strict: boolean } {
    return {
      caseSensitive: this.enabled('case sensitive routing'),
      strict: this.enabled('strict routing'),
    }
  }
}

/** Escapes what may not stand in a URL and leaves escapes as they are. */
function encodeTarget(path: string): string {
  return encodeURI(path).replace(/%25(?=[0-9a-f]{2})/gi, '%')
}

/** Whether an error says that it is meant for clients, as those of http-errors do. */
function isExposed(err: unknown): boolean {
  return err instanceof Error && (err as { expose?: unknown }).expose === true
}
