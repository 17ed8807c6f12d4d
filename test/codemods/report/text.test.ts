import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import type { MigrationResult } from '../../../codemods/core/migrate.js'
import { textReport } from '../../../codemods/report/text.js'

const handler = (status: string, reason?: string): object => ({
  ...{ path: '/app/a.js', line: 3, name: 'list', kind: 'handler', status },
  ...(reason === undefined ? {} : { reason }),
})

function reported(handlers: object[], changes: object[]): string {
  const empty = { sites: [], services: [], problems: [], dropped: [] }
  const result = { ...empty, handlers, changes } as unknown as MigrationResult
  const context = { root: '/app', colors: createColors(false), preview: false, seconds: 1 }
  return textReport(result, context)
}

test('a run that converts says how much of what it found is native', () => {
  const text = reported([handler('native'), handler('adapted', 'why not')], [{}])
  expect(text).toContain('1 of 2 handlers native')
  expect(text).toMatch(/why not\n {4}a\.js:3 {2}list/)
})

test('a run with nothing to change does not call the app unconverted', () => {
  const text = reported([handler('adapted', 'why not')], [])
  expect(text).toContain('1 handler not native; fh-migrate status counts those that are')
  expect(text).not.toContain('0 of 1')
})
