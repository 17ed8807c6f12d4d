/**
 * Every error this package throws, as one table: code, class, Go sentinel, the HTTP status a server answers with and message. The
 * table drives the classes below and `docs/reference/errors.md`.
 */
export interface ErrorRow {
  /** Name of the class. */
  readonly name: string
  /** Go's name of the error, where it has one. */
  readonly go: string | undefined
  /** Status a server answers when a request fails with this error; `undefined` where none follows. */
  readonly status: number | undefined
  /** Lower-case phrase without a full stop. */
  readonly message: string
}

const row = (
  name: string,
  go: string | undefined,
  status: number | undefined,
  message: string
): ErrorRow => ({ name, go, status, message })

/** The table of errors by code. */
// prettier-ignore
export const ERRORS = {
  // Arguments, URIs, cookies, numbers and dates
  FH_ERR_NO_ARG_VALUE: row('NoArgValueError', 'ErrNoArgValue', undefined, 'no value for the argument'),
  FH_ERR_INVALID_URI: row('InvalidURIError', 'ErrorInvalidURI', 400, 'invalid URI'),
  FH_ERR_ESCAPE: row('EscapeError', 'EscapeError', 400, 'invalid URL escape'),
  FH_ERR_INVALID_HOST: row('InvalidHostError', 'InvalidHostError', 400, 'invalid host'),
  FH_ERR_NO_COOKIES: row('NoCookiesError', 'ErrNoCookies', undefined, 'no cookies found'),
  FH_ERR_INVALID_COOKIE_VALUE: row('InvalidCookieValueError', 'ErrInvalidCookieValue', undefined, 'invalid cookie value'),
  FH_ERR_INVALID_NUMBER: row('InvalidNumberError', undefined, undefined, 'invalid number'),
  FH_ERR_INVALID_DATE: row('InvalidDateError', undefined, undefined, 'invalid HTTP date'),
  FH_ERR_INVALID_IP: row('InvalidIPError', undefined, undefined, 'invalid IPv4 address'),
  // Reading a message head
  FH_ERR_BAD_REQUEST: row('BadRequestError', undefined, 400, 'malformed request'),
  FH_ERR_MISSING_HOST: row('MissingHostError', undefined, 400, 'missing or empty Host header'),
  FH_ERR_REQUEST_TIMEOUT: row('RequestTimeoutError', undefined, 408, 'timed out reading the request'),
  FH_ERR_BAD_TRAILER: row('BadTrailerError', 'ErrBadTrailer', 400, 'field is not allowed in a trailer'),
  FH_ERR_UNSUPPORTED_REQUEST_METHOD: row('UnsupportedRequestMethodError', 'ErrUnsupportedRequestMethod', 400, 'request method is not a token'),
  FH_ERR_EMPTY_REQUEST_URI: row('EmptyRequestURIError', 'ErrEmptyRequestURI', 400, 'empty request target'),
  FH_ERR_DUPLICATE_CONTENT_LENGTH: row('DuplicateContentLengthError', 'ErrDuplicateContentLength', 400, 'more than one Content-Length'),
  FH_ERR_UNSUPPORTED_TRANSFER_ENCODING: row('UnsupportedTransferEncodingError', 'ErrUnsupportedTransferEncoding', 400, 'unsupported Transfer-Encoding'),
  FH_ERR_NON_NUMERIC_CHARS: row('NonNumericCharsError', 'ErrNonNumericChars', 400, 'non-numeric characters in Content-Length'),
  FH_ERR_SMALL_BUFFER: row('SmallBufferError', 'ErrSmallBuffer', 431, 'request header exceeds read buffer'),
  FH_ERR_READING_RESPONSE_HEADERS: row('ReadingResponseHeadersError', 'ErrReadingResponseHeaders', undefined, 'error when reading response headers'),
  FH_ERR_READING_RESPONSE_TRAILER: row('ReadingResponseTrailerError', 'ErrReadingResponseTrailer', undefined, 'error when reading response trailer'),
  FH_ERR_RESPONSE_FIRST_LINE_MISSING_SPACE: row('ResponseFirstLineMissingSpaceError', 'ErrResponseFirstLineMissingSpace', undefined, 'no space in the first line of the response'),
  FH_ERR_UNEXPECTED_STATUS_CODE_CHAR: row('UnexpectedStatusCodeCharError', 'ErrUnexpectedStatusCodeChar', undefined, 'unexpected character after the status code'),
  // Bodies
  FH_ERR_BODY_TOO_LARGE: row('BodyTooLargeError', 'ErrBodyTooLarge', 413, 'body size exceeds the given limit'),
  FH_ERR_BROKEN_CHUNK: row('BrokenChunkError', 'ErrBrokenChunk', 400, 'broken chunked coding'),
  FH_ERR_UNEXPECTED_EOF: row('UnexpectedEOFError', 'io.ErrUnexpectedEOF', 400, 'unexpected end of message'),
  FH_ERR_BODY_STREAM_CONSUMED: row('BodyStreamConsumedError', undefined, undefined, 'body stream has already been read'),
  FH_ERR_BODY_STREAM_LENGTH: row('BodyStreamLengthError', undefined, undefined, 'body stream length differs from Content-Length'),
  FH_ERR_BODY_STREAM_WRITE_PANIC: row('BodyStreamWritePanicError', 'ErrBodyStreamWritePanic', undefined, 'body stream failed while it was written'),
  FH_ERR_CONTENT_ENCODING_UNSUPPORTED: row('ContentEncodingUnsupportedError', 'ErrContentEncodingUnsupported', undefined, 'unsupported Content-Encoding'),
  FH_ERR_CORRUPT_BODY: row('CorruptBodyError', undefined, undefined, 'compressed body is corrupt'),
  FH_ERR_NO_MULTIPART_FORM: row('NoMultipartFormError', 'ErrNoMultipartForm', undefined, 'request has no multipart form'),
  FH_ERR_BAD_MULTIPART_FORM: row('BadMultipartFormError', undefined, 400, 'malformed multipart form'),
  FH_ERR_MISSING_FILE: row('MissingFileError', 'ErrMissingFile', undefined, 'no uploaded file under this key'),
  FH_ERR_INVALID_JSON: row('InvalidJSONError', undefined, 400, 'body is not valid JSON'),
  FH_ERR_INVALID_RANGE: row('InvalidRangeError', undefined, 416, 'invalid byte range'),
  FH_ERR_GET_ONLY: row('GetOnlyError', 'ErrGetOnly', 400, 'non-GET request received'),
  // Server
  FH_ERR_CTX_RELEASED: row('CtxReleasedError', undefined, undefined, 'used after its release'),
  FH_ERR_HANDLER_FAILED: row('HandlerFailedError', undefined, 500, 'handler failed'),
  FH_ERR_HTTP_STATUS: row('HttpStatusError', undefined, 500, 'request failed'),
  FH_ERR_ALREADY_ANSWERED: row('AlreadyAnsweredError', undefined, 500, 'the response was given before'),
  FH_ERR_HIJACKED: row('HijackedError', undefined, undefined, 'connection was hijacked'),
  FH_ERR_PER_IP_CONN_LIMIT: row('PerIPConnLimitError', 'ErrPerIPConnLimit', 429, 'too many connections per ip'),
  FH_ERR_CONCURRENCY_LIMIT: row('ConcurrencyLimitError', 'ErrConcurrencyLimit', 503, 'cannot serve the connection because Server.concurrency concurrent connections are served'),
  FH_ERR_INVALID_OPTION: row('InvalidOptionError', undefined, undefined, 'invalid option'),
  // Processes
  FH_ERR_NO_REUSE_PORT: row('NoReusePortError', 'ErrNoReusePort', undefined, 'no SO_REUSEPORT here'),
  FH_ERR_OVER_RECOVERY: row('OverRecoveryError', 'ErrOverRecovery', undefined, 'workers ended more often than recoverThreshold'),
  FH_ERR_WORKER_START: row('WorkerStartError', undefined, undefined, 'a worker ended before it listened'),
  // Client, dialing and in-memory connections
  FH_ERR_TIMEOUT: row('TimeoutError', 'ErrTimeout', 504, 'timeout'),
  FH_ERR_DIAL_TIMEOUT: row('DialTimeoutError', 'ErrDialTimeout', 504, 'dialing to the given TCP address timed out'),
  FH_ERR_TLS_HANDSHAKE_TIMEOUT: row('TLSHandshakeTimeoutError', 'ErrTLSHandshakeTimeout', 504, 'tls handshake timed out'),
  FH_ERR_DIAL_WITH_UPSTREAM: row('DialWithUpstreamError', 'ErrDialWithUpstream', 502, 'cannot dial the upstream address'),
  FH_ERR_CONNECTION_CLOSED: row('ConnectionClosedError', 'ErrConnectionClosed', 502, 'the server closed connection before returning the first response byte'),
  FH_ERR_NO_FREE_CONNS: row('NoFreeConnsError', 'ErrNoFreeConns', 503, 'no free connections available to host'),
  FH_ERR_ABORTED: row('AbortError', undefined, undefined, 'the request was aborted'),
  FH_ERR_CLIENT_CLOSED: row('ClientClosedError', undefined, undefined, 'client is closed'),
  FH_ERR_PROXY_CONNECT: row('ProxyConnectError', undefined, 502, 'the proxy did not open a tunnel'),
  FH_ERR_CONN_POOL_STRATEGY_NOT_IMPL: row('ConnPoolStrategyNotImplError', 'ErrConnPoolStrategyNotImpl', undefined, 'connection pool strategy is not implemented'),
  FH_ERR_MISSING_LOCATION: row('MissingLocationError', 'ErrMissingLocation', 502, 'missing Location header for http redirect'),
  FH_ERR_TOO_MANY_REDIRECTS: row('TooManyRedirectsError', 'ErrTooManyRedirects', 502, 'too many redirects detected when doing the request'),
  FH_ERR_HOST_CLIENT_REDIRECT_TO_DIFFERENT_SCHEME: row('HostClientRedirectToDifferentSchemeError', 'ErrHostClientRedirectToDifferentScheme', 502, 'HostClient cannot follow redirects to a different protocol'),
  FH_ERR_PIPELINE_OVERFLOW: row('PipelineOverflowError', 'ErrPipelineOverflow', 503, "pipelined requests' queue has been overflowed"),
  FH_ERR_NO_AVAILABLE_CLIENTS: row('NoAvailableClientsError', 'ErrNoAvailableClients', 503, 'no available clients'),
  FH_ERR_INMEMORY_LISTENER_CLOSED: row('InmemoryListenerClosedError', 'ErrInmemoryListenerClosed', undefined, 'in-memory listener is already closed'),
} as const satisfies Record<`FH_ERR_${string}`, ErrorRow>

