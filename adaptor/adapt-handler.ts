import type http from 'node:http'
import type { RequestCtx } from '../src/server/request-ctx.js'
import type { CtxMessages } from './ctx-messages.js'
import { sharedMessages } from './shared-messages.js'

/**
 * Turns one node:http function into a ctx function of the same further parameters, for code that is partly on `ctx` already:
 * `await adaptHandler(report)(ctx, id)` runs `report(req, res, id)`. Adapted pieces of one request share `req` and `res`; what was set on
 * `ctx.response` before is set on `res`. The promise resolves with the answer, or when the client goes away, and rejects when
 * the function's own does before that; what the function throws at once is thrown.
 *
 * @param handler - answers sooner or later, itself or by what it starts
 */
export function adaptHandler<
  Rest extends unknown[],
  Req extends http.IncomingMessage = http.IncomingMessage,
  Res extends http.ServerResponse = http.ServerResponse,
>(
  handler: (req: Req, res: Res, ...rest: Rest) => unknown
): (ctx: RequestCtx, ...rest: Rest) => Promise<void> {
  return (ctx, ...rest) => {
    const messages = sharedMessages(ctx)
    messages.mirror()
    const { req, res, answered } = messages
    // Not in a promise: what it throws at once reaches a `try` around the call, as before.
    const result = handler(req as unknown as Req, res as unknown as Res, ...rest)
    const { gone, forget } = clientGone(ctx, messages)
    const done = Promise.resolve(result).then(() => answered)
    done.catch(forget)
    // An answer may go on after it has begun: events, long files.
    res.once('finish', forget)
    return Promise.race([answered, gone, done])
  }
}

/** Tells the messages that the connection is lost, as node:http does. */
function clientGone(
  ctx: RequestCtx,
  { req, res }: CtxMessages
): { gone: Promise<void>; forget: () => void } {
  const { signal } = ctx
  const { socket } = req
  let forget = (): void => undefined
  const gone = new Promise<void>((resolve) => {
    const onAbort = (): void => {
      // A server that shuts down lets answers finish.
      if (!socket.readableEnded && !socket.destroyed) return
      req.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
      res.destroy()
      res.emit('close')
      resolve()
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
    forget = () => signal.removeEventListener('abort', onAbort)
  })
  return { gone, forget }
}
