import dns from 'node:dns'
import net from 'node:net'
import { DialTimeoutError, DialWithUpstreamError, InvalidOptionError } from '../errors.js'
import { checkOptionNames, type OptionNames } from '../option-names.js'
import { abortable } from './abortable.js'
import { isIPAddress, splitHostPort } from './address.js'
import type { Conn } from './conn.js'
import { DNSCache } from './dns-cache.js'
import { firstOf } from './first-of.js'
import { HandleConn, type ConnCount } from './handle-conn.js'
import { SocketConn } from './socket-conn.js'
import { nativeParts, type StreamHandle } from './stream-handle.js'

/** Longest time for connecting, in milliseconds, where no other is given. Go: `DefaultDialTimeout`. */
export const DefaultDialTimeout = 3000
/** Milliseconds addresses are kept for. Go: `DefaultDNSCacheDuration`. */
export const DefaultDNSCacheDuration = 60_000

/** Dials of the shared dialer that run at a time. */
const DEFAULT_CONCURRENCY = 1000
/** How long an address of a dual-stack host is tried alone before the next one is tried too (RFC 8305, section 5). */
const FALLBACK_DELAY_MS = 300

/** Finds the addresses of host names; `dns.promises.Resolver` is one. */
export interface Resolver {
  resolve4(host: string): Promise<string[]>
  /** Needed for dual stack only. */
  resolve6?(host: string): Promise<string[]>
}

/** Options of a {@link TCPDialer}. */
export interface TCPDialerOptions {
  /** Looks up names in place of the system. */
  resolver?: Resolver
  /** Local IP address to connect from. */
  localAddr?: string
  /** Dials at a time, 0 for no limit; more wait. @default 0 */
  concurrency?: number
  /** Milliseconds addresses are kept for. @default 60000 */
  dnsCacheDuration?: number
  /** Leave names to the system at each dial: neither cached nor tried in turn. @default false */
  disableDNSResolution?: boolean
}

const NAMES: OptionNames<TCPDialerOptions> = {
  resolver: true,
  localAddr: true,
  concurrency: true,
  dnsCacheDuration: true,
  disableDNSResolution: true,
}

/** Of net.connect, dns and undici. */
const FOREIGN = {
  localAddress: 'localAddr',
  lookup: 'resolver',
  timeout: 'dialTimeout(addr, ms)',
  connectTimeout: 'dialTimeout(addr, ms)',
  autoSelectFamily: 'dialDualStack(addr)',
  family: 'dialDualStack(addr); dial() connects over IPv4',
  ttl: 'dnsCacheDuration',
}

/** Options of a single dial. */
export interface DialOptions {
  /** Ends the dial with `FH_ERR_ABORTED`. */
  signal?: AbortSignal
}

/** How one address is dialed. */
export interface DialMode {
  dualStack: boolean
  /** Milliseconds. */
  timeout: number
}

/**
 * Dials TCP addresses, `host:port`, and unix sockets, `unix:/path`: names are looked up and cached, their addresses tried in turn,
 * starting with another one each time. Go: `TCPDialer`.
 */
export class TCPDialer {
  readonly #options: TCPDialerOptions
  readonly #ipv4: DNSCache
  readonly #dualStack: DNSCache
  readonly #concurrency: number
  #dialing = 0
  #waiting: (() => void)[] = []
  #turn = 0

  /** Throws `FH_ERR_INVALID_OPTION` for an unknown option, a local address that is no IP address or a negative number. */
  constructor(options: TCPDialerOptions = {}) {
    checkOptionNames('TCPDialer', options, NAMES, FOREIGN)
    const { localAddr, concurrency = 0, dnsCacheDuration = DefaultDNSCacheDuration } = options
    if (localAddr !== undefined && !isIPAddress(localAddr))
      throw new InvalidOptionError('localAddr must be an IP address')
    if (!(concurrency >= 0)) throw new InvalidOptionError('concurrency must not be negative')
    if (!(dnsCacheDuration >= 0))
      throw new InvalidOptionError('dnsCacheDuration must not be negative')
    this.#options = options
    this.#concurrency = concurrency
    this.#ipv4 = new DNSCache((host) => this.#resolve(host, false), dnsCacheDuration)
    this.#dualStack = new DNSCache((host) => this.#resolve(host, true), dnsCacheDuration)
  }