/** Stable code of an error, the thing to match on. */
export type ErrorCode = keyof typeof ERRORS

const kBrand: unique symbol = Symbol.for('fasthttp.FastHttpError')

/** Longest run of peer bytes, in characters, that an error message may carry. */
const MAX_EXCERPT = 64

/**
 * Quotes bytes that came from a peer for an error message: at most 64 characters, control and non-ASCII characters escaped.
 */
export function excerpt(text: string): string {
  const cut = text.length > MAX_EXCERPT ? text.slice(0, MAX_EXCERPT) : text
  const quoted = JSON.stringify(cut).replace(
    /[^\x20-\x7e]/g,
    (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')
  )
  return cut === text ? quoted : quoted + '...'
}

/**
 * Base of all errors of this package. Match on {@link FastHttpError.code}: it stays the same across versions, and across the ESM and
 * CommonJS builds when both are loaded. `instanceof` works across the two as well.
 */
export abstract class FastHttpError extends Error {
  /** Code of the class. */
  static readonly code: ErrorCode

  /** Stable code, `FH_ERR_...`. */
  readonly code: ErrorCode
  /** What exactly went wrong; may quote up to 64 bytes of the peer. The message is the table's phrase, `: ` and this. */
  readonly detail: string | undefined

  /**
   * @param detail - added to the message
   * @param options - `cause`: the error behind this one
   */
  constructor(detail?: string, options?: ErrorOptions) {
    const code = new.target.code
    super(
      detail === undefined ? ERRORS[code].message : `${ERRORS[code].message}: ${detail}`,
      options
    )
    this.code = code
    this.detail = detail
  }

  // An accessor of the prototype, so that it survives minified class names and does not show up as an own property.
  override get name(): string {
    return ERRORS[(this.constructor as typeof FastHttpError).code].name
  }

  /** HTTP status a server answers when a request fails with this error, if any. */
  get status(): number | undefined {
    return ERRORS[this.code].status
  }

  /** The operation failed because time ran out (Go's `Timeout()`). */
  get timeout(): boolean {
    return false
  }

  /** @internal */
  get [kBrand](): true {
    return true
  }

  /** Two copies of this package, ESM and CommonJS, may meet in one process: instances are known by their brand and code. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !(kBrand in value)) return false
    if (this === (FastHttpError as unknown)) return true
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true
    return Object.hasOwn(this, 'code') && (value as FastHttpError).code === this.code
  }
}

/** The argument a number was asked of is absent or empty. */
export class NoArgValueError extends FastHttpError {
  static override readonly code = 'FH_ERR_NO_ARG_VALUE'
}

/** The scheme, authority or target of a URI is malformed (RFC 3986). */
export class InvalidURIError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_URI'
}

/** A percent escape stands where none is allowed or is malformed. */
export class EscapeError extends FastHttpError {
  static override readonly code = 'FH_ERR_ESCAPE'
}

/** A host holds a byte or an address literal that is not allowed (RFC 3986, section 3.2.2). */
export class InvalidHostError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_HOST'
}

