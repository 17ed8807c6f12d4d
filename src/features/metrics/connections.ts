import type { Duplex } from 'node:stream'
import type { Server } from '../../server/server.js'

type Counted = Duplex & { readonly bytesRead?: number; readonly bytesWritten?: number }

/** Counts the connections of a server and the bytes on them, TLS and heads included. */
export class Connections {
  accepted = 0
  readonly #open = new Set<Counted>()
  #received = 0
  #sent = 0

  watch(server: Server): void {
    server.on('connection', (stream: Counted) => {
      this.accepted++
      this.#open.add(stream)
      stream.once('close', () => {
        this.#open.delete(stream)
        this.#received += stream.bytesRead ?? 0
        this.#sent += stream.bytesWritten ?? 0
      })
    })
  }

  /** Open ones, those that were hijacked included. */
  get open(): number {
    return this.#open.size
  }

  get received(): number {
    return this.#sum(this.#received, (stream) => stream.bytesRead)
  }

  get sent(): number {
    return this.#sum(this.#sent, (stream) => stream.bytesWritten)
  }

  #sum(closed: number, bytesOf: (stream: Counted) => number | undefined): number {
    let sum = closed
    for (const stream of this.#open) sum += bytesOf(stream) ?? 0
    return sum
  }
}
