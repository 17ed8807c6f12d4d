import {
  AbortError,
  FastHttpError,
  MissingLocationError,
  TimeoutError,
  TooManyRedirectsError,
} from '../errors.js'
import { acquireRequest, releaseRequest, type Request } from '../http/request.js'
import type { Response } from '../http/response.js'
import type { ResponseParser } from '../wire/response-parser.js'
import type { ClientConn } from './client-conn.js'
import type { HostClient } from './host-client.js'
import type { CallOptions } from './options.js'
import { followRedirect, originOf, statusCodeIsRedirect, type RedirectOrigin } from './redirect.js'
import { asciiText, GetResult } from './get-result.js'
import type { KnownURL } from './known-urls.js'
import { retryDecision } from './retry.js'
import { ResponseBodyStream } from './response-body-stream.js'

/** Finds out which HostClient serves a request. */
export interface CallRouter {
  /** @internal Throws when the request cannot be sent. */
  _route(req: Request): HostClient
  /** @internal A call has settled. */
  _settled(): void
}

type Resolve = (value: never) => void
type Reject = (err: unknown) => void

let lastResolve: Resolve
let lastReject: Reject
/** One function for all promises: no closure per call. */
function capture(resolve: Resolve, reject: Reject): void {
  lastResolve = resolve
  lastReject = reject
}

/**
 * One call of a client, from its start to the settling of its promise: exchanges, further attempts and redirects. The objects are
 * reused; nothing outside the client ever holds one.
 */
export class Call {
  /** `null` for a plain GET until it needs one. */
  request: Request | null = null
  /** Where the response goes; `null` when the caller wants status and body only. */
  response: Response | null = null
  /** What is sent: head, and body if it is text or small. */
  head = ''
  /** Milliseconds since the epoch, 0 for no limit. */
  deadline = 0
  /** Until when a connection is waited for, 0 for as long as the deadline allows. */
  waitUntil = 0
  /** The connection the call is on. */
  conn: ClientConn | null = null
  host: HostClient | null = null
  /** Counts the calls this object has served. */
  generation = 0
  #router: CallRouter | null = null
  /** What the request would be made from. */
  #url = ''
  #ownsRequest = false
  #resolve: Resolve | null = null
  #reject: Reject | null = null
  #signal: AbortSignal | null = null
  /** Milliseconds, for starting anew. */
  #timeout = 0
  /** The time limit holds for each hop rather than for the whole call. */
  #timeoutPerHop = false
  #attempts = 0
  /** Redirects left, `-1` when they are not followed. */
  #redirects = -1
  #origin: RedirectOrigin | null = null
  #status = 0
  /** The body when only status and body are wanted; as text alone if that says all. */
  #bytes: Buffer | null = null
  #text = ''
  #location: string | undefined = undefined

  /**
   * @param options - limits of the call, `undefined` for those of `req`
   * @param host - who serves `req`, if that is known already, and its head
   */
  start<T>(
    router: CallRouter,
    req: Request,
    resp: Response | null,
    redirects: number,
    options: CallOptions | undefined,
    host: HostClient | null,
    head: string
  ): Promise<T> {
    const promise = this.#begin<T>(router, redirects)
    this.request = req
    this.response = resp
    if (!this.#limit(req.getTimeout(), options)) return promise
    if (host === null) this.#hop()
    else this.#send(host, head)
    return promise
  }

  /** A GET with nothing of its own. */
  startPlain<T>(
    router: CallRouter,
    url: KnownURL<HostClient>,
    redirects: number,
    options: CallOptions | undefined
  ): Promise<T> {
    const promise = this.#begin<T>(router, redirects)
    this.#url = url.url
    if (options !== undefined && !this.#limit(0, options)) return promise
    this.#send(url.host, url.plainHead)
    return promise
  }

  #send(host: HostClient, head: string): void {
    this.head = head
    this.#enter(host)
    host._start(this)
  }

  /** Gives the request to the caller's side: it lives until the call settles. */
  ownRequest(): void {
    this.#ownsRequest = true
  }

  #begin<T>(router: CallRouter, redirects: number): Promise<T> {
    const promise = new Promise<T>(capture as (r: (v: T) => void, j: Reject) => void)
    this.#resolve = lastResolve
    this.#reject = lastReject
    this.#router = router
    this.#redirects = redirects
    return promise
  }

