import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidNumberError, NoArgValueError } from '../../src/errors.js'
import { acquireArgs, Args, releaseArgs } from '../../src/http/args.js'

function parsed(text: string | Uint8Array): Args {
  const args = new Args()
  args.parse(text)
  return args
}
const pairs = (text: string): [string, string][] => [...parsed(text)]

describe('parse', () => {
  test.each<[string, string, [string, string][]]>([
    ['nothing', '', []],
    ['separators only', '&&&&', []],
    ['a key without a value', 'foo', [['foo', '']]],
    ['an empty value', 'foo=', [['foo', '']]],
    ['an empty key', '=bar', [['', 'bar']]],
    ['= alone', '=', [['', '']]],
    [
      'empty parts are skipped',
      '&&a=1&&&b=2&',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a repeated key',
      'x=1&x=2&x=3',
      [
        ['x', '1'],
        ['x', '2'],
        ['x', '3'],
      ],
    ],
    [
      '= in a value',
      'k=v=v=a&z=1',
      [
        ['k', 'v=v=a'],
        ['z', '1'],
      ],
    ],
    [
      'keys without values around one',
      'sss&z=dsf=&df',
      [
        ['sss', ''],
        ['z', 'dsf='],
        ['df', ''],
      ],
    ],
    ['; is no separator', 'a=1;b=2', [['a', '1;b=2']]],
    ['+ and escapes', 'f+o%20o=%D0%BF%D1%80+t', [['f o o', 'пр t']]],
    ['an escaped separator is none', 'a=1%26b%3D2', [['a', '1&b=2']]],
    [
      'malformed escapes stay',
      'f%=x&qw%z=d%0k%20p&%%20=%%%20x',
      [
        ['f%', 'x'],
        ['qw%z', 'd%0k p'],
        ['% ', '%% x'],
      ],
    ],
    ['bytes that are not UTF-8', 'a=%FFb', [['a', '\ufffdb']]],
    ['text beyond ASCII', 'ключ=й', [['ключ', 'й']]],
    ['a name of Object.prototype', '__proto__=1', [['__proto__', '1']]],
  ])('%s', (_name, text, expected) => {
    expect(pairs(text)).toEqual(expected)
    expect([...parsed(Buffer.from(text))]).toEqual(expected)
    expect(parsed(text).len()).toBe(expected.length)
  })

  test('replaces what was there', () => {
    const args = parsed('a=1')
    args.parse('b=2')
    expect(args.toString()).toBe('b=2')
  })

  test('many keys without a value take no time for = that is not there', () => {
    expect(parsed('a&'.repeat(300_000)).len()).toBe(300_000)
    expect(parsed('a&'.repeat(300_000) + 'b=1').peek('b')).toBe('1')
  })

  test('property: agrees with URLSearchParams', () => {
    const part = fc.oneof(
      fc.constantFrom('&', '=', '+', '%', '%41', '%C3%A9', '%c3', '%2', 'a', 'b', ';'),
      fc.string()
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('')
        // A leading `?` and a leading byte order mark are special to URLSearchParams alone.
        expect(pairs('x&' + text)).toEqual([...new URLSearchParams('x&' + text)])
      })
    )
  })
})

describe('peek and has', () => {
  const args = parsed('a&b=&c=1&c=2&d=%FF&%C3%A9=e')
  test.each([
    ['no value', 'a', true, ''],
    ['an empty value', 'b', true, ''],
    ['the first of several', 'c', true, '1'],
    ['absent', 'x', false, undefined],
    ['the empty key', '', false, undefined],
    ['a value as a key', '1', false, undefined],
    ['a key beyond ASCII', 'é', true, 'e'],
    ['a key as bytes', Buffer.from('é'), true, 'e'],
  ])('%s', (_name, key, has, value) => {
    expect(args.has(key)).toBe(has)
    expect(args.peek(key)).toBe(value)
    expect(args.peekBytes(key)).toEqual(value === undefined ? undefined : Buffer.from(value))
  })

  test('bytes that are not UTF-8', () => {
    expect(args.peekBytes('d')).toEqual(Buffer.from([0xff]))
  })

  test('peekMulti', () => {
    expect(args.peekMulti('c')).toEqual(['1', '2'])
    expect(args.peekMultiBytes('c')).toEqual([Buffer.from('1'), Buffer.from('2')])
    expect(args.peekMulti('a')).toEqual([''])
    expect(args.peekMulti('x')).toEqual([])
  })
})

describe('changes', () => {
  test('add keeps what is there', () => {
    const args = new Args()
    args.add('foo', 'bar')
    args.add('foo', 'b z')
    args.add('ba', Buffer.from('23'))
    args.add('foo', '')
    args.addNoValue('foo')
    expect(args.toString()).toBe('foo=bar&foo=b+z&ba=23&foo=&foo')
    expect(args.len()).toBe(5)
  })

  test('set replaces the first of a key and leaves the others', () => {
    const args = parsed('a=1&b=2&a=3')
    args.set('a', '9')
    args.set('c', 'é')
    args.setNoValue('b')
    args.setNoValue('d')
    expect(args.toString()).toBe('a=9&b&a=3&c=%C3%A9&d')
    args.set('b', '')
    expect(args.toString()).toBe('a=9&b=&a=3&c=%C3%A9&d')
  })

  test('del removes all of a key and keeps the order', () => {
    const args = parsed('a=1&b=2&a&c=3&a=4&d')
    args.del('a')
    args.del('absent')
    expect(args.toString()).toBe('b=2&c=3&d')
  })

  test('reset', () => {
    const args = parsed('a=1')
    args.reset()
    expect(args.len()).toBe(0)
    expect(args.toString()).toBe('')
  })

  test('copyTo replaces, and the copy is its own', () => {
    const [args, dst] = [parsed('a=1&b'), parsed('x=9')]
    args.copyTo(dst)
    dst.set('a', '2')
    expect(dst.toString()).toBe('a=2&b')
    expect(args.toString()).toBe('a=1&b')
  })
})

