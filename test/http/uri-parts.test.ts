import { describe, expect, test } from 'vitest'
import { InvalidURIError } from '../../src/errors.js'
import { splitAuthority, splitURI } from '../../src/http/uri-parts.js'

const split = (reference: string, rooted: boolean): (string | undefined)[] => {
  const { scheme, authority, path, query, hash } = splitURI(reference, rooted)
  return [scheme, authority, path, query, hash]
}
const none = undefined

describe('splitURI', () => {
  test.each([
    ['empty', '', none, none, '', none, none],
    ['all parts', 'http://h:1/p?q#f', 'http', 'h:1', '/p', 'q', 'f'],
    ['no path', 'http://h', 'http', 'h', '', none, none],
    ['query right behind the host', 'http://h?a/b', 'http', 'h', '', 'a/b', none],
    ['hash right behind the host', 'http://h#@g', 'http', 'h', '', none, '@g'],
    ['empty query and hash', '/p?#', none, none, '/p', '', ''],
    ['? in the hash', '/foo#bar?baz#x', none, none, '/foo', none, 'bar?baz#x'],
    ['? in the query', '/foo?a?b', none, none, '/foo', 'a?b', none],
    ['empty scheme', '://h/x', '', 'h', '/x', none, none],
    ['a URI in the query', '/f?u=http://o/', none, none, '/f', 'u=http://o/', none],
    [
      'a URI in the query of a relative path',
      'f?u=http://o/',
      none,
      none,
      'f',
      'u=http://o/',
      none,
    ],
    ['// within a path', 'a//b', none, none, 'a//b', none, none],
    ['// behind a name without colon', 'https//h/x', none, none, 'https//h/x', none, none],
    ['a colon without //', 'mailto:x', none, none, 'mailto:x', none, none],
    ['all characters of a scheme', 'a1+-.://h', 'a1+-.', 'h', '', none, none],
  ])('%s', (_name, reference, ...expected) => {
    expect(split(reference, false)).toEqual(expected)
    expect(split(reference, true)).toEqual(expected)
  })

  test('// at the start is an authority, unless the reference is rooted', () => {
    expect(split('//h/p', false)).toEqual([none, 'h', '/p', none, none])
    expect(split('//h/p', true)).toEqual([none, none, '//h/p', none, none])
  })

  test.each([
    ['a line break', '/a\r\nb'],
    ['a line break in the query', '/a?\n'],
    ['NUL', '/\0'],
    ['DEL', '/\x7f'],
    ['a scheme that starts with a digit', '1http://h'],
    ['a space in the scheme', 'a b://h'],
    ['a scheme with >', 'https>://h/p'],
  ])('refuses %s', (_name, reference) => {
    expect(() => splitURI(reference, false)).toThrow(InvalidURIError)
    expect(() => splitURI(reference, true)).toThrow(InvalidURIError)
  })
})

describe('splitAuthority', () => {
  test.each([
    ['a host', 'h:1', '', 'h:1'],
    ['user and host', 'u@h', 'u', 'h'],
    ['the last @ counts', 'u:p@ss@h', 'u:p@ss', 'h'],
    ['an empty user', '@h', '', 'h'],
  ])('%s', (_name, authority, userinfo, host) => {
    expect(splitAuthority(authority)).toEqual({ userinfo, host })
  })

  test.each([
    ['[normal.com@]h'],
    ['normal.com[user@h]'],
    ['a\\b@h'],
    ['a b@h'],
    ['a"@h'],
    ['\xe9@h'],
  ])('refuses %s', (authority) => {
    expect(() => splitAuthority(authority)).toThrow(InvalidURIError)
  })
})
