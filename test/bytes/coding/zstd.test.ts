import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hasZstd, unzstd, zstd, zstdOptions } from '../../../src/bytes/coding/zstd.js'
import {
  BodyTooLargeError,
  ContentEncodingUnsupportedError,
  CorruptBodyError,
} from '../../../src/errors.js'
import { codingSuite } from './coding.suite.js'

test('hasZstd tells what node:zlib has', () => {
  expect(hasZstd).toBe('zstdCompressSync' in zlib)
})

// Node.js 20 has no zstd: there the other half of this table is what can be tested.
const withZstd = (): void => {
  codingSuite(zstd, unzstd, [0, 1, 2, 3, 4])

  const skippable = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2])

  test('several frames', () => {
    expect(unzstd(Buffer.concat([zstd('foo'), skippable, zstd('bar')])).toString()).toBe('foobar')
  })

  test('the limit counts all frames', () => {
    const frames = Buffer.concat([zstd('foo'), zstd('bar')])
    expect(unzstd(frames, 6)).toHaveLength(6)
    expect(() => unzstd(frames, 5)).toThrow(BodyTooLargeError)
    expect(() => unzstd(frames, 3)).toThrow(BodyTooLargeError)
  })

  test('text behind a frame', () => {
    expect(() => unzstd(Buffer.concat([zstd('foo'), Buffer.from('bar')]))).toThrow(CorruptBodyError)
  })

  test('too many frames', () => {
    expect(() => unzstd(Buffer.concat(Array.from({ length: 1001 }, () => skippable)))).toThrow(
      CorruptBodyError
    )
  })
}

const withoutZstd = (): void => {
  test('both directions say so', () => {
    expect(() => zstd('a')).toThrow(ContentEncodingUnsupportedError)
    expect(() => unzstd(Buffer.alloc(9))).toThrow(ContentEncodingUnsupportedError)
  })
}

describe('zstd', hasZstd ? withZstd : withoutZstd)

describe('zstdOptions', () => {
  test.each([
    [undefined, 3],
    [0, 3],
    [1, 1],
    [2, 3],
    [3, 7],
    [4, 11],
    [5, 3],
    [-1, 3],
  ])('level %d is level %i of the library', (level, expected) => {
    expect(Object.values(zstdOptions(level).params ?? {})).toEqual([expected])
  })
})
