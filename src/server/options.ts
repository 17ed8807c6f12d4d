import type { TlsOptions } from 'node:tls'
import type { FastHttpError } from '../errors.js'
import type { RequestHeader } from '../http/request-header.js'
import type { Conn } from '../net/conn.js'
import type { FormValueFunc } from './form-value.js'
import type { HTTP2Options } from './http2/options.js'
import type { Logger, RequestCtx, RequestHandler } from './request-ctx.js'
import type { RetentionOptions } from './retention/guard-handler.js'

/** States of a connection, as `connState` is told them. Go: `ConnState`. */
export type ConnState = 'new' | 'active' | 'idle' | 'hijacked' | 'closed'

/** The states of a connection, under the names they have in Go. */
export const StateNew = 'new'
export const StateActive = 'active'
export const StateIdle = 'idle'
export const StateHijacked = 'hijacked'
export const StateClosed = 'closed'

/** Limits for one request; a value above zero overrides the server's. */
export interface RequestConfig {
  /** Milliseconds for the rest of the request, from now. */
  readTimeout?: number
  /** Milliseconds for sending the response. */
  writeTimeout?: number
  /** Bytes. */
  maxRequestBodySize?: number
}

/** Options of a {@link Server}. Durations are milliseconds, sizes bytes. */
export interface ServerOptions {
  /** Answers the requests. */
  handler: RequestHandler
  /** Answers requests that failed before a handler saw them; the connection closes afterwards. By default the error's status and a short text. */
  errorHandler?: (ctx: RequestCtx, err: FastHttpError) => void
  /** Told of an error that a handler threw; the client gets 500. By default it is logged. */
  panicHandler?: (ctx: RequestCtx, err: unknown) => void
  /** Called when a head was read, for limits that depend on it. */
  headerReceived?: (header: RequestHeader) => RequestConfig | undefined
  /** Decides on `Expect: 100-continue`; `false` answers 417. */
  continueHandler?: (header: RequestHeader) => boolean
  /** As `continueHandler`, which it goes before: 100 accepts, any other status is the answer. */
  expectHandler?: (ctx: RequestCtx) => number
  /** Told of every change of a connection's state. */
  connState?: (conn: Conn, state: ConnState) => void
  /** Looks up form values for `ctx.formValue`. By default in the query, the form body, the multipart form. */
  formValueFunc?: FormValueFunc
  /** Value of the Server field. @default 'fasthttp' */
  name?: string
  /** Connections served at a time; more get 503. @default 262144 */
  concurrency?: number
  /** Milliseconds for which no further connection is served once `concurrency` was exceeded. 0 for none. @default 0 */
  sleepWhenConcurrencyLimitsExceeded?: number
  /** Connections of one IPv4 address at a time; more get 429. 0 for no limit. @default 0 */
  maxConnsPerIP?: number
  /** Requests per connection, 0 for no limit. @default 0 */
  maxRequestsPerConn?: number
  /** Largest request head. More gets 431. @default 16384 */
  readBufferSize?: number
  /** Of no effect: all answers of a read leave in one write, whatever their size. For programs ported from Go. @default 4096 */
  writeBufferSize?: number
  /** Largest request body. More gets 413. 0 and below: the default. @default 4194304 */
  maxRequestBodySize?: number
  /** Longest time from the first byte of a request (or the accept) to the end of its head. @default 60000 */
  readHeaderTimeout?: number
  /** Longest time from the first byte of a request to the end of its body. 0 for no limit. @default 300000 */
  readTimeout?: number
  /** Longest time for sending a response once its handler has settled. 0 for no limit. @default 0 */
  writeTimeout?: number
  /** Longest time between two requests of a connection. 0: `readTimeout`. @default 75000 */
  idleTimeout?: number
  /** Of no effect, and deprecated in Go. @default 0 */
  maxKeepaliveDuration?: number
  /** Of no effect: there are no workers. For programs ported from Go. @default 10000 */
  maxIdleWorkerDuration?: number
  /** Of no effect: idle connections hold no buffers anyway. For programs ported from Go. @default false */
  reduceMemoryUsage?: boolean
  /** Answer every request with `Connection: close`. @default false */
  disableKeepalive?: boolean
  /** Refuse other methods than GET and HEAD. @default false */
  getOnly?: boolean
  /** Call the handler before the body was read; `ctx.requestBodyStream()` gives it. @default false */
  streamRequestBody?: boolean
  /** Leave it to handlers to read multipart forms, with `ctx.multipartFormWithLimit()`. @default false */
  disablePreParseMultipartForm?: boolean
  /** Announce `Connection: close` while shutting down. @default false */
  closeOnShutdown?: boolean
  /** Leave hijacked connections open when their handler settles. @default false */
  keepHijackedConns?: boolean
  /** Send no Server field. @default false */
  noDefaultServerHeader?: boolean
  /** Send no Date field. @default false */
  noDefaultDate?: boolean
  /** Send no Content-Type unless the handler sets one. @default false */
  noDefaultContentType?: boolean
  /** Keep the spelling of field names. @default false */
  disableHeaderNamesNormalizing?: boolean
  /** Put no bytes of requests into errors. @default false */
  secureErrorLogMessage?: boolean
  /** Log also what clients do every day: resets, timeouts, broken requests. @default false */
  logAllErrors?: boolean
  /** Enable TCP keep-alive probes. @default false */
  tcpKeepalive?: boolean
  /** Idle time before the first probe. @default the system's */
  tcpKeepalivePeriod?: number
  /** Serve TLS with these options of `tls.createServer`. */
  tls?: TlsOptions
  /** Speak HTTP/2 with TLS clients that ask for it (ALPN); others get HTTP/1.1 on the same port. @default false */
  http2?: boolean | HTTP2Options
  /** Detector of contexts that are kept after their handler settled; off unless `FASTHTTP_DEBUG=retention` is set. */
  debug?: RetentionOptions
  /** Where errors are logged. By default stderr. */
  logger?: Logger
}

