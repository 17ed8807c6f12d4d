import { expect, test } from 'vitest'
import { parseByteRange } from '../../src/http/byte-range.js'

test.each([
  ['bytes=0-0', 10, [0, 0]],
  ['bytes=0-9', 10, [0, 9]],
  ['bytes=2-', 10, [2, 9]],
  ['bytes=2-100', 10, [2, 9]],
  ['bytes=-3', 10, [7, 9]],
  ['bytes=-100', 10, [0, 9]],
  ['bytes=0-99999999999999999999', 10, [0, 9]],
])('%s of %d', (value, size, range) => {
  expect(parseByteRange(value, size)).toEqual(range)
})

test.each([
  ['bytes=', 10],
  ['bytes=-', 10],
  ['bytes=-0', 10],
  ['bytes=10-', 10],
  ['bytes=3-2', 10],
  ['bytes=30-20', 10],
  ['bytes=0-1,2-3', 10],
  ['bytes=a-b', 10],
  ['bytes= 0-1', 10],
  ['bytes=+1-2', 10],
  ['bytes=1.0-2', 10],
  ['bytes=-5', 0],
  ['bytes=0-', 0],
  ['lines=0-1', 10],
  ['0-1', 10],
  ['', 10],
])('%s of %d is refused', (value, size) => {
  expect(() => parseByteRange(value, size)).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_RANGE' })
  )
})
