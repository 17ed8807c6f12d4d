import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KnownURLs } from '../../src/client/known-urls.js'
import { resolveClientOptions, type ClientOptions } from '../../src/client/options.js'
import { requestHead } from '../../src/client/request-head.js'
import { Request } from '../../src/http/request.js'

function knownURLs(options: ClientOptions = {}) {
  const routed: string[] = []
  const host = { options: resolveClientOptions(options) }
  const urls = new KnownURLs((req) => {
    routed.push(req.uri().fullURI())
    return host
  })
  return { urls, routed, host }
}

function requestFor(url: string): Request {
  const req = new Request()
  req.setRequestURI(url)
  return req
}

function post(url: string): Request {
  const req = requestFor(url)
  req.header.setMethod('POST')
  req.header.set('X-Y', 'z')
  req.postArgs().set('a', 'b')
  return req
}

describe('which URLs need no parsing', () => {
  test.each([
    ['http://h.test/', '/'],
    ['http://h.test', '/'],
    ['https://h.test:8443/a/b.c?x=1&y=%zz/?', '/a/b.c?x=1&y=%zz/?'],
    ['HTTP://H.test/a', '/a'],
    ['http://[::1]:80/a/', '/a/'],
    ['http://user:pass@h.test/a', '/a'],
    ['http://h.test/caf%C3%A9%20au%20lait', '/caf%C3%A9%20au%20lait'],
    ['http://h.test/~a/$&+,:;=@-_.x', '/~a/$&+,:;=@-_.x'],
  ])('%s', (url, target) => {
    expect(knownURLs().urls.find(url)?.target).toBe(target)
  })

  test.each([
    'http://h.test/a b',
    'http://h.test/é',
    'http://h.test/a#b',
    'http://h.test/a?b#c',
    'http://h.test/a?',
    'http://h.test?a=/b',
    'http://h.test?a',
    'http://h.test#/b',
    'http://h.test//a',
    'http://h.test/./a',
    'http://h.test/a/../b',
    'http://h.test/a/..',
    'http://h.test/.hidden',
    'http://h.test/%2e%2e/a',
    'http://h.test/%2F',
    'http://h.test/%c3%a9',
    'http://h.test/%',
    "http://h.test/a'(b)*!",
    'http://h.test/\\a',
    'http://h te.st/a',
    '//h.test/a',
    '/a',
    'h.test/a',
    'ftp://h.test/a',
    '',
  ])('not %s', (url) => {
    const { urls, routed } = knownURLs()
    expect(urls.find(url)).toBeUndefined()
    expect(routed).toEqual([])
  })

  const piece = fc.oneof(
    fc.constantFrom('/', '//', '/.', '/..', '.', '?', '#', '%', '%20', '%C3%A9', '%2F', '%2e', '@'),
    fc.constantFrom(':', '[::1]', ';', '&', '+', "'", '(', '*', '\\', ' ', '\t', '\0', 'é', '€'),
    fc.stringMatching(/^[a-zA-Z0-9=_-]{0,4}$/)
  )
  const anyURL = fc
    .tuple(
      fc.constantFrom('http://', 'https://', 'HTTP://', 'ftp://', '//', ''),
      fc.constantFrom('h.test', 'h.test:80', 'u:p@h.test', 'H', '[::1]:8', '', 'é.test', 'h?/'),
      fc.array(piece, { maxLength: 6 })
    )
    .map(([scheme, authority, pieces]) => scheme + authority + pieces.join(''))

  test('heads are what they would be after parsing', () => {
    let known = 0
    const compare = (url: string, disablePathNormalizing: boolean): void => {
      const { urls, host } = knownURLs({ disablePathNormalizing })
      let found
      try {
        found = urls.find(url)
      } catch {
        expect(() => requestHead(requestFor(url), host.options)).toThrow()
        return
      }
      if (found === undefined) return
      known++
      const expected = requestHead(requestFor(url), host.options)
      expect(found.plainHead).toBe(expected)
      expect(found.headOf(requestFor(url))).toBe(expected)
      expect(found.headOf(post(url))).toBe(requestHead(post(url), host.options))
    }
    fc.assert(fc.property(anyURL, fc.boolean(), compare), { numRuns: 3000 })
    expect(known).toBeGreaterThan(100)
  })
})

describe('which requests are known by their URL', () => {
  test.each<[string, boolean, (req: Request) => void]>([
    ['a plain one', true, () => {}],
    ['one with a body and fields', true, (req) => req.setBody('x')],
    ['one with a Host it does not use', true, (req) => req.header.setHost('other')],
    ['one with a Host of its own', false, (req) => (req.useHostHeader = true)],
    ['CONNECT', false, (req) => req.header.setMethod('CONNECT')],
    ['one whose URI was looked at, and perhaps changed', false, (req) => req.uri()],
  ])('%s: %s', (_name, known, fill) => {
    const req = requestFor('http://h.test/a')
    fill(req)
    expect(knownURLs().urls.findFor(req) !== undefined).toBe(known)
  })
})

describe('what is kept', () => {
  test('a route is asked for once for each origin', () => {
    const { urls, routed } = knownURLs()
    for (const url of ['http://a/1', 'http://a/2', 'http://b/1', 'http://a/1', 'https://a/1'])
      expect(urls.find(url)?.url).toBe(url)
    expect(routed).toEqual(['http://a/', 'http://b/', 'https://a/'])
  })

  test('until it is cleared', () => {
    const { urls, routed } = knownURLs()
    urls.find('http://a/1')
    urls.clear()
    urls.find('http://a/1')
    expect(routed).toEqual(['http://a/', 'http://a/'])
  })

  test('no more than some hundred origins', () => {
    const { urls, routed } = knownURLs()
    const rounds = 2
    const origins = 300
    for (let round = 0; round < rounds; round++)
      for (let i = 0; i < origins; i++) urls.find(`http://h${i}/`)
    expect(routed.length).toBeGreaterThan(origins)
  })

  test('nothing of an origin that nobody serves', () => {
    let calls = 0
    const urls = new KnownURLs(() => {
      calls++
      throw new Error('nobody')
    })
    for (let i = 0; i < 2; i++) expect(() => urls.find('http://a/')).toThrow('nobody')
    expect(calls).toBe(2)
  })
})
