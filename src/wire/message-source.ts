import { BodyTooLargeError, BrokenChunkError, UnexpectedEOFError } from '../errors.js'
import { BodyCollector } from './body-collector.js'
import { BodyReader } from './body-reader.js'

/** Largest head and trailer section of a message that is read from a source, in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024

const NO_BYTES = Buffer.alloc(0)

/** The body of one message. */
export interface ReadBody {
  readonly body: Buffer
  readonly trailers: string[]
}

/** Where messages are read from outside of a connection: bytes, or pieces that come one after the other. */
export class MessageSource {
  readonly #pieces: AsyncIterator<Uint8Array> | undefined
  /** What was read and not used. */
  rest: Buffer

  constructor(source: Uint8Array | AsyncIterable<Uint8Array>) {
    const isWhole = source instanceof Uint8Array
    this.rest = isWhole ? Buffer.from(source.buffer, source.byteOffset, source.length) : NO_BYTES
    this.#pieces = isWhole ? undefined : source[Symbol.asyncIterator]()
  }

  /** Adds a piece to {@link rest}; `false` when there is none. */
  async more(): Promise<boolean> {
    const next = await this.#pieces?.next()
    if (next === undefined || next.done === true) return false
    this.rest =
      this.rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.rest, next.value])
    return true
  }

  /** Uses the first `length` bytes of {@link rest} up. */
  take(length: number): void {
    this.rest = this.rest.subarray(length)
  }

  /**
   * Reads a body in chunked coding or of `length` bytes.
   *
   * @param maxBodySize - bytes; 0 for no limit
   */
  async readBody(chunked: boolean, length: number, maxBodySize: number): Promise<ReadBody> {
    const limit = maxBodySize > 0 ? maxBodySize : Infinity
    if (length > limit) throw new BodyTooLargeError(maxBodySize, length)
    const reader = new BodyReader()
    const collector = new BodyCollector(chunked ? 0 : Math.max(length, 0))
    reader.start(chunked, length, MAX_HEAD_BYTES)
    while (!reader.done) {
      if (this.rest.length === 0 && !(await this.more())) throw new UnexpectedEOFError()
      const next = reader.read(this.rest, 0, this.rest.length, collector)
      if (next < 0) throw new BrokenChunkError()
      if (collector.length + (chunked ? reader.announced : 0) > limit) {
        throw new BodyTooLargeError(maxBodySize)
      }
      // A chunk head that has not arrived whole.
      if (next === 0 && !(await this.more())) throw new UnexpectedEOFError()
      this.take(next)
    }
    return { body: collector.take(), trailers: reader.trailers }
  }

  /** Reads a body that ends with the source. */
  async readToEnd(maxBodySize: number): Promise<ReadBody> {
    do {
      if (maxBodySize > 0 && this.rest.length > maxBodySize)
        throw new BodyTooLargeError(maxBodySize)
    } while (await this.more())
    const body = this.rest
    this.rest = NO_BYTES
    return { body, trailers: [] }
  }
}
