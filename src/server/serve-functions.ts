import type { Duplex } from 'node:stream'
import type { Conn } from '../net/conn.js'
import type { Listener } from '../net/listener.js'
import type { RequestHandler } from './request-ctx.js'
import { Server } from './server.js'

/** Serves the connections of `listener` with `handler`. Go: `Serve`. */
export function serve(listener: Listener, handler: RequestHandler): Promise<void> {
  return new Server({ handler }).serve(listener)
}

/** Serves TLS over the connections of `listener`, with a certificate and key from PEM files. Go: `ServeTLS`. */
export function serveTLS(
  listener: Listener,
  certFile: string,
  keyFile: string,
  handler: RequestHandler
): Promise<void> {
  return new Server({ handler }).serveTLS(listener, certFile, keyFile)
}

/** As {@link serveTLS}, with certificate and key in PEM. Go: `ServeTLSEmbed`. */
export function serveTLSEmbed(
  listener: Listener,
  cert: string | Buffer,
  key: string | Buffer,
  handler: RequestHandler
): Promise<void> {
  return new Server({ handler }).serveTLSEmbed(listener, cert, key)
}

/** Serves one connection. Go: `ServeConn`. */
export function serveConn(conn: Conn | Duplex, handler: RequestHandler): Promise<void> {
  return new Server({ handler }).serveConn(conn)
}

/** Listens on `addr` (`host:port` or `:port`) and serves. Go: `ListenAndServe`. */
export function listenAndServe(addr: string, handler: RequestHandler): Promise<void> {
  return new Server({ handler }).listenAndServe(addr)
}

/** Listens on the unix socket `path`, of the file mode `mode`, and serves. Go: `ListenAndServeUNIX`. */
export function listenAndServeUnix(
  path: string,
  mode: number,
  handler: RequestHandler
): Promise<void> {
  return new Server({ handler }).listenAndServeUnix(path, mode)
}

/** Listens on `addr` for TLS, with a certificate and key from PEM files. Go: `ListenAndServeTLS`. */
export function listenAndServeTLS(
  addr: string,
  certFile: string,
  keyFile: string,
  handler: RequestHandler
): Promise<void> {
  return new Server({ handler }).listenAndServeTLS(addr, certFile, keyFile)
}

/** As {@link listenAndServeTLS}, with certificate and key in PEM. Go: `ListenAndServeTLSEmbed`. */
export function listenAndServeTLSEmbed(
  addr: string,
  cert: string | Buffer,
  key: string | Buffer,
  handler: RequestHandler
): Promise<void> {
  return new Server({ handler }).listenAndServeTLSEmbed(addr, cert, key)
}
