import { InvalidOptionError } from '../errors.js'
import { checkOptionNames, type ForeignOptions, type OptionNames } from '../option-names.js'
import type { GetOptions } from './base-client.js'
import type { LBClientOptions } from './lb-client.js'
import type {
  CallOptions,
  ClientOptions,
  CommonClientOptions,
  HostClientOptions,
} from './options.js'
import type { PipelineClientOptions } from './pipeline-client.js'

const DIALING = {
  name: true,
  noDefaultUserAgentHeader: true,
  maxIdleConnDuration: true,
  readBufferSize: true,
  writeBufferSize: true,
  readTimeout: true,
  writeTimeout: true,
  dial: true,
  dialTimeout: true,
  dialDualStack: true,
  tls: true,
  disableHeaderNamesNormalizing: true,
  disablePathNormalizing: true,
} as const

const COMMON: OptionNames<CommonClientOptions> = {
  ...DIALING,
  maxConnDuration: true,
  maxIdempotentCallAttempts: true,
  maxIdemponentCallAttempts: true,
  maxResponseBodySize: true,
  maxConnWaitTimeout: true,
  connPoolStrategy: true,
  transport: true,
  retryIf: true,
  retryIfErr: true,
  retryIfErrUpstream: true,
  streamResponseBody: true,
}

const CLIENT: OptionNames<ClientOptions> = {
  ...COMMON,
  maxConnsPerHost: true,
  configureClient: true,
}

const HOST_CLIENT: OptionNames<HostClientOptions> = {
  ...COMMON,
  addr: true,
  isTLS: true,
  maxConns: true,
  secureErrorLogMessage: true,
}

const PIPELINE_CLIENT: OptionNames<PipelineClientOptions> = {
  ...DIALING,
  addr: true,
  isTLS: true,
  maxConns: true,
  maxPendingRequests: true,
  maxBatchDelay: true,
}

const LB_CLIENT: OptionNames<LBClientOptions> = { clients: true, healthCheck: true, timeout: true }

const CALL: OptionNames<CallOptions> = { timeout: true, deadline: true, signal: true }
const GET: OptionNames<GetOptions> = { ...CALL, headers: true, maxRedirects: true }

const TLS = 'tls, which takes the options of tls.connect'
const PER_CALL = 'that option of the single call'

/** Of http.Agent, undici's Agent, Pool and Client, axios, got, and of other clients here. */
const FOREIGN: ForeignOptions = {
  timeout: 'readTimeout and writeTimeout, or the option timeout of a call',
  requestTimeout: 'readTimeout and writeTimeout, or the option timeout of a call',
  headersTimeout: 'readTimeout',
  bodyTimeout: 'readTimeout',
  connectTimeout: 'dialTimeout: (addr) => defaultDialer.dialTimeout(addr, ms)',
  connect: 'dial, and tls for options of TLS',
  createConnection: 'dial',
  lookup: 'dial of a TCPDialer with a resolver',
  localAddress: 'dial of a TCPDialer with localAddr',
  proxy: 'dial: fasthttpHTTPDialer(proxy) of fasthttp/proxy',
  socketPath: 'a HostClient with addr: unix:/path',
  keepAlive: 'maxIdleConnDuration; connections are always kept alive',
  keepAliveTimeout: 'maxIdleConnDuration',
  keepAliveMaxTimeout: 'maxIdleConnDuration',
  freeSocketTimeout: 'maxIdleConnDuration',
  clientTtl: 'maxIdleConnDuration',
  maxSockets: 'maxConnsPerHost of Client, maxConns of HostClient',
  connections: 'maxConnsPerHost of Client, maxConns of HostClient',
  maxConns: 'maxConnsPerHost',
  maxConnsPerHost: 'maxConns',
  maxFreeSockets: 'maxIdleConnDuration, after which idle connections close',
  scheduling: 'connPoolStrategy, FIFO or LIFO',
  pipelining: 'PipelineClient, whose option maxPendingRequests it is',
  maxPendingRequests: 'PipelineClient',
  maxHeaderSize: 'readBufferSize',
  maxResponseSize: 'maxResponseBodySize',
  maxContentLength: 'maxResponseBodySize',
  userAgent: 'name',
  rejectUnauthorized: TLS,
  servername: TLS,
  ca: TLS,
  cert: TLS,
  key: TLS,
  host: 'HostClient with addr',
  hostname: 'HostClient with addr',
  secureErrorLogMessage: 'it with HostClient; errors of Client never hold bytes of responses',
  retry: 'maxIdempotentCallAttempts and retryIfErr',
  retries: 'maxIdempotentCallAttempts and retryIfErr',
  maxRedirections: 'the option maxRedirects of get and post',
  maxRedirects: `${PER_CALL}, get or post`,
  headers: `${PER_CALL}, get or post`,
  signal: PER_CALL,
  deadline: PER_CALL,
}

