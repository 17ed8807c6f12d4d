import { FieldBlock, NEED_MORE } from '../http/field-block.js'
import { isTrailerAllowed } from '../http/trailer.js'

/** Receives the data of chunks; the range is valid during the call only. Returning `false` stops decoding behind it. */
export interface ChunkSink {
  onChunkData(buf: Buffer, start: number, end: number): boolean
}

export const BAD_CHUNK = -1
export const BAD_TRAILER = -2
export const TRAILER_TOO_LARGE = -3

const MAX_SIZE_DIGITS = 15
/** Bytes of chunk extensions of one body: nobody needs them, and unlimited ones keep a server busy for nothing. */
const MAX_EXTENSION_BYTES = 16 * 1024

const CR = 13
const LF = 10

const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILER = 6
const DONE = 7

/** Decodes a chunked body (RFC 9112, section 7.1), strictly: every line end is CRLF and nothing stands beside a size but extensions. */
export class ChunkedDecoder {
  /** Names and values of the trailer section by turns, complete once `done`. */
  trailers: string[] = []
  #state = SIZE
  #size = 0
  #digits = 0
  #extensionBytes = 0
  #trailer: Buffer | null = null
  readonly #maxTrailerBytes: number

  constructor(maxTrailerBytes: number) {
    this.#maxTrailerBytes = maxTrailerBytes
  }

  get done(): boolean {
    return this.#state === DONE
  }

  /** Size of the current chunk while its data is still to come: what a limit can be checked against before reading it. */
  get announced(): number {
    return this.#state === DATA ? this.#size : 0
  }

  /** Decodes `buf[start, end)`: the position reached or a negative result. */
  decode(buf: Buffer, start: number, end: number, sink: ChunkSink): number {
    let p = start
    while (p < end && this.#state !== DONE) {
      switch (this.#state) {
        case DATA: {
          const stop = Math.min(end, p + this.#size)
          this.#size -= stop - p
          if (this.#size === 0) this.#state = DATA_CR
          const goOn = sink.onChunkData(buf, p, stop)
          p = stop
          if (!goOn) return p
          break
        }
        case TRAILER: {
          const next = this.#readTrailer(buf, p, end)
          if (next < 0) return next
          p = next
          break
        }
        default:
          if (!this.#step(buf[p]!)) return BAD_CHUNK
          p++
      }
    }
    return p
  }

  /** One byte of a size line or of the line end behind chunk data; `false` when it must not stand there. */
  #step(c: number): boolean {
    switch (this.#state) {
      case SIZE: {
        const digit = hexDigit(c)
        if (digit >= 0) {
          this.#size = this.#size * 16 + digit
          return ++this.#digits <= MAX_SIZE_DIGITS && this.#size <= Number.MAX_SAFE_INTEGER
        }
        if (this.#digits === 0) return false
        if (c === CR) this.#state = SIZE_LF
        else if (c === 59) this.#state = EXTENSION
        else return false
        return true
      }
      case EXTENSION:
        if (c === CR) this.#state = SIZE_LF
        else if ((c < 32 && c !== 9) || c === 127) return false
        return ++this.#extensionBytes <= MAX_EXTENSION_BYTES
      case SIZE_LF:
        if (c !== LF) return false
        this.#digits = 0
        this.#state = this.#size === 0 ? TRAILER : DATA
        return true
      case DATA_CR:
        this.#state = DATA_LF
        return c === CR
      default:
        this.#state = SIZE
        return c === LF
    }
  }

  #readTrailer(buf: Buffer, start: number, end: number): number {
    const before = this.#trailer === null ? 0 : this.#trailer.length
    if (before === 0 && end - start >= 2 && buf[start] === CR && buf[start + 1] === LF) {
      this.#state = DONE
      return start + 2
    }
    // Seldom more than a few bytes: joined with what came before, and scanned again.
    const part = buf.subarray(start, end)
    const all = this.#trailer === null ? part : Buffer.concat([this.#trailer, part])
    const block = new FieldBlock()
    const next = block.scan(all, 0, all.length)
    if (next === NEED_MORE) {
      if (all.length > this.#maxTrailerBytes) return TRAILER_TOO_LARGE
      this.#trailer = Buffer.from(all)
      return end
    }
    if (next < 0) return BAD_TRAILER
    if (next > this.#maxTrailerBytes) return TRAILER_TOO_LARGE
    block.keepText()
    for (let i = 0; i < block.count; i++) {
      if (!isTrailerAllowed(block.name(i))) return BAD_TRAILER
      this.trailers.push(block.name(i), block.value(i))
    }
    this.#trailer = null
    this.#state = DONE
    return start + next - before
  }
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const lower = c | 0x20
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
