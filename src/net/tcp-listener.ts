import net, { type AddressInfo, type ListenOptions } from 'node:net'
import type { Addr } from './conn.js'
import { acceptInto } from './fast-accept.js'
import type { Listener } from './listener.js'
import { onSharedRead, SocketConn } from './socket-conn.js'

/** A listener on a port or unix socket, for `Server.serve`. */
export class TCPListener implements Listener {
  readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    this.#accepted(new SocketConn(socket))
  )
  #addr: Addr = { network: 'tcp', address: '', port: 0 }
  /** Connections nobody has asked for yet. */
  readonly #queue: SocketConn[] = []
  /** Calls of accept that wait for a connection. */
  readonly #waiting: ((conn: SocketConn | undefined) => void)[] = []

  /** Rejects with the system's error when it cannot listen. */
  static async listen(options: ListenOptions): Promise<TCPListener> {
    const listener = new TCPListener()
    await listener.#listen(options)
    return listener
  }

  async accept(): Promise<SocketConn | undefined> {
    const conn = this.#queue.shift()
    if (conn !== undefined) {
      conn.resume()
      return conn
    }
    if (!this.#server.listening) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Refuses further connections; those that nobody accepted are closed. */
  close(): void {
    if (!this.#server.listening) return
    this.#server.close()
    for (const conn of this.#queue.splice(0)) conn.destroy()
    for (const resolve of this.#waiting.splice(0)) resolve(undefined)
  }

  addr(): Addr {
    return this.#addr
  }

  async #listen(options: ListenOptions): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.once('listening', resolve)
      this.#server.listen(options)
    })
    // What else may fail is accepting one connection; the listener goes on.
    this.#server.on('error', () => {})
    acceptInto(this.#server, (socket) => this.#accepted(new SocketConn(socket, true)), onSharedRead)
    const bound = this.#server.address() as AddressInfo | string
    this.#addr =
      typeof bound === 'string'
        ? { network: 'unix', address: bound, port: 0 }
        : { network: 'tcp', address: bound.address, port: bound.port }
  }

  #accepted(conn: SocketConn): void {
    conn.stream.on('error', () => {})
    const resolve = this.#waiting.shift()
    // Whoever waits opens the connection before the event loop reads from it.
    if (resolve !== undefined) return resolve(conn)
    conn.pause()
    this.#queue.push(conn)
  }
}
