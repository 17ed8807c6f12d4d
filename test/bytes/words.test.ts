import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIELD_VALUE_CHARS } from '../../src/bytes/ascii.js'
import { commonBytes, copyBytes, equalBytes, fieldValueEnd, viewOf } from '../../src/bytes/words.js'

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
        expect(equalBytes(viewOf(buf), 0, viewOf(buf), b, bytes.length)).toBe(true)
        expect(equalBytes(viewOf(buf), b, viewOf(buf), 0, bytes.length)).toBe(true)
        buf[at % bytes.length]! ^= flip
        expect(equalBytes(viewOf(buf), 0, viewOf(buf), b, bytes.length)).toBe(false)
      }
    )
  )
})

test('what two ranges begin with in common is counted, to within a word', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.nat(29), (bytes, flip) => {
      const at = flip % bytes.length
      const one = Buffer.concat([Buffer.from('ab'), bytes])
      const other = Buffer.from(bytes)
      const view = new DataView(one.buffer, one.byteOffset, one.length)
      expect(commonBytes(view, 2, viewOf(other), 0, bytes.length)).toBe(bytes.length)
      other[at]! ^= 1
      const common = commonBytes(view, 2, viewOf(other), 0, bytes.length)
      expect([common <= at, at - common < 4]).toEqual([true, true])
    })
  )
})

test('bytes are copied, and no others', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.nat(30), fc.nat(30), (bytes, a, b) => {
      const from = Math.min(a, b, bytes.length)
      const to = Math.min(Math.max(a, b), bytes.length)
      const source = Buffer.concat([Buffer.from('ab'), bytes])
      const target = Buffer.alloc(40, 1)
      const expected = Buffer.from(target)
      source.copy(expected, from, 2 + from, 2 + to)
      copyBytes(viewOf(source), 2, new DataView(target.buffer, target.byteOffset, 40), from, to)
      expect(target).toEqual(expected)
    })
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
