import type http from 'node:http'
import https from 'node:https'
import { Serving } from './serving.js'

/**
 * `https.Server` on this package's engine: the same methods, events, options and messages; TLS is node's. As with `Server`, a
 * 'request' listener that throws is answered with 500.
 */
export class SecureServer extends https.Server {
  readonly #serving: Serving

  constructor(options: https.ServerOptions, listener?: http.RequestListener) {
    super(options, listener)
    this.#serving = new Serving(this)
    // Of node:https only its own listener is there by now.
    this.removeAllListeners('secureConnection')
    this.on('secureConnection', (socket) => this.#serving.serve(socket, false))
  }

  override closeAllConnections(): void {
    this.#serving.closeAllConnections()
  }

  override closeIdleConnections(): void {
    this.#serving.closeIdleConnections()
  }
}
