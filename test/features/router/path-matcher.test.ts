import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import express from 'express'
// @ts-expect-error an alias of Express 4 without types
import express4 from 'express4'
import { PathMatcher, type Path } from '../../../src/features/router/path-matcher.js'

type Result = { params: Record<string, unknown> } | { error: number } | undefined

const options = { end: true, caseSensitive: false, strict: false }

function ours(path: Path, url: string, opts = options): Result {
  try {
    const match = new PathMatcher(path, opts).match(url)
    return match && { params: { ...match.params } }
  } catch (err) {
    return { error: (err as { status: number }).status }
  }
}

/** What a router of the real Express makes of the same path. */
function theirs(lib: any, path: Path, url: string, opts = options): Result {
  const router = lib.Router({ caseSensitive: opts.caseSensitive, strict: opts.strict })
  let result: Result
  router.get(path, (req: any) => {
    const params: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(req.params)) {
      // Express 5 splits what a wildcard matched.
      if (value !== undefined) params[name] = Array.isArray(value) ? value.join('/') : value
    }
    result = { params }
  })
  router.handle({ method: 'GET', url }, {}, (err: any) => {
    if (err) result = { error: err.status }
  })
  return result
}

const urls = [
  '/',
  '//',
  '/users',
  '/users/',
  '/users//',
  '/USERS',
  '/users/1',
  '/users/1/',
  '/users/a%20b',
  '/users/a%2Fb',
  '/users/%zz',
  '/users/1/books',
  '/users/1/books/2',
  '/a-1.2',
  '/a-1-2.3',
  '/a-.',
  '/a-..',
  '/files',
  '/files/',
  '/files/a',
  '/files/a/b.txt',
  '/files/a/b/',
  '/files//a',
  '/file',
  '/file.txt',
  '/file.tar.gz',
  '/abcd',
  '/acd',
  '/abbcd',
  '/abXcd',
  '/x/y/z',
  '/flights/LAX-SFO',
  '/flights/LAX-SFO-X',
  '/plantae/A.b',
  '/user/42',
  '/user/4x',
  '/caf%C3%A9',
  '/a+b',
  '/a(b)',
  '/a.b',
  '/aXb',
  '/page/1',
  '/page',
  '/page/1/2',
  '/2024/05',
  '/:id',
  '/*',
  '/a%25',
]

describe('as Express 5', () => {
  test.each([
    '/',
    '/users',
    '/users/',
    '/users/:id',
    '/users/:id/',
    '/users/:id/books/:book',
    '/a-:b.:c',
    '/files/*path',
    '/*all',
    '/{*all}',
    '/users{/:id}',
    '/users{/:id}/books',
    '/{:a/}users',
    '/file{.:ext}',
    '/file{.:ext}{.:gz}',
    '/flights/:from-:to',
    '/plantae/:genus.:species',
    '/:a/:b',
    '/:a/*rest',
    '/*rest/z',
    '/a\\(b\\)',
    '/a.b',
    '/:"some-name"/books',
    '/x{/y{/z}}',
    '/page{/:n}',
    '/:year/:month',
    '/:a{/:b}{/:c}',
    '/*a/:b',
    '/files/:name.:ext',
  ])('%s', (path) => {
    for (const url of urls) {
      expect([url, ours(path, url)]).toEqual([url, theirs(express, path, url)])
    }
  })

  test.each([
    [/^\/users\/(\d+)$/],
    [/^\/users\/(?<id>[^/]+)$/],
    [/a/],
    [/^\/(?:a|b)-(\d)/],
    [['/users', '/users/:id', /^\/files/]],
  ] as [Path][])('%s', (path) => {
    for (const url of urls) {
      expect([url, ours(path, url)]).toEqual([url, theirs(express, path, url)])
    }
  })

  test.each([
    [{ end: true, caseSensitive: true, strict: false }],
    [{ end: true, caseSensitive: false, strict: true }],
    [{ end: true, caseSensitive: true, strict: true }],
  ])('%j', (opts) => {
    for (const path of [
      '/users',
      '/users/',
      '/users/:id',
      '/Users/:id/',
      '/files/*path',
      '/users{/:id}',
    ]) {
      for (const url of urls) {
        expect([path, url, ours(path, url, opts)]).toEqual([
          path,
          url,
          theirs(express, path, url, opts),
        ])
      }
    }
  })

  test('random paths', () => {
    const part = fc.constantFrom(
      '/a',
      '/:x',
      '/b-:y',
      '/:z.json',
      '/c',
      '{/:o}',
      '{/d}',
      '-:w',
      '.e'
    )
    const tail = fc.constantFrom('', '/*rest', '/')
    const url = fc.array(
      fc.constantFrom('/', 'a', 'b', '-', '.', 'c', 'd', 'json', '/a', '/b-', '.e', '%41'),
      { maxLength: 8 }
    )
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        tail,
        url,
        (parts, end, pieces) => {
          const path = parts.join('') + end
          const target = '/' + pieces.join('')
          let expected: Result
          try {
            expected = theirs(express, path, target)
          } catch {
            return
          }
          expect(ours(path, target)).toEqual(expected)
        }
      ),
      { numRuns: 3000 }
    )
  })
})