/** The text given to `Cookie.parse` holds no cookie. */
export class NoCookiesError extends FastHttpError {
  static override readonly code = 'FH_ERR_NO_COOKIES'
}

/** A cookie value or attribute holds a byte that RFC 6265 forbids. */
export class InvalidCookieValueError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_COOKIE_VALUE'
}

/** Text that should be a number is empty, malformed or out of range. */
export class InvalidNumberError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_NUMBER'
}

/** Text that should be an HTTP date is not an IMF-fixdate (RFC 9110, section 5.6.7). */
export class InvalidDateError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_DATE'
}

/** Text that should be an IPv4 address is not four numbers up to 255. */
export class InvalidIPError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_IP'
}

/** The request breaks the HTTP/1.1 grammar; `detail` says how. */
export class BadRequestError extends FastHttpError {
  static override readonly code = 'FH_ERR_BAD_REQUEST'
}

/** An HTTP/1.1 request has no Host field, or an empty one (RFC 9112, section 3.2). */
export class MissingHostError extends FastHttpError {
  static override readonly code = 'FH_ERR_MISSING_HOST'
}

/** The request did not arrive in time. */
export class RequestTimeoutError extends FastHttpError {
  static override readonly code = 'FH_ERR_REQUEST_TIMEOUT'

  override get timeout(): boolean {
    return true
  }
}

