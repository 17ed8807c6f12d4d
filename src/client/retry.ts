import type { Request } from '../http/request.js'
import type { ResolvedClientOptions, RetryDecision } from './options.js'

/** Methods that may be sent twice (RFC 9110, section 9.2.2), as Go has it. */
function isIdempotent(req: Request): boolean {
  const method = req.header.method()
  return method === 'GET' || method === 'HEAD' || method === 'PUT'
}

/**
 * May `req` be sent again?
 *
 * @param attempts - attempts made so far
 * @param err - how the last one failed
 * @param upstream - address of the last one, `undefined` when none was reached
 */
export function retryDecision(
  options: ResolvedClientOptions,
  req: Request,
  attempts: number,
  err: Error,
  upstream: string | undefined
): RetryDecision {
  if (req.isBodyStream() || attempts >= options.maxIdempotentCallAttempts) return { retry: false }
  if (options.retryIfErrUpstream !== undefined)
    return options.retryIfErrUpstream(req, attempts, err, upstream)
  if (options.retryIfErr !== undefined) return options.retryIfErr(req, attempts, err)
  return { retry: (options.retryIf ?? isIdempotent)(req) }
}
