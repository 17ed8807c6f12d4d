import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizePath } from '../../src/http/path.js'

describe('normalizePath', () => {
  test.each([
    ['empty', '', '/'],
    ['root', '/', '/'],
    ['plain', '/foo/bar', '/foo/bar'],
    ['plain with a slash behind', '/foo/bar/', '/foo/bar/'],
    ['no leading slash', 'foo', '/foo'],
    ['asterisk', '*', '/*'],
    ['two slashes', '/aa//bb', '/aa/bb'],
    ['many slashes', '//abc//de///fg////', '/abc/de/fg/'],
    ['slashes only', '////', '/'],
    ['escaped slashes', '/xxxx%2fyyy%2f%2F%2F', '/xxxx/yyy/'],
    ['escapes', '/f%20obar/baz/../zzz', '/f obar/zzz'],
    ['+ is a +', '/a+b', '/a+b'],
    ['UTF-8 stays bytes', '/%C3%A9', '/\xc3\xa9'],
    ['malformed escapes stay', '/%zz/%2', '/%zz/%2'],
    ['an escape is undone once', '/%252e%252e/a', '/%2e%2e/a'],
    ['NUL stays', '/a%00b', '/a\0b'],
    ['dot dot', '/aaa/..', '/'],
    ['dot dot slash', '/xxx/yyy/../', '/xxx/'],
    ['several', '/aaa/bbb/ccc/../../ddd', '/aaa/ddd'],
    ['with others between', '/a/b/../c/d/../e/..', '/a/c/'],
    ['above the root', '/aaa/../../../../xxx', '/xxx'],
    ['dot dots only', '/../../../../../..', '/'],
    ['escaped dot dot', '/a/%2e%2e/b', '/b'],
    ['all escaped', '/aaa%2Fbbb%2F%2E.%2Fxxx', '/aaa/xxx'],
    ['mixed', '/..%2f..', '/'],
    ['slashes before dot dot', '/aaa////..//b', '/b'],
    ['dots of a name', '/aaa/..bbb/ccc/..', '/aaa/..bbb/'],
    ['three dots', '/.../a', '/.../a'],
    ['a hidden file', '/.env', '/.env'],
    ['single dots', '/a/./b/././c/./d.html', '/a/b/c/d.html'],
    ['a single dot at the end', '/a/.', '/a/'],
    ['single dot only', '/.', '/'],
    ['a dot first', './foo/', '/foo/'],
    ['all sorts', './a/./.././../b/./foo.html', '/b/foo.html'],
    ['all sorts, nothing left', './../.././../../aaa/bbb/../../../../././../', '/'],
    ['backslashes are characters', '/a\\..\\b', '/a\\..\\b'],
  ])('%s', (_name, path, expected) => {
    expect(normalizePath(path, false)).toBe(expected)
  })

  test.each([
    ['a backslash', '/a\\b', '/a/b'],
    ['traversal', '/a\\..\\..\\b', '/b'],
    ['escaped', '/a/..%5c..%5Cb', '/b'],
    ['mixed', '/..\\/../b', '/b'],
    ['none', '/a/b', '/a/b'],
  ])('where \\ separates: %s', (_name, path, expected) => {
    expect(normalizePath(path, true)).toBe(expected)
  })

  test('property: starts at the root, has no empty, dot or dot dot segment, and stays so', () => {
    const part = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      '\\',
      'a',
      'b',
      '%',
      '%00',
      '\xe9'
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.boolean(), (parts, backslashSeparates) => {
        const path = normalizePath(parts.join(''), backslashSeparates)
        expect(path.startsWith('/')).toBe(true)
        const segments = path.slice(1).split(backslashSeparates ? /[/\\]/ : '/')
        expect(segments).not.toContain('.')
        expect(segments).not.toContain('..')
        expect(segments.slice(0, -1)).not.toContain('')
      })
    )
  })
})
