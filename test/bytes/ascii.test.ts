import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  equalsIgnoreCase,
  FIELD_VALUE_CHARS,
  isToken,
  lowerCase,
  TOKEN_CHARS,
  withoutNewlines,
} from '../../src/bytes/ascii.js'

const allBytes = Array.from({ length: 256 }, (_, c) => c)
const chars = (table: Uint8Array): string =>
  String.fromCharCode(...allBytes.filter((c) => table[c] === 1))

describe('TOKEN_CHARS', () => {
  test('holds the tchar of RFC 9110 and nothing else', () => {
    const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    expect([...chars(TOKEN_CHARS)].sort()).toEqual([...("!#$%&'*+-.^_`|~" + alphanumeric)].sort())
    expect(TOKEN_CHARS).toHaveLength(256)
  })
})

describe('FIELD_VALUE_CHARS', () => {
  test('leaves out controls other than HTAB', () => {
    const refused = allBytes.filter((c) => FIELD_VALUE_CHARS[c] === 0)
    expect(refused).toEqual([...allBytes.slice(0, 9), ...allBytes.slice(10, 32), 127])
  })
})

describe('isToken', () => {
  test.each(allBytes.map((c) => [c]))('byte %i as the tables say', (c) => {
    const char = String.fromCharCode(c)
    expect(isToken(char)).toBe(TOKEN_CHARS[c] === 1)
    expect(isToken(`a${char}b`)).toBe(TOKEN_CHARS[c] === 1)
  })

  test.each([
    ['the empty string', ''],
    ['a letter beyond latin1', '\u0130'],
    ['a line feed at the end', 'a\n'],
    ['the Kelvin sign, which lower-cases to k', '\u212a'],
  ])('%s is none', (_name, text) => {
    expect(isToken(text)).toBe(false)
  })
})

describe('withoutNewlines', () => {
  test.each([
    ['nothing to do', 'abc', 'abc'],
    ['each CR and LF becomes a space', 'a\r\nb\nc\r', 'a  b c '],
  ])('%s', (_name, text, expected) => {
    expect(withoutNewlines(text)).toBe(expected)
  })
})

describe('lowerCase', () => {
  test.each([
    ['ASCII letters', 'AbC-Z', 'abc-z'],
    ['bytes of UTF-8 stay', '\xc3\x89A', '\xc3\x89a'],
    ['neighbours of letters stay', '@[`{', '@[`{'],
  ])('%s', (_name, text, expected) => {
    expect(lowerCase(text)).toBe(expected)
  })
})

describe('equalsIgnoreCase', () => {
  test.each([
    ['same', 'Host', 'Host', true],
    ['other case', 'hOST', 'Host', true],
    ['other length', 'Host', 'Hosts', false],
    ['@ is not `', '@', '`', false],
    ['[ is not {', '[', '{', false],
    ['letters of latin1 keep their case', '\xc9', '\xe9', false],
    ['the Kelvin sign is not k', '\u212a', 'k', false],
    ['a letter 256 above is not the letter', '\u0141', 'a', false],
  ])('%s', (_name, a, b, expected) => {
    expect(equalsIgnoreCase(a, b)).toBe(expected)
    expect(equalsIgnoreCase(b, a)).toBe(expected)
  })

  test('property: for ASCII as comparing lower case', () => {
    const ascii = fc.string({ unit: 'binary-ascii' })
    fc.assert(
      fc.property(ascii, ascii, fc.boolean(), (a, b, related) => {
        const other = related ? a.toUpperCase() : b
        expect(equalsIgnoreCase(a, other)).toBe(a.toLowerCase() === other.toLowerCase())
      })
    )
  })
})
