import { excerpt, InvalidRangeError } from '../errors.js'

const RANGE = /^bytes=(\d*)-(\d*)$/

/**
 * Reads a Range value that asks for one range of bytes: `bytes=0-99`, `bytes=100-` or, for the last ones, `bytes=-100`. The end is cut to
 * the size. (RFC 9110, section 14.1.2)
 *
 * Throws `FH_ERR_INVALID_RANGE` for another unit, more than one range, a malformed one, and one that begins behind the end.
 * Go: `ParseByteRange`.
 *
 * @param size - of the whole, in bytes
 * @returns first and last position
 */
export function parseByteRange(value: string, size: number): [start: number, end: number] {
  const [, first, last] = RANGE.exec(value) ?? []
  if (first === undefined || last === undefined || first + last === '') {
    throw new InvalidRangeError(excerpt(value))
  }
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start > end || (last !== '' && first !== '' && Number(first) > Number(last))) {
    throw new InvalidRangeError(`${excerpt(value)} of ${size} bytes`)
  }
  return [start, end]
}
