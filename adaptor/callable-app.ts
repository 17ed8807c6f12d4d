import type http from 'node:http'
import { App } from '../src/features/router/app.js'
import type { ServerOptions } from '../src/server/options.js'
import { RequestCtx } from '../src/server/request-ctx.js'
import { toNodeHandler } from './to-node-handler.js'

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- a class can say in no other way that its instances are called
export interface CallableApp {
  /** Serves a ctx, as {@link App.handler} does. */
  (ctx: RequestCtx): void | Promise<void>
  /** Serves a request of node:http; errors that no handler takes are answered. */
  (
    req: http.IncomingMessage,
    res: http.ServerResponse,
    next?: (err?: unknown) => void
  ): Promise<void>
}

/**
 * An {@link App} that is a function, as `express()` is: code that hands the app to `http.createServer`, `https.createServer` or
 * another host of request listeners goes on working. Requests that come that way are served by node:http; `listen` starts the
 * engine of this package, as that of `App` does.
 *
 * @example
 * const app = new CallableApp()
 * app.get('/', (ctx) => send(ctx, 'hello'))
 * http.createServer(app).listen(3000)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see above
export class CallableApp extends App {
  readonly #listener: ReturnType<typeof toNodeHandler>

  /** @param serverOptions - for the server that `listen` makes; its `maxRequestBodySize` (bytes) holds for node:http too */
  constructor(serverOptions: Omit<ServerOptions, 'handler'> = {}) {
    super(serverOptions)
    const { maxRequestBodySize } = serverOptions
    this.#listener = toNodeHandler(
      this.handler,
      maxRequestBodySize === undefined ? {} : { maxRequestBodySize }
    )
  }

  /** @internal */
  static _instance(): object {
    const call = (
      first: RequestCtx | http.IncomingMessage,
      ...rest: [http.ServerResponse]
    ): unknown => (first instanceof RequestCtx ? app.handler(first) : app._listener(first, ...rest))
    const app = call as unknown as CallableApp
    return app
  }

  /** @internal */
  get _listener(): ReturnType<typeof toNodeHandler> {
    return this.#listener
  }
}

// Whoever is handed a listener may call it, and bind it, as any function.
for (const name of ['apply', 'bind', 'call'] as const) {
  Object.defineProperty(CallableApp.prototype, name, {
    configurable: true,
    writable: true,
    value: Function.prototype[name],
  })
}
