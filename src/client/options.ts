import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { InvalidOptionError, ConnPoolStrategyNotImplError } from '../errors.js'
import type { Request } from '../http/request.js'
import type { Conn } from '../net/conn.js'
import type { DialOptions } from '../net/dialer.js'
import type { HostClient } from './host-client.js'
import type { RoundTripper } from './transport.js'

/** Which idle connection is used next. Go: `ConnPoolStrategyType`. */
export type ConnPoolStrategy = 0 | 1
/** The connection that has been idle for longest goes first. */
export const FIFO = 0
/** The connection that was used last goes first: fewer stay open. */
export const LIFO = 1

/**
 * Connects to `addr`, `host:port`. A `net.Socket`, a `tls.TLSSocket` or any other Duplex will do. The signal of `options` aborts when
 * nobody waits for the connection any more; one that is made all the same is destroyed. Go: `DialFunc`.
 */
export type DialFunc = (
  addr: string,
  options?: DialOptions
) => Conn | Duplex | Promise<Conn | Duplex>
/** As {@link DialFunc}, within `ms` milliseconds, 0 for no limit. Go: `DialFuncWithTimeout`. */
export type DialFuncWithTimeout = (
  addr: string,
  ms: number,
  options?: DialOptions
) => Conn | Duplex | Promise<Conn | Duplex>

/** May `req` be sent again? Go: `RetryIfFunc`. */
export type RetryIfFunc = (req: Request) => boolean
/** Decision of a {@link RetryIfErrFunc}. */
export interface RetryDecision {
  /** The time limit of the call starts anew. */
  resetTimeout?: boolean
  retry: boolean
}
/** May `req` be sent again after `attempts` attempts, the last of which failed with `err`? Go: `RetryIfErrFunc`. */
export type RetryIfErrFunc = (req: Request, attempts: number, err: Error) => RetryDecision
/** As {@link RetryIfErrFunc}, with the address that was dialed, `undefined` when none was. Go: `RetryIfErrUpstreamFunc`. */
export type RetryIfErrUpstreamFunc = (
  req: Request,
  attempts: number,
  err: Error,
  upstream: string | undefined
) => RetryDecision

/** Options of both `Client` and `HostClient`. Durations are milliseconds, sizes bytes. */
export interface CommonClientOptions {
  /** User-Agent of requests that have none. `''` stands for `fasthttp`, see `noDefaultUserAgentHeader`. @default '' */
  name?: string
  /** Send no User-Agent of its own. @default false */
  noDefaultUserAgentHeader?: boolean
  /** Time after which an idle connection is closed. @default 10000 */
  maxIdleConnDuration?: number
  /** Age from which on a connection is closed after its current request. 0 for no limit. @default 0 */
  maxConnDuration?: number
  /** Attempts for a request that may be sent again. @default 5 */
  maxIdempotentCallAttempts?: number
  /** Go's spelling of `maxIdempotentCallAttempts`. */
  maxIdemponentCallAttempts?: number
  /** Largest response head. @default 16384 */
  readBufferSize?: number
  /** Accepted as in Go and without effect: a request is written at once. @default 4096 */
  writeBufferSize?: number
  /** Longest time for reading a response, from the sent request to its end. 0 for no limit. @default 0 */
  readTimeout?: number
  /** Longest time for sending a request, and for a TLS handshake. 0 for no limit. @default 0 */
  writeTimeout?: number
  /** Largest response body; 0 for no limit. It does not limit streamed bodies. @default 0 */
  maxResponseBodySize?: number
  /** Longest time to wait for a connection when all are in use. 0: fail at once. @default 0 */
  maxConnWaitTimeout?: number
  /** Which idle connection is used next: `FIFO` or `LIFO`. @default FIFO */
  connPoolStrategy?: ConnPoolStrategy
  /** Connects in place of the default dialer. */
  dial?: DialFunc
  /** As `dial`, told how much time there is; goes before `dial`. */
  dialTimeout?: DialFuncWithTimeout
  /** Connect over IPv6 as well as IPv4. @default false */
  dialDualStack?: boolean
  /** Options of `tls.connect`: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized` and the others. */
  tls?: ConnectionOptions
  /** Makes the exchanges in place of the client itself. */
  transport?: RoundTripper
  /** May a request be sent again? By default GET, HEAD and PUT may. Deprecated in Go in favour of `retryIfErr`. */
  retryIf?: RetryIfFunc
  /** Decides on another attempt in place of `retryIf`. */
  retryIfErr?: RetryIfErrFunc
  /** Decides on another attempt in place of `retryIfErr`. */
  retryIfErrUpstream?: RetryIfErrUpstreamFunc
  /** Keep the spelling of field names, in requests and responses. @default false */
  disableHeaderNamesNormalizing?: boolean
  /** Send the path of a URI as it is given. @default false */
  disablePathNormalizing?: boolean
  /** Give bodies as streams as soon as the head was read. @default false */
  streamResponseBody?: boolean
}

