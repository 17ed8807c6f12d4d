import { describe, expect, test } from 'vitest'
import { zstdFrameEnd } from '../../../src/bytes/coding/zstd-frame.js'

const MAGIC = '28b52ffd'
// Blocks: a last raw block of two bytes, a last RLE block of 0x1000 times one byte, a raw block of one byte that is not the last.
const RAW = '110000aabb'
const RLE = '038000aa'
const MORE = '080000aa'

describe('zstdFrameEnd', () => {
  test.each([
    ['window and no content size', `${MAGIC} 00 58 ${RAW}`],
    ['single segment, content size of 1 byte', `${MAGIC} 20 02 ${RAW}`],
    ['content size of 2 bytes', `${MAGIC} 60 0200 ${RAW}`],
    ['content size of 4 bytes', `${MAGIC} 80 58 02000000 ${RAW}`],
    ['content size of 8 bytes', `${MAGIC} e0 0200000000000000 ${RAW}`],
    ['dictionary id of 1 byte', `${MAGIC} 01 58 07 ${RAW}`],
    ['dictionary id of 4 bytes', `${MAGIC} 23 07000000 02 ${RAW}`],
    ['checksum', `${MAGIC} 04 58 ${RAW} 01020304`],
    ['an RLE block has one byte', `${MAGIC} 00 58 ${RLE}`],
    ['several blocks', `${MAGIC} 00 58 ${MORE} ${MORE} ${RAW}`],
    ['skippable', '502a4d18 03000000 010203'],
    ['skippable, empty', '5f2a4d18 00000000'],
  ])('%s', (_name, hex) => {
    const frame = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    const framed = Buffer.concat([Buffer.from('xx'), frame, Buffer.from('yyy')])
    expect(zstdFrameEnd(framed, 2)).toBe(2 + frame.length)
    for (let cut = 0; cut < frame.length; cut++)
      expect(zstdFrameEnd(frame.subarray(0, cut), 0)).toBe(-1)
  })

  test.each([
    ['another magic number', `29b52ffd 00 58 ${RAW}`],
    ['a reserved block type', `${MAGIC} 00 58 170000aabb`],
    ['a skippable frame longer than can be', '502a4d18 ffffffff 00'],
  ])('refuses %s', (_name, hex) => {
    expect(zstdFrameEnd(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 0)).toBe(-1)
  })
})
