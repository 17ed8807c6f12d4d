import type { Addr, Conn } from './conn.js'

/** A source of connections. */
export interface Listener {
  /** The next connection, `undefined` once the listener is closed. */
  accept(): Promise<Conn | undefined>
  close(): void
  addr(): Addr
}