/** Options of a `Client`. */
export interface ClientOptions extends CommonClientOptions {
  /** Connections to one host at a time. @default 512 */
  maxConnsPerHost?: number
  /** Called with each new HostClient before its first request. What it throws fails the call, and nothing is kept. */
  configureClient?: (client: HostClient) => void
}

/** Options of a `HostClient`. */
export interface HostClientOptions extends CommonClientOptions {
  /** `host:port` or several of them, separated by commas, taken in turn for each connection; `unix:/path` for a unix socket. */
  addr: string
  /** Use TLS. @default false */
  isTLS?: boolean
  /** Connections at a time. @default 512 */
  maxConns?: number
  /** Put no bytes of responses into errors. @default false */
  secureErrorLogMessage?: boolean
}

/** Options of a single call. */
export interface CallOptions {
  /** Milliseconds for the whole call, redirects and further attempts included. Zero and below: time out at once. */
  timeout?: number
  /** Point in time, a Date or milliseconds since the epoch, as an alternative to `timeout`. */
  deadline?: Date | number
  /** Aborts the call with `FH_ERR_ABORTED`; also a body stream that is still being read. */
  signal?: AbortSignal
}

/** Defaults of {@link CommonClientOptions}, {@link ClientOptions} and {@link HostClientOptions}. */
export const CLIENT_DEFAULTS = Object.freeze({
  name: '',
  noDefaultUserAgentHeader: false,
  maxConns: 512,
  maxConnsPerHost: 512,
  maxIdleConnDuration: 10_000,
  maxConnDuration: 0,
  maxIdempotentCallAttempts: 5,
  readBufferSize: 16 * 1024,
  writeBufferSize: 4096,
  readTimeout: 0,
  writeTimeout: 0,
  maxResponseBodySize: 0,
  maxConnWaitTimeout: 0,
  connPoolStrategy: FIFO as ConnPoolStrategy,
  dialDualStack: false,
  disableHeaderNamesNormalizing: false,
  disablePathNormalizing: false,
  streamResponseBody: false,
  isTLS: false,
  secureErrorLogMessage: false,
})

type Defaults = {
  -readonly [K in keyof typeof CLIENT_DEFAULTS]: (typeof CLIENT_DEFAULTS)[K] extends number
    ? number
    : (typeof CLIENT_DEFAULTS)[K] extends string
      ? string
      : boolean
}

/** Options with every default filled in. */
export type ResolvedClientOptions = Omit<HostClientOptions & ClientOptions, keyof Defaults> &
  Defaults

/** Options where 0 and below mean the default, as in Go. */
const POSITIVE = [
  'maxConns',
  'maxConnsPerHost',
  'maxIdleConnDuration',
  'maxIdempotentCallAttempts',
  'readBufferSize',
  'writeBufferSize',
] as const

const FUNCTIONS = [
  'dial',
  'dialTimeout',
  'retryIf',
  'retryIfErr',
  'retryIfErrUpstream',
  'configureClient',
] as const

/** Checks the values of `options` and fills the defaults in. Throws `FH_ERR_INVALID_OPTION` and `FH_ERR_CONN_POOL_STRATEGY_NOT_IMPL`. */
export function resolveClientOptions(
  options: ClientOptions & Partial<HostClientOptions>
): ResolvedClientOptions {
  const resolved: Record<string, unknown> = { ...CLIENT_DEFAULTS, ...options }
  if (resolved['maxIdempotentCallAttempts'] === CLIENT_DEFAULTS.maxIdempotentCallAttempts) {
    resolved['maxIdempotentCallAttempts'] =
      options.maxIdemponentCallAttempts ?? resolved['maxIdempotentCallAttempts']
  }
  for (const [name, fallback] of Object.entries(CLIENT_DEFAULTS)) {
    const value = resolved[name]
    if (value === undefined) resolved[name] = fallback
    else if (typeof value !== typeof fallback || Number.isNaN(value))
      throw new InvalidOptionError(`${name} must be a ${typeof fallback}`)
  }
  for (const name of POSITIVE) {
    if ((resolved[name] as number) <= 0) resolved[name] = CLIENT_DEFAULTS[name]
  }
  for (const name of FUNCTIONS) {
    if (resolved[name] !== undefined && typeof resolved[name] !== 'function')
      throw new InvalidOptionError(`${name} must be a function`)
  }
  const strategy = resolved['connPoolStrategy']
  if (strategy !== FIFO && strategy !== LIFO) throw new ConnPoolStrategyNotImplError()
  if (resolved['name'] === '' && resolved['noDefaultUserAgentHeader'] !== true)
    resolved['name'] = 'fasthttp'
  return resolved as unknown as ResolvedClientOptions
}
