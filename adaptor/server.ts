import http from 'node:http'
import type https from 'node:https'
import type net from 'node:net'
import { acceptInto } from '../src/net/fast-accept.js'
import { onSharedRead } from '../src/net/socket-conn.js'
import { SecureServer } from './secure-server.js'
import { Serving } from './serving.js'

/** On sockets that read into the engine's buffer; others, also those given to `emit('connection')`, are read as streams. */
const kShared = Symbol('fasthttp.shared')

function markShared(socket: net.Socket): net.Socket {
  return Object.assign(socket, { [kShared]: true })
}

/** net.Server's options for accepted sockets, as it keeps them. */
interface AcceptOptions {
  readonly noDelay?: boolean
  readonly keepAlive?: boolean
  /** Seconds. */
  readonly keepAliveInitialDelay?: number
}

/**
 * `http.Server` on this package's engine: the same methods, events, options and messages. Unlike node's, it answers 500 when a
 * 'request' listener throws, and logs the error.
 */
export class Server extends http.Server {
  readonly #serving: Serving

  constructor(options: http.ServerOptions = {}, listener?: http.RequestListener) {
    super(options, listener)
    this.#serving = new Serving(this)
    // Of node:http only its own listener is there by now.
    this.removeAllListeners('connection')
    this.on('connection', (socket) => this.#serving.serve(socket, kShared in socket))
    this.prependListener('listening', () => {
      acceptInto(this, (socket) => this.#accept(markShared(socket)), onSharedRead)
    })
  }

  /** Gives an accepted socket the settings that net.Server would have given it. */
  #accept(socket: net.Socket): void {
    const { noDelay, keepAlive, keepAliveInitialDelay = 0 } = this as AcceptOptions
    if (noDelay === false) socket.setNoDelay(false)
    if (keepAlive === true) socket.setKeepAlive(true, keepAliveInitialDelay * 1000)
    this.emit('connection', socket)
  }

  override closeAllConnections(): void {
    this.#serving.closeAllConnections()
  }

  override closeIdleConnections(): void {
    this.#serving.closeIdleConnections()
  }
}

/** Options that tell which certificate a server shows: one of them makes it speak TLS. */
const CERTIFICATE_OPTIONS = ['key', 'cert', 'pfx', 'SNICallback'] as const

/** Options of a server that speaks TLS. */
export type SecureServerOptions = https.ServerOptions &
  {
    [K in (typeof CERTIFICATE_OPTIONS)[number]]: Required<Pick<https.ServerOptions, K>>
  }[(typeof CERTIFICATE_OPTIONS)[number]]

function isSecure(options: http.ServerOptions | SecureServerOptions): boolean {
  return CERTIFICATE_OPTIONS.some(
    (name) => (options as Partial<SecureServerOptions>)[name] !== undefined
  )
}

/**
 * As `http.createServer`, on this package's engine; with `key` and `cert`, `pfx` or `SNICallback` among the options as
 * `https.createServer`.
 */
export function createServer(listener?: http.RequestListener): Server
export function createServer(
  options: SecureServerOptions,
  listener?: http.RequestListener
): SecureServer
export function createServer(options: http.ServerOptions, listener?: http.RequestListener): Server
export function createServer(
  options: http.ServerOptions | SecureServerOptions | http.RequestListener = {},
  listener?: http.RequestListener
): Server | SecureServer {
  if (typeof options === 'function') return new Server({}, options)
  return isSecure(options) ? new SecureServer(options, listener) : new Server(options, listener)
}
