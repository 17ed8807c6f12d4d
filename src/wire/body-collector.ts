import type { ChunkSink } from './chunked.js'

const FIRST_BYTES = 16 * 1024

/** Gathers a body in one buffer that grows with what arrives, not with what was announced. */
export class BodyCollector implements ChunkSink {
  #buf: Buffer
  #length = 0

  /** @param expected - length the head announces, 0 when it is chunked */
  constructor(expected: number) {
    this.#buf = Buffer.allocUnsafe(Math.min(expected === 0 ? 1024 : expected, FIRST_BYTES))
  }

  get length(): number {
    return this.#length
  }

  onChunkData(buf: Buffer, start: number, end: number): boolean {
    const length = this.#length + end - start
    if (length > this.#buf.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#buf.length * 2))
      this.#buf.copy(grown, 0, 0, this.#length)
      this.#buf = grown
    }
    buf.copy(this.#buf, this.#length, start, end)
    this.#length = length
    return true
  }

  /** The body; the collector must not be used any more. */
  take(): Buffer {
    return this.#buf.subarray(0, this.#length)
  }
}
