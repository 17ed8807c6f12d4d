import { TOKEN_CHARS } from '../bytes/ascii.js'
import { latin1Slice } from '../bytes/slices.js'
import { equalBytes, fieldValueEnd, NO_VIEW, viewOf } from '../bytes/words.js'
import * as noted from './noted-fields.js'

/**
 * Scans the field lines of a message head once, checking every byte (RFC 9110, section 5; RFC 9112, section 5) and noting where names
 * and values lie and what the connection and body framing depend on.
 */

/** Results below zero of the scanning functions. */
export const NEED_MORE = -1
export const BAD_LINE_END = -2
export const BAD_NAME = -3
export const BAD_VALUE = -4
export const OBS_FOLD = -5
export const BAD_CONTENT_LENGTH = -6
export const DUPLICATE_CONTENT_LENGTH = -7
export const BAD_TRANSFER_ENCODING = -8
export const DUPLICATE_HOST = -9
export const BAD_HOST = -10
export const BAD_REQUEST_LINE = -11
export const BAD_METHOD = -12
export const BAD_TARGET = -13
export const BAD_VERSION = -14
export const TOO_MANY_FIELDS = -15
export const FRAMING_CONFLICT = -16
export const MISSING_HOST = -17

/** More field lines than any client sends; each costs memory, whatever the limit in bytes. */
const MAX_FIELDS = 1000

const CR = 13
const LF = 10
const SP = 32
const TAB = 9
const COLON = 58

const NO_BYTES: Buffer = Buffer.alloc(0)

/** The field lines of one head. Offsets count from the start of the block. */
export class FieldBlock {
  /** By fours: start and end of a name, start and end of its value. */
  readonly offsets: number[] = []
  /** Number of field lines. */
  count = 0
  /** Length of the block with its empty line, in bytes. */
  length = 0
  /** Takes any one Host, as node:http does, for handlers that stand in for it. */
  anyHost = false
  /** `-1` where there is none. */
  contentLength = -1
  chunked = false
  closes = false
  keepsAlive = false
  upgrades = false
  expectsContinue = false
  /** Content-Type may be a multipart one: it begins with `m`. */
  multipart = false
  /** Index of the field line, `-1` where there is none. */
  host = -1
  #transferEncodings = 0
  /** Which of the noted fields each line is. */
  readonly #kinds: number[] = []
  #text = ''
  /** Where the block stands, until `keepText`. */
  #bytes = NO_BYTES
  #view = NO_VIEW
  #start = 0

  /** The lines with their ends and the empty line behind them. */
  get text(): string {
    if (this.#text === '' && this.length > 0) {
      this.#text = latin1Slice(this.#bytes, this.#start, this.#start + this.length)
    }
    return this.#text
  }

  name(i: number): string {
    return this.text.slice(this.offsets[i * 4]!, this.offsets[i * 4 + 1]!)
  }

  value(i: number): string {
    return this.text.slice(this.offsets[i * 4 + 2]!, this.offsets[i * 4 + 3]!)
  }

  /** Is there a Host with a value? */
  get hasHost(): boolean {
    return this.host >= 0 && this.offsets[this.host * 4 + 3]! > this.offsets[this.host * 4 + 2]!
  }

  /** Index of the first field line of that name, in whatever case; `-1` when there is none. */
  find(name: string): number {
    for (let i = 0; i < this.count; i++) if (this.isNamed(i, name)) return i
    return -1
  }

  isNamed(i: number, name: string): boolean {
    const start = this.offsets[i * 4]!
    if (this.offsets[i * 4 + 1]! - start !== name.length) return false
    const text = this.text
    for (let k = 0; k < name.length; k++) {
      const x = text.charCodeAt(start + k)
      const y = name.charCodeAt(k)
      if (x !== y) {
        const lower = x | 0x20
        if (lower !== (y | 0x20) || lower < 0x61 || lower > 0x7a || y > 0x7f) return false
      }
    }
    return true
  }

  /** Cuts the block loose from the memory it was scanned in, which may be reused from here on. */
  keepText(): void {
    this.#text = this.text
    this.#bytes = NO_BYTES
    this.#view = NO_VIEW
  }

  /** The memory the block was scanned in was copied: `bytes` holds at `start` what it held `distance` bytes further on. */
  moveTo(bytes: Buffer, view: DataView, distance: number): void {
    this.#bytes = bytes
    this.#view = view
    this.#start -= distance
  }

  /** Forgets the block and the memory it was scanned in. */
  reset(): void {
    this.#text = ''
    this.#bytes = NO_BYTES
    this.#view = NO_VIEW
    this.count = 0
    this.length = 0
    this.contentLength = -1
    this.chunked = false
    this.closes = false
    this.keepsAlive = false
    this.upgrades = false
    this.expectsContinue = false
    this.multipart = false
    this.host = -1
    this.#transferEncodings = 0
  }