describe('as Express 4', () => {
  test.each([
    '/users/:id?',
    '/users/:id?/books',
    '/user/:id(\\d+)',
    '/user/:id(\\d+)?',
    '/files/*',
    '*',
    '/*',
    '/ab?cd',
    '/ab*cd',
    '/:a.:b?',
    '/:from-:to',
    '/file.:ext?',
    '/:kind(users|files)/:id',
    '/(users|files)',
    '/page/:n([0-9]{1,2})',
  ])('%s', (path) => {
    // Express 5 reads `*cd` as a named wildcard.
    const ownPath = path === '/ab*cd' ? '/ab(.*)cd' : path
    // Express 4 ends a parameter behind a dot at the next dot, Express 5 does not.
    const known = path.includes('.:') ? ['/a-..', '/file.tar.gz'] : []
    for (const url of urls.filter((one) => !known.includes(one))) {
      expect([url, ours(ownPath, url)]).toEqual([url, theirs(express4, path, url)])
    }
  })
})

describe("as fasthttp's routers", () => {
  test.each([
    ['/{name}', '/x', { name: 'x' }],
    ['/{name}', '/x/y', undefined],
    ['/users/{id:[0-9]+}', '/users/42', { id: '42' }],
    ['/users/{id:[0-9]+}', '/users/x', undefined],
    ['/users/{id:[0-9]{2}}', '/users/42', { id: '42' }],
    ['/users/{id?}', '/users', {}],
    ['/users/{id?}', '/users/1', { id: '1' }],
    ['/files/{path:*}', '/files/a/b', { path: 'a/b' }],
    ['/files/{path:*}', '/files/', { path: '' }],
    ['/{a}-{b}.{c}', '/1-2.3', { a: '1', b: '2', c: '3' }],
    // A letter in braces behind a word is an optional one, as in Express 5.
    ['/file{s}', '/files', {}],
    ['/file{s}', '/file', {}],
  ])('%s on %s', (path, url, params) => {
    expect(ours(path, url)).toEqual(params && { params })
  })
})

test.each([
  '/a(',
  '/a)',
  '/a[b',
  '/a+',
  '/a!',
  '/:',
  '/{a',
  '/a}',
  '/:a:b',
  '/:"x',
  '/a\\',
  '?',
  '/{a}{b}'.repeat(9),
])('refuses %s', (path) => {
  expect(() => new PathMatcher(path, options)).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
  )
})

test('a parameter that cannot be decoded is a 400', () => {
  expect(() => new PathMatcher('/:id', options).match('/%ff')).toThrow(
    expect.objectContaining({ code: 'FH_ERR_ESCAPE', status: 400 })
  )
})

test('a parameter named as a member of Object is just a parameter', () => {
  const params = new PathMatcher('/:__proto__/:constructor', options).match('/a/b')!.params
  expect(Object.entries(params)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
})
