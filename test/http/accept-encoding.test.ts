import { expect, test } from 'vitest'
import { chooseCoding } from '../../src/http/accept-encoding.js'

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip,br', 'br'],
  ['deflate, gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['gzip;q=0', undefined],
  ['gzip;q=0.000', undefined],
  ['gzip;q=0.5, br;q=0.4', 'gzip'],
  ['gzip; q=0.5 , br;Q=1.0', 'br'],
  ['gzip;q=0.001', 'gzip'],
  ['*', 'br'],
  ['*, br;q=0', 'gzip'],
  ['*;q=0, gzip', 'gzip'],
  ['*;q=0', undefined],
  ['identity', undefined],
  ['identity, gzip', 'gzip'],
  ['identity;q=1, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip;q=1', 'gzip'],
  ['identity;q=0, *;q=0.1', 'br'],
  ['gzip;q=2', undefined],
  ['gzip;q=-1', undefined],
  ['gzip;q=abc', undefined],
  ['gzip;q=', undefined],
  ['gzip;q=0.1234', undefined],
  ['gzip;level=9', undefined],
  ['br;q=abc, gzip', 'gzip'],
  ['gzipx', undefined],
  ['xgzip, brr', undefined],
  ['gzip, gzip;q=0', undefined],
  [',, ,gzip', 'gzip'],
  ['gzip deflate', undefined],
  ['"gzip"', undefined],
  ['gzip\xa0', undefined],
])('%j', (value, coding) => {
  expect(chooseCoding(value, ['br', 'gzip', 'deflate'])).toBe(coding)
})

test('a long list takes no time', () => {
  expect(chooseCoding('a;q=0.1 ,'.repeat(100_000) + 'gzip', ['gzip'])).toBe('gzip')
  expect(chooseCoding('gzip' + ' '.repeat(100_000) + 'x', ['gzip'])).toBe(undefined)
})
