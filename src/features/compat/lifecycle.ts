import type { RequestCtx } from '../../server/request-ctx.js'
import { perRequest } from './state.js'

/** Called when a request is done with. The ctx given to it may be read until it returns, and not changed. */
export type SettledCallback = (ctx: RequestCtx) => void

/** Calls functions when a request is done with: the server disposes of user values then. */
class Settled {
  readonly #callbacks: SettledCallback[] = []

  add(callback: SettledCallback): void {
    this.#callbacks.push(callback)
  }

  [Symbol.dispose](ctx: RequestCtx): void {
    for (const callback of this.#callbacks) {
      try {
        callback(ctx)
      } catch (err) {
        ctx.logger().printf('%s', err instanceof Error ? (err.stack ?? err.message) : String(err))
      }
    }
  }
}

const settled = perRequest('settled', () => new Settled())

/**
 * Calls `callback` once the whole response was handed to the connection, as 'finish' of node:http's response; not when the connection was
 * lost before.
 *
 * @param callback - gets the ctx, which is beyond the handler's reach by then
 */
export function onFinish(ctx: RequestCtx, callback: SettledCallback): void {
  onClose(ctx, (done) => {
    if (done.conn()?.stream.destroyed !== true) callback(done)
  })
}

/**
 * Calls `callback` when the response was handed to the connection or the connection was lost, as 'close' of node:http's response.
 *
 * @param callback - gets the ctx, which is beyond the handler's reach by then
 */
export function onClose(ctx: RequestCtx, callback: SettledCallback): void {
  settled(ctx).add(callback)
}