  /**
   * Connects over IPv4 within {@link DefaultDialTimeout}. Rejects with `FH_ERR_INVALID_HOST` for a malformed address and
   * `FH_ERR_DIAL_WITH_UPSTREAM` otherwise; its cause is `FH_ERR_DIAL_TIMEOUT` when time ran out.
   *
   * @param addr - `host:port`, `[ipv6]:port` or `unix:/path`
   */
  dial(addr: string, options?: DialOptions): Promise<Conn> {
    return this.dialTimeout(addr, DefaultDialTimeout, options)
  }

  /** As {@link dial}, within `ms` milliseconds. */
  dialTimeout(addr: string, ms: number, options?: DialOptions): Promise<Conn> {
    return this.#dial(addr, { dualStack: false, timeout: ms }, options)
  }

  /** As {@link dial}, over IPv4 and IPv6. */
  dialDualStack(addr: string, options?: DialOptions): Promise<Conn> {
    return this.dialDualStackTimeout(addr, DefaultDialTimeout, options)
  }

  /** As {@link dialDualStack}, within `ms` milliseconds. */
  dialDualStackTimeout(addr: string, ms: number, options?: DialOptions): Promise<Conn> {
    return this.#dial(addr, { dualStack: true, timeout: ms }, options)
  }

  /** Forgets all addresses. */
  flushDNSCache(): void {
    this.#ipv4.flush()
    this.#dualStack.flush()
  }

  #dial(addr: string, mode: DialMode, options: DialOptions | undefined): Promise<Conn> {
    return abortable(this._dialConn(addr, mode), options?.signal, (conn) => conn.destroy())
  }

  /** @internal */
  async _dialConn(addr: string, mode: DialMode): Promise<Conn> {
    return connOver(await this._dialSocket(addr, mode))
  }

  /** @internal A connected socket. Until it is wrapped nobody listens to it. */
  async _dialSocket(addr: string, mode: DialMode): Promise<net.Socket> {
    const deadline = Date.now() + mode.timeout
    const path = unixPath(addr)
    const target = path === undefined ? splitHostPort(addr) : undefined
    try {
      await this.#enter(deadline)
      try {
        if (target === undefined) return await connect({ path: path! }, deadline)
        return await this.#tryInTurn(target.host, target.port, mode, deadline)
      } finally {
        this.#leave()
      }
    } catch (err) {
      throw new DialWithUpstreamError(addr, { cause: err })
    }
  }

  async #tryInTurn(
    host: string,
    port: number,
    mode: DialMode,
    deadline: number
  ): Promise<net.Socket> {
    const { disableDNSResolution = false, localAddr } = this.#options
    const local = localAddr === undefined ? {} : { localAddress: localAddr }
    if (disableDNSResolution || isIPAddress(host)) {
      const family = mode.dualStack || isIPAddress(host) ? {} : { family: 4 }
      return connect({ host, port, ...family, ...local }, deadline)
    }
    const cache = mode.dualStack ? this.#dualStack : this.#ipv4
    const addresses = await within(cache.lookup(host), deadline)
    const first = this.#turn++
    const attempt = (i: number, signal: AbortSignal): Promise<net.Socket> => {
      const address = addresses[(first + i) % addresses.length]!
      return connect({ host: address, port, ...local }, deadline, signal)
    }
    return firstOf(addresses.length, attempt, {
      delay: mode.dualStack ? FALLBACK_DELAY_MS : Infinity,
      isFinal: (err) => err instanceof DialTimeoutError,
      discard: (socket) => socket.destroy(),
    })
  }

  async #resolve(host: string, dualStack: boolean): Promise<readonly string[]> {
    const { resolver } = this.#options
    let found: string[]
    if (resolver === undefined) {
      const family = dualStack ? 0 : 4
      found = (await dns.promises.lookup(host, { all: true, family })).map((a) => a.address)
    } else {
      const answers = await Promise.allSettled([
        resolver.resolve4(host),
        dualStack && resolver.resolve6 !== undefined ? resolver.resolve6(host) : [],
      ])
      found = answers.flatMap((a) => (a.status === 'fulfilled' ? a.value : []))
      if (found.length === 0 && answers[0].status === 'rejected') throw answers[0].reason
    }
    if (found.length > 0) return found
    const hint = dualStack ? '' : '; dialDualStack would look for IPv6 ones too'
    throw new InvalidOptionError(`no IP addresses for the host${hint}`)
  }

  /** Waits for its turn where dials are limited. */
  async #enter(deadline: number): Promise<void> {
    if (this.#concurrency === 0 || this.#dialing < this.#concurrency) {
      this.#dialing++
      return
    }
    let wake!: () => void
    const turn = new Promise<void>((resolve) => (wake = resolve))
    this.#waiting.push(wake)
    try {
      await within(turn, deadline)
    } catch (err) {
      const i = this.#waiting.indexOf(wake)
      if (i >= 0) this.#waiting.splice(i, 1)
      // Its turn came as it gave up: the next one's.
      else this.#leave()
      throw err
    }
  }

  /** The next one takes over the place, so that the count stays. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#dialing--
    else next()
  }
}

function unixPath(addr: string): string | undefined {
  return addr.startsWith('unix:') ? addr.slice(5) : undefined
}

/** `promise`, unless the deadline comes first: `FH_ERR_DIAL_TIMEOUT` then. */
async function within<T>(promise: Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DialTimeoutError()), Math.max(0, deadline - Date.now()))
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}

