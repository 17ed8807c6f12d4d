import { expect, test } from 'vitest'
import * as der from '../../src/bytes/der.js'

const hex = (bytes: Buffer): string => bytes.toString('hex')

// Encodings as of the examples in ITU-T X.690, section 8, and of openssl's asn1parse.
test.each([
  ['an empty sequence', der.sequence(), '3000'],
  ['true', der.boolean(true), '0101ff'],
  ['false', der.boolean(false), '010100'],
  ['a sequence in a set', der.set(der.sequence(der.boolean(true))), '310530030101ff'],
  ['a string', der.utf8String('aé'), '0c0361c3a9'],
  ['a bit string', der.bitString(Buffer.from([0x84]), 2), '03020284'],
  ['zero', der.unsignedInteger(Buffer.from([0, 0])), '020100'],
  ['127', der.unsignedInteger(Buffer.from([127])), '02017f'],
  ['128 keeps its sign', der.unsignedInteger(Buffer.from([128])), '02020080'],
  ['leading zeros go', der.unsignedInteger(Buffer.from([0, 0, 1, 0])), '02020100'],
  ['an identifier', der.objectIdentifier('2.5.29.17'), '0603551d11'],
  ['its long arcs', der.objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  [
    'the years of UTCTime',
    der.time(new Date('2049-12-31T23:59:59.999Z')),
    '170d' + hex(Buffer.from('491231235959Z')),
  ],
  [
    'the years of GeneralizedTime',
    der.time(new Date('2050-01-01T00:00:00Z')),
    '180f' + hex(Buffer.from('20500101000000Z')),
  ],
])('%s', (_name, written, expected) => {
  expect(hex(written)).toBe(expected)
})

test.each([
  [127, '047f'],
  [128, '048180'],
  [255, '0481ff'],
  [256, '04820100'],
  [65536, '0483010000'],
])('a length of %d', (length, expected) => {
  expect(hex(der.octetString(Buffer.alloc(length))).slice(0, expected.length)).toBe(expected)
})
