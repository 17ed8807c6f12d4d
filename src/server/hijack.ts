import type { Duplex } from 'node:stream'
import { HandlerFailedError } from '../errors.js'
import type { HijackHandler } from './request-ctx.js'

/**
 * Runs a hijack handler on its connection.
 *
 * @param keep - the connection is left open when the handler settles
 * @param log - told of a handler that fails; the connection is destroyed then
 */
export function runHijack(
  handler: HijackHandler,
  stream: Duplex,
  keep: boolean,
  log: (err: Error, cause: unknown) => void
): void {
  const close = (): void => {
    if (!keep) stream.end(() => stream.destroy())
  }
  const failed = (err: unknown): void => {
    log(new HandlerFailedError('hijack', { cause: err }), err)
    stream.destroy()
  }
  // Not from within the read callback: what is still in the buffer must reach the stream first.
  queueMicrotask(() => {
    try {
      void Promise.resolve(handler(stream)).then(close, failed)
    } catch (err) {
      failed(err)
    }
  })
}
