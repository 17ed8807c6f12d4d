import { channel } from 'node:diagnostics_channel'
import type { RequestCtx, RequestHandler } from './request-ctx.js'

/** What subscribers of the channels below get: one object for each request, on all of them. */
export interface RequestMessage {
  /** The request and its response; the server's again once 'fasthttp.request.end' was published. */
  readonly ctx: RequestCtx
  /** What the handler threw, on 'fasthttp.request.error' and from then on. */
  error: unknown
}

const start = channel('fasthttp.request.start')
const end = channel('fasthttp.request.end')
const error = channel('fasthttp.request.error')

/** Does anybody listen? */
export function isTraced(): boolean {
  return start.hasSubscribers || end.hasSubscribers || error.hasSubscribers
}

/**
 * Publishes when `handler` is called, has settled and has failed. It runs in the stores that subscribers have bound to the channel
 * 'fasthttp.request.start', as does everything that it starts.
 */
export function tracedHandler(handler: RequestHandler): RequestHandler {
  return (ctx) => {
    const message: RequestMessage = { ctx, error: undefined }
    const failed = (err: unknown): never => {
      message.error = err
      error.publish(message)
      end.publish(message)
      throw err
    }
    return start.runStores(message, () => {
      let settled: void | Promise<void>
      try {
        settled = handler(ctx)
      } catch (err) {
        return failed(err)
      }
      if (settled === undefined || settled === null) end.publish(message)
      else return settled.then(() => end.publish(message), failed)
    })
  }
}
