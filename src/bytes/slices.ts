/**
 * Text of a byte range without the argument handling of `Buffer#toString`, which costs as much as a short range itself. The methods
 * are undocumented but as old as Buffer; without them `toString` serves.
 */
interface Slices {
  latin1Slice?(start: number, end: number): string
  utf8Slice?(start: number, end: number): string
}

const hasSlices =
  typeof (Buffer.prototype as Slices).latin1Slice === 'function' &&
  typeof (Buffer.prototype as Slices).utf8Slice === 'function'

/** `buf[start, end)`, one character a byte. */
export const latin1Slice: (buf: Buffer, start: number, end: number) => string = hasSlices
  ? (buf, start, end) => (buf as unknown as Required<Slices>).latin1Slice(start, end)
  : (buf, start, end) => buf.toString('latin1', start, end)

/** `buf[start, end)` decoded as UTF-8. */
export const utf8Slice: (buf: Buffer, start: number, end: number) => string = hasSlices
  ? (buf, start, end) => (buf as unknown as Required<Slices>).utf8Slice(start, end)
  : (buf, start, end) => buf.toString('utf8', start, end)
