export { Server } from './server/server.js'
export * from './server/serve-functions.js'
export {
  compressHandler,
  compressHandlerBrotliLevel,
  compressHandlerLevel,
} from './features/compress/index.js'
export {
  fileLastModified,
  FS,
  FS_DEFAULTS,
  FSCompressedFileSuffix,
  FSCompressedFileSuffixes,
  fsHandler,
  FSHandlerCacheDuration,
  newPathPrefixStripper,
  newPathSlashesStripper,
  newVHostPathRewriter,
  serveFile,
  serveFileLiteral,
  serveFileUncompressed,
  serveFS,
  serveFSLiteral,
} from './features/fs/index.js'
export type {
  FileCoding,
  FileStat,
  FileSystem,
  FSOptions,
  PathRewriteFunc,
} from './features/fs/index.js'
export type { OpenedFile } from './server/send-file.js'
export { timeoutHandler, timeoutWithCodeHandler } from './server/timeout-handler.js'
export { RequestCtx } from './server/request-ctx.js'
export type {
  HijackHandler,
  Logger,
  RequestHandler,
  TLSConnectionState,
} from './server/request-ctx.js'
export { readRequest, type ReadRequestOptions } from './server/read-request.js'
export { netHttpFormValueFunc, type FormValueFunc } from './server/form-value.js'
export {
  DefaultConcurrency,
  DefaultMaxRequestBodySize,
  SERVER_DEFAULTS,
  StateActive,
  StateClosed,
  StateHijacked,
  StateIdle,
  StateNew,
} from './server/options.js'
export type { ConnState, RequestConfig, ServerOptions } from './server/options.js'
export { Request } from './http/request.js'
export { Response } from './http/response.js'
export { RequestHeader } from './http/request-header.js'
export { ResponseHeader } from './http/response-header.js'
export { setBodySizePoolLimit, type MessageWriter } from './http/message.js'
export type { BodyWriter, StreamWriter } from './http/stream-writer.js'
export { newStreamReader } from './http/stream-reader.js'
export { parseByteRange } from './http/byte-range.js'
export {
  acquireCookie,
  Cookie,
  CookieExpireDelete,
  CookieExpireUnlimited,
  CookieSameSiteDefaultMode,
  CookieSameSiteDisabled,
  CookieSameSiteLaxMode,
  CookieSameSiteNoneMode,
  CookieSameSiteStrictMode,
  releaseCookie,
} from './http/cookie.js'
export type { CookieSameSite } from './http/cookie.js'
export {
  FileHeader,
  MultipartForm,
  saveMultipartFile,
  writeMultipartForm,
} from './http/multipart.js'
export type { FileContent } from './http/multipart.js'
export { readMultipartForm } from './http/multipart-reader.js'
export type { MultipartOptions } from './http/multipart-reader.js'
export { normalizeHeaderKey } from './http/header-key.js'
export { visitHeaderParams } from './http/header-params.js'
export {
  formatIPv4,
  formatUint,
  htmlEscape,
  parseIPv4,
  parseUfloat,
  parseUint,
} from './bytes/codec.js'
export { quoteArg, unquoteArg } from './bytes/escape.js'
export { formatHTTPDate, parseHTTPDate } from './bytes/http-date.js'
export {
  brotli,
  CompressBrotliBestCompression,
  CompressBrotliBestSpeed,
  CompressBrotliDefaultCompression,
  CompressBrotliNoCompression,
  unbrotli,
} from './bytes/coding/brotli.js'
export {
  CompressBestCompression,
  CompressBestSpeed,
  CompressDefaultCompression,
  CompressHuffmanOnly,
  CompressNoCompression,
  deflate,
  gunzip,
  gzip,
  inflate,
} from './bytes/coding/gzip.js'
export {
  CompressZstdBestCompression,
  CompressZstdBestSpeed,
  CompressZstdDefault,
  CompressZstdSpeedBetter,
  CompressZstdSpeedNotSet,
  hasZstd,
  unzstd,
  zstd,
} from './bytes/coding/zstd.js'
export { acquireArgs, Args, releaseArgs } from './http/args.js'
export { acquireURI, releaseURI, URI } from './http/uri.js'
export * from './http/methods.js'
export * from './http/status.js'
export * from './http/header-names.js'
export type { Addr, Conn } from './net/conn.js'
export type { Listener } from './net/listener.js'
export {
  AbortError,
  AlreadyAnsweredError,
  BadMultipartFormError,
  BadRequestError,
  BadTrailerError,
  BodyStreamConsumedError,
  BodyStreamLengthError,
  BodyStreamWritePanicError,
  BodyTooLargeError,
  BrokenChunkError,
  ClientClosedError,
  ConcurrencyLimitError,
  ConnectionClosedError,
  ConnPoolStrategyNotImplError,
  ContentEncodingUnsupportedError,
  CorruptBodyError,
  CtxReleasedError,
  DialTimeoutError,
  DialWithUpstreamError,
  DuplicateContentLengthError,
  EmptyRequestURIError,
  ERRORS,
  EscapeError,
  FastHttpError,
  GetOnlyError,
  HandlerFailedError,
  HijackedError,
  HostClientRedirectToDifferentSchemeError,
  HttpStatusError,
  InmemoryListenerClosedError,
  InvalidCookieValueError,
  InvalidDateError,
  InvalidHostError,
  InvalidIPError,
  InvalidJSONError,
  InvalidNumberError,
  InvalidOptionError,
  InvalidRangeError,
  InvalidURIError,
  MissingFileError,
  MissingHostError,
  MissingLocationError,
  NoArgValueError,
  NoAvailableClientsError,
  NoCookiesError,
  NoFreeConnsError,
  NoMultipartFormError,
  NoReusePortError,
  NonNumericCharsError,
  OverRecoveryError,
  PerIPConnLimitError,
  PipelineOverflowError,
  ProxyConnectError,
  ReadingResponseHeadersError,
  ReadingResponseTrailerError,
  RequestTimeoutError,
  ResponseFirstLineMissingSpaceError,
  SmallBufferError,
  TimeoutError,
  TLSHandshakeTimeoutError,
  TooManyRedirectsError,
  UnexpectedEOFError,
  UnexpectedStatusCodeCharError,
  UnsupportedRequestMethodError,
  UnsupportedTransferEncodingError,
  WorkerStartError,
} from './errors.js'
export type { ErrorCode, ErrorRow } from './errors.js'
export { Client } from './client/client.js'
export { HostClient } from './client/host-client.js'
export type { GetOptions, PostBody, RequestFields } from './client/base-client.js'
export type { ClientConn } from './client/client-conn.js'
export { readResponse, type ReadResponseOptions } from './client/read-response.js'
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
export type { DialOptions, Resolver, TCPDialerOptions } from './net/dialer.js'
export { generateTestCertificate, type CertificatePair } from './net/test-certificate.js'
export type { RequestMessage } from './server/diagnostics.js'
export { auditRetention } from './server/retention/audit.js'
export type { RetainedCtx } from './server/retention/audit.js'
export type { RetentionOptions } from './server/retention/guard-handler.js'
export { RetentionError, retentionTotals } from './server/retention/report.js'
export type { RetentionReason } from './server/retention/report.js'
export type { RetentionAction } from './server/retention/report.js'
export { retentionMatchers } from './server/retention/matchers.js'
export { PIPELINE_DEFAULTS, PipelineClient } from './client/pipeline-client.js'
export type { PipelineClientOptions } from './client/pipeline-client.js'
export { DefaultLBClientTimeout, LBClient } from './client/lb-client.js'
export type { BalancingClient, LBClientOptions } from './client/lb-client.js'
export { toFetch } from './client/to-fetch.js'
