import { Buffer } from 'node:buffer'
import { latin1Slice } from './slices.js'

/**
 * Header material, paths and arguments are held as byte strings: JavaScript strings in which each character is one byte (latin1).
 * They cost no conversion on the way from and to the wire, keep bytes that are not UTF-8, and are the text itself as long as all is
 * ASCII, which it mostly is.
 */

const NON_ASCII = /[^\x00-\x7f]/

/** Where texts are encoded on their way to a byte string. */
const scratch = Buffer.allocUnsafeSlow(24 * 1024)
const MAX_SCRATCH_CHARS = scratch.length / 3

/** Text, written as UTF-8, or bytes. */
export type TextOrBytes = string | Uint8Array

/** Bytes of a text (UTF-8) or of a buffer, one per character. */
export function toByteString(text: TextOrBytes): string {
  if (typeof text !== 'string') return latin1(text)
  return NON_ASCII.test(text) ? utf8ByteString(text) : text
}

/** The UTF-8 encoding of a text, one character a byte. */
export function utf8ByteString(text: string): string {
  if (text.length > MAX_SCRATCH_CHARS) return Buffer.from(text, 'utf8').toString('latin1')
  return latin1Slice(scratch, 0, scratch.write(text, 0, 'utf8'))
}

/** Text of a byte string: its UTF-8 decoding, with U+FFFD for what is not UTF-8. */
export function toText(bytes: string): string {
  return NON_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}

/** A buffer's bytes, one per character. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** A new buffer with the bytes of a byte string. */
export function toBuffer(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1')
}

/** A new buffer with the bytes of `dst` and, behind them, those of a byte string. */
export function appendTo(dst: Uint8Array | undefined, bytes: string): Buffer {
  return dst === undefined ? toBuffer(bytes) : Buffer.concat([dst, toBuffer(bytes)])
}
