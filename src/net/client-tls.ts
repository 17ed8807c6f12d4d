import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { AbortError, ConnectionClosedError, TLSHandshakeTimeoutError } from '../errors.js'
import { isIPAddress } from './address.js'

/** Starts TLS on connected streams, continuing the session of the last connection to the same host (RFC 8446, section 2.2). */
export class ClientTLS {
  readonly #options: tls.ConnectionOptions
  /** By server name. TLS 1.3 tickets are for one use, newer ones replace them. */
  readonly #sessions = new Map<string, Buffer>()

  constructor(options: tls.ConnectionOptions) {
    this.#options = options
  }

  /**
   * Makes the handshake. Rejects with `FH_ERR_TLS_HANDSHAKE_TIMEOUT`, or as Node does when the certificate is not accepted; the stream
   * is destroyed then.
   *
   * @param host - name the certificate is checked for; sent as SNI unless it is an IP address
   * @param timeout - milliseconds, 0 for no limit
   * @param signal - ends it with `FH_ERR_ABORTED`
   */
  handshake(
    stream: Duplex,
    host: string,
    timeout: number,
    signal?: AbortSignal
  ): Promise<tls.TLSSocket> {
    const key = this.#options.servername ?? host
    const session = this.#options.session ?? this.#sessions.get(key)
    const options: tls.ConnectionOptions = {
      ALPNProtocols: ['http/1.1'],
      ...this.#options,
      socket: stream,
      host,
    }
    if (options.servername === undefined && !isIPAddress(host)) options.servername = host
    if (session !== undefined) options.session = session
    return new Promise((resolve, reject) => {
      const socket = tls.connect(options)
      const timer =
        timeout > 0
          ? setTimeout(() => socket.destroy(new TLSHandshakeTimeoutError()), timeout)
          : undefined
      const settle = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        socket.off('secureConnect', onSecure)
        socket.off('error', onError)
        socket.off('close', onClose)
      }
      const onSecure = (): void => {
        settle()
        resolve(socket)
      }
      const onError = (err: Error): void => {
        settle()
        this.#sessions.delete(key)
        socket.on('error', () => {})
        socket.destroy()
        stream.destroy()
        reject(err)
      }
      const onClose = (): void =>
        onError(new ConnectionClosedError('the peer closed the connection during the handshake'))
      const onAbort = (): void => onError(new AbortError(undefined, { cause: signal?.reason }))
      signal?.addEventListener('abort', onAbort)
      socket.on('session', (ticket: Buffer) => this.#sessions.set(key, ticket))
      socket.on('secureConnect', onSecure)
      socket.on('error', onError)
      socket.on('close', onClose)
    })
  }
}
