import type http from 'node:http'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { statusHasBody } from '../src/wire/head-writer.js'
import type { Response } from '../src/http/response.js'
import { copyHeaders, type CtxMessages } from './ctx-messages.js'
import { reviseAnswer } from './router-view.js'
import { sharedMessages } from './shared-messages.js'

/** Goes on with the next handler, or as a signal of Express's (`'route'`, `'router'`) says; resolves when that has settled. */
export type Next = (signal?: string) => void | Promise<void>
/** A middleware of this package's handlers. */
export type CtxMiddleware = (ctx: RequestCtx, next: Next) => Promise<void>
/** A connect or Express middleware. */
export type NodeMiddleware<
  Req extends http.IncomingMessage = any, // eslint-disable-line @typescript-eslint/no-explicit-any -- Express's types narrow both
  Res extends http.ServerResponse = any, // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
> = (req: Req, res: Res, next: (err?: unknown) => void) => unknown

/** Middleware, error middleware and parameter handlers of Express: what each is given depends on where it is called. */
type NodeHandler = (...args: any[]) => unknown // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
type CtxHandler = (...args: any[]) => Promise<void> // eslint-disable-line @typescript-eslint/no-explicit-any -- as above

/**
 * Turns a connect or Express middleware into one for ctx handlers. Adapted middlewares of one request share one pair of messages. What
 * a middleware puts on `req` is readable as a user value of the same name further on (`req.user` as `ctx.userValue('user')`), headers and
 * status it sets on `res` are in `ctx.response`, and the response of the handlers behind it goes through `res`, so that middlewares that
 * replace `res.end`, `res.write` or `res.writeHead` (compression, sessions, logging) take part. A middleware that answers by itself
 * ends the chain.
 *
 * Error middleware goes to `onError`, parameter handlers to `param`: each is called with the arguments it has in Express.
 */
export function adaptMiddleware(middleware: NodeHandler): CtxHandler {
  return async (...args) => {
    // `(err, ctx, next)` of `onError`, `(ctx, next)` of handlers, `(ctx, next, value, name)` of `param`.
    const isError = typeof args[2] === 'function'
    const [ctx, next, ...rest] = (isError ? args.slice(1) : args) as [RequestCtx, Next]
    const before: unknown[] = isError ? [args[0]] : []
    const messages = sharedMessages(ctx)
    const isFirst = !messages.hasMiddleware
    messages.hasMiddleware = true
    messages.mirror()
    const run: NodeMiddleware = (...given) => middleware(...before, ...given, ...rest)
    const isAnswered = await call(run, messages, next)
    if (isFirst && !isAnswered) await sendThrough(ctx, messages)
  }
}

/** Runs the middleware, and what is behind it as soon as it calls `next`: `true` when it has answered instead. */
function call(middleware: NodeMiddleware, messages: CtxMessages, next: Next): Promise<boolean> {
  const { req, res, answered } = messages
  return new Promise((resolve, reject) => {
    let isPassedOn = false
    const passOn = (signal?: unknown): void => {
      if (isPassedOn) return
      isPassedOn = true
      if (signal && signal !== 'route' && signal !== 'router') {
        reject(signal as Error)
        return
      }
      messages.publish()
      // At once, as in Express: code after `next()` finds done what the handlers behind do at once. What they throw is not its business.
      try {
        Promise.resolve(next(signal as string | undefined)).then(() => resolve(false), reject)
      } catch (err) {
        reject(err as Error)
      }
    }
    const result = middleware(req, res, passOn)
    if (result instanceof Promise) result.catch(reject)
    answered.then(() => isPassedOn || resolve(true), reject)
  })
}

/** Sends the response of the handlers behind through the middlewares' own. */
async function sendThrough(ctx: RequestCtx, messages: CtxMessages): Promise<void> {
  const { res, answered } = messages
  if (!messages.hasBegun) await reviseAnswer(ctx, messages)
  if (messages.hasBegun) return
  const { response } = ctx
  if (response._body.isStream) {
    const source = response._body.takeSource()
    if (typeof source === 'function' || source === null) return
    copyHeaders(ctx, res)
    res.statusCode = response.statusCode()
    source.pipe(res)
  } else {
    const body = Buffer.from(response.bodyBytes())
    copyHeaders(ctx, res)
    res.statusCode = response.statusCode()
    // Loggers read the length from the response, and an answer to HEAD has none but this.
    if (statusHasBody(res.statusCode)) res.setHeader('Content-Length', lengthOf(response, body))
    res.end(body)
  }
  await answered
}

/** Length of the body, or of the one that a handler announced without sending it, as for HEAD. */
function lengthOf(response: Response, body: Buffer): number {
  const announced = response.header.contentLength()
  return body.length === 0 && announced > 0 ? announced : body.length
}
