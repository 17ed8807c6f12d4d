import net, { type AddressInfo, type ListenOptions } from 'node:net'
import type { Addr, Conn } from './conn.js'
import { acceptConns } from './fast-accept.js'
import type { Listener } from './listener.js'
import { SocketConn } from './socket-conn.js'

/** A listener on a port or unix socket, for `Server.serve`. */
export class TCPListener implements Listener {
  readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {})
    this.#accepted(new SocketConn(socket))
  })
  #addr: Addr = { network: 'tcp', address: '', port: 0 }
  /** Connections nobody has asked for yet. */
  readonly #queue: Conn[] = []
  /** Calls of accept that wait for a connection. */
  readonly #waiting: ((conn: Conn | undefined) => void)[] = []

  /** Rejects with the system's error when it cannot listen. */
  static async listen(options: ListenOptions): Promise<TCPListener> {
    const listener = new TCPListener()
    await listener.#listen(options)
    return listener
  }

  async accept(): Promise<Conn | undefined> {
    const conn = this.#queue.shift()
    if (conn !== undefined) return conn
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
    acceptConns(this.#server, (conn) => this.#accepted(conn))
    const bound = this.#server.address() as AddressInfo | string
    this.#addr =
      typeof bound === 'string'
        ? { network: 'unix', address: bound, port: 0 }
        : { network: 'tcp', address: bound.address, port: bound.port }
  }

  /** Nothing is read from a connection before it is opened. */
  #accepted(conn: Conn): void {
    const resolve = this.#waiting.shift()
    if (resolve === undefined) this.#queue.push(conn)
    else resolve(conn)
  }
}
