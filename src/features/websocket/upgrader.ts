import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type PerMessageDeflateOptions, type WebSocket } from 'ws'
import { InvalidOptionError } from '../../errors.js'
import { checkOptionNames, type OptionNames } from '../../option-names.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { readHandshake, Refusal, type Handshake } from './handshake.js'
import { startHeartbeat } from './heartbeat.js'
import { isSameOrigin } from './origin.js'

/** Takes a WebSocket; attach listeners before the first `await`. A throw or rejection is logged and closes it with 1011. */
export type WebSocketHandler = (conn: WebSocket) => void | Promise<void>

/** Options of an {@link Upgrader}. */
export interface UpgraderOptions {
  /** May the page that asks have a WebSocket? By default pages of the same host, and programs that send no Origin. */
  checkOrigin?: (ctx: RequestCtx) => boolean
  /** Subprotocols served, the best first; the first that the client offers is chosen. */
  subprotocols?: readonly string[]
  /** Compress messages where the client can (permessage-deflate, RFC 7692); `true` or options of ws. Costs memory for every connection. @default false */
  enableCompression?: boolean | PerMessageDeflateOptions
  /** Largest message in bytes, decompressed. More closes with 1009. @default 1048576 */
  maxPayload?: number
  /** Milliseconds between pings; who has not answered one by the next is cut off. 0 for none. @default 30000 */
  pingInterval?: number
  /** Answers a handshake that is refused. By default its status and reason in plain text. Fields the status requires are set already. */
  error?: (ctx: RequestCtx, status: number, reason: string) => void
}

/** Defaults of {@link UpgraderOptions}. */
export const UPGRADER_DEFAULTS = Object.freeze({
  enableCompression: false,
  maxPayload: 1024 * 1024,
  pingInterval: 30_000,
})

const NAMES: OptionNames<UpgraderOptions> = {
  checkOrigin: true,
  subprotocols: true,
  enableCompression: true,
  maxPayload: true,
  pingInterval: true,
  error: true,
}

/** Of ws, uWebSockets.js and Go's upgraders. */
const FOREIGN = {
  perMessageDeflate: 'enableCompression',
  compression: 'enableCompression',
  maxPayloadLength: 'maxPayload',
  readLimit: 'maxPayload',
  maxMessageSize: 'maxPayload',
  verifyClient: 'checkOrigin, or answer instead of calling upgrade()',
  handleProtocols: 'subprotocols',
  idleTimeout: 'pingInterval',
  handshakeTimeout: 'readHeaderTimeout of the server',
  readBufferSize: 'maxPayload',
}

type ResolvedOptions = UpgraderOptions &
  Required<Pick<UpgraderOptions, keyof typeof UPGRADER_DEFAULTS>>

/** What ws is told of the request. */
interface UpgradeRequest {
  readonly method: 'GET'
  readonly headers: Record<string, string>
  /** Chosen subprotocol. */
  readonly protocol: string | undefined
  /** Lines for the response. */
  readonly lines: readonly string[]
}

const NO_BYTES = Buffer.alloc(0)
const GOING_AWAY = 1001
const INTERNAL_ERROR = 1011
/** Fields of the response that the handshake decides. */
const OWN_FIELDS =
  /^(?:connection|upgrade|sec-websocket-.*|content-length|content-type|transfer-encoding)$/i

/**
 * Turns requests into WebSockets. The connection a handler gets is a `WebSocket` of ws. When the server shuts down, it is closed with 1001.
 * Go: `FastHTTPUpgrader` of fasthttp/websocket.
 *
 * @example
 * const upgrader = new Upgrader({ subprotocols: ['chat'] })
 * new Server({
 *   handler(ctx) {
 *     upgrader.upgrade(ctx, (conn) => conn.on('message', (data) => conn.send(data)))
 *   },
 * })
 */
export class Upgrader {
  readonly #options: ResolvedOptions
  readonly #server: WebSocketServer

