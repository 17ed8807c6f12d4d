import { ChunkedDecoder, type ChunkSink } from './chunked.js'

const NONE = 0
const COUNTED = 1
const CHUNKED = 2

/** Cuts the body of one message out of the bytes that follow its head (RFC 9112, section 6.3). */
export class BodyReader {
  #mode = NONE
  #left = 0
  #decoder: ChunkedDecoder | null = null

  /**
   * @param chunked - the body has chunked coding
   * @param length - its Content-Length otherwise; 0 or less for no body
   * @param maxTrailerBytes - limit of the trailer section
   */
  start(chunked: boolean, length: number, maxTrailerBytes: number): void {
    this.#decoder = chunked ? new ChunkedDecoder(maxTrailerBytes) : null
    this.#left = chunked || length < 0 ? 0 : length
    this.#mode = chunked ? CHUNKED : this.#left > 0 ? COUNTED : NONE
  }

  /** Has the whole body been read? */
  get done(): boolean {
    return this.#mode === NONE || (this.#mode === CHUNKED ? this.#decoder!.done : this.#left === 0)
  }

  /** Body bytes known to be still to come: of the whole body with Content-Length, of the current chunk otherwise. */
  get announced(): number {
    return this.#mode === CHUNKED ? this.#decoder!.announced : this.#left
  }

  /** Trailer fields, names and values by turns. */
  get trailers(): string[] {
    return this.#decoder?.trailers ?? []
  }

  /** Passes content of `buf[start, end)` on: the position reached, or a negative result of chunked. */
  read(buf: Buffer, start: number, end: number, sink: ChunkSink): number {
    if (this.#mode === CHUNKED) return this.#decoder!.decode(buf, start, end, sink)
    const stop = Math.min(end, start + this.#left)
    this.#left -= stop - start
    sink.onChunkData(buf, start, stop)
    return stop
  }
}
