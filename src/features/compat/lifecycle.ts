import type { RequestCtx } from '../../server/request-ctx.js'
import { perRequest } from './state.js'

/** Calls functions when a request is done with: the server disposes of user values then, in their order. */
class Settled {
  readonly #callbacks: (() => void)[] = []
  readonly #ctx: RequestCtx

  constructor(ctx: RequestCtx) {
    this.#ctx = ctx
  }

  add(callback: () => void): void {
    this.#callbacks.push(callback)
  }

  [Symbol.dispose](): void {
    for (const callback of this.#callbacks) {
      try {
        callback()
      } catch (err) {
        this.#ctx
          .logger()
          .printf('%s', err instanceof Error ? (err.stack ?? err.message) : String(err))
      }
    }
  }
}

const settled = perRequest('settled', (ctx) => new Settled(ctx))

/**
 * Calls `callback` once the whole response was handed to the connection, as 'finish' of node:http's response; not when the client went
 * away before. The ctx may be read until `callback` returns, and not changed.
 */
export function onFinish(ctx: RequestCtx, callback: () => void): void {
  onClose(ctx, () => {
    if (ctx.conn()?.stream.destroyed !== true) callback()
  })
}

/** Calls `callback` when the response was handed to the connection or the client went away, as 'close' of node:http's response. */
export function onClose(ctx: RequestCtx, callback: () => void): void {
  settled(ctx).add(callback)
}
