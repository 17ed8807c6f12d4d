import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIELD_VALUE_CHARS } from '../../src/bytes/ascii.js'
import { equalBytes, fieldValueEnd, viewOf } from '../../src/bytes/words.js'

test('a view shows the buffer it was asked for, also of memory shared with others', () => {
  const a = Buffer.from('xxabcd').subarray(2)
  const b = Buffer.from('efgh')
  for (const buf of [a, b, a]) {
    const view = viewOf(buf)
    expect(view.byteLength).toBe(4)
    expect(view.getUint8(3)).toBe(buf[3])
  }
})

test('equal ranges are equal, and no others', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 30 }),
      fc.nat(5),
      fc.nat(29),
      fc.integer({ min: 1, max: 255 }),
      (bytes, gap, at, flip) => {
        const buf = Buffer.concat([bytes, Buffer.alloc(gap), bytes])
        const b = bytes.length + gap
        expect(equalBytes(viewOf(buf), 0, b, bytes.length)).toBe(true)
        expect(equalBytes(viewOf(buf), b, 0, bytes.length)).toBe(true)
        buf[at % bytes.length]! ^= flip
        expect(equalBytes(viewOf(buf), 0, b, bytes.length)).toBe(false)
      }
    )
  )
})

/** Mostly bytes that pass, so that what does not stands anywhere in a word. */
const byte = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0x20, 0x41, 0x7e, 0x80, 0xff, 0x09) },
  { weight: 1, arbitrary: fc.nat(255) }
)

test('a value ends before the first byte it may not hold', () => {
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 24 }), fc.nat(4), fc.nat(4), (bytes, before, after) => {
      const buf = Buffer.from([...new Array<number>(before).fill(13), ...bytes])
      const end = Math.max(before, buf.length - after)
      let expected = before
      while (expected < end && FIELD_VALUE_CHARS[buf[expected]!] === 1) expected++
      expect(fieldValueEnd(buf, viewOf(buf), before, end)).toBe(expected)
    }),
    { numRuns: 2000 }
  )
})

test.each([...Array(256).keys()])('byte %i in every place of a word', (c) => {
  for (let at = 0; at < 8; at++) {
    const buf = Buffer.alloc(8, 0x41)
    buf[at] = c
    expect(fieldValueEnd(buf, viewOf(buf), 0, 8)).toBe(FIELD_VALUE_CHARS[c] === 1 ? 8 : at)
  }
})
