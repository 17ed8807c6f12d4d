import { checkOptionNames, type ForeignOptions, type OptionNames } from '../option-names.js'
import type { HTTP2Options } from './http2/options.js'
import type { ServerOptions } from './options.js'
import type { RetentionOptions } from './retention/guard-handler.js'

const SERVER: OptionNames<ServerOptions> = {
  handler: true,
  errorHandler: true,
  panicHandler: true,
  headerReceived: true,
  continueHandler: true,
  expectHandler: true,
  connState: true,
  formValueFunc: true,
  name: true,
  concurrency: true,
  sleepWhenConcurrencyLimitsExceeded: true,
  maxConnsPerIP: true,
  maxRequestsPerConn: true,
  readBufferSize: true,
  writeBufferSize: true,
  maxRequestBodySize: true,
  readHeaderTimeout: true,
  readTimeout: true,
  writeTimeout: true,
  idleTimeout: true,
  maxKeepaliveDuration: true,
  maxIdleWorkerDuration: true,
  reduceMemoryUsage: true,
  disableKeepalive: true,
  getOnly: true,
  streamRequestBody: true,
  disablePreParseMultipartForm: true,
  closeOnShutdown: true,
  keepHijackedConns: true,
  noDefaultServerHeader: true,
  noDefaultDate: true,
  noDefaultContentType: true,
  disableHeaderNamesNormalizing: true,
  secureErrorLogMessage: true,
  logAllErrors: true,
  tcpKeepalive: true,
  tcpKeepalivePeriod: true,
  tls: true,
  http2: true,
  debug: true,
  logger: true,
}

const TLS = 'tls: { key, cert, ... }, which takes the options of tls.createServer'
const LISTEN = 'listen(port, host)'

/** Of http.createServer, https.createServer, fastify and Bun.serve. */
const FOREIGN: ForeignOptions = {
  bodyLimit: 'maxRequestBodySize',
  maxBodySize: 'maxRequestBodySize',
  limit: 'maxRequestBodySize',
  maxHeaderSize: 'readBufferSize',
  headersTimeout: 'readHeaderTimeout',
  requestTimeout: 'readTimeout',
  connectionTimeout: 'readHeaderTimeout, readTimeout, writeTimeout and idleTimeout',
  timeout: 'readHeaderTimeout, readTimeout, writeTimeout and idleTimeout',
  handlerTimeout: 'timeoutHandler()',
  keepAliveTimeout: 'idleTimeout',
  keepAlive: 'tcpKeepalive; connections of HTTP are kept alive unless disableKeepalive is set',
  keepAliveInitialDelay: 'tcpKeepalivePeriod',
  maxConnections: 'concurrency',
  maxRequestsPerSocket: 'maxRequestsPerConn',
  maxHeadersCount: 'readBufferSize; fields are limited by their bytes alone',
  onError: 'panicHandler for handlers, errorHandler for broken requests',
  error: 'panicHandler for handlers, errorHandler for broken requests',
  clientErrorHandler: 'errorHandler',
  frameworkErrors: 'errorHandler',
  fetch: 'handler',
  routes: 'a Router of fasthttp/router, whose handler is the handler',
  trustProxy: 'createApp of fasthttp/router with fasthttp/compat',
  https: TLS,
  TLSConfig: 'tls',
  key: TLS,
  cert: TLS,
  pfx: TLS,
  ca: TLS,
  SNICallback: TLS,
  allowHTTP1: 'http2: true, which serves both',
  port: LISTEN,
  host: LISTEN,
  hostname: LISTEN,
}

const HTTP2: OptionNames<HTTP2Options> = { maxConcurrentStreams: true, initialWindowSize: true }
const DEBUG: OptionNames<RetentionOptions> = { retention: true, sample: true }

/** These throw `FH_ERR_INVALID_OPTION` for names they do not know. */
export const checkServerNames = (options: ServerOptions): void =>
  checkOptionNames('Server', options, SERVER, FOREIGN)
export const checkHTTP2Names = (options: HTTP2Options): void =>
  checkOptionNames('http2', options, HTTP2)
export const checkDebugNames = (options: RetentionOptions): void =>
  checkOptionNames('debug', options, DEBUG)
