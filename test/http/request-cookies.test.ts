import { expect, test } from 'vitest'
import { RequestCookies } from '../../src/http/request-cookies.js'

test.each<[string, [string, string][]]>([
  ['a=1', [['a', '1']]],
  [
    'a=1; b=2;c=3',
    [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ],
  ],
  [
    ' a=1 ;\tb=2 ',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['a=1=2', [['a', '1=2']]],
  ['a=', [['a', '']]],
  ['a', [['', 'a']]],
  ['=a', [['', 'a']]],
  ['a="1"', [['a', '1']]],
  ['a="1', []],
  ['a=1"2', []],
  ['a=\\; b=2', [['b', '2']]],
  ['a=b c,d', [['a', 'b c,d']]],
  [
    'a=1; a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  [';; ;', []],
  ['a=\xa0', [['a', '\xa0']]],
  [
    '__proto__=1; constructor=2',
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
  ],
])('%j', (line, expected) => {
  const cookies = new RequestCookies()
  cookies.parse(line)
  expect([...cookies.all()]).toEqual(expected)
})

test('set, delete and write', () => {
  const cookies = new RequestCookies()
  cookies.parse('a=1; b=2; a=3')
  cookies.set('b', '4;evil=1')
  cookies.set('c;d', '5')
  cookies.delete('a')
  expect(cookies.toString()).toBe('b=4 evil=1; c d=5')
  expect([cookies.get('b'), cookies.get('a')]).toEqual(['4 evil=1', undefined])
  cookies.reset()
  expect(cookies.toString()).toBe('')
})
