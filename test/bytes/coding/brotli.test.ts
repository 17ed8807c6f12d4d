import { constants } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  brotli,
  brotliOptions,
  CompressBrotliDefaultCompression,
  unbrotli,
} from '../../../src/bytes/coding/brotli.js'
import { codingSuite } from './coding.suite.js'

describe('brotli', () => {
  codingSuite(brotli, unbrotli, [0, 4, 11])
})

describe('brotliOptions', () => {
  const quality = constants.BROTLI_PARAM_QUALITY
  test.each([
    [undefined, CompressBrotliDefaultCompression],
    [-1, CompressBrotliDefaultCompression],
    [12, CompressBrotliDefaultCompression],
    [0, 0],
    [11, 11],
  ])('level %d', (level, expected) => {
    expect(brotliOptions(level)).toEqual({ params: { [quality]: expected } })
  })
})
