import type { HTTP2Options } from '../../server/http2/options.js'
import type { Server } from '../../server/server.js'

/**
 * Makes `server` speak HTTP/2 to TLS clients that ask for it, as its option `http2` does. Call it before the server listens. Throws
 * `FH_ERR_INVALID_OPTION`. Go: `http2.ConfigureServer`.
 */
export function configureServer(server: Server, options: HTTP2Options = {}): void {
  server.enableHTTP2(options)
}
