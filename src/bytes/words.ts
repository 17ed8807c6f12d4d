import { FIELD_VALUE_CHARS } from './ascii.js'

/** Scans over bytes that take four at a time. A DataView reads words at any offset, and in machine code. */

const TAB = 9
const NO_BYTES: Buffer = Buffer.alloc(0)
/** A view of nothing. */
export const NO_VIEW: DataView = new DataView(NO_BYTES.buffer, NO_BYTES.byteOffset, 0)

/** The last buffer a view was asked for: input mostly arrives in the same memory. */
let viewed = NO_BYTES
let view = NO_VIEW

/** A view of all of `buf`. */
export function viewOf(buf: Buffer): DataView {
  if (buf !== viewed) {
    view = new DataView(buf.buffer, buf.byteOffset, buf.length)
    viewed = buf
  }
  return view
}

/** How many of the `length` bytes at `a` of one view are the same, from the first on, as those at `b` of another; perhaps 3 fewer. */
export function commonBytes(
  bytes: DataView,
  a: number,
  others: DataView,
  b: number,
  length: number
): number {
  const wordsEnd = a + length - 3
  const distance = b - a
  let p = a
  for (; p < wordsEnd; p += 4) {
    if (bytes.getInt32(p, true) !== others.getInt32(p + distance, true)) return p - a
  }
  for (const stop = a + length; p < stop; p++) {
    if (bytes.getUint8(p) !== others.getUint8(p + distance)) return p - a
  }
  return length
}

/** Are the `length` bytes at `a` of one view the same as those at `b` of another? Both ranges must lie in their views. */
export function equalBytes(
  bytes: DataView,
  a: number,
  others: DataView,
  b: number,
  length: number
): boolean {
  return commonBytes(bytes, a, others, b, length) === length
}

/** Copies the bytes `[from, to)` behind `start` to the same place in `target`: up to some hundred, a loop beats a native call. */
export function copyBytes(
  bytes: DataView,
  start: number,
  target: DataView,
  from: number,
  to: number
): void {
  let i = from
  for (; i < to - 3; i += 4) target.setInt32(i, bytes.getInt32(start + i, true), true)
  for (; i < to; i++) target.setUint8(i, bytes.getUint8(start + i))
}

/** Position of the first byte of `[start, end)` that a field value may not hold (RFC 9110, section 5.5), `end` when there is none. */
export function fieldValueEnd(buf: Buffer, bytes: DataView, start: number, end: number): number {
  let p = start
  while (p < end - 3) {
    const word = bytes.getInt32(p, true)
    const low = word & 0x7f7f7f7f
    // The high bit of each byte that is a control or DEL: of those below 0x80, adding 1 sets it for DEL, adding 0x60 for all but controls.
    const found = ((low + 0x01010101) | ~(low + 0x60606060)) & ~word & 0x80808080
    if (found === 0) p += 4
    else {
      p += (31 - Math.clz32(found & -found)) >> 3
      if (buf[p] !== TAB) return p
      p++
    }
  }
  while (p < end && FIELD_VALUE_CHARS[buf[p]!] === 1) p++
  return p
}
