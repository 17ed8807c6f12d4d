import { describe, expect, test } from 'vitest'
import { CONVERSION_TABLE } from '../../codemods/table.js'
import { migrateText, readFixtures } from './helpers/fixture.js'

const fixtures = ['rows', 'traps', 'express4'].flatMap(readFixtures)

/** Rows at work in fixtures whose requests are answered before and after: see behaviour.test.ts. */
const executed = new Set<string>()
const named = new Set<string>()
for (const { file, text, lines, rows } of fixtures) {
  const sites = migrateText(file, text).sites.map((each) => each.row)
  for (const row of [...sites, ...rows]) {
    named.add(row)
    if (lines.length > 0) executed.add(row)
  }
}

describe('every row of the conversion table', () => {
  test.each(CONVERSION_TABLE.map((row) => [row.id, row] as const))(
    '%s was run against its result',
    (id) => expect(executed).toContain(id)
  )
})

test('what fixtures and transforms name are rows', () => {
  const ids = new Set(CONVERSION_TABLE.map((row) => row.id))
  expect([...named].filter((id) => !ids.has(id))).toEqual([])
})

test('no row is there twice', () => {
  const ids = CONVERSION_TABLE.map((row) => row.id)
  expect(ids).toEqual([...new Set(ids)])
})

test.each(CONVERSION_TABLE.filter((row) => row.class === 'keep'))(
  '$id says what a person can do',
  ({ check }) => expect(check).toMatch(/^by hand: /)
)
