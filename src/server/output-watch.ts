import type { Conn } from '../net/conn.js'

/** How often it is looked whether a client takes its output. */
const INTERVAL_MS = 2000

/** Tells a client that takes its output slowly from one that takes none. */
export class OutputWatch {
  #unsent = 0
  /** When the peer was last seen to take some. */
  #since = 0

  /** Begins anew, with another connection. */
  reset(): void {
    this.#unsent = 0
    this.#since = 0
  }

  /**
   * Looks at `conn` now.
   *
   * @param sendBy - when all must be sent, in milliseconds since the epoch; 0 for never
   * @param patience - milliseconds in which the peer must take some of it
   * @returns when to look again, or 0 when the time is up
   */
  look(conn: Conn, sendBy: number, patience: number): number {
    const now = Date.now()
    const { unsentBytes } = conn
    if (unsentBytes !== this.#unsent || unsentBytes === 0) this.#since = now
    this.#unsent = unsentBytes
    const giveUp = Math.min(sendBy || Infinity, this.#since + patience)
    return now >= giveUp ? 0 : Math.min(giveUp, now + INTERVAL_MS)
  }
}
