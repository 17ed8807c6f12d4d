import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import net, { type AddressInfo, type ListenOptions } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { format } from 'node:util'
import {
  ConcurrencyLimitError,
  HandlerFailedError,
  FastHttpError,
  InvalidOptionError,
  PerIPConnLimitError,
} from '../errors.js'
import type { RequestHeader } from '../http/request-header.js'
import type { Conn } from '../net/conn.js'
import { acceptConns, acceptInto } from '../net/fast-accept.js'
import type { HandleConn } from '../net/handle-conn.js'
import type { Listener } from '../net/listener.js'
import { onSharedRead, SocketConn } from '../net/socket-conn.js'
import { DEFAULT_CONTENT_TYPE, HeadWriter } from '../wire/head-writer.js'
import type { RequestParser } from '../wire/request-parser.js'
import { Certificates } from './certificates.js'
import { CtxPool } from './ctx-pool.js'
import { DeadlineSweep } from './deadline-sweep.js'
import { kAnswersErrors, kTakesExchange, type ErrorAnswer } from './exchange.js'
import {
  SERVER_DEFAULTS,
  type ConnState,
  type ServerOptions,
  type TLSServeOptions,
} from './options.js'
import type { CtxOwner, Logger, RequestCtx, RequestHandler } from './request-ctx.js'
import { isTraced, tracedHandler } from './diagnostics.js'
import { Http2Conn } from './http2/http2-conn.js'
import { checkHTTP2Options, type HTTP2Options } from './http2/options.js'
import { resolveOptions } from './resolve-options.js'
import { guardHandler, retentionFromEnvironment } from './retention/guard-handler.js'
import { ServeConn } from './serve-conn.js'
import { ServePool } from './serve-pool.js'
import type { ResolvedOptions, ServedConn, ServerCore } from './server-core.js'

const STDERR: Logger = {
  printf: (text, ...args) => void process.stderr.write(format(text, ...args) + '\n'),
}

/** Errors that say something of the client, not of the server; logged with `logAllErrors` only. */
const EVERYDAY = new Set([
  'FH_ERR_CONNECTION_CLOSED',
  'FH_ERR_UNEXPECTED_EOF',
  'FH_ERR_SMALL_BUFFER',
  'FH_ERR_REQUEST_TIMEOUT',
  'FH_ERR_BAD_TRAILER',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
])

/**
 * HTTP server. It listens and closes as `net.Server` does, so that supertest and process managers work with it, and has Go's methods
 * beside that. Emits 'listening', 'error', 'close' and, with the stream of every connection served, 'connection'. Go: `Server`.
 *
 * @example
 * new Server({ handler: (ctx) => ctx.setBody(`Hello, ${ctx.path()}`) }).listen(3000)
 */
export class Server extends EventEmitter {
  /** Connections that are being served. */
  readonly #conns = new Set<ServedConn>()
  readonly #core: Core
  readonly #sweep: DeadlineSweep
  readonly #listeners = new Set<{ close(): unknown }>()
  #net: net.Server | null = null
  readonly #certificates = new Certificates()
  readonly #nextProto = new Map<string, (stream: Duplex) => void>()
  #rejected = 0
  #maxConnections = 0
  /** When further connections are served after one too many, in milliseconds since the epoch. */
  #acceptAgain = 0
  #perIP = new Map<string, number>()
  #whenEmpty: (() => void)[] = []

