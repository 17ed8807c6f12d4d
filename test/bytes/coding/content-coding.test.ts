import { describe, expect, test } from 'vitest'
import { brotli } from '../../../src/bytes/coding/brotli.js'
import { decode } from '../../../src/bytes/coding/content-coding.js'
import { deflate, gzip } from '../../../src/bytes/coding/gzip.js'
import { hasZstd, zstd } from '../../../src/bytes/coding/zstd.js'
import { BodyTooLargeError, ContentEncodingUnsupportedError } from '../../../src/errors.js'

describe('decode', () => {
  test.each([
    ['', Buffer.from('foobar')],
    ['identity', Buffer.from('foobar')],
    ['gzip', gzip('foobar')],
    ['GZIP', gzip('foobar')],
    ['x-gzip', gzip('foobar')],
    ['deflate', deflate('foobar')],
    ['br', brotli('foobar')],
    ...(hasZstd ? [['zstd', zstd('foobar')] as [string, Buffer]] : []),
  ])('%j', (coding, body) => {
    expect(decode(coding, body).toString()).toBe('foobar')
  })

  test.each([['compress'], ['gzip, br'], ['constructor']])('%s is not supported', (coding) => {
    expect(() => decode(coding, Buffer.alloc(1))).toThrow(ContentEncodingUnsupportedError)
  })

  test('limit', () => {
    expect(() => decode('gzip', gzip('foobar'), 5)).toThrow(BodyTooLargeError)
    expect(() => decode('br', brotli('foobar'), 5)).toThrow(BodyTooLargeError)
    expect(() => decode('deflate', deflate('foobar'), 5)).toThrow(BodyTooLargeError)
  })
})