/** A field that frames, routes or authorises a message was named in or sent as a trailer (RFC 9110, section 6.5.1). */
export class BadTrailerError extends FastHttpError {
  static override readonly code = 'FH_ERR_BAD_TRAILER'
}

/** The request method is not an RFC 9110 token. */
export class UnsupportedRequestMethodError extends FastHttpError {
  static override readonly code = 'FH_ERR_UNSUPPORTED_REQUEST_METHOD'
}

/** The request line has no target. */
export class EmptyRequestURIError extends FastHttpError {
  static override readonly code = 'FH_ERR_EMPTY_REQUEST_URI'
}

/** A message has more than one Content-Length, equal or not. */
export class DuplicateContentLengthError extends FastHttpError {
  static override readonly code = 'FH_ERR_DUPLICATE_CONTENT_LENGTH'
}

/** Transfer-Encoding is other than exactly `chunked`. Answered 400, not 501: such a message cannot be framed safely. */
export class UnsupportedTransferEncodingError extends FastHttpError {
  static override readonly code = 'FH_ERR_UNSUPPORTED_TRANSFER_ENCODING'
}

/** Content-Length is not made of digits only, or is above 2^53-1. */
export class NonNumericCharsError extends FastHttpError {
  static override readonly code = 'FH_ERR_NON_NUMERIC_CHARS'
}