  /** Throws `FH_ERR_INVALID_OPTION` for an option of a wrong type or range. */
  constructor(options: ServerOptions) {
    super()
    this.#core = new Core(
      resolveOptions(options),
      (conn) => this.#left(conn),
      (conn) => this.#releaseIP(conn)
    )
    this.#sweep = new DeadlineSweep(this.#conns, this.#core.options)
    const { http2 } = options
    if (http2 !== undefined && http2 !== false) this.enableHTTP2(http2 === true ? {} : http2)
  }

  /** The handler; may be replaced while serving. */
  get handler(): RequestHandler {
    return this.#core.handler
  }
  set handler(handler: RequestHandler) {
    this.#core.setHandler(handler)
  }

  /** Is the server bound to a port or socket? */
  get listening(): boolean {
    return this.#net?.listening ?? false
  }

  /**
   * @internal Undocumented in `net.Server`, but supertest before 7 closes what it let listen only when this is there.
   */
  get _handle(): unknown {
    return this.listening ? this.#net : null
  }

  /** Connections that are being served. */
  openConnectionsCount(): number {
    return this.#conns.size
  }
  currentConcurrency(): number {
    return this.#conns.size
  }
  /** Connections refused for `concurrency`. */
  rejectedConnectionsCount(): number {
    return this.#rejected
  }

  /**
   * Listens as `net.Server.listen` does: `listen(port, host?, backlog?, callback?)`, `listen(path, callback?)` or
   * `listen(options, callback?)`. Errors come as 'error' events.
   */
  listen(port?: number, host?: string, backlog?: number, callback?: () => void): this
  listen(port?: number, host?: string, callback?: () => void): this
  listen(port?: number, callback?: () => void): this
  listen(path: string, callback?: () => void): this
  listen(options: ListenOptions, callback?: () => void): this
  listen(callback?: () => void): this
  listen(...args: unknown[]): this {
    const server = (this.#net ??= this.#createNetServer())
    if (this.#maxConnections > 0) server.maxConnections = this.#maxConnections
    server.listen(...(args as [number]))
    return this
  }

  /** Address as of `net.Server.address`: `null` before listening. */
  address(): AddressInfo | string | null {
    return this.#net?.address() ?? null
  }

  /**
   * Stops listening, closes idle connections and lets the others finish their request. `callback` is called when all are closed, with
   * an error when the server was not listening.
   */
  close(callback?: (err?: Error) => void): this {
    const server = this.#net
    this.#net = null
    if (server === null) {
      const err = Object.assign(new Error('Server is not running.'), {
        code: 'ERR_SERVER_NOT_RUNNING',
      })
      if (callback !== undefined) process.nextTick(callback, err)
      return this
    }
    server.close(callback)
    void this.shutdown()
    return this
  }

  /** Tells `callback` the number of open connections, as `net.Server` does. */
  getConnections(callback: (err: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.#conns.size)
    return this
  }

  /** Connections accepted at a time, as of `net.Server`: 0 for no limit but `concurrency`. Further ones are closed unanswered. */
  get maxConnections(): number {
    return this.#maxConnections
  }
  set maxConnections(max: number) {
    this.#maxConnections = max
    if (this.#net !== null) this.#net.maxConnections = max > 0 ? max : Infinity
  }

  /** Closes all connections at once. */
  closeAllConnections(): void {
    for (const conn of this.#conns) conn.kill()
  }

  /** Closes the connections that wait for a further request; new ones may have theirs on the way. */
  closeIdleConnections(): void {
    for (const conn of this.#conns) if (conn.isIdle && conn.requestNum > 0) conn.shutdown()
  }

  ref(): this {
    this.#net?.ref()
    return this
  }
  unref(): this {
    this.#net?.unref()
    return this
  }

  /**
   * Listens on `addr`, `host:port` or `:port`, and serves until the server is shut down. Rejects when it cannot listen.
   * Go: `ListenAndServe`.
   */
  async listenAndServe(addr: string): Promise<void> {
    const colon = addr.lastIndexOf(':')
    const port = Number(addr.slice(colon + 1))
    if (colon < 0 || !/^\d+$/.test(addr.slice(colon + 1)) || port > 65535) {
      throw new InvalidOptionError(`addr must be host:port, not ${JSON.stringify(addr)}`)
    }
    const host = addr.slice(0, colon).replace(/^\[|\]$/g, '')
    await this.#listenUntilClosed({ port, host: host === '' ? '0.0.0.0' : host })
  }

  /**
   * Listens on the unix socket `path` and serves until the server is shut down. A socket file left from before is removed.
   * Go: `ListenAndServeUNIX`.
   *
   * @param mode - file mode of the socket, such as 0o660
   */
  async listenAndServeUnix(path: string, mode: number): Promise<void> {
    await rm(path, { force: true })
    await this.#listenUntilClosed({ path }, () => chmod(path, mode))
  }

  /** As {@link listenAndServe}, with TLS and a certificate and key from PEM files. Go: `ListenAndServeTLS`. */
  async listenAndServeTLS(
    addr: string,
    certFile: string,
    keyFile: string,
    options: TLSServeOptions = {}
  ): Promise<void> {
    if (options.http2 === true) this.enableHTTP2()
    if (certFile !== '' || keyFile !== '') this.appendCert(certFile, keyFile)
    this.#requireCertificate()
    await this.listenAndServe(addr)
  }

  /** As {@link listenAndServeTLS}, with certificate and key in PEM. Go: `ListenAndServeTLSEmbed`. */
  async listenAndServeTLSEmbed(
    addr: string,
    cert: string | Buffer,
    key: string | Buffer,
    options: TLSServeOptions = {}
  ): Promise<void> {
    if (options.http2 === true) this.enableHTTP2()
    if (cert.length > 0 || key.length > 0) this.appendCertEmbed(cert, key)
    this.#requireCertificate()
    await this.listenAndServe(addr)
  }

  /** Adds a certificate and key from PEM files, chosen by the name a client asks for (SNI). Go: `AppendCert`. */
  appendCert(certFile: string, keyFile: string): void {
    this.appendCertEmbed(readFileSync(certFile), readFileSync(keyFile))
  }

  /** As {@link appendCert}, with certificate and key in PEM. Throws `FH_ERR_INVALID_OPTION`. Go: `AppendCertEmbed`. */
  appendCertEmbed(cert: string | Buffer, key: string | Buffer): void {
    this.#certificates.add(cert, key)
  }

  /** Hands TLS connections that negotiated the ALPN protocol `key` to `handler` instead of serving them. Go: `NextProto`. */
  nextProto(key: string, handler: (stream: Duplex) => void): void {
    this.#nextProto.set(key, handler)
  }

  /**
   * Speaks HTTP/2 with TLS clients that ask for it, as the option `http2` does; call it before listening. What fits HTTP/1.1 only, a hijack,
   * makes a client ask again with that.
   */
  enableHTTP2(options: HTTP2Options = {}): void {
    checkHTTP2Options(options)
    this.nextProto('h2', (stream) => this.#acceptHTTP2(stream as tls.TLSSocket, options))
  }

  /** As {@link serve}, with TLS and a certificate and key from PEM files. Go: `ServeTLS`. */
  async serveTLS(listener: Listener, certFile: string, keyFile: string): Promise<void> {
    if (certFile !== '' || keyFile !== '') this.appendCert(certFile, keyFile)
    await this.#serveSecure(listener)
  }

  /** As {@link serveTLS}, with certificate and key in PEM. Go: `ServeTLSEmbed`. */
  async serveTLSEmbed(
    listener: Listener,
    cert: string | Buffer,
    key: string | Buffer
  ): Promise<void> {
    if (cert.length > 0 || key.length > 0) this.appendCertEmbed(cert, key)
    await this.#serveSecure(listener)
  }

  /** Serves the connections of `listener` until it is closed. Go: `Serve`. */
  async serve(listener: Listener): Promise<void> {
    await this.#serveEach(listener, (conn) => this.#tryAccept(conn))
  }

  /**
   * Serves one connection, which any Duplex can be; resolves when it is closed.
   * Rejects with `FH_ERR_CONCURRENCY_LIMIT` or `FH_ERR_PER_IP_CONN_LIMIT`. Go: `ServeConn`.
   */
  async serveConn(conn: Conn | Duplex): Promise<void> {
    const served = this.#accept('open' in conn ? conn : new SocketConn(conn))
    await new Promise<void>((resolve) => this.#core.onceClosed(served, resolve))
  }

  /**
   * Stops listening, closes idle connections and resolves when the last request is answered. Aborts `ctx.signal` of running requests.
   *
   * @param options - `drainPeriod`: milliseconds in which connections are first served as before, each until a response has announced
   *   `Connection: close`, so that no client loses a request that was on its way; those of HTTP/2 get a GOAWAY at once, which says what was not served.
   *   `signal`: rejects with its reason when it aborts; running requests go on
   */
  async shutdown(options: { drainPeriod?: number; signal?: AbortSignal } = {}): Promise<void> {
    const { drainPeriod = 0, signal } = options
    this.#net?.close()
    this.#net = null
    for (const listener of this.#listeners) listener.close()
    if (drainPeriod > 0) await this.#drain(drainPeriod, signal)
    this.#core.shuttingDown = true
    for (const conn of this.#conns) conn.shutdown()
    this.#core.runShutdownHooks()
    await this.#untilEmpty(signal)
  }

  async #drain(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    this.#core.draining = true
    for (const conn of this.#conns) conn.announceEnd?.()
    let timer: NodeJS.Timeout | undefined
    const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
    try {
      await Promise.race([elapsed, this.#untilEmpty(signal)])
    } finally {
      clearTimeout(timer)
    }
  }

  async #untilEmpty(signal: AbortSignal | undefined): Promise<void> {
    if (this.#conns.size === 0) return
    await new Promise<void>((resolve, reject) => {
      this.#whenEmpty.push(resolve)
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      if (signal?.aborted) reject(signal.reason as Error)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  async #serveEach(listener: Listener, accept: (conn: Conn) => void): Promise<void> {
    this.#core.serveOn()
    this.#listeners.add(listener)
    try {
      for (;;) {
        const conn = await listener.accept()
        if (conn === undefined) return
        accept(conn)
        const wait = this.#acceptAgain - Date.now()
        if (wait > 0) await sleep(wait)
      }
    } finally {
      this.#listeners.delete(listener)
    }
  }

  async #serveSecure(listener: Listener): Promise<void> {
    this.#requireCertificate()
    const options = {
      ...this.#secureOptions(),
      isServer: true,
      secureContext: this.#certificates.fallback ?? tls.createSecureContext(this.#core.options.tls),
    }
    await this.#serveEach(listener, (conn) => {
      const socket = new tls.TLSSocket(conn.detach(undefined) as net.Socket, options)
      socket.on('error', (err) => this.#core.logError(conn, err, err))
      socket.once('secure', () => this.#acceptSecure(socket))
    })
  }

  get #isSecure(): boolean {
    return this.#core.options.tls !== undefined || this.#certificates.size > 0
  }

  #requireCertificate(): void {
    if (!this.#isSecure) throw new InvalidOptionError('no cert or key')
  }

  #secureOptions(): tls.TlsOptions {
    const options = this.#certificates.options(this.#core.options.tls)
    if (this.#nextProto.size === 0) return options
    return { ...options, ALPNProtocols: [...this.#nextProto.keys(), 'http/1.1'] }
  }

  #acceptSecure(socket: tls.TLSSocket): void {
    const next = this.#nextProto.get(socket.alpnProtocol || '')
    if (next !== undefined) next(socket)
    else this.#tryAccept(new SocketConn(socket))
  }

  #createNetServer(): net.Server {
    const { options } = this.#core
    const secure = this.#isSecure
    const accept = (conn: HandleConn | SocketConn): void => {
      if (options.tcpKeepalive) conn.setKeepAlive(options.tcpKeepalivePeriod)
      this.#acceptInTime(conn)
    }
    const common = { allowHalfOpen: true, noDelay: true }
    const server = secure
      ? tls.createServer({ ...common, ...this.#secureOptions() }, (socket) =>
          this.#acceptSecure(socket)
        )
      : net.createServer(common, (socket) => accept(new SocketConn(socket)))
    server.on('listening', () => {
      this.#core.serveOn()
      if (!secure && !acceptConns(server, accept)) {
        acceptInto(server, (socket) => accept(new SocketConn(socket, true)), onSharedRead)
      }
      this.emit('listening')
    })
    server.on('error', (err) => this.emit('error', err))
    server.on('close', () => this.emit('close'))
    server.on('tlsClientError', (err: Error, socket: Duplex) => {
      this.#core.logError(new SocketConn(socket), err, err)
    })
    return server
  }

  async #listenUntilClosed(where: ListenOptions, listening?: () => Promise<void>): Promise<void> {
    const server = (this.#net ??= this.#createNetServer())
    await new Promise<void>((resolve, reject) => {
      // A failure is this call's to report, not an unhandled 'error' event.
      server.removeAllListeners('error')
      server.once('error', reject)
      server.once('listening', () => {
        server.on('error', (err) => this.emit('error', err))
        listening?.().catch(reject)
      })
      server.once('close', resolve)
      server.listen(where)
    })
  }

  /** As #tryAccept, for sockets that the system has accepted already: they wait here rather than there. */
  #acceptInTime(conn: Conn): void {
    const wait = this.#acceptAgain - Date.now()
    if (wait <= 0) return this.#tryAccept(conn)
    conn.pause()
    const timer = setTimeout(() => {
      this.#acceptInTime(conn)
      conn.resume()
    }, wait)
    conn.open({
      onRead() {},
      onEnd() {},
      onWritable() {},
      onClose: () => clearTimeout(timer),
    })
  }

  /** As #accept, for connections nobody waits for: one that is refused was answered and closed. */
  #tryAccept(conn: Conn): void {
    try {
      this.#accept(conn)
    } catch (err) {
      this.#core.logError(conn, err as Error, err)
    }
  }

  /** Serves an accepted connection. Throws when it is refused, having answered and closed it. */
  #accept(conn: Conn): ServeConn {
    this.#admit(conn)
    const served = this.#core.serve(conn)
    this.#serve(served)
    served.start()
    return served
  }

  /** As #tryAccept, for a connection that has agreed on HTTP/2. */
  #acceptHTTP2(socket: tls.TLSSocket, options: HTTP2Options): void {
    const conn = new SocketConn(socket)
    try {
      // An answer in HTTP/1.1 would be no frame to the client.
      this.#admit(conn, () => conn.destroy())
      this.#serve(new Http2Conn(this.#core, conn, socket, options))
    } catch (err) {
      this.#core.logError(conn, err as Error, err)
    }
  }

  #serve(served: ServedConn): void {
    this.#conns.add(served)
    this.#sweep.start()
    this.#core.stateChanged(served, 'new')
    if (this.listenerCount('connection') > 0) this.emit('connection', served.conn.stream)
  }

  /** Throws when a connection is refused, having answered and closed it. */
  #admit(conn: Conn, refused = refuse): void {
    const { options } = this.#core
    if (this.#conns.size >= options.concurrency) {
      this.#rejected++
      this.#acceptAgain = Date.now() + options.sleepWhenConcurrencyLimitsExceeded
      const err = new ConcurrencyLimitError()
      refused(
        conn,
        this.#core,
        503,
        'The connection cannot be served because Server.Concurrency limit exceeded'
      )
      throw err
    }
    if (options.maxConnsPerIP > 0 && !this.#countIP(conn, options.maxConnsPerIP)) {
      refused(conn, this.#core, 429, 'The number of connections from your ip exceeds MaxConnsPerIP')
      throw new PerIPConnLimitError()
    }
  }

  /** Counts the peer of `conn`; `false` when it has its share of connections already. IPv6 and other networks are not limited. */
  #countIP(conn: Conn, max: number): boolean {
    const ip = ipv4Of(conn)
    if (ip === undefined) return true
    const open = this.#perIP.get(ip) ?? 0
    if (open >= max) return false
    this.#perIP.set(ip, open + 1)
    return true
  }

  /** A hijacked connection counts until it is closed. */
  #releaseIP({ conn }: ServedConn): void {
    const ip = this.#core.options.maxConnsPerIP > 0 ? ipv4Of(conn) : undefined
    if (ip === undefined) return
    const open = this.#perIP.get(ip) ?? 0
    if (open <= 1) this.#perIP.delete(ip)
    else this.#perIP.set(ip, open - 1)
  }

  /** The server has nothing more to do with a connection. */
  #left(served: ServedConn): void {
    if (!this.#conns.delete(served) || this.#conns.size > 0) return
    this.#sweep.stop()
    const waiting = this.#whenEmpty
    this.#whenEmpty = []
    for (const resolve of waiting) resolve()
  }
}

function ipv4Of(conn: Conn): string | undefined {
  const { network, address } = conn.remoteAddr
  if (network !== 'tcp') return undefined
  const ip = address.startsWith('::ffff:') ? address.slice(7) : address
  return net.isIPv4(ip) ? ip : undefined
}

/** Time for the peer of a refused connection to read why. */
const REFUSAL_MS = 1000

/** Answers a connection that is not served and closes it; its input is discarded, so that it cannot reset the connection first. */
function refuse(conn: Conn, core: Core, status: number, body: string): void {
  core.heads.tick(Date.now())
  const timer = setTimeout(() => conn.destroy(), REFUSAL_MS)
  timer.unref()
  conn.open({
    onRead() {},
    onEnd: () => conn.close(),
    onWritable() {},
    onClose: () => clearTimeout(timer),
  })
  conn.write(core.errorText(status, body))
  conn.end()
}

/** The server as its connections see it. */
class Core implements ServerCore {
  readonly options: ResolvedOptions
  readonly heads: HeadWriter
  readonly logger: Logger
  takesExchange: boolean | ((header: RequestHeader) => boolean) = false
  answersErrors: ErrorAnswer | undefined = undefined
  shuttingDown = false
  draining = false
  readonly #pool: CtxPool
  readonly #serving = new ServePool(() => new ServeConn(this))
  readonly #onLeft: (conn: ServedConn) => void
  readonly #onClosed: (conn: ServedConn) => void
  readonly #waiting = new Map<ServedConn, () => void>()
  readonly #shutdownHooks = new Set<() => void>()
  #handler!: RequestHandler
  #traced!: RequestHandler

  constructor(
    options: ResolvedOptions,
    onLeft: (conn: ServedConn) => void,
    onClosed: (conn: ServedConn) => void
  ) {
    this.options = options
    this.#onLeft = onLeft
    this.#onClosed = onClosed
    this.logger = options.logger ?? STDERR
    this.#pool = new CtxPool(!options.disableHeaderNamesNormalizing, options.formValueFunc)
    this.heads = new HeadWriter({
      name: options.noDefaultServerHeader ? '' : options.name,
      date: !options.noDefaultDate,
      contentType: options.noDefaultContentType ? '' : DEFAULT_CONTENT_TYPE,
    })
    this.setHandler(options.handler)
  }

  get handler(): RequestHandler {
    return isTraced() ? this.#traced : this.#handler
  }

  /** After a shutdown a server may serve again. */
  serveOn(): void {
    this.shuttingDown = false
    this.draining = false
  }

  setHandler(handler: RequestHandler): void {
    this.#handler = guardHandler(handler, this.options.debug ?? retentionFromEnvironment())
    this.#traced = tracedHandler(this.#handler)
    this.takesExchange =
      (handler as { [kTakesExchange]?: Core['takesExchange'] })[kTakesExchange] ?? false
    this.answersErrors = (handler as { [kAnswersErrors]?: ErrorAnswer })[kAnswersErrors]
  }

  acquireCtx(owner: CtxOwner): RequestCtx {
    return this.#pool.acquire(owner)
  }

  serve(conn: Conn): ServeConn {
    const served = this.#serving.acquireConn()
    served.attach(conn)
    return served
  }

  reuse(conn: ServeConn): void {
    this.#serving.releaseConn(conn)
  }

  acquireParser(): RequestParser {
    return this.#serving.acquireParser(this.answersErrors !== undefined)
  }

  releaseParser(parser: RequestParser): void {
    this.#serving.releaseParser(parser)
  }

  releaseCtx(ctx: RequestCtx): void {
    this.#pool.release(ctx)
  }

  stateChanged(conn: ServedConn, state: ConnState): void {
    if (this.options.connState !== undefined) this.#tell(conn, state)
    // Whoever took the connection over closes it; it is no longer the server's to wait for.
    if (state === 'hijacked') this.#forget(conn)
  }

  closed(conn: ServedConn, hijacked: boolean): void {
    this.#onClosed(conn)
    if (hijacked) return
    if (this.options.connState !== undefined) this.#tell(conn, 'closed')
    this.#forget(conn)
  }

  #tell({ conn }: ServedConn, state: ConnState): void {
    try {
      this.options.connState!(conn, state)
    } catch (err) {
      this.logError(conn, new HandlerFailedError('connState', { cause: err }), err)
    }
  }

  onceClosed(conn: ServedConn, fn: () => void): void {
    this.#waiting.set(conn, fn)
  }

  #forget(conn: ServedConn): void {
    this.#onLeft(conn)
    const fn = this.#waiting.get(conn)
    if (fn === undefined) return
    this.#waiting.delete(conn)
    fn()
  }

  onShutdown(hook: () => void): () => void {
    if (this.shuttingDown) queueMicrotask(hook)
    else this.#shutdownHooks.add(hook)
    return () => this.#shutdownHooks.delete(hook)
  }

  /** Tells what was handed out that the server shuts down. */
  runShutdownHooks(): void {
    const hooks = [...this.#shutdownHooks]
    this.#shutdownHooks.clear()
    for (const hook of hooks) hook()
  }

  answerError(ctx: RequestCtx, err: FastHttpError): void {
    ctx.response.reset()
    ctx.request.resetBody()
    if (this.options.errorHandler !== undefined) {
      try {
        this.options.errorHandler(ctx, err)
        return
      } catch (failure) {
        const conn = ctx.conn()
        if (conn !== undefined) this.logError(conn, new HandlerFailedError('errorHandler'), failure)
        ctx.response.reset()
      }
    }
    const status = err.status ?? 400
    ctx.error(ERROR_TEXTS[status] ?? 'Error when parsing request', status)
  }

  errorText(status: number, body: string): string {
    const ctx = this.#pool.acquire(null)
    ctx.error(body, status)
    const text = this.heads.write(ctx.response.header, body.length, 'close') + body
    this.#pool.release(ctx)
    return text
  }

  logError(conn: Conn, err: Error, cause: unknown): void {
    const code = (err as { code?: string }).code ?? ''
    if (!this.options.logAllErrors && EVERYDAY.has(code)) return
    const { localAddr: l, remoteAddr: r } = conn
    const shown =
      err === cause
        ? err.message
        : `${err.message}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`
    this.logger.printf(
      '%s',
      `error when serving connection ${l.address}:${l.port}<->${r.address}:${r.port}: ${shown}`
    )
  }
}

const ERROR_TEXTS: Record<number, string> = {
  408: 'Request timeout',
  413: 'Request body too large',
  431: 'Too big request header',
}

export { SERVER_DEFAULTS }
