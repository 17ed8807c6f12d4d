import type { ServerHttp2Session, ServerHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { ConnectionClosedError } from '../../errors.js'
import type { Conn } from '../../net/conn.js'
import { RequestParser } from '../../wire/request-parser.js'
import { nextConnID } from '../conn-id.js'
import type { ServedConn, ServerCore } from '../server-core.js'
import { Http2Request } from './http2-request.js'
import { HTTP2_DEFAULTS, type HTTP2Options } from './options.js'

type HTTP2 = typeof import('node:http2')

/** node:http2, loaded when it is used first: most servers never do. */
let http2: HTTP2 | undefined

function loadHTTP2(): HTTP2 {
  return (http2 ??= process.getBuiltinModule('node:http2'))
}

/** How long a connection that was told to go may stay. */
const LINGER_MS = 2000

/** One HTTP/2 connection: its requests are served as they come, at the same time. (RFC 9113) */
export class Http2Conn implements ServedConn {
  readonly conn: Conn
  readonly connID = nextConnID()
  readonly connTime = Date.now()
  requestNum = 0
  readonly core: ServerCore
  readonly #session: ServerHttp2Session
  readonly #requests = new Set<Http2Request>()
  readonly #parsers: RequestParser[] = []
  /** When the connection has been idle for too long, in milliseconds since the epoch; 0 for never. */
  #idleBy: number
  #failure: Error | undefined

  constructor(core: ServerCore, conn: Conn, socket: TLSSocket, options: HTTP2Options) {
    this.core = core
    this.conn = conn
    this.#idleBy = Date.now() + core.options.readHeaderTimeout
    const { maxConcurrentStreams, initialWindowSize } = { ...HTTP2_DEFAULTS, ...options }
    const session = loadHTTP2().performServerHandshake(socket, {
      settings: {
        enablePush: false,
        maxConcurrentStreams,
        initialWindowSize,
        maxHeaderListSize: core.options.readBufferSize,
      },
    })
    this.#session = session
    session.on('stream', this.#onStream)
    session.on('error', (err: Error) => {
      this.#failure = err
      core.logError(this.conn, err, err)
    })
    session.on('close', () => {
      this.#idleBy = 0
      core.closed(this, false)
    })
  }

  get isIdle(): boolean {
    return this.#requests.size === 0
  }

  /** When the first of its requests, or the idle connection, is over its time. */
  get deadline(): number {
    if (this.#requests.size === 0) return this.#idleBy
    let first = 0
    for (const { deadline } of this.#requests) {
      if (deadline > 0 && (first === 0 || deadline < first)) first = deadline
    }
    return first
  }

  onDeadline(): void {
    const now = Date.now()
    if (this.#requests.size === 0) {
      // A session that nghttp2 has ended for a client's abuse reads no more, and does not see the connection's end.
      if (this.#session.closed) this.kill()
      else this.shutdown()
      return
    }
    for (const request of this.#requests) {
      if (request.deadline > 0 && now >= request.deadline) request.onDeadline()
    }
  }

  /** Sends a GOAWAY, which tells the client what it can safely ask elsewhere, and answers the rest. (RFC 9113 section 6.8) */
  announceEnd(): void {
    this.#idleBy = Date.now() + LINGER_MS
    if (!this.#session.destroyed) this.#session.close()
  }

  /** Sends a GOAWAY, answers what is under way and closes. */
  shutdown(): void {
    this.announceEnd()
    for (const request of this.#requests) {
      request.abort(new ConnectionClosedError('server is shutting down'))
    }
  }

  kill(): void {
    this.#session.destroy()
    this.conn.destroy()
  }

  /** Why the connection broke, if it did. */
  get failure(): Error | undefined {
    return this.#failure
  }

  takeParser(): RequestParser {
    return this.#parsers.pop() ?? new RequestParser()
  }

  /** No request holds what the parser has parsed. */
  giveParserBack(parser: RequestParser): void {
    this.#parsers.push(parser)
  }

  readonly #onStream = (
    stream: ServerHttp2Stream,
    _headers: IncomingHttpHeaders,
    flags: number,
    raw?: string[]
  ): void => {
    if (this.#requests.size === 0) this.core.stateChanged(this, 'active')
    this.requestNum++
    const now = Date.now()
    this.core.heads.tick(now)
    const request = new Http2Request(this, stream, flags, now)
    this.#requests.add(request)
    stream.once('close', () => {
      this.#requests.delete(request)
      request.onClose()
      if (this.#requests.size > 0) return
      const { idleTimeout, readTimeout } = this.core.options
      const idle = this.#session.closed ? LINGER_MS : idleTimeout || readTimeout
      this.#idleBy = idle > 0 ? Date.now() + idle : 0
      if (!this.#session.closed) this.core.stateChanged(this, 'idle')
    })
    request.start(raw ?? [])
  }
}