/** Of fetch, undici.request, axios and got. */
const FOREIGN_CALL: ForeignOptions = {
  body: 'the second argument of post, or do() with a Request',
  data: 'the second argument of post, or do() with a Request',
  json: 'do() with a Request and its setBody',
  method: 'do() with a Request and its header.setMethod',
  query: 'a URL with searchParams',
  params: 'a URL with searchParams',
  searchParams: 'a URL with searchParams',
  redirect: 'maxRedirects of get and post; do() follows none',
  maxRedirections: 'maxRedirects',
  followRedirect: 'maxRedirects; do() follows none',
  maxRedirects: 'doRedirects()',
  headers: 'the header of the Request',
  readTimeout: 'timeout; readTimeout is an option of the client',
  writeTimeout: 'timeout; writeTimeout is an option of the client',
  headersTimeout: 'timeout',
  bodyTimeout: 'timeout',
  maxResponseBodySize: 'it as an option of the client',
}

export const checkClientNames = (options: ClientOptions): void =>
  checkOptionNames('Client', options, CLIENT, FOREIGN)
export const checkHostClientNames = (options: HostClientOptions): void =>
  checkOptionNames('HostClient', options, HOST_CLIENT, FOREIGN)
export const checkPipelineClientNames = (options: PipelineClientOptions): void =>
  checkOptionNames('PipelineClient', options, PIPELINE_CLIENT, FOREIGN)
export const checkLBClientNames = (options: LBClientOptions): void =>
  checkOptionNames('LBClient', options, LB_CLIENT, FOREIGN)

/** Throws `FH_ERR_INVALID_OPTION` for an option of a call that is unknown or of a wrong type. */
export function checkCallOptions(options: CallOptions): void {
  check(options, CALL, 'a call')
}

/** As {@link checkCallOptions}, for `get` and `post`. */
export function checkGetOptions(options: GetOptions): void {
  check(options, GET, 'get and post')
  const { headers, maxRedirects } = options
  if (headers !== undefined && (headers === null || typeof headers !== 'object'))
    throw new InvalidOptionError('headers must be an object or pairs')
  if (maxRedirects !== undefined && !(maxRedirects >= 0))
    throw new InvalidOptionError('maxRedirects must be a number from 0')
}

function check(options: CallOptions, known: Readonly<Record<string, true>>, owner: string): void {
  if (options === null || typeof options !== 'object')
    throw new InvalidOptionError(`the options of ${owner} must be an object`)
  // Runs for every call: without an array of the names as long as all is well.
  for (const name in options) {
    if (known[name] !== true) checkOptionNames(owner, options, known, FOREIGN_CALL)
  }
  const { timeout, deadline, signal } = options
  if (timeout !== undefined && typeof timeout !== 'number')
    throw new InvalidOptionError('timeout must be a number of milliseconds')
  if (deadline !== undefined && typeof deadline !== 'number' && !(deadline instanceof Date))
    throw new InvalidOptionError('deadline must be a Date or a number')
  // Of another realm or a polyfill, it is as good.
  if (signal !== undefined && signal !== null && typeof signal.addEventListener !== 'function')
    throw new InvalidOptionError('signal must be an AbortSignal')
}
