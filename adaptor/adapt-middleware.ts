import type http from 'node:http'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { statusHasBody } from '../src/wire/head-writer.js'
import type { Response } from '../src/http/response.js'
import { copyHeaders, type CtxMessages } from './ctx-messages.js'
import { knownMessages, sharedMessages } from './shared-messages.js'

/** Goes on with the next handler; resolves when it has settled. */
export type Next = () => void | Promise<void>
/** A middleware of this package's handlers. */
export type CtxMiddleware = (ctx: RequestCtx, next: Next) => Promise<void>
/** A connect or Express middleware. */
export type NodeMiddleware<
  Req extends http.IncomingMessage = any, // eslint-disable-line @typescript-eslint/no-explicit-any -- Express's types narrow both
  Res extends http.ServerResponse = any, // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
> = (req: Req, res: Res, next: (err?: unknown) => void) => unknown

/**
 * Turns a connect or Express middleware into one for ctx handlers. Adapted middlewares of one request share one pair of messages. What
 * a middleware puts on `req` is readable as a user value of the same name further on (`req.user` as `ctx.userValue('user')`), headers and
 * status it sets on `res` are in `ctx.response`, and the response of the handlers behind it goes through `res`, so that middlewares that
 * replace `res.end`, `res.write` or `res.writeHead` (compression, sessions, logging) take part. A middleware that answers by itself
 * ends the chain.
 */
export function adaptMiddleware(middleware: NodeMiddleware): CtxMiddleware {
  return async (ctx, next) => {
    const isFirst = knownMessages(ctx) === undefined
    const messages = sharedMessages(ctx)
    const called = await call(middleware, messages)
    if (!called) return
    messages.publish()
    await next()
    if (isFirst) await sendThrough(ctx, messages)
  }
}

/** Runs the middleware: `true` when it called `next`, `false` when it has answered. */
function call(middleware: NodeMiddleware, { req, res, answered }: CtxMessages): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const result = middleware(req, res, (err?: unknown) => {
      if (err === undefined || err === null || err === 'route' || err === 'router') resolve(true)
      else reject(err as Error)
    })
    if (result instanceof Promise) result.catch(reject)
    answered.then(() => resolve(false), reject)
  })
}

/** Sends the response of the handlers behind through the middlewares' own. */
async function sendThrough(ctx: RequestCtx, messages: CtxMessages): Promise<void> {
  const { res, answered, hasBegun } = messages
  if (hasBegun) return
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
