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
    for (const callback of this.#callbacks) this.call(callback, ctx)
  }

  call(callback: SettledCallback, ctx: RequestCtx): void {
    try {
      callback(ctx)
    } catch (err) {
      ctx.logger().printf('%s', err instanceof Error ? (err.stack ?? err.message) : String(err))
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
  settled(ctx).add((done) => {
    if (done.conn()?.stream.destroyed !== true) callback(done)
  })
}

/**
 * Calls `callback` once, when the response was handed to the connection or as soon as the connection is lost, as 'close' of node:http's
 * request and response.
 *
 * @param callback - gets the ctx, which is beyond the handler's reach by then unless the connection was lost before
 */
export function onClose(ctx: RequestCtx, callback: SettledCallback): void {
  let isCalled = false
  const once = (owner: RequestCtx): void => {
    if (isCalled) return
    isCalled = true
    callback(owner)
  }
  const { signal } = ctx
  const callbacks = settled(ctx)
  callbacks.add(once)
  // A server that shuts down aborts, too: its requests still get their answers.
  signal.addEventListener('abort', () => {
    if (ctx.conn()?.stream.destroyed === true) callbacks.call(once, ctx)
  })
}
