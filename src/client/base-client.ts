import { ClientClosedError, InvalidOptionError } from '../errors.js'
import { Args } from '../http/args.js'
import { acquireRequest, type Request } from '../http/request.js'
import { Response } from '../http/response.js'
import { acquireCall, type CallRouter } from './call.js'
import type { GetResult } from './get-result.js'
import type { HostClient } from './host-client.js'
import { KnownURLs } from './known-urls.js'
import { checkCallOptions, checkGetOptions } from './option-names.js'
import type { CallOptions } from './options.js'
import { DEFAULT_MAX_REDIRECTS } from './redirect.js'

/** Names and values of field lines; `undefined` for none. */
export type RequestFields =
  | Readonly<Record<string, string | number | readonly string[] | undefined>>
  | Iterable<readonly [name: string, value: string]>

/** Options of `get` and `post`. */
export interface GetOptions extends CallOptions {
  /** Field lines of the request: values by name, several of them in an array, or pairs as of `Headers`. */
  headers?: RequestFields
  /** Redirects to follow. @default 16 */
  maxRedirects?: number
}

/** What `post` sends: arguments as a form, text or bytes as they are. */
export type PostBody = Args | URLSearchParams | string | Uint8Array

/** The calls that `Client` and `HostClient` have in common. */
export abstract class BaseClient implements CallRouter {
  readonly #known = new KnownURLs((req) => this._route(req))
  #active = 0
  #closed = false
  #onIdle: (() => void)[] = []

  /** @internal */
  abstract _route(req: Request): HostClient

  /** Closes the connections without a request. */
  abstract closeIdleConnections(): void

  /** @internal Closes all connections, each as soon as nobody needs it any more. */
  abstract _closeConns(): void

  /**
   * Sends `req` and reads its response; redirects are not followed. Both may be used again once the promise has settled, not before.
   * Rejects with the errors listed in the reference; on `FH_ERR_TIMEOUT` and `FH_ERR_ABORTED` the connection is closed.
   *
   * @param resp - filled with the response; a new one by default
   * @returns `resp`
   */
  do(req: Request, resp?: Response | null, options?: CallOptions): Promise<Response> {
    return this.#call(req, resp, -1, options)
  }

  /** As {@link do}, within `ms` milliseconds; zero and below fail at once with `FH_ERR_TIMEOUT`. */
  doTimeout(
    req: Request,
    resp: Response | null | undefined,
    ms: number,
    options?: CallOptions
  ): Promise<Response> {
    return this.#call(req, resp, -1, { ...options, timeout: ms })
  }

  /** As {@link do}, until `deadline`, a Date or milliseconds since the epoch. */
  doDeadline(
    req: Request,
    resp: Response | null | undefined,
    deadline: Date | number,
    options?: CallOptions
  ): Promise<Response> {
    return this.#call(req, resp, -1, { ...options, deadline })
  }

  /**
   * As {@link do}, following at most `max` redirects; `req` becomes the request that was sent last. The time limit of `req` holds for
   * each hop, one of `options` for all of them. Rejects with `FH_ERR_TOO_MANY_REDIRECTS` and `FH_ERR_MISSING_LOCATION` as well.
   */
  doRedirects(
    req: Request,
    resp: Response | null | undefined,
    max: number,
    options?: CallOptions
  ): Promise<Response> {
    return this.#call(req, resp, Math.max(0, max), options)
  }

