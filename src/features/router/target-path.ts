import type { RequestCtx } from '../../server/request-ctx.js'

/** The path of a request exactly as sent: neither decoded nor normalised, as Express routes on it. */
export function targetPath(ctx: RequestCtx): string {
  const target = ctx.requestURI()
  if (target.charCodeAt(0) !== 0x2f) return target === '*' ? target : ctx.uri().pathOriginal()
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  const hash = path.indexOf('#')
  return hash === -1 ? path : path.slice(0, hash)
}
