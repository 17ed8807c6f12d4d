import { expect, test } from 'vitest'
import { isTrailerAllowed } from '../../src/http/trailer.js'
import { RequestHeader } from '../../src/http/request-header.js'

test.each([
  ['X-Sum', true],
  ['Digest', true],
  ['X-Forward', true],
  ['', false],
  ['Content-Length', false],
  ['cOOKIE', false],
  ['TE', false],
  ['X-Forwarded-For', false],
  ['x-forwardedwhatever', false],
  ['X-Real-IP', false],
])('%j in a trailer section: %s', (name, allowed) => {
  expect(isTrailerAllowed(name)).toBe(allowed)
})

test('addTrailer takes the allowed names, then throws', () => {
  const header = new RequestHeader()
  expect(() => header.addTrailer('foo, Content-Length,\tbar')).toThrowError(
    expect.objectContaining({ code: 'FH_ERR_BAD_TRAILER' })
  )
  expect(header.peekTrailerKeys()).toEqual(['Foo', 'Bar'])
  header.setTrailer('Baz')
  expect(header.peekTrailerKeys()).toEqual(['Baz'])
})
