import { acquireRequest, releaseRequest, type Request } from '../http/request.js'
import type { ResolvedClientOptions } from './options.js'
import { destinationOf, requestHead, requestHeadTo, type Destination } from './request-head.js'

/** Origins kept. */
const MAX_ORIGINS = 256

/** Path and query that are sent as they are written: what the URI's parser would escape, decode or normalize is not in them. */
const PLAIN_TARGET =
  /^(?:\/(?![/.])(?:[A-Za-z0-9\-_.~$&+,:;=@]|%(?:20|[89A-F][0-9A-F]))*)+(?:\?[!"$-~]+)?$/

/** Scheme and authority as they may begin a URL. */
const PREFIX = /^https?:\/\/[^\x00-\x20/?#\x7f-\uffff]+$/i

/** Whoever serves the requests for an origin. */
interface Host {
  /** @internal As in HostClient: published types lack what is internal. */
  readonly options: ResolvedClientOptions
}

/** What URLs with the same scheme and authority have in common. */
interface Origin<H> {
  readonly host: H
  readonly to: Destination
  /** What follows the target in the head of a GET with nothing of its own. */
  readonly plainEnd: string
}

/** A URL that needs no parsing, as its origin was met before. */
export class KnownURL<H extends Host> {
  readonly url: string
  readonly target: string
  readonly #origin: Origin<H>
  #plainHead = ''

  constructor(url: string, target: string, origin: Origin<H>) {
    this.url = url
    this.target = target
    this.#origin = origin
  }

  get host(): H {
    return this.#origin.host
  }

  /** Head of `req`, which {@link KnownURLs.findFor} has found this URL for. */
  headOf(req: Request): string {
    if (req._isPlainGet) return this.plainHead
    const { to, host } = this.#origin
    return requestHeadTo(req, to, this.target, host.options)
  }

  /** Head of a GET with nothing of its own. */
  get plainHead(): string {
    if (this.#plainHead === '') this.#plainHead = 'GET ' + this.target + this.#origin.plainEnd
    return this.#plainHead
  }
}

/**
 * Programs ask the same few origins again and again, and mostly for paths of plain characters: what their heads have in common is written
 * once, and their URLs are not parsed at all.
 */
export class KnownURLs<H extends Host> {
  readonly #route: (req: Request) => H
  readonly #origins = new Map<string, Origin<H>>()
  /** The URL that was asked for last. */
  #last: KnownURL<H> | undefined = undefined

  /** @param route - tells who serves a request; throws when nobody does */
  constructor(route: (req: Request) => H) {
    this.#route = route
  }

  /** `undefined` for a URL that has to be parsed. Throws as the URI's parser does, and what `route` throws. */
  find(url: string): KnownURL<H> | undefined {
    if (this.#last !== undefined && this.#last.url === url) return this.#last
    // Behind `https://` or `http://`.
    const start = url.indexOf('/', 8)
    const target = start < 0 ? '/' : url.slice(start)
    if (!PLAIN_TARGET.test(target)) return undefined
    const prefix = start < 0 ? url : url.slice(0, start)
    const origin = this.#origins.get(prefix) ?? this.#learn(prefix)
    return origin === undefined ? undefined : (this.#last = new KnownURL(url, target, origin))
  }

  /** As {@link find}, `undefined` also for a request whose URL does not say all of where it leads to. */
  findFor(req: Request): KnownURL<H> | undefined {
    return req._hasOwnTarget && !req.header.isConnect() ? this.find(req.requestURI()) : undefined
  }

  /** Forgets who serves what. */
  clear(): void {
    this.#origins.clear()
    this.#last = undefined
  }

  #learn(prefix: string): Origin<H> | undefined {
    if (!PREFIX.test(prefix)) return undefined
    const req = acquireRequest()
    try {
      req.setRequestURI(prefix + '/')
      const host = this.#route(req)
      const plainEnd = requestHead(req, host.options).slice('GET /'.length)
      const origin = { host, to: destinationOf(req.uri(), host.options), plainEnd }
      if (this.#origins.size >= MAX_ORIGINS) this.#origins.clear()
      this.#origins.set(prefix, origin)
      return origin
    } finally {
      releaseRequest(req)
    }
  }
}
