import accept from 'accepts'
import typeIs from 'type-is'
import type { RequestCtx } from '../../server/request-ctx.js'
import { nodeRequest } from './node-request.js'

/** What negotiation gives: the best of the offers, `false` when none is acceptable, or all the client accepts when none was offered. */
export type Accepted = string | string[] | false

/** The best of `types` (media types or file extensions) for `Accept`: Express's `req.accepts`. (RFC 9110, section 12.5.1) */
export function accepts(ctx: RequestCtx, ...types: string[] | [readonly string[]]): Accepted {
  return accept(nodeRequest(ctx)).types(types.flat())
}

/** The best of `encodings` for `Accept-Encoding`. (RFC 9110, section 12.5.3) */
export function acceptsEncodings(
  ctx: RequestCtx,
  ...encodings: string[] | [readonly string[]]
): Accepted {
  return accept(nodeRequest(ctx)).encodings(encodings.flat())
}

/** The best of `charsets` for `Accept-Charset`. (RFC 9110, section 12.5.2) */
export function acceptsCharsets(
  ctx: RequestCtx,
  ...charsets: string[] | [readonly string[]]
): Accepted {
  return accept(nodeRequest(ctx)).charsets(charsets.flat())
}

/** The best of `languages` for `Accept-Language`. (RFC 9110, section 12.5.4) */
export function acceptsLanguages(
  ctx: RequestCtx,
  ...languages: string[] | [readonly string[]]
): Accepted {
  return accept(nodeRequest(ctx)).languages(languages.flat())
}

/**
 * Which of `types` the request body is of: Express's `req.is`.
 *
 * @param types - media types, file extensions or patterns such as `text/*`
 * @returns the type, `false` for another one, `null` when the request has no body
 */
export function is(
  ctx: RequestCtx,
  ...types: string[] | [readonly string[]]
): string | false | null {
  return typeIs(nodeRequest(ctx), types.flat())
}