/** The head of a message is longer than `readBufferSize`. */
export class SmallBufferError extends FastHttpError {
  static override readonly code = 'FH_ERR_SMALL_BUFFER'

  /** Size of the read buffer, in bytes. */
  readonly limit: number | undefined

  /** @param limit - size of the read buffer, in bytes */
  constructor(limit?: number) {
    super(limit === undefined ? undefined : `limit is ${limit} bytes`)
    this.limit = limit
  }
}

/** The response head is malformed or ends early. */
export class ReadingResponseHeadersError extends FastHttpError {
  static override readonly code = 'FH_ERR_READING_RESPONSE_HEADERS'
}

/** The response trailer section is malformed or ends early. */
export class ReadingResponseTrailerError extends FastHttpError {
  static override readonly code = 'FH_ERR_READING_RESPONSE_TRAILER'
}

/** The status line has no space after the version. */
export class ResponseFirstLineMissingSpaceError extends FastHttpError {
  static override readonly code = 'FH_ERR_RESPONSE_FIRST_LINE_MISSING_SPACE'
}

/** The status code is not three digits followed by a space or the end of the line. */
export class UnexpectedStatusCodeCharError extends FastHttpError {
  static override readonly code = 'FH_ERR_UNEXPECTED_STATUS_CODE_CHAR'
}

/** A body, decoded or not, is larger than allowed. */
export class BodyTooLargeError extends FastHttpError {
  static override readonly code = 'FH_ERR_BODY_TOO_LARGE'

  /** Largest size allowed, in bytes. */
  readonly limit: number | undefined
  /** Size announced or seen so far, in bytes. */
  readonly received: number | undefined

  /**
   * @param limit - largest size allowed, in bytes
   * @param received - size announced or seen so far, in bytes
   */
  constructor(limit?: number, received?: number) {
    super(limit === undefined ? undefined : `${received ?? 'more'} of ${limit} bytes`)
    this.limit = limit
    this.received = received
  }
}

/** A chunk size, extension or terminator is malformed (RFC 9112, section 7.1). */
export class BrokenChunkError extends FastHttpError {
  static override readonly code = 'FH_ERR_BROKEN_CHUNK'
}

/** The connection or the stream ended in the middle of a message. */
export class UnexpectedEOFError extends FastHttpError {
  static override readonly code = 'FH_ERR_UNEXPECTED_EOF'
}

/** The body was read as a stream and is no longer there to return. */
export class BodyStreamConsumedError extends FastHttpError {
  static override readonly code = 'FH_ERR_BODY_STREAM_CONSUMED'
}

/** A body stream gave more or fewer bytes than its declared size. */
export class BodyStreamLengthError extends FastHttpError {
  static override readonly code = 'FH_ERR_BODY_STREAM_LENGTH'
}

/** A body stream or stream writer threw; `cause` is what it threw. */
export class BodyStreamWritePanicError extends FastHttpError {
  static override readonly code = 'FH_ERR_BODY_STREAM_WRITE_PANIC'
}