  /** Gets `url`, following redirects. */
  get(url: string | URL, options?: GetOptions): Promise<GetResult> {
    if (options?.headers !== undefined) return this.#send('GET', url, undefined, options)
    if (this.#closed) return Promise.reject(new ClientClosedError())
    let known
    try {
      if (options !== undefined) checkGetOptions(options)
      known = this.#known.find(String(url))
    } catch (err) {
      return Promise.reject(err as Error)
    }
    if (known === undefined) return this.#send('GET', url, undefined, options)
    this.#active++
    return acquireCall().startPlain(this, known, maxRedirects(options), options)
  }

  /** As {@link get}, within `ms` milliseconds. */
  getTimeout(url: string | URL, ms: number, options?: GetOptions): Promise<GetResult> {
    return this.get(url, { ...options, timeout: ms })
  }

  /** As {@link get}, until `deadline`. */
  getDeadline(
    url: string | URL,
    deadline: Date | number,
    options?: GetOptions
  ): Promise<GetResult> {
    return this.get(url, { ...options, deadline })
  }

  /** Posts `body` to `url`, following redirects. */
  post(url: string | URL, body?: PostBody, options?: GetOptions): Promise<GetResult> {
    return this.#send('POST', url, body, options)
  }

  /** Refuses further calls, waits for those under way and closes the connections; one with a streamed body when that has ended. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#active > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
    this._closeConns()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @internal */
  _settled(): void {
    if (--this.#active === 0 && this.#closed) {
      for (const resolve of this.#onIdle.splice(0)) resolve()
    }
  }

  /** Forgets which host clients serve which URLs. */
  protected forgetURLs(): void {
    this.#known.clear()
  }

  #call(
    req: Request,
    resp: Response | null | undefined,
    redirects: number,
    options: CallOptions | undefined
  ): Promise<Response> {
    if (this.#closed) return Promise.reject(new ClientClosedError())
    return this.#start(req, resp ?? new Response(), redirects, options, false)
  }

  /** @param owned - `req` is the client's own */
  #start<T>(
    req: Request,
    resp: Response | null,
    redirects: number,
    options: CallOptions | undefined,
    owned: boolean
  ): Promise<T> {
    let host: HostClient | null = null
    let head = ''
    try {
      if (options !== undefined && !owned) checkCallOptions(options)
      const known = this.#known.findFor(req)
      if (known !== undefined) {
        host = known.host
        head = known.headOf(req)
      }
    } catch (err) {
      return Promise.reject(err as Error)
    }
    this.#active++
    const call = acquireCall()
    if (owned) call.ownRequest()
    return call.start(this, req, resp, redirects, options, host, head)
  }

  #send(
    method: string,
    url: string | URL,
    body: PostBody | undefined,
    options: GetOptions | undefined
  ): Promise<GetResult> {
    if (this.#closed) return Promise.reject(new ClientClosedError())
    const req = acquireRequest()
    try {
      if (options !== undefined) checkGetOptions(options)
      req.header.setMethod(method)
      req.setRequestURI(urlText(String(url)))
      if (options?.headers !== undefined) addFields(req, options.headers)
      if (body !== undefined) setBody(req, body)
    } catch (err) {
      return Promise.reject(err as Error)
    }
    return this.#start(req, null, maxRedirects(options), options, true)
  }
}

const BEYOND_ASCII = /[^\0-\x7f]/

/** Text of a header stands for bytes; that of a URL is UTF-8, as everywhere else. */
function urlText(url: string): string {
  return BEYOND_ASCII.test(url) ? Buffer.from(url, 'utf8').toString('latin1') : url
}

function maxRedirects(options: GetOptions | undefined): number {
  return Math.max(0, options?.maxRedirects ?? DEFAULT_MAX_REDIRECTS)
}

function addFields(req: Request, fields: RequestFields): void {
  const { header } = req
  const pairs = Symbol.iterator in fields ? fields : Object.entries(fields)
  for (const [name, value] of pairs) {
    if (value === undefined) continue
    // Whoever names a host here means it.
    if (name.toLowerCase() === 'host') req.useHostHeader = true
    for (const one of Array.isArray(value) ? value : [value]) header.add(name, String(one))
  }
}

/** Throws `FH_ERR_INVALID_OPTION` for what cannot be sent. */
function setBody(req: Request, body: PostBody): void {
  if (body instanceof Args) body.copyTo(req.postArgs())
  else if (body instanceof URLSearchParams) {
    for (const [key, value] of body) req.postArgs().add(key, value)
  } else if (typeof body === 'string') req.setBody(body)
  else if (body instanceof Uint8Array) req.setBodyRaw(body)
  else throw new InvalidOptionError('body must be text, bytes, Args or URLSearchParams')
}