  /** Throws `FH_ERR_INVALID_OPTION`. */
  constructor(options: UpgraderOptions = {}) {
    checkOptionNames('Upgrader', options, NAMES, FOREIGN)
    this.#options = { ...UPGRADER_DEFAULTS, ...options }
    const { enableCompression, maxPayload, pingInterval } = this.#options
    if (!(maxPayload > 0)) throw new InvalidOptionError('maxPayload must be above 0')
    if (!(pingInterval >= 0)) throw new InvalidOptionError('pingInterval must be 0 or more')
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload,
      perMessageDeflate: enableCompression,
      handleProtocols: (_, request) => (request as unknown as UpgradeRequest).protocol ?? false,
    })
    this.#server.on('headers', (lines, request) => {
      lines.push(...(request as unknown as UpgradeRequest).lines)
    })
  }

  /** The open WebSockets made by this object. */
  get clients(): ReadonlySet<WebSocket> {
    return this.#server.clients
  }

  /**
   * Answers `ctx` with 101 and gives `handler` the WebSocket once that is sent. Fields set on the response before, such as cookies, are
   * sent with it. `false`: the request is no handshake, and was answered with 400, 403, 405 or 426.
   */
  upgrade(ctx: RequestCtx, handler: WebSocketHandler): boolean {
    let handshake = readHandshake(ctx)
    const { checkOrigin = isSameOrigin } = this.#options
    if (!(handshake instanceof Refusal) && !checkOrigin(ctx)) {
      handshake = new Refusal(403, 'the origin is not allowed')
    }
    if (handshake instanceof Refusal) {
      this.#refuse(ctx, handshake)
      return false
    }
    const request = this.#request(ctx, handshake)
    const logger = ctx.logger()
    const owner = ctx._owner
    ctx.setStatusCode(101)
    ctx.hijackSetNoResponse(true)
    ctx.hijack((stream) =>
      this.#open(stream, request, (conn) => {
        const forget = owner?.onShutdown(() => conn.close(GOING_AWAY, 'server is shutting down'))
        if (forget !== undefined) conn.once('close', forget)
        const failed = (err: unknown): void => {
          logger.printf('%s', `WebSocket handler failed: ${String((err as Error)?.stack ?? err)}`)
          conn.close(INTERNAL_ERROR)
        }
        try {
          void Promise.resolve(handler(conn)).catch(failed)
        } catch (err) {
          failed(err)
        }
      })
    )
    return true
  }

  #refuse(ctx: RequestCtx, { status, reason, fields }: Refusal): void {
    const { error } = this.#options
    if (error === undefined) ctx.error(reason, status)
    else ctx.setStatusCode(status)
    for (let i = 0; i < fields.length; i += 2) {
      ctx.response.header.set(fields[i]!, fields[i + 1]!)
    }
    error?.(ctx, status, reason)
  }

  #request(ctx: RequestCtx, { key, protocols, extensions }: Handshake): UpgradeRequest {
    const headers: Record<string, string> = {
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
    }
    if (protocols.length > 0) headers['sec-websocket-protocol'] = protocols.join()
    if (extensions !== undefined) headers['sec-websocket-extensions'] = extensions
    const protocol = this.#options.subprotocols?.find((name) => protocols.includes(name))
    const lines: string[] = []
    for (const [name, value] of ctx.response.header.all()) {
      if (!OWN_FIELDS.test(name)) lines.push(`${name}: ${value}`)
    }
    return { method: 'GET', headers, protocol, lines }
  }

  /** Settles when the connection is closed: a server closes a hijacked one then. */
  #open(stream: Duplex, request: UpgradeRequest, run: (conn: WebSocket) => void): Promise<void> {
    return new Promise((resolve) => {
      if (stream.destroyed) return resolve()
      stream.once('close', resolve)
      this.#server.handleUpgrade(
        request as unknown as IncomingMessage,
        stream,
        NO_BYTES,
        (conn) => {
          // What a peer does wrong closes its connection; nobody listening must not end the process.
          conn.on('error', () => {})
          startHeartbeat(this.#server, conn, this.#options.pingInterval)
          run(conn)
        }
      )
    })
  }
}
