import type { RequestCtx } from '../../server/request-ctx.js'

/**
 * Does the page that asks come from the host it asks? Browsers send cookies with a handshake whichever page makes it, so that any other page
 * could speak for the user. Programs that are no browsers send no Origin and are let in. The scheme is not compared: it is unknown behind
 * a proxy that ends TLS. (RFC 6454, section 7; RFC 6455, section 10.2)
 */
export function isSameOrigin(ctx: RequestCtx): boolean {
  const origins = ctx.request.header.peekAll('Origin')
  if (origins.length === 0) return true
  const [origin] = origins
  if (origins.length > 1 || origin === undefined || !URL.canParse(origin)) return false
  const { host, protocol } = new URL(origin)
  return host !== '' && host === withoutDefaultPort(ctx.host(), protocol)
}

/** `host` as URL writes it: lower case, without the port that the scheme implies. */
function withoutDefaultPort(host: string, protocol: string): string {
  const url = `${protocol}//${host}`
  return URL.canParse(url) ? new URL(url).host : ''
}
