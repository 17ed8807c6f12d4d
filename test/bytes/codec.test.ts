import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatIPv4,
  formatUint,
  htmlEscape,
  parseIPv4,
  parseUfloat,
  parseUint,
  ufloatValue,
  uintValue,
} from '../../src/bytes/codec.js'
import { InvalidIPError, InvalidNumberError } from '../../src/errors.js'

const MAX = Number.MAX_SAFE_INTEGER

describe('parseUint', () => {
  test.each([
    ['0', 0],
    ['123', 123],
    ['0123', 123],
    ['00000000000000000001', 1],
    [String(MAX), MAX],
  ])('%s', (text, expected) => {
    expect(parseUint(text)).toBe(expected)
    expect(parseUint(Buffer.from(text))).toBe(expected)
    expect(uintValue(text)).toBe(expected)
  })

  test.each([
    ['empty', ''],
    ['sign', '-123'],
    ['plus', '+1'],
    ['letters', 'foobar234'],
    ['trailing letter', '123w'],
    ['fraction', '1234.5'],
    ['exponent', '1e3'],
    ['hexadecimal', '0x10'],
    ['spaces around', ' 1 '],
    ['trailing newline', '1\n'],
    ['separator', '1_000'],
    ['digits of another script', '\u0661'],
    ['2^53', '9007199254740992'],
    ['above 2^64', '12345678901234567890123'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseUint(text)).toThrow(InvalidNumberError)
    expect(uintValue(text)).toBeNaN()
  })

  test('property: undone by formatUint', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(parseUint(formatUint(n))).toBe(n)
      })
    )
  })
})

describe('formatUint', () => {
  test.each([[-1], [1.5], [NaN], [Infinity], [MAX + 1]])('refuses %d', (n) => {
    expect(() => formatUint(n)).toThrow(InvalidNumberError)
  })
})

describe('parseUfloat', () => {
  test.each([
    ['0', 0],
    ['1.', 1],
    ['.1', 0.1],
    ['001.5', 1.5],
    ['123.456', 123.456],
    ['1.234e+3', 1234],
    ['1234e-1', 123.4],
    ['5E2', 500],
  ])('%s', (text, expected) => {
    expect(parseUfloat(text)).toBe(expected)
    expect(ufloatValue(text)).toBe(expected)
  })

  test.each([
    ['empty', ''],
    ['a dot', '.'],
    ['negative', '-1'],
    ['plus', '+1'],
    ['trailing garbage', '1a'],
    ['two dots', '1.2.3'],
    ['empty exponent', '1e'],
    ['sign of nothing', '1e+'],
    ['hexadecimal', '0x1p4'],
    ['infinity', 'inf'],
    ['Infinity', 'Infinity'],
    ['nan', 'nan'],
    ['beyond a double', '1e999'],
    ['space', '1 '],
  ])('refuses %s', (_name, text) => {
    expect(() => parseUfloat(text)).toThrow(InvalidNumberError)
    expect(ufloatValue(text)).toBeNaN()
  })

  test('property: reads what String writes', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noDefaultInfinity: true, noNaN: true }), (n) => {
        expect(parseUfloat(String(Math.abs(n)))).toBe(Math.abs(n))
      })
    )
  })
})

describe('parseIPv4 and formatIPv4', () => {
  test.each([['0.0.0.0'], ['127.0.0.1'], ['255.255.255.255'], ['123.45.67.89']])('%s', (text) => {
    expect(formatIPv4(parseIPv4(text))).toBe(text)
    expect([...parseIPv4(Buffer.from(text))]).toEqual(text.split('.').map(Number))
  })

  test.each([
    ['IPv6', '2001:4860:0:2001::68'],
    ['empty', ''],
    ['a name', 'foobar'],
    ['three parts', '1.2.3'],
    ['five parts', '1.2.3.4.5'],
    ['an empty part', '1..3.4'],
    ['a trailing dot', '1.2.3.4.'],
    ['above 255', '123.456.78.9'],
    ['a letter', '1.2.3.b'],
    ['a leading zero', '1.2.3.04'],
    ['a sign', '1.2.3.+4'],
    ['a space', '1.2.3.4 '],
  ])('refuses %s', (_name, text) => {
    expect(() => parseIPv4(text)).toThrow(InvalidIPError)
  })

  test('formatIPv4 refuses another number of bytes', () => {
    expect(() => formatIPv4(new Uint8Array(16))).toThrow(InvalidIPError)
  })

  test('property: parseIPv4(formatIPv4(bytes)) is bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        expect(parseIPv4(formatIPv4(bytes))).toEqual(bytes)
      })
    )
  })
})

describe('htmlEscape', () => {
  test.each([
    ['nothing', '', ''],
    ['plain', 'a', 'a'],
    ['all five', `><"'&`, '&gt;&lt;&#34;&#39;&amp;'],
    ['markup', "fo<b x='ss'>a</b>xxx", 'fo&lt;b x=&#39;ss&#39;&gt;a&lt;/b&gt;xxx'],
    ['an entity', '&lt;', '&amp;lt;'],
  ])('%s', (_name, text, expected) => {
    expect(htmlEscape(text)).toBe(expected)
  })
})
