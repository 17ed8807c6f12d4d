import type { Duplex } from 'node:stream'
import {
  DialWithUpstreamError,
  excerpt,
  FastHttpError,
  InvalidHostError,
  InvalidOptionError,
} from '../errors.js'
import { abortable } from '../net/abortable.js'
import { addMissingPort, splitHostPort } from '../net/address.js'
import { ClientTLS } from '../net/client-tls.js'
import type { Conn } from '../net/conn.js'
import { defaultDialer, DefaultDialTimeout } from '../net/dialer.js'
import { SocketConn } from '../net/socket-conn.js'
import type { ResolvedClientOptions } from './options.js'

/** A new connection and the address it leads to. */
export interface Dialed {
  conn: Conn
  addr: string
}

/** Connects to a host: to its addresses in turn, through the dialer of the options, with TLS where they ask for it. */
export class HostDialer {
  readonly #options: ResolvedClientOptions
  readonly #addrs: string[]
  readonly #tls: ClientTLS | null
  #turn = 0

  /** Throws `FH_ERR_INVALID_OPTION` where there is no address. */
  constructor(options: ResolvedClientOptions) {
    if (typeof options.addr !== 'string' || options.addr === '')
      throw new InvalidOptionError('addr must be a string that is not empty')
    this.#options = options
    this.#addrs = options.addr.split(',').map((addr) => addr.trim())
    this.#tls = options.isTLS ? new ClientTLS(options.tls ?? {}) : null
  }

  /**
   * Tries each address once, the next one first. Rejects with a `FastHttpError`.
   *
   * @param timeout - milliseconds, 0 for no other limit than `readTimeout` and `writeTimeout` or, failing these, the dialer's default
   * @param signal - ends it when nobody waits for the connection any more
   */
  async dial(timeout: number, signal?: AbortSignal): Promise<Dialed> {
    const { readTimeout, writeTimeout } = this.#options
    const limit = readTimeout + writeTimeout || DefaultDialTimeout
    const deadline = Date.now() + (timeout > 0 ? Math.min(timeout, limit) : limit)
    let failure: unknown
    for (let i = 0; i < this.#addrs.length; i++) {
      const addr = this.#addrs[this.#turn++ % this.#addrs.length]!
      const left = deadline - Date.now()
      if ((left <= 0 && i > 0) || signal?.aborted === true) break
      try {
        return { conn: await this.#dialAddr(addr, Math.max(1, left), signal), addr }
      } catch (err) {
        failure =
          err instanceof FastHttpError ? err : new DialWithUpstreamError(addr, { cause: err })
      }
    }
    throw failure
  }

  async #dialAddr(addr: string, timeout: number, signal?: AbortSignal): Promise<Conn> {
    const { dial, dialTimeout, dialDualStack, writeTimeout } = this.#options
    const full = addr.startsWith('unix:') ? addr : addMissingPort(addr, this.#tls !== null)
    // Before anything is dialed: without a name there is nothing to check the certificate for.
    const name = this.#tls === null ? '' : this.#serverName(full)
    const connect = async (): Promise<Conn | Duplex> => {
      const options = signal === undefined ? {} : { signal }
      if (dialTimeout !== undefined) return dialTimeout(full, timeout, options)
      if (dial !== undefined) return dial(full, options)
      const mode = { dualStack: dialDualStack, timeout }
      // TLS reads from the socket itself.
      return this.#tls === null
        ? defaultDialer._dialConn(full, mode)
        : defaultDialer._dialSocket(full, mode)
    }
    const made = await abortable(connect(), signal, (late) => void late.destroy())
    // A TLS connection of the user's own dialer is used as it is.
    if (this.#tls === null || isEncrypted(made)) return asConn(made)
    const stream = isConn(made) ? made.detach(undefined) : made
    return asConn(await this.#tls.handshake(stream, name, writeTimeout, signal))
  }

  #serverName(addr: string): string {
    const { servername, rejectUnauthorized } = this.#options.tls ?? {}
    if (servername !== undefined) return servername
    if (!addr.startsWith('unix:')) return splitHostPort(addr).host
    if (rejectUnauthorized === false) return ''
    throw new InvalidHostError(`${excerpt(addr)} has no name to check a certificate for`)
  }
}

function isConn(made: Conn | Duplex): made is Conn {
  return 'detach' in made
}

function isEncrypted(made: Conn | Duplex): boolean {
  return (made as { encrypted?: boolean }).encrypted === true
}

function asConn(made: Conn | Duplex): Conn {
  return isConn(made) ? made : new SocketConn(made)
}
