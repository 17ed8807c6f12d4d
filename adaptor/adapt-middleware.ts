import type http from 'node:http'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { statusHasBody } from '../src/wire/head-writer.js'
import type { Response } from '../src/http/response.js'
import { copyHeaders, CtxMessages } from './ctx-messages.js'
import { addRouterView } from './router-view.js'

/** Goes on with the next handler; resolves when it has settled. */
export type Next = () => void | Promise<void>
/** A middleware of this package's handlers. */
export type CtxMiddleware = (ctx: RequestCtx, next: Next) => Promise<void>
/** A connect or Express middleware. */
export type NodeMiddleware<
  Req extends http.IncomingMessage = any, // eslint-disable-line @typescript-eslint/no-explicit-any -- Express's types narrow both
  Res extends http.ServerResponse = any, // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
> = (req: Req, res: Res, next: (err?: unknown) => void) => unknown

/** The messages that all adapted middlewares of one request share, under a key of the ctx. */
const kShared = Symbol('fasthttp.messages')

/**
 * Turns a connect or Express middleware into one for ctx handlers. Adapted middlewares of one request share one pair of messages. What
 * a middleware puts on `req` is readable as a user value of the same name further on (`req.user` as `ctx.userValue('user')`), headers and
 * status it sets on `res` are in `ctx.response`, and the response of the handlers behind it goes through `res`, so that middlewares that
 * replace `res.end`, `res.write` or `res.writeHead` (compression, sessions, logging) take part. A middleware that answers by itself
 * ends the chain.
 */
export function adaptMiddleware(middleware: NodeMiddleware): CtxMiddleware {
  return async (ctx, next) => {
    const known = ctx.userValue(kShared) as CtxMessages | undefined
    const messages = known ?? share(ctx)
    try {
      const called = await call(middleware, messages)
      if (!called) return
      messages.publish()
      await next()
      if (known === undefined) await sendThrough(ctx, messages)
    } finally {
      // The first of a request outlasts the others.
      if (known === undefined) messages.isLive = false
    }
  }
}

/** The messages of a ctx for handlers that other adapted ones may come before or after. */
export function sharedMessages(ctx: RequestCtx): CtxMessages {
  return (ctx.userValue(kShared) as CtxMessages | undefined) ?? share(ctx)
}

function share(ctx: RequestCtx): CtxMessages {
  const messages = new CtxMessages(ctx)
  const req = messages.req as unknown as Record<string, unknown>
  const nodes = new Set(Object.keys(req))
  /** Is `name` a field that middlewares and handlers put there, rather than node's? */
  const isFree = (name: string): boolean => !nodes.has(name) && !name.startsWith('_')
  ctx.visitUserValues((name, value) => {
    if (isFree(name)) req[name] = value
  })
  // A middleware may replace a field at any time, as sessions do: what counts is what stands there now.
  ctx._fields = {
    has: (name) => isFree(name) && Object.hasOwn(req, name),
    get: (name) => req[name],
    set: (name, value) => {
      if (isFree(name)) req[name] = value
    },
    delete: (name) => {
      if (isFree(name)) delete req[name]
    },
  }
  ctx.setUserValue(kShared, messages)
  addRouterView(ctx, messages)
  return messages
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
