import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BodyTooLargeError, CorruptBodyError } from '../../../src/errors.js'

/** What every content coding must do. */
export function codingSuite(
  encode: (src: string | Uint8Array, level?: number) => Buffer,
  decode: (src: Uint8Array, limit?: number) => Buffer,
  levels: readonly number[]
): void {
  const text = 'foobar '.repeat(1000)

  test.each(levels)('level %i', (level) => {
    expect(decode(encode(text, level)).toString()).toBe(text)
  })

  test('property: decode(encode(bytes)) is bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
        expect(new Uint8Array(decode(encode(bytes)))).toEqual(bytes)
      })
    )
  })

  describe('limit', () => {
    const encoded = encode(text)
    test.each([
      ['0 is none', 0],
      ['the exact size', text.length],
      ['more', text.length + 1],
    ])('%s', (_name, limit) => {
      expect(decode(encoded, limit)).toHaveLength(text.length)
    })

    test.each([
      ['one byte too few', text.length - 1],
      ['one byte', 1],
    ])('%s', (_name, limit) => {
      expect(() => decode(encoded, limit)).toThrow(BodyTooLargeError)
      expect(() => decode(encoded, limit)).toThrow(expect.objectContaining({ limit }))
    })

    test('a bomb stops at the limit', () => {
      const bomb = encode(Buffer.alloc(32 << 20))
      const before = process.memoryUsage().arrayBuffers
      expect(() => decode(bomb, 1000)).toThrow(BodyTooLargeError)
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20)
    })
  })

  describe('corrupt', () => {
    const encoded = encode(text)
    test.each([
      ['nothing', Buffer.alloc(0)],
      ['one byte', encoded.subarray(0, 1)],
      ['half', encoded.subarray(0, encoded.length / 2)],
      ['all but the last byte', encoded.subarray(0, -1)],
      ['something else', Buffer.from('this is not compressed at all')],
    ])('%s', (_name, bytes) => {
      expect(() => decode(bytes)).toThrow(CorruptBodyError)
    })
  })
}
