import { InvalidHostError, InvalidURIError, excerpt } from '../errors.js'
import type { Request } from '../http/request.js'
import { addMissingPort } from '../net/address.js'
import { BaseClient } from './base-client.js'
import { HostClient } from './host-client.js'
import { checkClientNames } from './option-names.js'
import { resolveClientOptions, type ClientOptions } from './options.js'

/** How often host clients are looked at for whether anybody still needs them. */
const CLEAN_MS = 10_000

/**
 * Client of any number of hosts, http and https. It keeps a {@link HostClient} for each, made when the first request for it comes and
 * dropped when it has had no connection for a while. It has no limits of time unless they are set. Go: `Client`.
 *
 * @example
 * const client = new Client({ readTimeout: 5000 })
 * const { statusCode, body } = await client.get('https://example.com/')
 */
export class Client extends BaseClient {
  readonly #options: ClientOptions
  readonly #hosts = new Map<string, HostClient>()
  #cleaner: NodeJS.Timeout | null = null

  /** Throws `FH_ERR_INVALID_OPTION` for an option that is unknown or of a wrong type. */
  constructor(options: ClientOptions = {}) {
    super()
    checkClientNames(options)
    resolveClientOptions(options)
    this.#options = { ...options }
  }

  /** Connections to all hosts that are open or being made. */
  connsCount(): number {
    let n = 0
    for (const host of this.#hosts.values()) n += host.connsCount()
    return n
  }

  /** Open connections without a request. */
  idleConnsCount(): number {
    let n = 0
    for (const host of this.#hosts.values()) n += host.idleConnsCount()
    return n
  }

  /** Calls that have not settled. */
  pendingRequests(): number {
    let n = 0
    for (const host of this.#hosts.values()) n += host.pendingRequests()
    return n
  }

  override closeIdleConnections(): void {
    for (const host of this.#hosts.values()) host.closeIdleConnections()
  }

  /** @internal */
  override _closeConns(): void {
    for (const host of this.#hosts.values()) host._closeConns()
    if (this.#cleaner !== null) clearInterval(this.#cleaner)
  }

  /** @internal */
  override _route(req: Request): HostClient {
    const uri = req.uri()
    const scheme = uri.scheme()
    const host = uri.host()
    const key = scheme + '://' + host
    return this.#hosts.get(key) ?? this.#add(key, scheme, host)
  }

  #add(key: string, scheme: string, host: string): HostClient {
    if (scheme !== 'http' && scheme !== 'https')
      throw new InvalidURIError(
        `unsupported protocol ${excerpt(scheme)}; http and https are supported`
      )
    if (host === '') throw new InvalidHostError('missing host')
    if (host.includes(',')) throw new InvalidHostError(excerpt(host))
    const { maxConnsPerHost, configureClient, ...common } = this.#options
    const client = new HostClient({
      ...common,
      addr: addMissingPort(host, scheme === 'https'),
      isTLS: scheme === 'https',
      ...(maxConnsPerHost === undefined ? {} : { maxConns: maxConnsPerHost }),
    })
    configureClient?.(client)
    this.#hosts.set(key, client)
    this.#cleaner ??= setInterval(() => this.#clean(), CLEAN_MS).unref()
    return client
  }

  #clean(): void {
    const before = this.#hosts.size
    const since = Date.now() - CLEAN_MS
    for (const [key, host] of this.#hosts) {
      const unused = host.connsCount() === 0 && host.pendingRequests() === 0
      if (unused && host.lastUseTime() < since) this.#hosts.delete(key)
    }
    if (this.#hosts.size < before) this.forgetURLs()
    if (this.#hosts.size === 0 && this.#cleaner !== null) {
      clearInterval(this.#cleaner)
      this.#cleaner = null
    }
  }
}
