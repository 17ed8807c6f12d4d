import { constants } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  CompressDefaultCompression,
  CompressHuffmanOnly,
  deflate,
  gunzip,
  gzip,
  gzipOptions,
  inflate,
} from '../../../src/bytes/coding/gzip.js'
import { BodyTooLargeError } from '../../../src/errors.js'
import { codingSuite } from './coding.suite.js'

const LEVELS = [CompressHuffmanOnly, 0, 1, 6, 9]

describe('gzip', () => {
  codingSuite(gzip, gunzip, LEVELS)

  test('several members', () => {
    const members = Buffer.concat([gzip('foo'), gzip('bar')])
    expect(gunzip(members).toString()).toBe('foobar')
    expect(() => gunzip(members, 5)).toThrow(BodyTooLargeError)
  })
})

describe('deflate', () => {
  codingSuite(deflate, inflate, LEVELS)

  test('is the zlib format', () => {
    expect(deflate('a')[0]).toBe(0x78)
  })
})

describe('gzipOptions', () => {
  test.each([[undefined], [-1], [10], [NaN]])('%d is the default', (level) => {
    expect(gzipOptions(level)).toEqual({ level: CompressDefaultCompression })
  })

  test('Huffman only', () => {
    expect(gzipOptions(CompressHuffmanOnly)).toEqual({ strategy: constants.Z_HUFFMAN_ONLY })
  })
})
