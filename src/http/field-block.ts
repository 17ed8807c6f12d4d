import { FIELD_VALUE_CHARS, TOKEN_CHARS } from '../bytes/ascii.js'
import { latin1Slice } from '../bytes/slices.js'
import { isValidHost } from './host.js'

/**
 * Scans the field lines of a message head once, byte by byte, checking every byte (RFC 9110, section 5; RFC 9112, section 5) and noting
 * where names and values lie and what the connection and body framing depend on.
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
const PERCENT = 37
const BRACKET = 91

/** 1 for the characters of a registered name but escapes (RFC 3986, section 3.2.2). */
const REG_NAME = new Uint8Array(256)
for (const c of "-._~!$&'()*+,;=") REG_NAME[c.charCodeAt(0)] = 1
for (let i = 0; i < 128; i++) if (/[0-9A-Za-z]/.test(String.fromCharCode(i))) REG_NAME[i] = 1

const CONNECTION_CLOSE = 1
const CONNECTION_KEEP_ALIVE = 2
const CONNECTION_UPGRADE = 4

/** The field lines of one head. Offsets count from the start of the block. */
export class FieldBlock {
  /** The lines with their ends and the empty line behind them. */
  text = ''
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

  name(i: number): string {
    return this.text.slice(this.offsets[i * 4]!, this.offsets[i * 4 + 1]!)
  }

