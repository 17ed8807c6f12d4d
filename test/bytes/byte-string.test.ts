import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  appendTo,
  latin1,
  toBuffer,
  toByteString,
  toText,
  utf8ByteString,
} from '../../src/bytes/byte-string.js'

describe('toByteString and toText', () => {
  test.each([
    ['ASCII is itself', 'a/b', 'a/b'],
    ['text is written as UTF-8', 'é', '\xc3\xa9'],
    ['a lone surrogate has no UTF-8', '\ud800', '\xef\xbf\xbd'],
  ])('%s', (_name, text, bytes) => {
    expect(toByteString(text)).toBe(bytes)
  })

  test.each([
    ['UTF-8', '\xc3\xa9', 'é'],
    ['a stray byte', 'a\xffb', 'a\ufffdb'],
    ['an overlong slash is not a slash', '\xc0\xaf', '\ufffd\ufffd'],
    ['a byte order mark is kept', '\xef\xbb\xbfa', '\ufeffa'],
  ])('toText: %s', (_name, bytes, text) => {
    expect(toText(bytes)).toBe(text)
  })

  test('property: text survives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(toText(toByteString(text))).toBe(text)
      })
    )
  })

  test('property: bytes survive', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(new Uint8Array(toBuffer(toByteString(bytes)))).toEqual(bytes)
      })
    )
  })
})

test.each<[string, string]>([
  ['nothing', ''],
  ['ASCII', 'abc'],
  ['short', 'ä€😀\ud800'],
  ['as long as is encoded in one place', '€'.repeat(8192)],
  ['longer', '€'.repeat(8193)],
])('utf8ByteString: %s', (_, text) => {
  expect(utf8ByteString(text)).toBe(Buffer.from(text, 'utf8').toString('latin1'))
})

describe('latin1', () => {
  test('reads a view, not the buffer behind it', () => {
    expect(latin1(Uint8Array.of(1, 65, 66, 2).subarray(1, 3))).toBe('AB')
  })
})

describe('appendTo', () => {
  test('appends to a copy', () => {
    const dst = Buffer.from('a')
    expect(appendTo(dst, 'b\xff')).toEqual(Buffer.from([97, 98, 255]))
    expect(appendTo(undefined, 'b')).toEqual(Buffer.from('b'))
    expect(dst.toString()).toBe('a')
  })
})