function connect(
  to: net.TcpSocketConnectOpts | net.IpcSocketConnectOpts,
  deadline: number,
  signal?: AbortSignal
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ ...to, noDelay: true })
    const expire = (): void => void socket.destroy(new DialTimeoutError())
    const timer = setTimeout(expire, Math.max(0, deadline - Date.now()))
    const settle = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', expire)
      socket.off('connect', onConnect)
      socket.off('error', onError)
      socket.off('close', onClose)
    }
    const onConnect = (): void => {
      settle()
      resolve(socket)
    }
    const onError = (err: Error): void => {
      settle()
      // A late error of an abandoned socket is nobody's business.
      socket.on('error', () => {})
      reject(err)
    }
    const onClose = (): void => onError(new DialTimeoutError())
    signal?.addEventListener('abort', expire)
    socket.on('connect', onConnect)
    socket.on('error', onError)
    socket.on('close', onClose)
  })
}

/** Dialed connections belong to no server. */
const UNCOUNTED: ConnCount = { claim() {}, drop() {} }

/** A connection over the native handle of a socket nobody has read from yet, or over the socket where Node's internals are not as known. */
function connOver(socket: net.Socket): Conn {
  const internals = socket as unknown as { _handle: StreamHandle | null }
  const handle = internals._handle
  if (handle === null || nativeParts() === null) return new SocketConn(socket)
  internals._handle = null
  return new HandleConn(handle, UNCOUNTED)
}

/** Dialer of all clients that bring none. */
export const defaultDialer = new TCPDialer({ concurrency: DEFAULT_CONCURRENCY })

/** {@link TCPDialer.dial} of the shared dialer. */
export const dial = (addr: string, options?: DialOptions): Promise<Conn> =>
  defaultDialer.dial(addr, options)
/** {@link TCPDialer.dialTimeout} of the shared dialer. */
export const dialTimeout = (addr: string, ms: number, options?: DialOptions): Promise<Conn> =>
  defaultDialer.dialTimeout(addr, ms, options)
/** {@link TCPDialer.dialDualStack} of the shared dialer. */
export const dialDualStack = (addr: string, options?: DialOptions): Promise<Conn> =>
  defaultDialer.dialDualStack(addr, options)
/** {@link TCPDialer.dialDualStackTimeout} of the shared dialer. */
export const dialDualStackTimeout = (
  addr: string,
  ms: number,
  options?: DialOptions
): Promise<Conn> => defaultDialer.dialDualStackTimeout(addr, ms, options)
/** {@link TCPDialer.flushDNSCache} of the shared dialer. */
export const flushDNSCache = (): void => defaultDialer.flushDNSCache()