  value(i: number): string {
    return this.text.slice(this.offsets[i * 4 + 2]!, this.offsets[i * 4 + 3]!)
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

  reset(): void {
    this.text = ''
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
   * Scans the block that starts at `start`.
   *
   * @returns the position behind the empty line, or one of the negative results above
   */
  scan(buf: Uint8Array, start: number, end: number): number {
    this.reset()
    const offsets = this.offsets
    let p = start
    let n = 0
    for (;;) {
      if (p >= end) return NEED_MORE
      let c = buf[p]!
      if (c === CR) {
        if (p + 1 >= end) return NEED_MORE
        if (buf[p + 1] !== LF) return BAD_LINE_END
        break
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
      while (p < end && FIELD_VALUE_CHARS[buf[p]!] === 1) p++
      if (p + 1 >= end) return p < end && buf[p] !== CR ? lineEndError(buf[p]!) : NEED_MORE
      if (buf[p] !== CR) return lineEndError(buf[p]!)
      if (buf[p + 1] !== LF) return BAD_LINE_END
      let valueEnd = p
      while (valueEnd > valueStart && ((c = buf[valueEnd - 1]!) === SP || c === TAB)) valueEnd--
      p += 2

      if (n >= MAX_FIELDS) return TOO_MANY_FIELDS
      const o = n * 4
      offsets[o] = nameStart - start
      offsets[o + 1] = nameEnd - start
      offsets[o + 2] = valueStart - start
      offsets[o + 3] = valueEnd - start
      const known = this.#note(buf, n, nameStart, nameEnd, valueStart, valueEnd)
      if (known < 0) return known
      n++
    }
    this.count = n
    this.length = p + 2 - start
    return p + 2
  }

  /** Keeps the text, for names and values to be cut from. */
  keepText(buf: Buffer, start: number): void {
    this.text = latin1Slice(buf, start, start + this.length)
  }

  /** Looks at the fields that decide on routing, framing and the connection; picked by length and first letter. */
  #note(
    buf: Uint8Array,
    index: number,
    nameStart: number,
    nameEnd: number,
    valueStart: number,
    valueEnd: number
  ): number {
    const first = buf[nameStart]! | 0x20
    switch (nameEnd - nameStart) {
      case 4:
        if (first !== 0x68 || !isName(buf, nameStart, 'host')) return 0
        if (this.host >= 0) return DUPLICATE_HOST
        this.host = index
        return this.anyHost || isHost(buf, valueStart, valueEnd) ? 0 : BAD_HOST
      case 6:
        if (first !== 0x65 || !isName(buf, nameStart, 'expect')) return 0
        if (text(buf, valueStart, valueEnd) === '100-continue') this.expectsContinue = true
        return 0
      case 10:
        if (first !== 0x63 || !isName(buf, nameStart, 'connection')) return 0
        this.#noteConnection(buf, valueStart, valueEnd)
        return 0
      case 12:
        if (first !== 0x63 || !isName(buf, nameStart, 'content-type')) return 0
        this.multipart = (buf[valueStart]! | 0x20) === 0x6d
        return 0
      case 14:
        if (first !== 0x63 || !isName(buf, nameStart, 'content-length')) return 0
        if (this.contentLength >= 0) return DUPLICATE_CONTENT_LENGTH
        this.contentLength = decimal(buf, valueStart, valueEnd)
        return this.contentLength < 0 ? BAD_CONTENT_LENGTH : 0
      case 17:
        if (first !== 0x74 || !isName(buf, nameStart, 'transfer-encoding')) return 0
        if (++this.#transferEncodings > 1) return BAD_TRANSFER_ENCODING
        this.chunked = text(buf, valueStart, valueEnd) === 'chunked'
        return this.chunked ? 0 : BAD_TRANSFER_ENCODING
      default:
        return 0
    }
  }

  #noteConnection(buf: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (length === 10 && isName(buf, start, 'keep-alive')) {
      this.keepsAlive = true
      return
    }
    const options = connectionOptions(text(buf, start, end))
    if ((options & CONNECTION_CLOSE) !== 0) this.closes = true
    if ((options & CONNECTION_KEEP_ALIVE) !== 0) this.keepsAlive = true
    if ((options & CONNECTION_UPGRADE) !== 0) this.upgrades = true
  }
}

/** The connection options of RFC 9110, section 7.6.1 that a server acts on, as bits. */
function connectionOptions(value: string): number {
  let options = 0
  // Only OWS separates list members; `trim` would also take U+00A0 away.
  for (const option of value.split(/[ \t]*,[ \t]*/)) {
    if (option === 'close') options |= CONNECTION_CLOSE
    else if (option === 'keep-alive') options |= CONNECTION_KEEP_ALIVE
    else if (option === 'upgrade') options |= CONNECTION_UPGRADE
  }
  return options
}

function lineEndError(c: number): number {
  return c === LF ? BAD_LINE_END : BAD_VALUE
}

function isName(buf: Uint8Array, start: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const want = lower.charCodeAt(i)
    const c = buf[start + i]!
    if (c !== want && (want === 45 || (c | 0x20) !== want)) return false
  }
  return true
}

/** A short value in lower case. */
function text(buf: Uint8Array, start: number, end: number): string {
  let s = ''
  for (let i = start; i < end; i++) {
    const c = buf[i]!
    s += String.fromCharCode(c >= 65 && c <= 90 ? c | 0x20 : c)
  }
  return s
}

/** Digits only, below 2^53 (RFC 9110, section 8.6); `-1` otherwise. */
function decimal(buf: Uint8Array, start: number, end: number): number {
  if (end === start) return -1
  let n = 0
  for (let i = start; i < end; i++) {
    const digit = buf[i]! - 48
    if (digit < 0 || digit > 9) return -1
    n = n * 10 + digit
    if (n > Number.MAX_SAFE_INTEGER) return -1
  }
  return n
}

/** uri-host with an optional port (RFC 9112, section 3.2); empty passes here. What passes is a host to URI as well. */
function isHost(buf: Uint8Array, start: number, end: number): boolean {
  let p = start
  while (p < end && REG_NAME[buf[p]!] === 1) p++
  if (p < end && (buf[p] === PERCENT || (p === start && buf[p] === BRACKET))) {
    return isValidHost(text(buf, start, end))
  }
  if (p < end && buf[p] === COLON) {
    p++
    while (p < end && buf[p]! >= 48 && buf[p]! <= 57) p++
  }
  return p === end
}
