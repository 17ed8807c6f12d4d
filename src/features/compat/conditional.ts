import isFresh from 'fresh'
import type { RequestCtx } from '../../server/request-ctx.js'
import { parseRange, type ByteRanges } from './byte-range.js'
import { getHeader } from './request-headers.js'

/**
 * Whether the client's copy is as good as the response, by its `ETag` and `Last-Modified`: Express's `req.fresh`. (RFC 9110, section 13)
 */
export function fresh(ctx: RequestCtx): boolean {
  const method = ctx.method()
  if (method !== 'GET' && method !== 'HEAD' && method !== 'QUERY') return false
  const status = ctx.response.statusCode()
  if ((status < 200 || status > 299) && status !== 304) return false
  return isClientCurrent(ctx)
}

/** Whether the conditions of a request say that the client has what the response's validators stand for. */
export function isClientCurrent(ctx: RequestCtx): boolean {
  const conditions = {
    'if-none-match': getHeader(ctx, 'If-None-Match'),
    'if-modified-since': getHeader(ctx, 'If-Modified-Since'),
    'cache-control': getHeader(ctx, 'Cache-Control'),
  }
  const { header } = ctx.response
  const validators = { etag: header.peek('ETag'), 'last-modified': header.peek('Last-Modified') }
  return isFresh(conditions, validators)
}

/** The opposite of {@link fresh}. */
export function stale(ctx: RequestCtx): boolean {
  return !fresh(ctx)
}

/**
 * The ranges the client asks for: Express's `req.range`.
 *
 * @param size - of what is sent
 * @param options - `combine`: join ranges that overlap or touch
 * @returns `undefined` without a Range field, `-1` when none can be satisfied, `-2` when it is malformed
 */
export function range(
  ctx: RequestCtx,
  size: number,
  options?: { combine?: boolean }
): ByteRanges | -1 | -2 | undefined {
  const value = getHeader(ctx, 'Range')
  return value ? parseRange(size, value, options) : undefined
}
