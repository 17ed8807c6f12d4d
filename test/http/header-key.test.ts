import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeHeaderKey } from '../../src/http/header-key.js'

describe('normalizeHeaderKey', () => {
  test.each([
    ['empty', '', ''],
    ['normal already', 'Content-Type', 'Content-Type'],
    ['a known name in lower case', 'content-type', 'Content-Type'],
    ['a known name in mixed case', 'cONTENT-lenGTH', 'Content-Length'],
    ['an unknown name', 'foO-bAr-BAZ', 'Foo-Bar-Baz'],
    ['acronyms', 'WWW-Authenticate', 'Www-Authenticate'],
    ['one word', 'TE', 'Te'],
    ['ETag', 'etag', 'Etag'],
    ['dashes only', '--a--B', '--A--B'],
    ['digits', 'x-2fa', 'X-2fa'],
    ['other token characters', 'x_y!z', 'X_y!z'],
    ['a space leaves it untouched', 'foo bar', 'foo bar'],
    ['a colon leaves it untouched', 'fOO:', 'fOO:'],
    ['a line break leaves it untouched', 'fOO\r\nb', 'fOO\r\nb'],
    ['a letter beyond ASCII leaves it untouched', 'x-\u0130', 'x-\u0130'],
    ['names of Object.prototype', 'constructor', 'Constructor'],
  ])('%s', (_name, key, expected) => {
    expect(normalizeHeaderKey(key)).toBe(expected)
  })

  test('property: same name in any case, and normal once', () => {
    const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/)
    fc.assert(
      fc.property(token, (key) => {
        const normal = normalizeHeaderKey(key)
        expect(normal.toLowerCase()).toBe(key.toLowerCase())
        expect(normalizeHeaderKey(key.toUpperCase())).toBe(normal)
        expect(normalizeHeaderKey(normal)).toBe(normal)
      })
    )
  })
})
