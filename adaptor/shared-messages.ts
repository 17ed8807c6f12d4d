import type http from 'node:http'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { routingOf } from '../src/server/routing.js'
import { CtxMessages } from './ctx-messages.js'
import { addRouterView } from './router-view.js'

/** The messages that all adapted pieces of one request share, under a key of the ctx. */
const kShared = Symbol('fasthttp.messages')

/**
 * The messages of a ctx that other adapted pieces of its request have too. They are over with the ctx, which disposes of them.
 * Within a router they have Express's view.
 */
export function sharedMessages(ctx: RequestCtx): CtxMessages {
  const messages = knownMessages(ctx) ?? share(ctx)
  if (messages.routerAnswers === undefined && routingOf(ctx) !== undefined)
    addRouterView(ctx, messages)
  return messages
}

/** As {@link sharedMessages}; `undefined` when nothing adapted has had the ctx yet. */
function knownMessages(ctx: RequestCtx): CtxMessages | undefined {
  return ctx.userValue(kShared) as CtxMessages | undefined
}

/**
 * The node:http request that the adapted pieces of this request share, for helpers of packages that take one, such as
 * `validationResult(nodeRequest(ctx))`. What stands on it is one with the user values of `ctx`; within an App or Router of
 * `fasthttp/router` it has the properties and methods of Express's request. Made on first use; the object may be kept.
 */
export function nodeRequest(ctx: RequestCtx): http.IncomingMessage {
  return sharedMessages(ctx).req
}

/**
 * The node:http response that goes with {@link nodeRequest}, for helpers that read or set status and headers: it starts with those of
 * `ctx.response`, and what is set on it is set there. To let a helper send the response, wrap the handler in `adapt`.
 */
export function nodeResponse(ctx: RequestCtx): http.ServerResponse {
  const messages = sharedMessages(ctx)
  messages.mirror()
  return messages.res
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
  return messages
}
