import http from 'node:http'
import https from 'node:https'
import { InvalidOptionError } from '../src/errors.js'
import { kTakesExchange } from '../src/server/exchange.js'
import type { Logger, RequestCtx, RequestHandler } from '../src/server/request-ctx.js'
import { routingOf } from '../src/server/routing.js'
import { adaptMiddleware, type Next, type NodeMiddleware } from './adapt-middleware.js'
import { CtxMessages } from './ctx-messages.js'
import { classesFor, classesOfServer, type MessageClasses } from './message-classes.js'
import { fail, serveExchange, type ErrorLog } from './serve-exchange.js'

/** Anything that answers node:http requests: an Express or connect app, `koa.callback()`, a plain listener. */
export type NodeHandler<
  Req extends http.IncomingMessage = http.IncomingMessage,
  Res extends http.ServerResponse = http.ServerResponse,
> = (req: Req, res: Res) => unknown

/** Settings of node:http's server that shape requests and responses; timeouts and limits are those of the server that serves. */
export type AdaptOptions = Pick<
  http.ServerOptions,
  'joinDuplicateHeaders' | 'keepAliveTimeout' | 'rejectNonStandardBodyWrites' | 'uniqueHeaders'
>

/**
 * Turns a node:http app into a RequestHandler. The app gets real `IncomingMessage` and `ServerResponse` objects, and what it answers
 * has node:http's exact form on the wire. The objects are the app's to keep.
 *
 * @param target - an Express 4 or 5 app, a connect app, `koa.callback()`, any `(req, res)`; or an `http.Server` or `https.Server` that does not listen,
 *   whose 'request', 'upgrade', 'connect', 'checkContinue' and 'checkExpectation' listeners are called
 * @throws FH_ERR_INVALID_OPTION for anything else
 * @example
 * new Server({ handler: adapt(app) }).listen(3000)
 */
export function adapt<
  Req extends http.IncomingMessage = http.IncomingMessage,
  Res extends http.ServerResponse = http.ServerResponse,
>(target: NodeHandler<Req, Res> | http.Server, options?: AdaptOptions): RequestHandler
export function adapt(
  target: NodeHandler | http.Server,
  options: AdaptOptions = {}
): RequestHandler {
  if (typeof target !== 'function' && !isServer(target)) {
    throw new InvalidOptionError(
      'adapt takes a (req, res) function or an http.Server; of koa give it app.callback()'
    )
  }
  let logger: Logger | undefined
  const log = (err: unknown): void => logger?.printf('%s', err instanceof Error ? err.stack : err)
  const server = isServer(target) ? target : serverFor(target, options, log)
  const classes = isServer(target) ? classesOfServer(target) : classesFor(target)
  const isPlain = typeof target === 'function' && !('handle' in target)
  const asMiddleware = adaptMiddleware(target as NodeMiddleware)
  const handler = (ctx: RequestCtx, next: Next = () => ctx.notFound()): void | Promise<void> => {
    logger ??= ctx.logger()
    // A handler of its own among a router's shares its messages with the middlewares before it; a whole app has its own view.
    if (isPlain && routingOf(ctx) !== undefined) return asMiddleware(ctx, next)
    if (ctx.conn() === undefined) return serveDetached(server, classes, ctx)
    return serveExchange(server, classes, ctx, log)
  }
  targets.set(handler, server)
  return Object.assign(handler, { [kTakesExchange]: true })
}

const targets = new WeakMap<RequestHandler, http.Server>()

/** The server whose listeners an adapted handler calls; `undefined` for any other handler. */
export function adaptedTarget(handler: RequestHandler): http.Server | undefined {
  return targets.get(handler)
}

function isServer(target: NodeHandler | http.Server): target is http.Server {
  return target instanceof http.Server || target instanceof https.Server
}

/** Serves a ctx that has no connection. */
async function serveDetached(
  server: http.Server,
  classes: MessageClasses,
  ctx: RequestCtx
): Promise<void> {
  const { req, res, answered } = new CtxMessages(ctx, classes)
  server.emit('request', req, res)
  await answered
}

/** A server that only emits: node's methods, OpenTelemetry and readers of `socket.server` find what they expect. */
function serverFor(target: NodeHandler, options: AdaptOptions, log: ErrorLog): http.Server {
  return new http.Server(options, function (this: http.Server, req, res) {
    const result = target.call(this, req, res)
    if (result instanceof Promise) {
      result.catch((err: unknown) => {
        log(err)
        fail(res)
      })
    }
  })
}
