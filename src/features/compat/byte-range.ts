/** A range of bytes, both ends included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Ranges asked for, and their unit. */
export type ByteRanges = ByteRange[] & { type: string }

/**
 * Parses a Range value. (RFC 9110, section 14.2)
 *
 * @param size - of what is sent, in the unit of the range
 * @param value - such as `bytes=0-99`
 * @param options - `combine`: join ranges that overlap or touch
 * @returns the ranges cut to `size`, `-1` when none can be satisfied, `-2` when the value is malformed
 */
export function parseRange(
  size: number,
  value: string,
  options: { combine?: boolean } = {}
): ByteRanges | -1 | -2 {
  const equals = value.indexOf('=')
  if (equals === -1) return -2
  const ranges: ByteRange[] = []
  for (const spec of value.slice(equals + 1).split(',')) {
    const dash = spec.indexOf('-')
    if (dash === -1) return -2
    const first = spec.slice(0, dash).trim()
    const last = spec.slice(dash + 1).trim()
    const start = first === '' ? size - position(last) : position(first)
    const end = first === '' || last === '' ? size - 1 : Math.min(position(last), size - 1)
    if (Number.isNaN(start) || Number.isNaN(end)) return -2
    if (start <= end && start >= 0) ranges.push({ start, end })
  }
  if (ranges.length === 0) return -1
  return Object.assign(options.combine ? combine(ranges) : ranges, { type: value.slice(0, equals) })
}

function position(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN
}

/** Joins ranges that overlap or touch; what is left stays in the order the client asked in. */
function combine(ranges: readonly ByteRange[]): ByteRange[] {
  const sorted = ranges
    .map((range, order) => ({ ...range, order }))
    .sort((a, b) => a.start - b.start)
  const joined: { start: number; end: number; order: number }[] = []
  for (const range of sorted) {
    const last = joined.at(-1)
    if (last === undefined || range.start > last.end + 1) joined.push(range)
    else if (range.end > last.end) {
      last.end = range.end
      last.order = Math.min(last.order, range.order)
    }
  }
  return joined.sort((a, b) => a.order - b.order).map(({ start, end }) => ({ start, end }))
}
