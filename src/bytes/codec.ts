import { excerpt, InvalidIPError, InvalidNumberError } from '../errors.js'
import { latin1 } from './byte-string.js'

const DIGITS = /^[0-9]+$/
const UFLOAT = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/
const HTML_SPECIAL = /[<>&"']/g
const HTML_ENTITIES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&#34;',
  "'": '&#39;',
}

const asString = (text: string | Uint8Array): string =>
  typeof text === 'string' ? text : latin1(text)

/**
 * {@link parseUint} that returns NaN in place of throwing.
 */
export function uintValue(text: string): number {
  const n = DIGITS.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(n) ? n : NaN
}

/**
 * {@link parseUfloat} that returns NaN in place of throwing.
 */
export function ufloatValue(text: string): number {
  const n = UFLOAT.test(text) ? Number(text) : NaN
  return Number.isFinite(n) ? n : NaN
}

/**
 * Value of a string of decimal digits. Go: `ParseUint`.
 *
 * Throws `FH_ERR_INVALID_NUMBER` when there is anything but digits, nothing at all, or a value above 2^53-1.
 */
export function parseUint(text: string | Uint8Array): number {
  const digits = asString(text)
  const n = uintValue(digits)
  if (Number.isNaN(n)) throw new InvalidNumberError(excerpt(digits))
  return n
}

/** Decimal digits of an integer from 0 to 2^53-1; throws `FH_ERR_INVALID_NUMBER` for any other number. Go: `AppendUint`. */
export function formatUint(n: number): string {
  if (!Number.isSafeInteger(n) || n < 0) throw new InvalidNumberError(String(n))
  return String(n)
}

/**
 * Value of an unsigned decimal number with optional fraction and exponent: `1`, `1.`, `.5`, `1.25e+3`. Go: `ParseUfloat`, without the
 * hexadecimal, infinite and not-a-number forms.
 *
 * Throws `FH_ERR_INVALID_NUMBER` for anything else and beyond the range of a double.
 */
export function parseUfloat(text: string | Uint8Array): number {
  const number = asString(text)
  const n = ufloatValue(number)
  if (Number.isNaN(n)) throw new InvalidNumberError(excerpt(number))
  return n
}

/**
 * The four bytes of a dotted IPv4 address. Go: `ParseIPv4`.
 *
 * Throws `FH_ERR_INVALID_IP` for anything but four decimal numbers up to 255 without leading zeros, which some readers take for octal.
 */
export function parseIPv4(text: string | Uint8Array): Uint8Array {
  const address = asString(text)
  const parts = address.split('.', 5)
  const bytes = new Uint8Array(4)
  for (let i = 0; i < 4; i++) {
    const part = parts[i]
    const n = part !== undefined && IPV4_PART.test(part) ? Number(part) : 256
    if (n > 255 || parts.length !== 4) throw new InvalidIPError(excerpt(address))
    bytes[i] = n
  }
  return bytes
}

/** Dotted form of the four bytes of an IPv4 address; throws `FH_ERR_INVALID_IP` for any other number of bytes. Go: `AppendIPv4`. */
export function formatIPv4(bytes: Uint8Array): string {
  if (bytes.length !== 4) throw new InvalidIPError(`${bytes.length} bytes`)
  return bytes.join('.')
}

/** Escapes `<`, `>`, `&`, `"` and `'` for use in HTML text and attribute values. Go: `AppendHTMLEscape`. */
export function htmlEscape(text: string): string {
  return text.replace(HTML_SPECIAL, (c) => HTML_ENTITIES[c] ?? c)
}
