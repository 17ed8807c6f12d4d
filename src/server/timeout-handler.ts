import { StatusRequestTimeout, StatusTooManyRequests } from '../http/status.js'
import { SERVER_DEFAULTS } from './options.js'
import type { RequestCtx, RequestHandler } from './request-ctx.js'

/**
 * Answers 408 with `message` when `handler` has not settled after `timeout` milliseconds; see {@link timeoutWithCodeHandler}.
 * Go: `TimeoutHandler`.
 */
export function timeoutHandler(
  handler: RequestHandler,
  timeout: number,
  message: string
): RequestHandler {
  return timeoutWithCodeHandler(handler, timeout, message, StatusRequestTimeout)
}

/**
 * Answers `code` with `message` when `handler` has not settled in time. The late handler keeps its ctx, which never serves again: what it
 * does with it has no effect. Only waiting can be cut short: work that blocks the event loop holds up the timer too.
 *
 * While too many handlers run (`concurrency` of the defaults), requests are answered 429. Go: `TimeoutWithCodeHandler`.
 *
 * @param timeout - milliseconds; 0 and below returns `handler` itself
 */
export function timeoutWithCodeHandler(
  handler: RequestHandler,
  timeout: number,
  message: string,
  code: number
): RequestHandler {
  if (timeout <= 0) return handler
  let running = 0
  return (ctx: RequestCtx) => {
    if (running >= SERVER_DEFAULTS.concurrency) {
      ctx.error(message, StatusTooManyRequests)
      return
    }
    const settled = handler(ctx)
    if (settled === undefined || settled === null) return
    running++
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        ctx.timeoutErrorWithCode(message, code)
        resolve()
      }, timeout)
      const end = (): void => {
        running--
        clearTimeout(timer)
        // The server forgets a ctx that was given up; its uploads would stay on disk.
        if (ctx.lastTimeoutErrorResponse() !== undefined) {
          ctx.request.removeMultipartFormFiles().catch(() => {})
        }
      }
      settled.then(
        () => {
          end()
          resolve()
        },
        (err: unknown) => {
          end()
          // After the timeout nobody hears of it but the log.
          if (ctx.lastTimeoutErrorResponse() !== undefined) {
            ctx.logger().printf('%s', `handler failed after its timeout: ${String(err)}`)
          }
          reject(err as Error)
        }
      )
    })
  }
}
