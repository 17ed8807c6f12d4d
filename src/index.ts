export { Server } from './server/server.js'
export * from './server/serve-functions.js'
export { timeoutHandler, timeoutWithCodeHandler } from './server/timeout-handler.js'
export { RequestCtx } from './server/request-ctx.js'
export type { HijackHandler, Logger, RequestHandler } from './server/request-ctx.js'
export { netHttpFormValueFunc, type FormValueFunc } from './server/form-value.js'
export { SERVER_DEFAULTS } from './server/options.js'
export type { ConnState, RequestConfig, ServerOptions } from './server/options.js'
export { Request } from './http/request.js'
export { Response } from './http/response.js'
export { RequestHeader } from './http/request-header.js'
export { ResponseHeader } from './http/response-header.js'
export type { BodyWriter, StreamWriter } from './http/stream-writer.js'
export { acquireArgs, Args, releaseArgs } from './http/args.js'
export { acquireURI, releaseURI, URI } from './http/uri.js'
export * from './http/methods.js'
export * from './http/status.js'
export * from './http/header-names.js'
export type { Addr, Conn } from './net/conn.js'
export type { Listener } from './net/listener.js'
export * from './errors.js'
export { Client } from './client/client.js'
export { HostClient } from './client/host-client.js'
export type { GetOptions, PostBody } from './client/base-client.js'
export type { ClientConn } from './client/client-conn.js'
export type { GetResult } from './client/get-result.js'
export { CLIENT_DEFAULTS, FIFO, LIFO } from './client/options.js'
export type {
  CallOptions,
  ClientOptions,
  ConnPoolStrategy,
  DialFunc,
  DialFuncWithTimeout,
  HostClientOptions,
  RetryDecision,
  RetryIfErrFunc,
  RetryIfErrUpstreamFunc,
  RetryIfFunc,
} from './client/options.js'
export type { RoundTripper, RoundTripResult } from './client/transport.js'
export { statusCodeIsRedirect } from './client/redirect.js'
export {
  doDeadline,
  doRedirects,
  doRequest,
  doRequest as do,
  doTimeout,
  get,
  getDeadline,
  getTimeout,
  post,
} from './client/default-client.js'
export { acquireRequest, releaseRequest } from './http/request.js'
export { acquireResponse, releaseResponse } from './http/response.js'
export { addMissingPort } from './net/address.js'
export {
  DefaultDialTimeout,
  DefaultDNSCacheDuration,
  dial,
  dialDualStack,
  dialDualStackTimeout,
  dialTimeout,
  flushDNSCache,
  TCPDialer,
} from './net/dialer.js'
export type { Resolver, TCPDialerOptions } from './net/dialer.js'
export { auditRetention } from './server/retention/audit.js'
export type { RetainedCtx } from './server/retention/audit.js'
export type { RetentionOptions } from './server/retention/guard-handler.js'
export { RetentionError, retentionTotals } from './server/retention/report.js'
export type { RetentionAction } from './server/retention/report.js'
export { retentionMatchers } from './server/retention/matchers.js'
export { PIPELINE_DEFAULTS, PipelineClient } from './client/pipeline-client.js'
export type { PipelineClientOptions } from './client/pipeline-client.js'
export { DefaultLBClientTimeout, LBClient } from './client/lb-client.js'
export type { BalancingClient, LBClientOptions } from './client/lb-client.js'
export { toFetch } from './client/to-fetch.js'
