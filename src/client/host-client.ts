import { HostClientRedirectToDifferentSchemeError } from '../errors.js'
import type { Request } from '../http/request.js'
import { acquireResponse, releaseResponse } from '../http/response.js'
import { abortable } from '../net/abortable.js'
import { BaseClient } from './base-client.js'
import type { Call } from './call.js'
import type { ClientConn } from './client-conn.js'
import { ConnPool } from './conn-pool.js'
import { HostDialer } from './host-dialer.js'
import { checkHostClientNames } from './option-names.js'
import {
  type HostClientOptions,
  resolveClientOptions,
  type ResolvedClientOptions,
} from './options.js'
import { requestHead } from './request-head.js'

/**
 * Client of one host, which may have several addresses. It keeps connections open and uses them again. Go: `HostClient`.
 *
 * @example
 * const client = new HostClient({ addr: 'localhost:8080' })
 * const { statusCode, body } = await client.get('http://localhost:8080/')
 */
export class HostClient extends BaseClient {
  /** @internal */ readonly options: ResolvedClientOptions
  readonly #pool: ConnPool
  #pending = 0

  /** Throws `FH_ERR_INVALID_OPTION` for an option that is unknown or of a wrong type, or without an address. */
  constructor(options: HostClientOptions) {
    super()
    checkHostClientNames(options)
    this.options = resolveClientOptions(options)
    this.#pool = new ConnPool(new HostDialer(this.options), this.options)
  }

  /** Connections that are open or being made. */
  connsCount(): number {
    return this.#pool.size
  }

  /** Open connections without a request. */
  idleConnsCount(): number {
    return this.#pool.idleSize
  }

  /** Calls that have not settled. */
  pendingRequests(): number {
    return this.#pending
  }

  /** When a connection was last asked for, in milliseconds since the epoch. */
  lastUseTime(): number {
    return this.#pool.lastUseTime
  }

  /** Changes `maxConns`; connections above it are closed when their request is done. */
  setMaxConns(n: number): void {
    this.#pool.maxConns = n > 0 ? n : this.options.maxConns
  }

  /** Closes the connections without a request. */
  closeIdleConnections(): void {
    this.#pool.closeIdle()
  }

  /**
   * A connection for a `transport`, to be given back by {@link releaseConn} or {@link closeConn}.
   *
   * Rejects as calls do where there is none.
   *
   * @param timeout - milliseconds, 0 for no limit
   */
  acquireConn(timeout = 0, { signal }: { signal?: AbortSignal } = {}): Promise<ClientConn> {
    return abortable(this.#pool.borrow(timeout), signal, (conn) => conn.giveBack())
  }

  /** Gives a connection back for further requests; everything of its last response must have been read. */
  releaseConn(conn: ClientConn): void {
    conn.giveBack()
  }

  /** Closes a connection that {@link acquireConn} gave. */
  closeConn(conn: ClientConn): void {
    conn.close()
  }

  /** @internal */
  override _closeConns(): void {
    this.#pool.close()
  }

  /** @internal */
  override _route(req: Request): HostClient {
    if ((req.uri().scheme() === 'https') !== this.options.isTLS)
      throw new HostClientRedirectToDifferentSchemeError()
    return this
  }

  /** @internal The head of `req`, and its body as far as it is made of arguments. */
  _head(req: Request): string {
    return requestHead(req, this.options)
  }

  /** @internal Starts an exchange of `call`. */
  _start(call: Call): void {
    if (this.options.transport === undefined) this.#pool.acquire(call)
    else void this.#roundTrip(call)
  }

  /** @internal `call` does not wait for a connection any more. */
  _leave(call: Call): void {
    this.#pool.leave(call)
  }

  /** @internal A call has come. */
  _entered(): void {
    this.#pending++
  }

  /** @internal A call has settled or gone to another host. */
  _ended(): void {
    this.#pending--
  }

  async #roundTrip(call: Call): Promise<void> {
    const request = call.needRequest()
    const response = call.response ?? acquireResponse()
    const { generation } = call
    let result
    try {
      result = await this.options.transport!.roundTrip(this, request, response)
    } catch (err) {
      result = { retry: false, err: err as Error }
    }
    // It may have timed out meanwhile.
    if (call.generation === generation) {
      if (result.err === undefined) call.onTransported(response)
      else call.onFail(result.err, result.retry)
    }
    if (response !== call.response) releaseResponse(response)
  }
}
