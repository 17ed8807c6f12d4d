import { viewOf } from '../bytes/words.js'
import { isValidHost } from './host.js'

/** The fields that routing, framing and the connection depend on: how they are told apart, and what their values say. */

export const NOTHING = 0
export const HOST = 1
export const EXPECT = 2
export const CONNECTION = 3
export const CONTENT_TYPE = 4
export const CONTENT_LENGTH = 5
export const TRANSFER_ENCODING = 6

/** Connection options of RFC 9110, section 7.6.1 that a server acts on, as bits. */
export const CLOSE = 1
export const KEEP_ALIVE = 2
export const UPGRADE = 4

const COLON = 58
const PERCENT = 37
const BRACKET = 91

/** 1 for the characters of a registered name but escapes (RFC 3986, section 3.2.2). */
const REG_NAME = new Uint8Array(256)
for (const c of "-._~!$&'()*+,;=") REG_NAME[c.charCodeAt(0)] = 1
for (let i = 0; i < 128; i++) if (/[0-9A-Za-z]/.test(String.fromCharCode(i))) REG_NAME[i] = 1

/** Words of the text `lower`, which is in lower case; the last one overlaps the one before unless the length is a multiple of four. */
function wordsOf(lower: string): number[] {
  const bytes = viewOf(Buffer.from(lower))
  const words: number[] = []
  for (let i = 0; i < lower.length; i += 4) {
    words.push(bytes.getInt32(Math.min(i, lower.length - 4), true))
  }
  return words
}

const HOST_WORDS = wordsOf('host')
const EXPECT_WORDS = wordsOf('expect')
const CONNECTION_WORDS = wordsOf('connection')
const CONTENT_TYPE_WORDS = wordsOf('content-type')
const CONTENT_LENGTH_WORDS = wordsOf('content-length')
const TRANSFER_ENCODING_WORDS = wordsOf('transfer-encoding')
const KEEP_ALIVE_WORDS = wordsOf('keep-alive')

/**
 * Are the `length` bytes at `start` those of `words`, but for the case of letters? The bytes hold no controls: of what else there is,
 * setting the bit makes no other byte a letter or a hyphen.
 */
function isText(bytes: DataView, start: number, length: number, words: number[]): boolean {
  for (let i = 0; i < words.length; i++) {
    const offset = Math.min(i * 4, length - 4)
    if ((bytes.getInt32(start + offset, true) | 0x20202020) !== words[i]) return false
  }
  return true
}

/** Which of the fields the valid name at `start` is. */
export function notedField(bytes: DataView, start: number, length: number): number {
  switch (length) {
    case 4:
      return isText(bytes, start, length, HOST_WORDS) ? HOST : NOTHING
    case 6:
      return isText(bytes, start, length, EXPECT_WORDS) ? EXPECT : NOTHING
    case 10:
      return isText(bytes, start, length, CONNECTION_WORDS) ? CONNECTION : NOTHING
    case 12:
      return isText(bytes, start, length, CONTENT_TYPE_WORDS) ? CONTENT_TYPE : NOTHING
    case 14:
      return isText(bytes, start, length, CONTENT_LENGTH_WORDS) ? CONTENT_LENGTH : NOTHING
    case 17:
      return isText(bytes, start, length, TRANSFER_ENCODING_WORDS) ? TRANSFER_ENCODING : NOTHING
    default:
      return NOTHING
  }
}

/** A short value in lower case. */
export function lowerText(buf: Uint8Array, start: number, end: number): string {
  let s = ''
  for (let i = start; i < end; i++) {
    const c = buf[i]!
    s += String.fromCharCode(c >= 65 && c <= 90 ? c | 0x20 : c)
  }
  return s
}

/** The options that a value of Connection holds. */
export function connectionOptions(buf: Buffer, start: number, end: number): number {
  if (end - start === 10 && isText(viewOf(buf), start, 10, KEEP_ALIVE_WORDS)) return KEEP_ALIVE
  let options = 0
  // Only OWS separates list members; `trim` would also take U+00A0 away.
  for (const option of lowerText(buf, start, end).split(/[ \t]*,[ \t]*/)) {
    if (option === 'close') options |= CLOSE
    else if (option === 'keep-alive') options |= KEEP_ALIVE
    else if (option === 'upgrade') options |= UPGRADE
  }
  return options
}

/** A Content-Length: digits only, below 2^53 (RFC 9110, section 8.6); `-1` otherwise. */
export function decimal(buf: Uint8Array, start: number, end: number): number {
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
export function isHost(buf: Uint8Array, start: number, end: number): boolean {
  let p = start
  while (p < end && REG_NAME[buf[p]!] === 1) p++
  if (p < end && (buf[p] === PERCENT || (p === start && buf[p] === BRACKET))) {
    return isValidHost(lowerText(buf, start, end))
  }
  if (p < end && buf[p] === COLON) {
    p++
    while (p < end && buf[p]! >= 48 && buf[p]! <= 57) p++
  }
  return p === end
}
