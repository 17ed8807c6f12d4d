import { isIP } from 'node:net'
import { toBuffer } from '../bytes/byte-string.js'
import { BodyStreamConsumedError } from '../errors.js'
import type { Request } from '../http/request.js'
import type { URI } from '../http/uri.js'

/** Redirects that `get` and `post` follow. */
export const DEFAULT_MAX_REDIRECTS = 16

/** Sent to the host they were meant for only. */
const CREDENTIALS = [
  'Authorization',
  'Cookie',
  'Cookie2',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'WWW-Authenticate',
]

/** Is `code` that of a redirect to Location (301, 302, 303, 307 or 308)? Go: `StatusCodeIsRedirect`. */
export function statusCodeIsRedirect(code: number): boolean {
  return code === 301 || code === 302 || code === 303 || code === 307 || code === 308
}

/** What redirects of one call are judged against. */
export interface RedirectOrigin {
  host: string
  isHTTPS: boolean
}

export function originOf(uri: URI): RedirectOrigin {
  return { host: withoutPort(uri.host()), isHTTPS: uri.scheme() === 'https' }
}

/**
 * Makes `req` the request that follows a redirect (RFC 9110, section 15.4). Credentials are dropped for good when it leads away from
 * the first host and its sub-domains, and, unlike in Go, when it leads from https to http. Throws as `URI.update` does, and
 * `FH_ERR_BODY_STREAM_CONSUMED` when a body that was a stream would have to be sent again.
 *
 * @param location - value of Location, as a byte string
 */
export function followRedirect(
  req: Request,
  status: number,
  location: string,
  origin: RedirectOrigin
): void {
  const { header } = req
  const uri = req.uri()
  const hostBefore = uri.host()
  uri.update(toBuffer(location))
  uri.setHash('')
  if (req.disableRedirectPathNormalizing) uri.disablePathNormalizing = true
  if (uri.host() !== hostBefore) req.useHostHeader = false

  if (status === 303) {
    if (!header.isHead()) header.setMethod('GET')
    req._resetBody()
    for (const name of ['Content-Type', 'Content-Length', 'Transfer-Encoding', 'Trailer'])
      header.del(name)
  } else {
    if ((status === 301 || status === 302) && header.isPost()) header.setMethod('GET')
    if (req.isBodyStream())
      throw new BodyStreamConsumedError('it cannot be sent again to follow a redirect')
  }

  if (!mayKeepCredentials(origin, uri)) for (const name of CREDENTIALS) header.del(name)
}

function mayKeepCredentials(origin: RedirectOrigin, uri: URI): boolean {
  if (origin.isHTTPS && uri.scheme() !== 'https') return false
  const host = withoutPort(uri.host())
  if (host === origin.host) return true
  // An address has no sub-domains.
  return isIP(origin.host) === 0 && isIP(host) === 0 && host.endsWith('.' + origin.host)
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, '')
}
