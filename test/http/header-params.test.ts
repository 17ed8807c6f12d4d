import { describe, expect, test } from 'vitest'
import { visitHeaderParams } from '../../src/http/header-params.js'

function params(value: string): [string, string][] {
  const found: [string, string][] = []
  visitHeaderParams(value, (name, text) => {
    found.push([name, text])
  })
  return found
}

describe('visitHeaderParams', () => {
  test.each<[string, string, [string, string][]]>([
    [
      'two',
      'text/plain;charset=utf-8;q=0.39',
      [
        ['charset', 'utf-8'],
        ['q', '0.39'],
      ],
    ],
    ['spaces around', 'text/plain;   foo=bar   ;', [['foo', 'bar']]],
    ['quoted', 'text/plain;      foo="bar";   ', [['foo', 'bar']]],
    [
      'quoted, with separators and escapes',
      String.raw`a; foo="x,y;z=\"u\"" ; b=c`,
      [
        ['foo', String.raw`x,y;z=\"u\"`],
        ['b', 'c'],
      ],
    ],
    [
      'quoted, empty',
      'a; foo=""; b=c',
      [
        ['foo', ''],
        ['b', 'c'],
      ],
    ],
    ['none', 'text/plain', []],
    ['no semicolon', 'text/plain foo=bar', []],
    ['nothing behind it', 'text/plain;', []],
    ['a space behind it', 'text/plain; ', []],
    ['no =', 'text/plain; foo', []],
    ['no value', 'text/plain; foo=', []],
    ['no name', 'text/plain; =bar', []],
    ['spaces around =', 'text/plain; foo = bar', []],
    ['no closing quotation mark', 'text/plain; foo="bar', []],
    ['an escaped closing quotation mark', String.raw`text/plain; foo="bar\"`, []],
    ['an empty parameter ends it', 'text/plain;;foo=bar', []],
    ['a tab is no space', 'text/plain;\tfoo=bar', []],
    ['stops at the first malformed one', 'a; b=c; d; e=f', [['b', 'c']]],
  ])('%s', (_name, value, expected) => {
    expect(params(value)).toEqual(expected)
  })

  test('stops when the function returns false', () => {
    const seen: string[] = []
    visitHeaderParams('a; b=1; c=2; d=3', (name) => {
      seen.push(name)
      return name !== 'c'
    })
    expect(seen).toEqual(['b', 'c'])
  })

  test('may visit another value meanwhile', () => {
    const seen: string[] = []
    visitHeaderParams('a; b=1; c=2', (name) => {
      seen.push(name, ...params('x; y=z').flat())
    })
    expect(seen).toEqual(['b', 'y', 'z', 'c', 'y', 'z'])
  })

  test('a long quoted value without an end', () => {
    expect(params('a;b="' + '\\'.repeat(100_001) + '"')).toEqual([])
    expect(params('a;b="' + '\\'.repeat(100_000) + '"')).toHaveLength(1)
  })
})