/** The body has a content coding this process cannot undo. */
export class ContentEncodingUnsupportedError extends FastHttpError {
  static override readonly code = 'FH_ERR_CONTENT_ENCODING_UNSUPPORTED'
}

/** Compressed data is malformed or ends early; `cause` is the zlib error. */
export class CorruptBodyError extends FastHttpError {
  static override readonly code = 'FH_ERR_CORRUPT_BODY'
}

/** The content type is not `multipart/form-data` with a boundary. */
export class NoMultipartFormError extends FastHttpError {
  static override readonly code = 'FH_ERR_NO_MULTIPART_FORM'
}

/** A multipart body breaks its grammar, ends early or has too many parts. */
export class BadMultipartFormError extends FastHttpError {
  static override readonly code = 'FH_ERR_BAD_MULTIPART_FORM'
}

/** The form has no file under the key. */
export class MissingFileError extends FastHttpError {
  static override readonly code = 'FH_ERR_MISSING_FILE'
}

/** The body is not JSON text; `cause` is the SyntaxError. */
export class InvalidJSONError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_JSON'
}

/** A Range value is malformed or cannot be satisfied (RFC 9110, section 14). */
export class InvalidRangeError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_RANGE'
}

/** The server serves GET and HEAD only (`getOnly`). */
export class GetOnlyError extends FastHttpError {
  static override readonly code = 'FH_ERR_GET_ONLY'
}

/** A ctx, or an object it owns, was touched after its handler had settled. */
export class CtxReleasedError extends FastHttpError {
  static override readonly code = 'FH_ERR_CTX_RELEASED'
}

/** A handler threw or rejected; `cause` is what it threw. */
export class HandlerFailedError extends FastHttpError {
  static override readonly code = 'FH_ERR_HANDLER_FAILED'
}

/** A request cannot be served, for the reason its status says; what an Express app knows from http-errors. */
export class HttpStatusError extends FastHttpError {
  static override readonly code = 'FH_ERR_HTTP_STATUS'

  /** The status again, under the other name Express looks for. */
  readonly statusCode: number
  /** Whether the message is for the client, as it is below 500. */
  readonly expose: boolean

  /**
   * @param statusCode - from 400 to 599
   * @param message - replaces the usual message
   * @param options - `cause`: the error behind this one
   */
  constructor(statusCode = 500, message?: string, options?: ErrorOptions) {
    super(message, options)
    if (message !== undefined) this.message = message
    this.statusCode = statusCode
    this.expose = statusCode < 500
  }

  override get status(): number {
    return this.statusCode
  }
}

/** A response was given twice; the first stands. */
export class AlreadyAnsweredError extends FastHttpError {
  static override readonly code = 'FH_ERR_ALREADY_ANSWERED'
}

/** The connection belongs to a hijack handler and carries no response any more. */
export class HijackedError extends FastHttpError {
  static override readonly code = 'FH_ERR_HIJACKED'
}

/** The client has `maxConnsPerIP` connections already. */
export class PerIPConnLimitError extends FastHttpError {
  static override readonly code = 'FH_ERR_PER_IP_CONN_LIMIT'
}

/** The server has `concurrency` connections already. */
export class ConcurrencyLimitError extends FastHttpError {
  static override readonly code = 'FH_ERR_CONCURRENCY_LIMIT'
}

/** An option or argument has the wrong type or is out of range: a programming mistake. */
export class InvalidOptionError extends FastHttpError {
  static override readonly code = 'FH_ERR_INVALID_OPTION'
}

/** This Node.js or this system has no SO_REUSEPORT; `cause` is the error of the system. */
export class NoReusePortError extends FastHttpError {
  static override readonly code = 'FH_ERR_NO_REUSE_PORT'
}

/** Workers ended more often than `recoverThreshold` allows; the others were stopped. */
export class OverRecoveryError extends FastHttpError {
  static override readonly code = 'FH_ERR_OVER_RECOVERY'
}

