import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { PathMatcher, type Path } from '../../../src/features/router/path-matcher.js'
import { RouteIndex } from '../../../src/features/router/route-index.js'

const defaults = { caseSensitive: false, strict: false }

function build(paths: readonly Path[], options = defaults) {
  const entries = paths.map((path) => ({
    matcher: new PathMatcher(path, { ...options, end: true }),
    handlers: [],
  }))
  return { entries, index: new RouteIndex(entries, options) }
}

function isValid(path: string): boolean {
  try {
    build([path])
    return true
  } catch {
    return false
  }
}

type Matches = { route: number; params: Record<string, string> }[]

/** What every matcher says, one after the other. */
function linear(paths: readonly Path[], url: string, options = defaults): Matches {
  return build(paths, options).entries.flatMap(({ matcher }, route) => {
    const match = matcher.match(url)
    return match ? [{ route, params: { ...match.params } }] : []
  })
}

/** The same through the index. */
function indexed(paths: readonly Path[], url: string, options = defaults): Matches {
  const { entries, index } = build(paths, options)
  const found = index.find(url)
  if (found === undefined) return []
  return found.entries.flatMap((entry, i) => {
    const params = (i === 0 ? found.params : undefined) ?? entry.matcher.match(url)?.params
    return params ? [{ route: entries.indexOf(entry as never), params: { ...params } }] : []
  })
}

describe('find', () => {
  test.each([
    ['registered order wins over text', ['/users/:id', '/users/me'], '/users/me'],
    ['text registered first', ['/users/me', '/users/:id'], '/users/me'],
    ['text registered first, other value', ['/users/me', '/users/:id'], '/users/you'],
    ['same pattern, other names', ['/:a', '/:b'], '/x'],
    ['wildcard before all', ['/*rest', '/a', '/:id'], '/a'],
    ['wildcard behind all', ['/a', '/:id', '/*rest'], '/a'],
    ['slash at the end', ['/a/*', '/a'], '/a/'],
    ['root', ['/', '/*rest'], '/'],
    ['optional part', ['/a{/:b}', '/a/c', '/a'], '/a/c'],
    ['optional root', ['/:a?'], '/'],
    ['number or name', ['/:id(\\d+)', '/:name([a-z]+)', '/:any'], '/abc'],
    ['pattern with a slash', ['/:path(a/b)', '/a/b'], '/a/b'],
    ['parts of a segment', ['/:a-:b', '/:c', '/x-y'], '/x-y'],
    ['regular expression between', ['/a/:b', /^\/a/, '/a/b'], '/a/b'],
    ['percent in the path', ['/a/:b', '/:c/b'], '/a/%62'],
    ['percent in the route', ['/a%20b', '/:c'], '/a%20b'],
    ['empty segment', ['/:a/:b', '/*r'], '/a//'],
    ['empty segment inside', ['/a/:b/c', '/a/*r'], '/a//c'],
    ['case', ['/ABC/:Id', '/abc/:x'], '/Abc/QQ'],
    ['colon in the text', ['/a\\:b', '/:c'], '/a:b'],
    ['star in the text', ['/a\\*', '/:c'], '/a*'],
    ['colons', ['/:a', '/\\:a'], '/:a'],
    ['long parameter', ['/:a'], '/' + 'x'.repeat(5000)],
    ['name with a dash', ['/:"a-b"/c'], '/1/c'],
    ['two of one name', ['/:a/:a'], '/1/2'],
    ['control character', ['/:a', '/\u0001'], '/\u0001'],
  ] as [string, Path[], string][])('%s', (_name, paths, url) => {
    const expected = linear(paths, url)
    expect(expected.length).toBeGreaterThan(0)
    expect(indexed(paths, url)).toEqual(expected)
  })

  test('nothing', () => {
    expect(build(['/a', '/b/:c']).index.find('/c')).toBeUndefined()
  })

  test('parameters of a plain route come with the lookup', () => {
    expect(build(['/a/:b/c/:d']).index.find('/a/1/c/2')?.params).toEqual({ b: '1', d: '2' })
  })

  test('finds what trying every route finds', () => {
    const part = fc.constantFrom(
      '/a',
      '/b',
      '/:x',
      '/:y',
      '/a-:z',
      '/:n(\\d+)',
      '{/:o}',
      '{/b}',
      '/:p.:q',
      '/A',
      ''
    )
    const tail = fc.constantFrom('', '', '', '/*rest', '/*', '/', '*')
    const path = fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), tail)
      .map(([parts, end]) => parts.join('') + end || '/')
      .filter(isValid)
    const url = fc
      .array(
        fc.constantFrom('/', '/a', '/b', '/1', '/a-1', '/x.y', '/A', '%', '/%41', '.', '-', ''),
        { maxLength: 6 }
      )
      .map(
        (pieces) =>
          '/' +
          pieces
            .join('')
            .replace(/^\//, '')
            .replace(/%(?!41)/g, '%25')
      )
    const options = fc.record({ caseSensitive: fc.boolean(), strict: fc.boolean() })
    let matched = 0
    fc.assert(
      fc.property(
        fc.array(path, { minLength: 1, maxLength: 8 }),
        url,
        options,
        (paths, target, opts) => {
          const expected = linear(paths, target, opts)
          matched += expected.length
          expect(indexed(paths, target, opts)).toEqual(expected)
        }
      ),
      { numRuns: 3000 }
    )
    expect(matched).toBeGreaterThan(1000)
  })
})