/** Options of the methods that listen for TLS. */
export interface TLSServeOptions {
  /** Speak HTTP/2 too, as the option `http2` of the server does. @default false */
  http2?: boolean
}

/** Defaults of {@link ServerOptions}. */
export const SERVER_DEFAULTS = Object.freeze({
  name: 'fasthttp',
  concurrency: 256 * 1024,
  sleepWhenConcurrencyLimitsExceeded: 0,
  maxConnsPerIP: 0,
  maxRequestsPerConn: 0,
  readBufferSize: 16 * 1024,
  writeBufferSize: 4096,
  maxRequestBodySize: 4 * 1024 * 1024,
  readHeaderTimeout: 60_000,
  readTimeout: 300_000,
  writeTimeout: 0,
  idleTimeout: 75_000,
  maxKeepaliveDuration: 0,
  maxIdleWorkerDuration: 10_000,
  reduceMemoryUsage: false,
  disableKeepalive: false,
  getOnly: false,
  streamRequestBody: false,
  disablePreParseMultipartForm: false,
  closeOnShutdown: false,
  keepHijackedConns: false,
  noDefaultServerHeader: false,
  noDefaultDate: false,
  noDefaultContentType: false,
  disableHeaderNamesNormalizing: false,
  secureErrorLogMessage: false,
  logAllErrors: false,
  tcpKeepalive: false,
  tcpKeepalivePeriod: 0,
})

/** Connections served at a time by default. Go: `DefaultConcurrency`. */
export const DefaultConcurrency = SERVER_DEFAULTS.concurrency
/** Largest request body by default, in bytes. Go: `DefaultMaxRequestBodySize`. */
export const DefaultMaxRequestBodySize = SERVER_DEFAULTS.maxRequestBodySize
