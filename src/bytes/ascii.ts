/**
 * 1 for each byte of an RFC 9110 token (section 5.6.2): letters, digits and
 * ``! # $ % & ' * + - . ^ _ ` | ~``
 */
// prettier-ignore
export const TOKEN_CHARS = Uint8Array.of(
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 00 - 0f
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 10 - 1f
  0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, // 20 - 2f  SP to /
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, // 30 - 3f  0 to ?
  0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // 40 - 4f  @ to O
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, // 50 - 5f  P to _
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // 60 - 6f  ` to o
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, // 70 - 7f  p to DEL
  ...new Array<number>(128).fill(0) //                80 - ff
)

/** 1 for each byte a field value may hold (RFC 9110, section 5.5): all but controls, of which HTAB alone is allowed. */
export const FIELD_VALUE_CHARS = Uint8Array.from({ length: 256 }, (_, c) =>
  c === 0x09 || (c >= 0x20 && c !== 0x7f) ? 1 : 0
)

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const UPPER = /[A-Z]/
const UPPER_ALL = /[A-Z]+/g
const NEWLINES = /[\r\n]/g

/** Whether `text` is a token: not empty and of token characters only (RFC 9110, section 5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** Replaces CR and LF by spaces, so that a value set by a program cannot start a header line of its own. */
export function withoutNewlines(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(NEWLINES, ' ') : text
}

/** Lower-cases ASCII letters, and no other letter: the bytes of UTF-8 are not to be touched. */
export function lowerCase(text: string): string {
  return UPPER.test(text) ? text.replace(UPPER_ALL, (letters) => letters.toLowerCase()) : text
}

/** Compares two strings ignoring the case of ASCII letters, and of no other letter. */
export function equalsIgnoreCase(a: string, b: string): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const lower = x | 0x20
    if (lower !== (y | 0x20) || lower < 0x61 || lower > 0x7a || x > 0x7f || y > 0x7f) return false
  }
  return true
}
