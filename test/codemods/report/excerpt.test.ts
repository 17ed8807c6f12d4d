import { expect, test } from 'vitest'
import { dedent, excerptAt, hunkAt, hunksOf } from '../../../codemods/report/excerpt.js'

const change = {
  path: '/a.js',
  before: 'one\ntwo\nthree\nfour\n',
  after: 'one\n2\nthree\nfour\nfive',
  packages: [],
}

test('hunksOf gives the changed lines with the signs of a diff', () => {
  expect(hunksOf(change, 0)).toEqual([
    {
      line: 2,
      count: 1,
      lines: [
        { sign: '-', text: 'two' },
        { sign: '+', text: '2' },
      ],
    },
    { line: 5, count: 0, lines: [{ sign: '+', text: 'five' }] },
  ])
})

test('hunkAt finds the change of a line', () => {
  const hunks = hunksOf(change, 0)
  expect(hunkAt(hunks, 2)).toBe(hunks[0])
  expect(hunkAt(hunks, 3)).toBeUndefined()
  expect(hunkAt(hunks, 5)).toBe(hunks[1])
})

test('excerptAt takes the shared indentation away', () => {
  expect(excerptAt('a\n    b\n      c\n\n    d\ne', 2, 4)).toBe('b\n  c\n\nd')
  expect(excerptAt('  a', 1, 5)).toBe('a')
  expect(dedent(['', ''])).toEqual(['', ''])
})