describe('sort', () => {
  const text = 'foo=bar&foo=baz&foo=1&ba=23&foo=&foo'
  test('by key and value, equal pairs in order', () => {
    const args = parsed(text)
    args.sort()
    expect(args.toString()).toBe('ba=23&foo=&foo&foo=1&foo=bar&foo=baz')
  })

  test('by a comparison of texts', () => {
    const args = parsed('b=1&é=2&a=3')
    args.sort((a, b) => b.localeCompare(a, 'en'))
    expect(args.toString()).toBe('%C3%A9=2&b=1&a=3')
  })

  test('by key alone', () => {
    const args = parsed('b=9&a=789&b=456&a=123')
    args.sortKeys()
    expect(args.toString()).toBe('a=789&a=123&b=9&b=456')
    args.sortKeys((a, b) => (a < b ? 1 : a > b ? -5 : 0))
    expect(args.toString()).toBe('b=9&b=456&a=789&a=123')
  })
})

describe('numbers', () => {
  const args = parsed('n=123&zero=0&neg=-1&f=1.5e2&bad=1x&empty=&none&big=9007199254740992')
  test.each([
    ['n', 123],
    ['zero', 0],
  ])('getUint %s', (key, expected) => {
    expect(args.getUint(key)).toBe(expected)
    expect(args.getUintOrZero(key)).toBe(expected)
  })

  test.each([
    ['absent', NoArgValueError],
    ['empty', NoArgValueError],
    ['none', NoArgValueError],
    ['neg', InvalidNumberError],
    ['bad', InvalidNumberError],
    ['f', InvalidNumberError],
    ['big', InvalidNumberError],
  ])('getUint %s throws', (key, expected) => {
    expect(() => args.getUint(key)).toThrow(expected)
    expect(args.getUintOrZero(key)).toBe(0)
  })

  test.each([
    ['n', 123],
    ['f', 150],
  ])('getUfloat %s', (key, expected) => {
    expect(args.getUfloat(key)).toBe(expected)
    expect(args.getUfloatOrZero(key)).toBe(expected)
  })

  test.each([
    ['absent', NoArgValueError],
    ['empty', NoArgValueError],
    ['neg', InvalidNumberError],
    ['bad', InvalidNumberError],
  ])('getUfloat %s throws', (key, expected) => {
    expect(() => args.getUfloat(key)).toThrow(expected)
    expect(args.getUfloatOrZero(key)).toBe(0)
  })

  test('setUint', () => {
    const numbers = parsed('a=x')
    numbers.setUint('a', 0)
    numbers.setUint('b', Number.MAX_SAFE_INTEGER)
    expect(numbers.toString()).toBe('a=0&b=9007199254740991')
    expect(() => numbers.setUint('a', -1)).toThrow(InvalidNumberError)
  })
})

describe('getBool', () => {
  test.each(['1', 't', 'T', 'true', 'TRUE', 'True', 'y', 'yes', 'Y', 'YES', 'Yes'])(
    '%s is true',
    (value) => {
      expect(parsed(`v=${value}`).getBool('v')).toBe(true)
    }
  )

  test.each(['', '0', 'n', 'no', 'false', 'tRUE', '123', 'foobar', 'on'])(
    '%j is false',
    (value) => {
      expect(parsed(`v=${value}`).getBool('v')).toBe(false)
    }
  )

  test('absent is false', () => {
    expect(new Args().getBool('v')).toBe(false)
  })
})

describe('writing', () => {
  test.each([
    [''],
    ['foobar'],
    ['foo=bar'],
    ['f+o=x.x%2A-_8x%D0%BF&sdf=ss'],
    ['=asdf'],
    ['a=%FF'],
    ['a&b='],
  ])('%j is written as it was', (text) => {
    const args = parsed(text)
    expect(args.queryString()).toBe(text)
    expect(args.queryStringBytes()).toEqual(Buffer.from(text))
    expect(args.appendBytes(Buffer.from('?'))).toEqual(Buffer.from('?' + text))
  })

  test('writeTo gives the number of bytes', () => {
    const chunks: Buffer[] = []
    const written = parsed('a=1&b').writeTo({ write: (chunk: Buffer) => chunks.push(chunk) })
    expect(Buffer.concat(chunks).toString()).toBe('a=1&b')
    expect(written).toBe(5)
  })

  test('visitAll', () => {
    const seen: string[] = []
    parsed('a=1&b').visitAll((key, value) => seen.push(`${key}:${value}`))
    expect(seen).toEqual(['a:1', 'b:'])
  })

  test('property: pairs survive writing and parsing', () => {
    const bytes = fc.uint8Array()
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, fc.option(bytes))), (list) => {
        const args = new Args()
        // A key and value that are both empty leave no trace in the text.
        const expected = list.filter(([key, value]) => key.length > 0 || value !== null)
        for (const [key, value] of expected) {
          if (value === null) args.addNoValue(key)
          else args.add(key, value)
        }
        const again = parsed(args.queryString())
        expect(again.len()).toBe(expected.length)
        expect(again.queryString()).toBe(args.queryString())
        for (const [key] of expected)
          expect(again.peekMultiBytes(key)).toEqual(args.peekMultiBytes(key))
      })
    )
  })
})

describe('acquireArgs', () => {
  test('gives empty arguments, released ones again', () => {
    const args = acquireArgs()
    args.set('a', '1')
    releaseArgs(args)
    expect(acquireArgs()).toBe(args)
    expect(args.len()).toBe(0)
  })
})
