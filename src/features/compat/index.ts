export {
  jsonBody,
  rawBody,
  textBody,
  urlencodedBody,
  type JsonBodyOptions,
  type UrlencodedBodyOptions,
} from './body-middleware.js'
export type { BodyOptions } from './body-reader.js'
export type { ByteRange, ByteRanges } from './byte-range.js'
export { fresh, range, stale } from './conditional.js'
export { host, hostname, ip, ips, protocol, secure, subdomains } from './connection.js'
export {
  clearCookie,
  cookieParser,
  cookies,
  setCookie,
  signedCookies,
  type CookieOptions,
  type CookieSecret,
} from './cookies.js'
export type { FileOptions } from './file-options.js'
export type { Dotfiles } from './file-path.js'
export { onClose, onFinish, type SettledCallback } from './lifecycle.js'
export { locals } from './locals.js'
export {
  accepts,
  acceptsCharsets,
  acceptsEncodings,
  acceptsLanguages,
  is,
  type Accepted,
} from './negotiation.js'
export { end, responded, writeHead, type HeadFields } from './raw-response.js'
export { render, renderToString } from './render.js'
export { body, requestStream } from './request-body.js'
export { getHeader, headers, rawHeaders, xhr, type NodeHeaders } from './request-headers.js'
export {
  append,
  attachment,
  links,
  location,
  responseHeaders,
  responseHeaderValue,
  set,
  setHeader,
  setType,
  vary,
  type HeaderValue,
} from './response-headers.js'
export { format, json, jsonp, redirect, send, sendStatus, status, type Formats } from './send.js'
export { download, sendFile, type SendFileOptions } from './send-file.js'
export { appOf, type ETagFn, type QueryParser, type TrustFn } from './settings.js'
export { staticFiles, type StaticFilesOptions } from './static-files.js'
export { mountedPath, mountedUrl, mountPath, params, paramValue, query } from './url.js'
export { whenCalled, type Done } from './when-called.js'
