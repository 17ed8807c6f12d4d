import { InmemoryListenerClosedError } from '../../errors.js'
import type { Addr, Conn } from '../../net/conn.js'
import type { Listener } from '../../net/listener.js'
import { INMEMORY_ADDR, PipeConn } from './pipe-conn.js'

interface Dial {
  conn: Conn
  accepted: () => void
  refused: (err: Error) => void
}

/**
 * A listener whose connections never leave the process: for tests, benchmarks and servers that call themselves.
 * Go: `InmemoryListener`.
 *
 * @example
 * const listener = new InmemoryListener()
 * void server.serve(listener)
 * const conn = await listener.dial()
 */
export class InmemoryListener implements Listener {
  readonly #dials: Dial[] = []
  readonly #accepts: ((conn: Conn | undefined) => void)[] = []
  #addr: Addr = INMEMORY_ADDR
  #closed = false

  accept(): Promise<Conn | undefined> {
    if (this.#closed) return Promise.resolve(undefined)
    const dial = this.#dials.shift()
    if (dial !== undefined) {
      dial.accepted()
      return Promise.resolve(dial.conn)
    }
    return new Promise((resolve) => this.#accepts.push(resolve))
  }

  /**
   * Connects; resolves to the client's end when the other end is accepted. The client may read and write through `Conn.open` or, as a
   * Duplex, through `Conn.stream`. Rejects with `FH_ERR_INMEMORY_LISTENER_CLOSED`.
   */
  dial(): Promise<Conn> {
    return this.dialWithLocalAddr(INMEMORY_ADDR)
  }

  /** As {@link dial}; the server sees `local` as the address of its client. */
  dialWithLocalAddr(local: Addr): Promise<Conn> {
    if (this.#closed) return Promise.reject(new InmemoryListenerClosedError())
    const [client, served] = PipeConn.pair()
    client.setAddresses(local, this.#addr)
    served.setAddresses(this.#addr, local)
    const accept = this.#accepts.shift()
    if (accept !== undefined) {
      accept(served)
      return Promise.resolve(client)
    }
    return new Promise((resolve, reject) => {
      this.#dials.push({ conn: served, accepted: () => resolve(client), refused: reject })
    })
  }

  /** Refuses dials that were not accepted yet, and ends `accept`. Accepted connections go on. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const accept of this.#accepts.splice(0)) accept(undefined)
    for (const dial of this.#dials.splice(0)) dial.refused(new InmemoryListenerClosedError())
  }

  addr(): Addr {
    return this.#addr
  }

  /** Sets the address the listener and connections dialed from here on report. */
  setLocalAddr(addr: Addr): void {
    this.#addr = addr
  }
}
