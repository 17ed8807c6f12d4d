import http from 'node:http'
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import { SocketConn } from '../src/net/socket-conn.js'
import { kAnswersErrors, kTakesExchange, type ErrorAnswer } from '../src/server/exchange.js'
import type { RequestCtx, RequestHandler } from '../src/server/request-ctx.js'
import { Server as Engine } from '../src/server/server.js'
import { clientError } from './client-error.js'
import { classesOfServer, type MessageClasses } from './message-classes.js'
import { claimSocket } from './claim-socket.js'
import type { ServerInternals } from './node-internals.js'
import { serveExchange } from './serve-exchange.js'

/** Longest delay of a timer: node's 0 means no limit. */
const NO_LIMIT_MS = 2 ** 31 - 1
/** How much longer a connection is kept than its Keep-Alive field says. */
const DEFAULT_KEEP_ALIVE_BUFFER_MS = 1000

/** Serves the connections of a node:http or node:https server and emits its events. */
export class Serving {
  readonly #server: http.Server
  #engine: Engine | undefined
  #classes: MessageClasses | undefined

  constructor(server: http.Server) {
    this.#server = server
    server.on('newListener', (event) => {
      if (event === 'request') this.#classes = undefined
    })
  }

  /** @param isShared - whether the socket reads into the engine's buffer */
  serve(socket: net.Socket | Duplex, isShared: boolean): void {
    const server = this.#server
    claimSocket(server, socket)
    if (server.timeout > 0 && 'setTimeout' in socket) socket.setTimeout(server.timeout)
    this.#engine ??= this.#createEngine()
    this.#engine.serveConn(new SocketConn(socket, isShared)).catch(() => {})
  }

  closeAllConnections(): void {
    this.#engine?.closeAllConnections()
  }

  closeIdleConnections(): void {
    this.#engine?.closeIdleConnections()
  }

  /** Made with the first connection: until then the timeouts may be set as properties. */
  #createEngine(): Engine {
    const server: ServerInternals = this.#server
    const { keepAliveTimeout, keepAliveTimeoutBuffer = DEFAULT_KEEP_ALIVE_BUFFER_MS } = server
    return new Engine({
      handler: this.#handler(),
      readBufferSize: (server as { maxHeaderSize?: number }).maxHeaderSize || http.maxHeaderSize,
      readHeaderTimeout: Math.min(
        server.headersTimeout || NO_LIMIT_MS,
        server.requestTimeout || NO_LIMIT_MS
      ),
      readTimeout: server.requestTimeout,
      idleTimeout: keepAliveTimeout > 0 ? keepAliveTimeout + keepAliveTimeoutBuffer : NO_LIMIT_MS,
    })
  }

  #handler(): RequestHandler {
    const server = this.#server
    const handle = (ctx: RequestCtx): void | Promise<void> => {
      this.#classes ??= classesOfServer(server)
      const logger = ctx.logger()
      return serveExchange(server, this.#classes, ctx, (err) =>
        logger.printf('%s', err instanceof Error ? err.stack : err)
      )
    }
    const answer: ErrorAnswer = (conn, err) => clientError(server, conn, err)
    return Object.assign(handle, { [kTakesExchange]: true, [kAnswersErrors]: answer })
  }
}
