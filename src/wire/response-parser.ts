import { FIELD_VALUE_CHARS } from '../bytes/ascii.js'
import { latin1Slice } from '../bytes/slices.js'
import { copyBytes, equalBytes, NO_VIEW, viewOf } from '../bytes/words.js'
import {
  BAD_LINE_END,
  BAD_TRANSFER_ENCODING,
  BAD_VERSION,
  FieldBlock,
  FRAMING_CONFLICT,
  NEED_MORE,
} from '../http/field-block.js'

/** Results below zero beside those of field-block. */
export const MISSING_SPACE = -101
export const BAD_STATUS_CODE = -102
export const BAD_REASON = -103

/** How the end of a body is found (RFC 9112, section 6.3). */
export const BODY_NONE = 0
export const BODY_LENGTH = 1
export const BODY_CHUNKED = 2
export const BODY_TO_END = 3

const CR = 13
const LF = 10
const SP = 32

const VERSION_PREFIX = [72, 84, 84, 80, 47, 49, 46] // HTTP/1.

/** Memory for a copy of a head, at first. */
const COPY_BYTES = 256

/**
 * Parses response heads. One parser serves one connection: a server mostly sends the very head it sent before, and equal bytes need no
 * second look. What a call found stands in the fields until the next one; `fields` itself is never changed afterwards, so that a
 * response may hold it for as long as it likes.
 */
export class ResponseParser {
  statusCode = 0
  minorVersion = 1
  reason = ''
  fields = new FieldBlock()
  /** Position behind the head. */
  next = 0

  /** Copy of the last head, from the first byte of the status line to the empty line. */
  #head = NO_VIEW
  /** Length of it, 0 for none. */
  #headLength = 0

  /**
   * Parses one head from `buf[start, end)`.
   *
   * @returns `0` when complete, or a negative result
   */
  parse(buf: Buffer, start: number, end: number): number {
    const length = this.#headLength
    if (length > 0 && end - start >= length) {
      if (equalBytes(viewOf(buf), start, this.#head, 0, length)) {
        this.next = start + length
        return 0
      }
    }
    return this.#scan(buf, start, end)
  }

  /** What follows the head of a response to a request with `method`. */
  bodyKind(method: string): number {
    const status = this.statusCode
    if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return BODY_NONE
    if (method === 'CONNECT' && status < 300) return BODY_NONE
    if (this.fields.chunked) return BODY_CHUNKED
    return this.fields.contentLength < 0 ? BODY_TO_END : BODY_LENGTH
  }

  /** May the connection carry another exchange, as far as the head says? (RFC 9112, section 9.3) */
  keepsAlive(): boolean {
    const { fields, statusCode } = this
    if (fields.closes || statusCode === 101) return false
    if (this.minorVersion === 0 && !fields.keepsAlive) return false
    // A length that must not be there: who knows what follows.
    return statusCode !== 204 || (!fields.chunked && fields.contentLength <= 0)
  }

  #scan(buf: Buffer, start: number, end: number): number {
    this.#headLength = 0
    let p = start
    for (let i = 0; i < 7; i++, p++) {
      if (p >= end) return NEED_MORE
      if (buf[p] !== VERSION_PREFIX[i]) return BAD_VERSION
    }
    if (p + 5 > end) return NEED_MORE
    const minor = buf[p]! - 48
    if (minor !== 0 && minor !== 1) return BAD_VERSION
    if (buf[p + 1] !== SP) return MISSING_SPACE
    const status = threeDigits(buf, p + 2)
    if (status < 100) return BAD_STATUS_CODE
    p += 5

    // The space belongs to the line even when there is no reason phrase, but servers leave it out.
    if (p >= end) return NEED_MORE
    let reasonStart = p
    if (buf[p] === SP) {
      reasonStart = ++p
      while (p < end && FIELD_VALUE_CHARS[buf[p]!] === 1) p++
    } else if (buf[p] !== CR && buf[p] !== LF) return BAD_STATUS_CODE
    if (p >= end) return NEED_MORE
    const reasonEnd = p
    if (buf[p] !== CR) return buf[p] === LF ? BAD_LINE_END : BAD_REASON
    if (p + 1 >= end) return NEED_MORE
    if (buf[p + 1] !== LF) return BAD_LINE_END
    p += 2

    const fields = new FieldBlock()
    const next = fields.scan(buf, p, end)
    if (next < 0) return next
    if (fields.chunked) {
      // A proxy that knows no chunked coding may have passed it on (RFC 9112, section 6.1).
      if (minor === 0) return BAD_TRANSFER_ENCODING
      if (fields.contentLength >= 0) return FRAMING_CONFLICT
    }
    fields.keepText()
    this.fields = fields
    this.statusCode = status
    this.minorVersion = minor
    this.reason = latin1Slice(buf, reasonStart, reasonEnd)
    this.next = next
    this.#keepHead(buf, start, next)
    return 0
  }

  #keepHead(buf: Buffer, start: number, end: number): void {
    const length = end - start
    if (length > this.#head.byteLength) {
      this.#head = new DataView(new ArrayBuffer(Math.max(COPY_BYTES, length)))
    }
    copyBytes(viewOf(buf), start, this.#head, 0, length)
    this.#headLength = length
  }
}

function threeDigits(buf: Uint8Array, p: number): number {
  const a = buf[p]! - 48
  const b = buf[p + 1]! - 48
  const c = buf[p + 2]! - 48
  return a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9 ? -1 : a * 100 + b * 10 + c
}
