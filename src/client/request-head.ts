import { InvalidHostError } from '../errors.js'
import type { Request } from '../http/request.js'
import { CHUNKED, NO_LENGTH, writeRequestHead, type RequestTarget } from '../wire/request-writer.js'
import type { ResolvedClientOptions } from './options.js'

const FORM_TYPE = 'application/x-www-form-urlencoded'
/** Methods of which nobody expects content: none is announced where there is none (RFC 9110, section 8.6). */
const WITHOUT_CONTENT = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])
const DEFAULT_TYPE = 'application/octet-stream'

/** Filled anew for each head. */
const to: RequestTarget = { target: '', host: '', userAgent: '', authorization: '' }

/**
 * Head of `req` as a client sends it: Host and target from its URI, basic authorization from the user information there, form arguments
 * as the body if it has no other. Throws `FH_ERR_INVALID_HOST` when there is no host, and as the URI's parser does.
 */
export function requestHead(req: Request, options: ResolvedClientOptions): string {
  const { header, _body: body } = req
  const uri = req.uri()
  if (options.disablePathNormalizing) uri.disablePathNormalizing = true
  if (options.disableHeaderNamesNormalizing) header.disableNormalizing()
  const host = uri.host()
  if (host === '') throw new InvalidHostError('missing host')

  let type = ''
  const args = req._postArgs()
  if (args !== undefined && body.isEmpty) {
    body.set(args.queryString())
    type = FORM_TYPE
  } else if (!body.isEmpty && header._hasDefaultContentType) type = DEFAULT_TYPE

  to.target = header.isConnect() ? host : uri.requestURI()
  to.host = req.useHostHeader ? header.host() || host : host
  to.userAgent = options.noDefaultUserAgentHeader ? '' : options.name
  to.authorization = basicAuthorization(uri.username(), uri.password())
  return writeRequestHead(header, to, contentLength(req), type)
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
