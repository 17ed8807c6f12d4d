import type { Duplex } from 'node:stream'
import {
  DialWithUpstreamError,
  FastHttpError,
  HostClientRedirectToDifferentSchemeError,
  InvalidHostError,
  InvalidOptionError,
  excerpt,
} from '../errors.js'
import type { Request } from '../http/request.js'
import { acquireResponse, releaseResponse } from '../http/response.js'
import { addMissingPort, splitHostPort } from '../net/address.js'
import { ClientTLS } from '../net/client-tls.js'
import type { Conn } from '../net/conn.js'
import { defaultDialer, DefaultDialTimeout } from '../net/dialer.js'
import { SocketConn } from '../net/socket-conn.js'
import { BaseClient } from './base-client.js'
import type { Call } from './call.js'
import type { ClientConn } from './client-conn.js'
import { ConnPool, type PoolDialer } from './conn-pool.js'
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
export class HostClient extends BaseClient implements PoolDialer {
  /** @internal */ readonly options: ResolvedClientOptions
  readonly #pool: ConnPool
  readonly #addrs: string[]
  readonly #tls: ClientTLS | null
  #turn = 0
  #pending = 0

  /** Throws `FH_ERR_INVALID_OPTION` for an option of a wrong type or without an address. */
  constructor(options: HostClientOptions) {
    super()
    if (typeof options?.addr !== 'string' || options.addr === '')
      throw new InvalidOptionError('addr must be a string that is not empty')
    this.options = resolveClientOptions(options)
    this.#addrs = options.addr.split(',').map((addr) => addr.trim())
    this.#pool = new ConnPool(this, this.options)
    this.#tls = this.options.isTLS ? new ClientTLS(this.options.tls ?? {}) : null
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
   * @param timeout - milliseconds, 0 for no limit
   */
  acquireConn(timeout = 0): Promise<ClientConn> {
    return this.#pool.borrow(timeout)
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

  /** @internal Tries each address once, the next one first. */
  async _dial(timeout: number): Promise<{ conn: Conn; addr: string }> {
    const { readTimeout, writeTimeout } = this.options
    const limit = readTimeout + writeTimeout || DefaultDialTimeout
    const deadline = Date.now() + (timeout > 0 ? Math.min(timeout, limit) : limit)
    let failure: unknown
    for (let i = 0; i < this.#addrs.length; i++) {
      const addr = this.#addrs[this.#turn++ % this.#addrs.length]!
      const left = deadline - Date.now()
      if (left <= 0 && i > 0) break
      try {
        return { conn: await this.#dialAddr(addr, Math.max(1, left)), addr }
      } catch (err) {
        failure = err
      }
    }
    throw failure
  }

  /** @internal */
  _dialError(err: unknown): FastHttpError {
    if (err instanceof FastHttpError) return err
    return new DialWithUpstreamError(this.options.addr, { cause: err })
  }

  async #dialAddr(addr: string, timeout: number): Promise<Conn> {
    const { dial, dialTimeout, dialDualStack } = this.options
    const full = addr.startsWith('unix:') ? addr : addMissingPort(addr, this.options.isTLS)
    const name = this.#tls === null ? '' : this.#serverName(full)
    let made: Conn | Duplex
    if (dialTimeout !== undefined) made = await dialTimeout(full, timeout)
    else if (dial !== undefined) made = await dial(full)
    else {
      const shared = this.#tls === null
      const mode = { dualStack: dialDualStack, timeout, shared }
      const socket = await defaultDialer._dialSocket(full, mode)
      if (shared) return new SocketConn(socket, true)
      made = socket
    }
    if (this.#tls === null) return asConn(made)
    const stream = 'open' in made ? (made.encrypted ? null : made.detach(undefined)) : made
    // A TLS connection of the user's own dialer is used as it is.
    if (stream === null || (stream as { encrypted?: boolean }).encrypted === true)
      return asConn(made)
    return asConn(await this.#tls.handshake(stream, name, this.options.writeTimeout))
  }

  /** Name the certificate of an address is checked for. Fails before anything is dialed. */
  #serverName(addr: string): string {
    const { servername, rejectUnauthorized } = this.options.tls ?? {}
    if (servername !== undefined) return servername
    if (addr.startsWith('unix:')) {
      if (rejectUnauthorized === false) return ''
      throw new InvalidHostError(excerpt(addr))
    }
    return splitHostPort(addr).host
  }
}

function asConn(made: Conn | Duplex): Conn {
  return 'open' in made ? made : new SocketConn(made)
}
