import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  escapeForm,
  escapeOf,
  escapePath,
  quoteArg,
  unescapeForm,
  unescapePercent,
  unquoteArg,
} from '../../src/bytes/escape.js'

const allBytes = String.fromCharCode(...Array.from({ length: 256 }, (_, c) => c))
const byteString = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'))

describe('escapeOf', () => {
  test('two upper-case digits', () => {
    expect([escapeOf('\0'), escapeOf('/'), escapeOf('\xff')]).toEqual(['%00', '%2F', '%FF'])
  })
})

describe('unescapePercent', () => {
  test.each([
    ['nothing', '', ''],
    ['no escape', 'foobar+', 'foobar+'],
    ['either case', '%2f%2F', '//'],
    ['% alone', '%', '%'],
    ['% and one digit', 'a%a', 'a%a'],
    ['no digits', '%zz', '%zz'],
    ['one digit too few', 'x%20y%2', 'x y%2'],
    ['% before an escape', '%%20', '% '],
    ['an escape that gives %', '%2541', '%41'],
    ['a byte that is not UTF-8', '%ff', '\xff'],
    ['NUL', 'a%00b', 'a\0b'],
  ])('%s', (_name, text, expected) => {
    expect(unescapePercent(text)).toBe(expected)
  })

  test.each(Array.from({ length: 256 }, (_, c) => [c]))('byte %i as a digit', (c) => {
    const char = String.fromCharCode(c)
    const digit = '0123456789abcdef'.indexOf(char.toLowerCase())
    const isDigit = digit !== -1
    expect(unescapePercent(`%4${char}`)).toBe(
      isDigit ? String.fromCharCode(0x40 + digit) : `%4${char}`
    )
    expect(unescapePercent(`%${char}1`)).toBe(
      isDigit ? String.fromCharCode(digit * 16 + 1) : `%${char}1`
    )
  })

  test('longer than the scratch buffer', () => {
    expect(unescapePercent('%41'.repeat(5000))).toBe('A'.repeat(5000))
    expect(unescapePercent('x'.repeat(3000) + '%')).toBe('x'.repeat(3000) + '%')
  })
})

describe('unescapeForm', () => {
  test.each([
    ['+ is a space', '+a++b', ' a  b'],
    ['an escaped + is a +', 'a%2Bb', 'a+b'],
    ['bytes beyond ASCII stay', 'd%\xd1F', 'd%\xd1F'],
    [
      'all sorts',
      'f.o%2C1%3A2%2F4=%7E%60%21%40%23%24%25%5E%26*%28%29_-%3D%2B%5C%7C%2F%5B%5D%7B%7D%3B%3A%27%22%3C%3E%2C.%2F%3F',
      'f.o,1:2/4=~`!@#$%^&*()_-=+\\|/[]{};:\'"<>,./?',
    ],
  ])('%s', (_name, text, expected) => {
    expect(unescapeForm(text)).toBe(expected)
  })
})

describe('escapeForm', () => {
  test('unreserved characters stay, a space becomes +', () => {
    expect(escapeForm('AZaz09-_.~')).toBe('AZaz09-_.~')
    expect(escapeForm("a b&c='*")).toBe('a+b%26c%3D%27%2A')
  })

  test('property: undone by unescapeForm, and of unreserved characters, + and escapes only', () => {
    fc.assert(
      fc.property(byteString, (bytes) => {
        const escaped = escapeForm(bytes)
        expect(escaped).toMatch(/^(?:[A-Za-z0-9\-_.~+]|%[0-9A-F]{2})*$/)
        expect(unescapeForm(escaped)).toBe(bytes)
      })
    )
  })

  test('all bytes as URLSearchParams has them, but for * and ~', () => {
    const text = allBytes.slice(0, 128)
    const expected = new URLSearchParams([['', text]]).toString().slice(1)
    expect(escapeForm(text)).toBe(expected.replace('*', '%2A').replace('%7E', '~'))
  })
})

describe('escapePath', () => {
  test('what stays', () => {
    const kept = [...allBytes].filter((c) => escapePath(c) === c).join('')
    expect(kept).toBe('$&+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~')
  })

  test('property: undone by unescapePercent', () => {
    fc.assert(
      fc.property(byteString, (bytes) => {
        expect(unescapePercent(escapePath(bytes))).toBe(bytes)
      })
    )
  })
})

describe('quoteArg and unquoteArg', () => {
  test.each([
    ['text', 'é ü', '%C3%A9+%C3%BC'],
    ['bytes', Uint8Array.of(0xff, 0x20), '%FF+'],
  ])('quoteArg: %s', (_name, value, expected) => {
    expect(quoteArg(value)).toBe(expected)
  })

  test.each([
    ['escapes', 'a%20b+c', 'a b c'],
    ['UTF-8', '%C3%A9', 'é'],
    ['not UTF-8', '%C3', '\ufffd'],
    ['bytes', Buffer.from('%41'), 'A'],
  ])('unquoteArg: %s', (_name, text, expected) => {
    expect(unquoteArg(text)).toBe(expected)
  })

  test('property: unquoteArg(quoteArg(text)) is text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(unquoteArg(quoteArg(text))).toBe(text)
      })
    )
  })
})
