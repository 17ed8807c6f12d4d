import http from 'node:http'
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import { acceptInto } from '../src/net/fast-accept.js'
import { onSharedRead, SocketConn } from '../src/net/socket-conn.js'
import { kAnswersErrors, kTakesExchange, type ErrorAnswer } from '../src/server/exchange.js'
import type { RequestCtx, RequestHandler } from '../src/server/request-ctx.js'
import { Server as Engine } from '../src/server/server.js'
import { clientError } from './client-error.js'
import { classesOfServer, type MessageClasses } from './message-classes.js'
import { claimSocket, serveExchange } from './serve-exchange.js'

/** Longest delay of a timer: node's 0 means no limit. */
const NO_LIMIT_MS = 2 ** 31 - 1
/** How much longer a connection is kept than its Keep-Alive field says. */
const KEEP_ALIVE_BUFFER_MS = 1000

/** On sockets that read into the engine's buffer; others, also those given to `emit('connection')`, are read as streams. */
const kShared = Symbol('fasthttp.shared')

function markShared(socket: net.Socket): net.Socket {
  return Object.assign(socket, { [kShared]: true })
}

/**
 * `http.Server` on this package's engine: the same methods, events, options and messages. Unlike node's, it answers 500 when a
 * 'request' listener throws, and logs the error.
 */
export class Server extends http.Server {
  #engine: Engine | undefined
  #classes: MessageClasses | undefined

  constructor(options: http.ServerOptions = {}, listener?: http.RequestListener) {
    super(options, listener)
    // Of node:http only its own listener is there by now.
    this.removeAllListeners('connection')
    this.on('connection', (socket) => this.#serve(socket))
    this.prependListener('listening', () => {
      acceptInto(this, (socket) => this.emit('connection', markShared(socket)), onSharedRead)
    })
    this.on('newListener', (event) => {
      if (event === 'request') this.#classes = undefined
    })
  }

  override closeAllConnections(): void {
    this.#engine?.closeAllConnections()
  }

  override closeIdleConnections(): void {
    this.#engine?.closeIdleConnections()
  }

  #serve(socket: net.Socket | Duplex): void {
    claimSocket(this, socket)
    if (this.timeout > 0 && 'setTimeout' in socket) socket.setTimeout(this.timeout)
    this.#engine ??= this.#createEngine()
    this.#engine.serveConn(new SocketConn(socket, kShared in socket)).catch(() => {})
  }

  /** Made with the first connection: until then the timeouts may be set as properties. */
  #createEngine(): Engine {
    return new Engine({
      handler: this.#handler(),
      readBufferSize: (this as { maxHeaderSize?: number }).maxHeaderSize || http.maxHeaderSize,
      readHeaderTimeout: this.headersTimeout || NO_LIMIT_MS,
      readTimeout: this.requestTimeout,
      idleTimeout:
        this.keepAliveTimeout > 0 ? this.keepAliveTimeout + KEEP_ALIVE_BUFFER_MS : NO_LIMIT_MS,
    })
  }

  #handler(): RequestHandler {
    const handle = (ctx: RequestCtx): void | Promise<void> => {
      this.#classes ??= classesOfServer(this)
      const logger = ctx.logger()
      return serveExchange(this, this.#classes, ctx._takeExchange(), (err) =>
        logger.printf('%s', err instanceof Error ? err.stack : err)
      )
    }
    const answer: ErrorAnswer = (conn, err) => clientError(this, conn, err)
    return Object.assign(handle, { [kTakesExchange]: true, [kAnswersErrors]: answer })
  }
}

/** As `http.createServer`, on this package's engine. */
export function createServer(listener?: http.RequestListener): Server
export function createServer(options: http.ServerOptions, listener?: http.RequestListener): Server
export function createServer(
  options?: http.ServerOptions | http.RequestListener,
  listener?: http.RequestListener
): Server {
  return typeof options === 'function' ? new Server({}, options) : new Server(options, listener)
}
