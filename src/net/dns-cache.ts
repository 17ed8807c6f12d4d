interface Entry {
  addresses: readonly string[]
  /** Milliseconds since the epoch. */
  resolvedAt: number
  refreshing: boolean
}

/** Hosts kept; beyond, the oldest goes. A program that dials more names than this gains nothing from a cache. */
const MAX_HOSTS = 10_000

/**
 * Keeps the addresses of hosts. Lookups of one host at one time share one resolution; an entry that is too old is refreshed by one
 * caller while the others get what there is, and no entry is served at more than twice its age.
 */
export class DNSCache {
  readonly #resolve: (host: string) => Promise<readonly string[]>
  readonly #duration: number
  readonly #entries = new Map<string, Entry>()
  readonly #pending = new Map<string, Promise<readonly string[]>>()

  /**
   * @param resolve - gives the addresses of a host; its failures are not kept
   * @param duration - milliseconds an entry is served for
   */
  constructor(resolve: (host: string) => Promise<readonly string[]>, duration: number) {
    this.#resolve = resolve
    this.#duration = duration
  }

  /** Addresses of `host`. Rejects as the resolver does. */
  async lookup(host: string): Promise<readonly string[]> {
    const entry = this.#entries.get(host)
    if (entry === undefined) return this.#refresh(host)
    const age = Date.now() - entry.resolvedAt
    if (age >= 2 * this.#duration) return this.#refresh(host)
    if (age >= this.#duration && !entry.refreshing) {
      entry.refreshing = true
      return this.#refresh(host)
    }
    return entry.addresses
  }

  /** Forgets all hosts. Go: `FlushDNSCache`. */
  flush(): void {
    this.#entries.clear()
    this.#pending.clear()
  }

  #refresh(host: string): Promise<readonly string[]> {
    let pending = this.#pending.get(host)
    if (pending === undefined) {
      pending = this.#resolve(host).then(
        (addresses) => this.#settled(host, pending!, addresses),
        (err: unknown) => {
          this.#settled(host, pending!, undefined)
          throw err
        }
      )
      this.#pending.set(host, pending)
    }
    return pending
  }

  /** A flush in the meantime makes the result nobody's but the caller's. */
  #settled(
    host: string,
    pending: Promise<readonly string[]>,
    addresses: readonly string[] | undefined
  ): readonly string[] {
    if (this.#pending.get(host) === pending) {
      this.#pending.delete(host)
      this.#entries.delete(host)
      if (addresses !== undefined) {
        this.#entries.set(host, { addresses, resolvedAt: Date.now(), refreshing: false })
        if (this.#entries.size > MAX_HOSTS) this.#entries.delete(this.#entries.keys().next().value!)
      }
    }
    return addresses ?? []
  }
}