  /**
   * Scans the block that starts at `start`. `buf` is looked at until `keepText` or `moveTo`. Clients send the same lines again and
   * again: one that is byte for byte the line at the same place in the block before, as long as that is at hand, needs no second scan.
   *
   * @param same - so many bytes are known to be the same as those of the block before
   * @returns the position behind the empty line, or one of the negative results above
   */
  scan(buf: Buffer, start: number, end: number, same = 0): number {
    const { offsets } = this
    const kinds = this.#kinds
    const before = this.#start
    const linesEnd = this.length - 2
    const lines = this.#view
    const known = lines === NO_VIEW ? 0 : this.count
    const bytes = viewOf(buf)
    this.reset()
    let p = start
    for (let n = 0; ; n++) {
      const o = n * 4
      if (n < known) {
        const line = offsets[o]!
        const lineEnd = n + 1 < known ? offsets[o + 4]! : linesEnd
        const length = lineEnd - line
        if (
          lineEnd <= same ||
          (p + length <= end && equalBytes(bytes, p, lines, before + line, length))
        ) {
          const shift = p - start - offsets[o]!
          if (shift !== 0) for (let i = 0; i < 4; i++) offsets[o + i]! += shift
          p += length
          if (kinds[n] !== noted.NOTHING) {
            const result = this.#note(buf, start, n)
            if (result < 0) return result
          }
          continue
        }
      }

      if (p >= end) return NEED_MORE
      let c = buf[p]!
      if (c === CR) {
        if (p + 1 >= end) return NEED_MORE
        if (buf[p + 1] !== LF) return BAD_LINE_END
        this.#bytes = buf
        this.#view = bytes
        this.#start = start
        this.count = n
        this.length = p + 2 - start
        return p + 2
      }
      if (c === SP || c === TAB) return n === 0 ? BAD_NAME : OBS_FOLD
      if (c === LF) return BAD_LINE_END

      const nameStart = p
      while (p < end && TOKEN_CHARS[buf[p]!] === 1) p++
      if (p >= end) return NEED_MORE
      if (buf[p] !== COLON || p === nameStart) return BAD_NAME
      const nameEnd = p++

      while (p < end && ((c = buf[p]!) === SP || c === TAB)) p++
      const valueStart = p
      p = fieldValueEnd(buf, bytes, p, end)
      if (p + 1 >= end) return p < end && buf[p] !== CR ? lineEndError(buf[p]!) : NEED_MORE
      if (buf[p] !== CR) return lineEndError(buf[p]!)
      if (buf[p + 1] !== LF) return BAD_LINE_END
      let valueEnd = p
      while (valueEnd > valueStart && ((c = buf[valueEnd - 1]!) === SP || c === TAB)) valueEnd--
      p += 2

      if (n >= MAX_FIELDS) return TOO_MANY_FIELDS
      offsets[o] = nameStart - start
      offsets[o + 1] = nameEnd - start
      offsets[o + 2] = valueStart - start
      offsets[o + 3] = valueEnd - start
      const kind = noted.notedField(bytes, nameStart, nameEnd - nameStart)
      kinds[n] = kind
      if (kind !== noted.NOTHING) {
        const result = this.#note(buf, start, n)
        if (result < 0) return result
      }
    }
  }

  /** Takes note of line `n`, which is of one of the noted fields: `0`, or a negative result. */
  #note(buf: Buffer, block: number, n: number): number {
    const start = block + this.offsets[n * 4 + 2]!
    const end = block + this.offsets[n * 4 + 3]!
    switch (this.#kinds[n]) {
      case noted.HOST:
        if (this.host >= 0) return DUPLICATE_HOST
        this.host = n
        return this.anyHost || noted.isHost(buf, start, end) ? 0 : BAD_HOST
      case noted.EXPECT:
        if (noted.lowerText(buf, start, end) === '100-continue') this.expectsContinue = true
        return 0
      case noted.CONNECTION: {
        const options = noted.connectionOptions(buf, start, end)
        if ((options & noted.CLOSE) !== 0) this.closes = true
        if ((options & noted.KEEP_ALIVE) !== 0) this.keepsAlive = true
        if ((options & noted.UPGRADE) !== 0) this.upgrades = true
        return 0
      }
      case noted.CONTENT_TYPE:
        this.multipart = (buf[start]! | 0x20) === 0x6d
        return 0
      case noted.CONTENT_LENGTH:
        if (this.contentLength >= 0) return DUPLICATE_CONTENT_LENGTH
        this.contentLength = noted.decimal(buf, start, end)
        return this.contentLength < 0 ? BAD_CONTENT_LENGTH : 0
      default:
        if (++this.#transferEncodings > 1) return BAD_TRANSFER_ENCODING
        this.chunked = noted.lowerText(buf, start, end) === 'chunked'
        return this.chunked ? 0 : BAD_TRANSFER_ENCODING
    }
  }
}

function lineEndError(c: number): number {
  return c === LF ? BAD_LINE_END : BAD_VALUE
}
