import { ClientClosedError, InvalidOptionError, TimeoutError } from '../errors.js'
import type { Request } from '../http/request.js'
import { Response } from '../http/response.js'
import { HostDialer } from './host-dialer.js'
import { KnownURLs } from './known-urls.js'
import { checkCallOptions, checkPipelineClientNames } from './option-names.js'
import { resolveClientOptions, type CallOptions, type ResolvedClientOptions } from './options.js'
import type { CommonClientOptions, HostClientOptions } from './options.js'
import { PipelineCall } from './pipeline-call.js'
import { PipelineConn } from './pipeline-conn.js'
import { requestHead } from './request-head.js'

/** Options of a {@link PipelineClient}. Durations are milliseconds, sizes bytes. */
export interface PipelineClientOptions
  extends
    Pick<HostClientOptions, 'addr' | 'isTLS'>,
    Pick<
      CommonClientOptions,
      | 'name'
      | 'noDefaultUserAgentHeader'
      | 'maxIdleConnDuration'
      | 'readBufferSize'
      | 'writeBufferSize'
      | 'readTimeout'
      | 'writeTimeout'
      | 'dial'
      | 'dialTimeout'
      | 'dialDualStack'
      | 'tls'
      | 'disableHeaderNamesNormalizing'
      | 'disablePathNormalizing'
    > {
  /** Connections at a time; another is made when all have requests pending. @default 1 */
  maxConns?: number
  /** Requests of one connection that wait to be sent, and that wait for their response. @default 1024 */
  maxPendingRequests?: number
  /** Time to gather requests for before they are sent together. 0: those of one turn of the event loop. @default 0 */
  maxBatchDelay?: number
}

/** Defaults of {@link PipelineClientOptions} beyond those of HostClient. */
export const PIPELINE_DEFAULTS = Object.freeze({
  maxConns: 1,
  maxPendingRequests: 1024,
  maxBatchDelay: 0,
})

/** What a pipelined connection needs to know. */
export type PipelineOptions = ResolvedClientOptions & {
  maxPendingRequests: number
  maxBatchDelay: number
}

/**
 * Client of one host that sends requests one behind the other on few connections without waiting for the responses. It is the fastest
 * way to many small responses of a server that is known to be well; one slow response holds up those behind it, and one that breaks
 * fails them. Requests are neither repeated nor redirected, and their bodies must be in memory. Go: `PipelineClient`.
 */
export class PipelineClient {
  readonly #options: PipelineOptions
  readonly #dialer: HostDialer
  readonly #known = new KnownURLs(() => ({ options: this.#options }))
  readonly #conns: PipelineConn[] = []
  #closed = false

  /** Throws `FH_ERR_INVALID_OPTION` for an option that is unknown or of a wrong type, or without an address. */
  constructor(options: PipelineClientOptions) {
    checkPipelineClientNames(options)
    const { maxPendingRequests = 0, maxBatchDelay = 0, maxConns = 0 } = options
    for (const [name, value] of Object.entries({ maxPendingRequests, maxBatchDelay, maxConns })) {
      if (typeof value !== 'number' || Number.isNaN(value))
        throw new InvalidOptionError(`${name} must be a number`)
    }
    this.#options = {
      ...resolveClientOptions({ ...options, maxConns: maxConns > 0 ? maxConns : 1 }),
      maxPendingRequests:
        maxPendingRequests > 0 ? maxPendingRequests : PIPELINE_DEFAULTS.maxPendingRequests,
      maxBatchDelay: Math.max(0, maxBatchDelay),
    }
    this.#dialer = new HostDialer(this.#options)
  }

  /**
   * Sends `req` and reads its response. Neither may be touched until the promise has settled. When too many requests wait to be sent,
   * the one that waits for longest is given up with `FH_ERR_PIPELINE_OVERFLOW`.
   *
   * @param resp - filled with the response; a new one by default
   * @returns `resp`
   */
  do(req: Request, resp?: Response | null, options?: CallOptions): Promise<Response> {
    try {
      if (options !== undefined) checkCallOptions(options)
    } catch (err) {
      return Promise.reject(err as Error)
    }
    const { timeout, deadline, signal } = options ?? {}
    let until = 0
    if (timeout !== undefined) until = Date.now() + timeout
    else if (deadline !== undefined) until = Number(deadline)
    else if (req.getTimeout() > 0) until = Date.now() + req.getTimeout()
    if (until !== 0 && !(until > Date.now())) return Promise.reject(new TimeoutError())
    if (this.#closed) return Promise.reject(new ClientClosedError())
    let call: PipelineCall
    try {
      if (req.isBodyStream()) throw new InvalidOptionError('a PipelineClient sends no body streams')
      const head = this.#known.findFor(req)?.headOf(req) ?? requestHead(req, this.#options)
      call = new PipelineCall(req, resp ?? new Response(), head, until)
    } catch (err) {
      return Promise.reject(err as Error)
    }
    if (signal !== undefined && !call.watch(signal)) return call.promise
    this.#leastPending().submit(call)
    return call.promise
  }

  /** As {@link do}, within `ms` milliseconds; waits its turn where `do` would overflow. */
  doTimeout(
    req: Request,
    resp: Response | null | undefined,
    ms: number,
    options?: CallOptions
  ): Promise<Response> {
    return this.do(req, resp, { ...options, timeout: ms })
  }

  /** As {@link doTimeout}, until `deadline`. */
  doDeadline(
    req: Request,
    resp: Response | null | undefined,
    deadline: Date | number,
    options?: CallOptions
  ): Promise<Response> {
    return this.do(req, resp, { ...options, deadline })
  }

  /** Requests whose response is not complete, those that wait to be sent included. */
  pendingRequests(): number {
    let n = 0
    for (const conn of this.#conns) n += conn.pending
    return n
  }

  /** Refuses further requests, waits for the pending ones and closes the connections. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#conns.map((conn) => conn.close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #leastPending(): PipelineConn {
    let least: PipelineConn | undefined
    for (const conn of this.#conns) {
      if (least === undefined || conn.pending < least.pending) least = conn
    }
    if (
      least !== undefined &&
      (least.pending === 0 || this.#conns.length >= this.#options.maxConns)
    )
      return least
    const conn = new PipelineConn(this.#dialer, this.#options)
    this.#conns.push(conn)
    return conn
  }
}
