import { InvalidHostError } from '../errors.js'
import type { Request } from '../http/request.js'
import type { URI } from '../http/uri.js'
import { CHUNKED, NO_LENGTH, writeRequestHead, type RequestTarget } from '../wire/request-writer.js'
import type { ResolvedClientOptions } from './options.js'

const FORM_TYPE = 'application/x-www-form-urlencoded'
/** Methods of which nobody expects content: none is announced where there is none (RFC 9110, section 8.6). */
const WITHOUT_CONTENT = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])
const DEFAULT_TYPE = 'application/octet-stream'

/** What the head of a request has from its URI and the client's options, but for the target. */
export type Destination = Readonly<Omit<RequestTarget, 'target'>>

/** Throws `FH_ERR_INVALID_HOST` when there is no host, and as the URI's parser does. */
export function destinationOf(uri: URI, options: ResolvedClientOptions): Destination {
  const host = uri.host()
  if (host === '') throw new InvalidHostError('missing host')
  return {
    host,
    userAgent: options.noDefaultUserAgentHeader ? '' : options.name,
    authorization: basicAuthorization(uri.username(), uri.password()),
  }
}

/**
 * Head of `req` as a client sends it: Host and target from its URI, basic authorization from the user information there, form arguments
 * as the body if it has no other. Throws as {@link destinationOf} does.
 */
export function requestHead(req: Request, options: ResolvedClientOptions): string {
  const { header } = req
  const uri = req.uri()
  if (options.disablePathNormalizing) uri.disablePathNormalizing = true
  const to = destinationOf(uri, options)
  const target = header.isConnect() ? to.host : uri.requestURI()
  const host = req.useHostHeader ? header.host() || to.host : to.host
  return requestHeadTo(req, { ...to, host }, target, options)
}

/** Head of `req` as {@link requestHead} writes it where its URI is known to lead to `target` of `to`. */
export function requestHeadTo(
  req: Request,
  to: Destination,
  target: string,
  options: ResolvedClientOptions
): string {
  const { header, _body: body } = req
  if (options.disableHeaderNamesNormalizing) header.disableNormalizing()
  let type = ''
  const args = req._postArgs()
  if (args !== undefined && body.isEmpty) {
    body.set(args.queryString())
    type = FORM_TYPE
  } else if (!body.isEmpty && header._hasDefaultContentType) type = DEFAULT_TYPE
  const { host, userAgent, authorization } = to
  return writeRequestHead(
    header,
    { target, host, userAgent, authorization },
    contentLength(req),
    type
  )
}

function contentLength(req: Request): number {
  const { header, _body: body } = req
  if (body.isStream) return body.streamSize < 0 ? CHUNKED : body.streamSize
  if (!body.isEmpty) return body.byteLength()
  return WITHOUT_CONTENT.has(header.method()) ? NO_LENGTH : 0
}

function basicAuthorization(username: string, password: string): string {
  if (username === '' && password === '') return ''
  return 'Basic ' + Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
}
