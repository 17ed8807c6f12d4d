import { toByteString, toText } from './byte-string.js'
import { latin1Slice } from './slices.js'

/** `%00` to `%FF`. */
const ESCAPES = Array.from(
  { length: 256 },
  (_, c) => '%' + c.toString(16).toUpperCase().padStart(2, '0')
)

/** Percent escape of one character of a byte string. */
export function escapeOf(char: string): string {
  return ESCAPES[char.charCodeAt(0)] ?? char
}

const NOT_UNRESERVED = /[^A-Za-z0-9\-_.~]/
const NOT_UNRESERVED_ALL = /[^A-Za-z0-9\-_.~]/g
const NOT_PATH = /[^A-Za-z0-9\-_.~$&+,/:;=@]/
const NOT_PATH_ALL = /[^A-Za-z0-9\-_.~$&+,/:;=@]/g

/** Escapes decoded here are written here; longer input gets a buffer of its own. */
const scratch = Buffer.allocUnsafeSlow(1024)

/** Value of a hexadecimal digit's character code, or -1. */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Undoes percent escapes in a byte string. A `%` that starts no escape stands for itself. */
export function unescapePercent(bytes: string): string {
  if (!bytes.includes('%')) return bytes
  const { length } = bytes
  const out = length <= scratch.length ? scratch : Buffer.allocUnsafe(length)
  let n = 0
  for (let i = 0; i < length; i++) {
    let c = bytes.charCodeAt(i)
    if (c === 0x25) {
      const high = hexValue(bytes.charCodeAt(i + 1))
      const low = hexValue(bytes.charCodeAt(i + 2))
      if (high >= 0 && low >= 0) {
        c = (high << 4) | low
        i += 2
      }
    }
    out[n++] = c
  }
  return latin1Slice(out, 0, n)
}

/** Undoes form escapes in a byte string: percent escapes, and `+` for a space. */
export function unescapeForm(bytes: string): string {
  return unescapePercent(bytes.includes('+') ? bytes.replaceAll('+', ' ') : bytes)
}

/** Form-escapes a byte string: unreserved characters stay, a space becomes `+`, the rest `%XX`. */
export function escapeForm(bytes: string): string {
  if (!NOT_UNRESERVED.test(bytes)) return bytes
  return bytes.replace(NOT_UNRESERVED_ALL, (c) => (c === ' ' ? '+' : escapeOf(c)))
}

/** Escapes a path given as a byte string: unreserved characters and `$ & + , / : ; = @` stay, the rest becomes `%XX`. */
export function escapePath(bytes: string): string {
  return NOT_PATH.test(bytes) ? bytes.replace(NOT_PATH_ALL, escapeOf) : bytes
}

/**
 * Escapes a key or value of a query or a form. Go: `AppendQuotedArg`.
 *
 * @param text - text, written as UTF-8, or bytes
 */
export function quoteArg(text: string | Uint8Array): string {
  return escapeForm(toByteString(text))
}

/**
 * Undoes {@link quoteArg}; malformed escapes stay as they are. Go: `AppendUnquotedArg`.
 *
 * @param text - escaped text or bytes
 * @returns the text, with U+FFFD for bytes that are not UTF-8
 */
export function unquoteArg(text: string | Uint8Array): string {
  return toText(unescapeForm(toByteString(text)))
}
