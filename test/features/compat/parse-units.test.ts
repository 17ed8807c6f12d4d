import { expect, test } from 'vitest'
import { parseBytes, parseMilliseconds } from '../../../src/features/compat/parse-units.js'

test.each([
  [1024, 1024],
  ['1024', 1024],
  ['1kb', 1024],
  ['1.5KB', 1536],
  ['100 mb', 104857600],
  ['1gb', 1073741824],
  ['2tb', 2199023255552],
  ['1b', 1],
  ['-1kb', -1024],
  [Infinity, Infinity],
  [NaN, undefined],
  ['kb', undefined],
  ['1 zb', undefined],
  ['', undefined],
  ['1kbx', undefined],
])('%j is %j bytes', (value, expected) => {
  expect(parseBytes(value)).toBe(expected)
})

test.each([
  ['100', 100],
  ['1s', 1000],
  ['1.5h', 5_400_000],
  ['2 days', 172_800_000],
  ['1d', 86_400_000],
  ['1w', 604_800_000],
  ['1 year', 31_557_600_000],
  ['10 Minutes', 600_000],
  ['.5m', 30_000],
  ['-1s', -1000],
  ['5ms', 5],
  ['x', undefined],
  ['', undefined],
  ['1 fortnight', undefined],
])('%j is %j milliseconds', (value, expected) => {
  expect(parseMilliseconds(value)).toBe(expected)
})
