import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanName, cleanValue, HeaderStore } from '../../src/http/header-store.js'

describe('cleanValue', () => {
  test.each([
    ['text stays', 'a "b"\tc', 'a "b"\tc'],
    ['latin1 stays', '\x80\xe4\xff', '\x80\xe4\xff'],
    ['CR and LF', 'a\r\nX: b', 'a  X: b'],
    ['NUL and DEL', 'a\x00b\x7fc', 'a b c'],
    ['U+010A, whose low byte is LF', 'a\u010ab', 'a\xc4\x8ab'],
    ['U+010D, whose low byte is CR', 'a\u010db', 'a\xc4\x8db'],
    ['a wide character with latin1', '\xe4\u20ac', '\xc3\xa4\xe2\x82\xac'],
    ['a lone surrogate', '\ud800', '\xef\xbf\xbd'],
  ])('%s', (_, value, clean) => {
    expect(cleanValue(value)).toBe(clean)
  })

  test('any text fits on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanValue(text)).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/)
      })
    )
  })
})

describe('cleanName', () => {
  test.each([
    ['X-Foo_1', 'X-Foo_1'],
    ['X\r\nEvil: 1', 'X--Evil--1'],
    ['Content-Length ', 'Content-Length-'],
    ['Content-Length:', 'Content-Length-'],
    ['X\u010aY', 'X--Y'],
  ])('%j', (name, clean) => {
    expect(cleanName(name)).toBe(clean)
  })
})

describe('HeaderStore', () => {
  const filled = (): HeaderStore => {
    const store = new HeaderStore()
    store.add('x-a', '1')
    store.add('X-B', '2')
    store.add('X-A', '3')
    return store
  }
  const lines = (store: HeaderStore): string => store.toString().replaceAll('\r\n', '|')

  test.each<[string, (s: HeaderStore) => void, string]>([
    ['add keeps order and duplicates', () => {}, 'X-A: 1|X-B: 2|X-A: 3|'],
    ['set replaces the first only', (s) => s.set('x-A', '9'), 'X-A: 9|X-B: 2|X-A: 3|'],
    ['set appends what is not there', (s) => s.set('c', '4'), 'X-A: 1|X-B: 2|X-A: 3|C: 4|'],
    ['delete removes all of that name', (s) => s.delete('x-a'), 'X-B: 2|'],
    ['delete of nothing', (s) => s.delete('c'), 'X-A: 1|X-B: 2|X-A: 3|'],
    ['an empty name is no field', (s) => s.add('', 'v'), 'X-A: 1|X-B: 2|X-A: 3|'],
    ['reset', (s) => s.reset(), ''],
  ])('%s', (_, change, expected) => {
    const store = filled()
    change(store)
    expect(lines(store)).toBe(expected)
  })

  test('names are found in whatever case', () => {
    const store = filled()
    expect(store.get('X-a')).toBe('1')
    expect(store.getAll('x-A')).toEqual(['1', '3'])
    expect([store.has('x-b'), store.has('x-c')]).toEqual([true, false])
    expect(store.get('x-c')).toBeUndefined()
  })

  test('names that differ in more than ASCII case are others', () => {
    const store = new HeaderStore()
    store.push('\xc4', 'a')
    store.push('[', 'b')
    expect([store.get('\xe4'), store.get('{')]).toEqual([undefined, undefined])
  })

  test('names keep their spelling without normalizing', () => {
    const store = new HeaderStore()
    store.normalize = false
    store.add('x-FOO', 'a')
    expect(lines(store)).toBe('x-FOO: a|')
    expect(store.get('X-foo')).toBe('a')
  })

  test('reset and delete let go of the strings', () => {
    const store = filled()
    store.delete('x-a')
    expect([store.names, store.values]).toEqual([
      ['X-B', '', ''],
      ['2', '', ''],
    ])
    store.reset()
    expect([...store.names, ...store.values].join('')).toBe('')
  })

  test('copyTo replaces the content and the normalizing', () => {
    const [from, to] = [filled(), filled()]
    from.normalize = false
    from.add('x-c', '')
    from.copyTo(to)
    expect(lines(to)).toBe('X-A: 1|X-B: 2|X-A: 3|x-c: |')
    expect(to.normalize).toBe(false)
    from.reset()
    expect(to.length).toBe(4)
  })
})
