const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
  pb: 1024 ** 5,
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_557_600_000,
}

const LONG_UNITS: readonly [RegExp, string][] = [
  [/^(?:milliseconds?|msecs?|ms)?$/, 'ms'],
  [/^(?:seconds?|secs?|s)$/, 's'],
  [/^(?:minutes?|mins?|m)$/, 'm'],
  [/^(?:hours?|hrs?|h)$/, 'h'],
  [/^(?:days?|d)$/, 'd'],
  [/^(?:weeks?|w)$/, 'w'],
  [/^(?:years?|yrs?|y)$/, 'y'],
]

/**
 * Reads a size such as `100kb`.
 *
 * @returns bytes; `undefined` when the text is no size
 */
export function parseBytes(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value
  const found = /^([-+]?\d+(?:\.\d+)?) *(b|kb|mb|gb|tb|pb)?$/i.exec(value)
  if (found === null) return undefined
  return Math.floor(Number(found[1]) * BYTES[found[2]?.toLowerCase() ?? 'b']!)
}

/**
 * Reads a duration such as `1d` or `2 hours`.
 *
 * @returns milliseconds; `undefined` when the text is no duration
 */
export function parseMilliseconds(value: string): number | undefined {
  const found = /^(-?(?:\d+)?\.?\d+) *([a-z]*)$/i.exec(value.slice(0, 100))
  if (found === null) return undefined
  const unit = LONG_UNITS.find(([words]) => words.test(found[2]!.toLowerCase()))?.[1]
  return unit === undefined ? undefined : Number(found[1]) * MILLISECONDS[unit]!
}