/** A new worker ended before it listened; `cause` is the error of its `listen`, where it got that far. */
export class WorkerStartError extends FastHttpError {
  static override readonly code = 'FH_ERR_WORKER_START'
}

/** The exchange did not finish in time; the connection is closed, not reused. */
export class TimeoutError extends FastHttpError {
  static override readonly code = 'FH_ERR_TIMEOUT'

  override get timeout(): boolean {
    return true
  }
}

/** No connection was made in time. */
export class DialTimeoutError extends FastHttpError {
  static override readonly code = 'FH_ERR_DIAL_TIMEOUT'

  override get timeout(): boolean {
    return true
  }
}

/** The TLS handshake did not finish in time. */
export class TLSHandshakeTimeoutError extends FastHttpError {
  static override readonly code = 'FH_ERR_TLS_HANDSHAKE_TIMEOUT'

  override get timeout(): boolean {
    return true
  }
}

/** Dialing failed after name resolution; `cause` says why. */
export class DialWithUpstreamError extends FastHttpError {
  static override readonly code = 'FH_ERR_DIAL_WITH_UPSTREAM'

  /** Address that was dialed, `host:port`. */
  readonly upstream: string

  /**
   * @param upstream - address that was dialed, `host:port`
   * @param options - `cause`: why it failed
   */
  constructor(upstream: string, options?: ErrorOptions) {
    const { cause } = options ?? {}
    super(cause instanceof Error ? `${upstream}: ${cause.message}` : upstream, options)
    this.upstream = upstream
  }

  override get timeout(): boolean {
    return this.cause instanceof FastHttpError && this.cause.timeout
  }
}

/** The peer closed the connection before the first byte of the response. */
export class ConnectionClosedError extends FastHttpError {
  static override readonly code = 'FH_ERR_CONNECTION_CLOSED'
}

/** The host has `maxConns` connections in use already. */
export class NoFreeConnsError extends FastHttpError {
  static override readonly code = 'FH_ERR_NO_FREE_CONNS'
}

/** The `AbortSignal` of a call was aborted; `cause` is its reason. */
export class AbortError extends FastHttpError {
  static override readonly code = 'FH_ERR_ABORTED'
}

/** The client was closed before the call. */
export class ClientClosedError extends FastHttpError {
  static override readonly code = 'FH_ERR_CLIENT_CLOSED'
}

/** A proxy refused CONNECT or answered it with something else than HTTP; `detail` has its status. */
export class ProxyConnectError extends FastHttpError {
  static override readonly code = 'FH_ERR_PROXY_CONNECT'
}

/** `connPoolStrategy` is neither FIFO nor LIFO. */
export class ConnPoolStrategyNotImplError extends FastHttpError {
  static override readonly code = 'FH_ERR_CONN_POOL_STRATEGY_NOT_IMPL'
}

/** A redirect response has no Location. */
export class MissingLocationError extends FastHttpError {
  static override readonly code = 'FH_ERR_MISSING_LOCATION'
}

/** More redirects followed each other than allowed. */
export class TooManyRedirectsError extends FastHttpError {
  static override readonly code = 'FH_ERR_TOO_MANY_REDIRECTS'
}

/** The scheme of the URI does not fit the HostClient. */
export class HostClientRedirectToDifferentSchemeError extends FastHttpError {
  static override readonly code = 'FH_ERR_HOST_CLIENT_REDIRECT_TO_DIFFERENT_SCHEME'
}

/** More than `maxPendingRequests` requests wait on the connection. */
export class PipelineOverflowError extends FastHttpError {
  static override readonly code = 'FH_ERR_PIPELINE_OVERFLOW'
}

/** The LBClient has no client left. */
export class NoAvailableClientsError extends FastHttpError {
  static override readonly code = 'FH_ERR_NO_AVAILABLE_CLIENTS'
}

/** The in-memory listener was closed before or during the call. */
export class InmemoryListenerClosedError extends FastHttpError {
  static override readonly code = 'FH_ERR_INMEMORY_LISTENER_CLOSED'
}
