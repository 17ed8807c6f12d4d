import type { Addr, Conn } from '../../net/conn.js'
import { PipeConn } from './pipe-conn.js'

/** Two connected ends in memory: what is written to one is read from the other. Go: `PipeConns`. */
export class PipeConns {
  readonly #first: PipeConn
  readonly #second: PipeConn

  constructor() {
    ;[this.#first, this.#second] = PipeConn.pair()
  }

  conn1(): Conn {
    return this.#first
  }

  conn2(): Conn {
    return this.#second
  }

  /** Sets the addresses that the ends report. */
  setAddresses(local1: Addr, remote1: Addr, local2: Addr, remote2: Addr): void {
    this.#first.setAddresses(local1, remote1)
    this.#second.setAddresses(local2, remote2)
  }

  /** Closes both ends; what was written can still be read. */
  close(): void {
    this.#first.close()
    this.#second.close()
  }
}

/** Makes a pair of connected ends. Go: `NewPipeConns`. */
export function newPipeConns(): PipeConns {
  return new PipeConns()
}
