import type http from 'node:http'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { copyHeaders, CtxMessages } from './ctx-messages.js'

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

interface Shared {
  readonly messages: CtxMessages
  /** Own fields the request was made with. */
  readonly fields: ReadonlySet<string>
}

/**
 * Turns a connect or Express middleware into one for ctx handlers. Adapted middlewares of one request share one pair of messages. What
 * a middleware puts on `req` is readable as a user value of the same name further on (`req.user` as `ctx.userValue('user')`), headers and
 * status it sets on `res` are in `ctx.response`, and the response of the handlers behind it goes through `res`, so that middlewares that
 * replace `res.end`, `res.write` or `res.writeHead` (compression, sessions, logging) take part. A middleware that answers by itself
 * ends the chain.
 */
export function adaptMiddleware(middleware: NodeMiddleware): CtxMiddleware {
  return async (ctx, next) => {
    const known = ctx.userValue(kShared) as Shared | undefined
    const shared = known ?? share(ctx)
    const { messages } = shared
    const called = await call(middleware, messages)
    if (!called) return
    publish(ctx, shared)
    await next()
    if (known === undefined) await sendThrough(ctx, messages)
  }
}

function share(ctx: RequestCtx): Shared {
  const messages = new CtxMessages(ctx)
  const shared: Shared = { messages, fields: new Set(Object.keys(messages.req)) }
  ctx.setUserValue(kShared, shared)
  return shared
}

/** Runs the middleware: `true` when it called `next`, `false` when it has answered. */
function call(middleware: NodeMiddleware, { req, res, answered }: CtxMessages): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const result = middleware(req, res, (err?: unknown) => {
      if (err === undefined || err === null || err === 'route' || err === 'router') resolve(true)
      else reject(err as Error)
    })
    if (result instanceof Promise) result.catch(reject)
    void answered.then(() => resolve(false))
  })
}

/** Makes what middlewares left on the messages visible on the ctx. */
function publish(ctx: RequestCtx, { messages, fields }: Shared): void {
  const { req, res } = messages
  const own = req as unknown as Record<string, unknown>
  for (const key of Object.keys(own)) if (!fields.has(key)) ctx.setUserValue(key, own[key])
  if (req.url !== ctx.requestURI()) ctx.request.setRequestURI(req.url as string)
  if (res.statusCode !== 200) ctx.setStatusCode(res.statusCode)
  for (const [name, value] of Object.entries(res.getHeaders())) {
    ctx.response.header.del(name)
    for (const one of Array.isArray(value) ? value : [value])
      ctx.response.header.add(name, String(one))
  }
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
    res.end(body)
  }
  await answered
}