  /** Sets the limits of the call. `false` when it is over already; it has settled then. */
  #limit(requestTimeout: number, options: CallOptions | undefined): boolean {
    let deadline = 0
    if (requestTimeout !== 0) {
      this.#timeout = requestTimeout
      this.#timeoutPerHop = true
      deadline = Date.now() + requestTimeout
    }
    if (options !== undefined) {
      const { timeout, deadline: until, signal } = options
      if (timeout !== undefined) {
        this.#timeout = timeout
        this.#timeoutPerHop = false
        deadline = Date.now() + timeout
      }
      if (until !== undefined) {
        this.#timeoutPerHop = false
        deadline = Number(until)
      }
      if (signal !== undefined && signal !== null) {
        if (signal.aborted) {
          this.#settleError(abortError(signal))
          return false
        }
        this.#signal = signal
        signal.addEventListener('abort', this)
      }
    }
    // NaN is no point in time to wait for.
    if (deadline !== 0 && !(deadline > Date.now())) {
      this.#settleError(new TimeoutError())
      return false
    }
    this.deadline = deadline
    return true
  }

  /** The request, made from its URL if there is none yet. */
  needRequest(): Request {
    if (this.request === null) {
      this.request = acquireRequest()
      this.#ownsRequest = true
      this.request.setRequestURI(this.#url)
    }
    return this.request
  }

  get method(): string {
    return this.request === null ? 'GET' : this.request.header.method()
  }

  get skipsBody(): boolean {
    return this.response !== null && this.response.skipBody
  }

  /** The caller wants the body as a stream; not the one of a redirect, which nobody sees. */
  streams(status: number): boolean {
    const response = this.response
    if (response === null || (this.#redirects >= 0 && statusCodeIsRedirect(status))) return false
    return response.streamBody || this.host!.options.streamResponseBody
  }

  /** Starts an exchange of the request as it is now. */
  #hop(): void {
    const req = this.request!
    let host
    let head
    try {
      host = this.#router!._route(req)
      head = host._head(req)
    } catch (err) {
      return this.#settleError(err)
    }
    this.#send(host, head)
  }

  #enter(host: HostClient): void {
    if (this.host === host) return
    this.host?._ended()
    host._entered()
    this.host = host
  }

  /** Time is up. */
  onDeadline(): void {
    this.#stop(new TimeoutError())
  }

  /** Listener of the signal. */
  handleEvent(): void {
    this.#stop(abortError(this.#signal!))
  }

  /** Ends the call wherever it is; a connection it is on is closed. */
  #stop(err: FastHttpError): void {
    const { conn, host } = this
    if (conn !== null) conn.abandon()
    else host?._leave(this)
    this.#settleError(err)
  }

  // Called by the connection

  /** The response is complete: `buf[start, end)` is its body, to be copied. The connection may be used again by now. */
  onResponse(
    parser: ResponseParser,
    conn: ClientConn,
    buf: Buffer,
    start: number,
    end: number,
    trailers: string[]
  ): void {
    this.#takeHead(parser, conn)
    const response = this.response
    if (response === null) {
      // A redirect before this one may have left either.
      const text = asciiText(buf, start, end)
      this.#bytes = text === undefined ? copy(buf, start, end) : null
      this.#text = text ?? ''
    } else {
      response._body.borrow(buf, start, end)
      response._body.settle()
      if (trailers.length > 0) response.header._trailerFields = trailers
    }
  }

  /** As {@link onResponse}, for a body in memory of its own. */
  onResponseBytes(
    parser: ResponseParser,
    conn: ClientConn,
    bytes: Buffer,
    trailers: string[]
  ): void {
    this.#takeHead(parser, conn)
    const response = this.response
    if (response === null) this.#bytes = bytes
    else {
      if (bytes.length > 0) response._body.setRaw(bytes)
      if (trailers.length > 0) response.header._trailerFields = trailers
    }
  }

  /** The head is there and the body will be a stream: the call settles. */
  onStream(parser: ResponseParser, conn: ClientConn): ResponseBodyStream {
    this.#takeHead(parser, conn)
    const response = this.response!
    const stream = new ResponseBodyStream(conn, this.#signal, (trailers) => {
      // The response may serve another exchange by now.
      if (response._body.source === stream) response.header._trailerFields = trailers
    })
    const { chunked, contentLength } = parser.fields
    response._body.setStream(stream, chunked ? -1 : contentLength)
    this.conn = null
    this.#settle(response)
    return stream
  }

  #takeHead(parser: ResponseParser, conn: ClientConn): void {
    const { fields, statusCode } = parser
    this.#status = statusCode
    if (this.#redirects >= 0 && statusCodeIsRedirect(statusCode)) {
      const i = fields.find('Location')
      this.#location = i < 0 ? undefined : fields.value(i)
    }
    const response = this.response
    if (response !== null) {
      const { header } = response
      header.reset()
      header._store.normalize = !this.host!.options.disableHeaderNamesNormalizing
      response._body.reset()
      header._setParsed(statusCode, parser.reason, parser.minorVersion, fields)
      response._conn = conn
    }
  }

  /** A transport of the user's has filled `response`. */
  onTransported(response: Response): void {
    this.#status = response.statusCode()
    this.#location = response.header.peek('Location')
    if (this.response === null) this.#bytes = Buffer.from(response.bodyBytes())
    this.onDone()
  }

  /** Called once a complete response was taken and the connection is free. */
  onDone(): void {
    this.conn = null
    if (this.#redirects >= 0 && statusCodeIsRedirect(this.#status)) return this.#redirect()
    if (this.response !== null) this.#settle(this.response)
    else this.#settle(new GetResult(this.#status, this.#bytes, this.#text))
  }

  #redirect(): void {
    if (this.#redirects === 0) return this.#settleError(new TooManyRedirectsError())
    this.#redirects--
    const location = this.#location
    if (location === undefined) return this.#settleError(new MissingLocationError())
    const req = this.needRequest()
    try {
      this.#origin ??= originOf(req.uri())
      followRedirect(req, this.#status, location, this.#origin)
    } catch (err) {
      return this.#settleError(err)
    }
    this.#attempts = 0
    if (this.#timeoutPerHop) this.deadline = Date.now() + this.#timeout
    this.#hop()
  }

  /**
   * The exchange failed.
   *
   * @param retryable - the failure is one of the connection, which another attempt may not meet
   */
  onFail(err: Error, retryable: boolean, upstream?: string): void {
    this.conn = null
    this.#attempts++
    if (!retryable) return this.#settleError(err)
    const { options } = this.host!
    const req = this.needRequest()
    let decision
    try {
      decision = retryDecision(options, req, this.#attempts, err, upstream)
    } catch (thrown) {
      return this.#settleError(thrown)
    }
    if (!decision.retry) return this.#settleError(err)
    if (this.deadline !== 0) {
      const now = Date.now()
      if (decision.resetTimeout === true && this.#timeout > 0) this.deadline = now + this.#timeout
      else if (now >= this.deadline) return this.#settleError(new TimeoutError())
    }
    // A hook may have changed the request.
    try {
      this.head = this.host!._head(req)
    } catch (thrown) {
      return this.#settleError(thrown)
    }
    this.host!._start(this)
  }

  #settle(value: unknown): void {
    const resolve = this.#resolve
    this.#release()
    resolve?.(value as never)
  }

  #settleError(err: unknown): void {
    const reject = this.#reject
    this.#release()
    reject?.(err)
  }

  /** Puts everything back and leaves the call to the next one. */
  #release(): void {
    if (this.#resolve === null) return
    const router = this.#router!
    if (this.#ownsRequest) releaseRequest(this.request!)
    if (this.#signal !== null) this.#signal.removeEventListener('abort', this)
    this.host?._ended()
    this.generation++
    this.request = null
    this.response = null
    this.head = ''
    this.deadline = 0
    this.waitUntil = 0
    this.conn = null
    this.host = null
    this.#router = null
    this.#url = ''
    this.#ownsRequest = false
    this.#resolve = null
    this.#reject = null
    this.#signal = null
    this.#timeout = 0
    this.#timeoutPerHop = false
    this.#attempts = 0
    this.#redirects = -1
    this.#origin = null
    this.#status = 0
    this.#bytes = null
    this.#text = ''
    this.#location = undefined
    if (free.length < MAX_FREE) free.push(this)
    router._settled()
  }
}

function abortError(signal: AbortSignal): AbortError {
  return new AbortError(undefined, { cause: signal.reason })
}

function copy(buf: Buffer, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start)
  buf.copy(bytes, 0, start, end)
  return bytes
}

/** Calls kept for reuse: as many as are in flight in a busy process. */
const MAX_FREE = 1024
const free: Call[] = []

export function acquireCall(): Call {
  return free.pop() ?? new Call()
}
