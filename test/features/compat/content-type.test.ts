import { expect, test } from 'vitest'
import { parseContentType, withCharset } from '../../../src/features/compat/content-type.js'

test.each([
  ['text/html', 'text/html', {}],
  [' TEXT/Html ; Charset = "UTF-8" ', 'text/html', { charset: 'UTF-8' }],
  ['a/b;x=1;x=2;y="a;b\\"c"', 'a/b', { x: '1', y: 'a;b"c' }],
  ['a/b;novalue;z=3', 'a/b', { z: '3' }],
  ['a/b;', 'a/b', {}],
  ['a/b;q="open', 'a/b', {}],
])('parse %j', (value, type, parameters) => {
  const parsed = parseContentType(value)
  expect([parsed.type, { ...parsed.parameters }]).toEqual([type, parameters])
})

test.each([
  ['text/html', 'text/html; charset=utf-8'],
  ['text/html; charset=latin1; a=b', 'text/html; charset=utf-8; a=b'],
  ['a/b; x="y z"', 'a/b; x="y z"; charset=utf-8'],
])('with a charset %j', (value, expected) => {
  expect(withCharset(value, 'utf-8')).toBe(expected)
})

test('long values take linear time', () => {
  expect(parseContentType('a/b' + ';'.repeat(50_000) + 'x=1').parameters['x']).toBe('1')
  expect(parseContentType('a/b;' + ' '.repeat(50_000) + 'x').type).toBe('a/b')
  expect(parseContentType('a/b;x=' + ' '.repeat(50_000) + '"').type).toBe('a/b')
})
