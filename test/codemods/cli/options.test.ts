import path from 'node:path'
import { expect, test } from 'vitest'
import { checkOptions, isPreview, type RunOptions } from '../../../codemods/cli/options.js'

const base: RunOptions = { report: 'text', ignore: [] }

test.each<Partial<RunOptions>>([
  { write: true, dryRun: true },
  { write: true, check: true },
  { interactive: true, dryRun: true },
  { interactive: true, verify: 'npm test' },
  { interactive: true, patch: 'x' },
  { verify: 'npm test', check: true },
  { history: 'h.json', shard: '1/2' },
])('%j is refused', (options) => {
  expect(() => checkOptions({ ...base, ...options })).toThrow(
    expect.objectContaining({ code: 'FH_MIGRATE_CONFLICT' })
  )
})

test.each<Partial<RunOptions>>([
  {},
  { dryRun: true, check: true },
  { dryRun: false, write: true },
  { patch: 'x', write: true },
  { shard: '1/2', jobs: 3 },
])('%j is accepted', (options) => {
  expect(() => checkOptions({ ...base, ...options })).not.toThrow()
})

test('a tsconfig that is not there is refused', () => {
  const tsconfig = path.resolve('no-such-tsconfig.json')
  expect(() => checkOptions({ ...base, tsconfig })).toThrow(
    expect.objectContaining({ code: 'FH_MIGRATE_NO_TSCONFIG' })
  )
})

test.each<[Partial<RunOptions>, boolean]>([
  [{}, false],
  [{ write: true }, false],
  [{ dryRun: true }, true],
  [{ check: true }, true],
  [{ patch: 'x' }, true],
  [{ patch: 'x', write: true }, false],
])('%j writes nothing: %s', (options, preview) => {
  expect(isPreview({ ...base, ...options })).toBe(preview)
})
