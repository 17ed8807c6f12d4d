import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrate } from '../../codemods/index.js'
import { ROOT } from './helpers/sandbox.js'

const FOLDER = path.join(ROOT, 'fixtures/codemods/pairs')

function readTree(folder: string): Map<string, string> {
  const files = new Map<string, string>()
  if (!fs.existsSync(folder)) return files
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const full = path.join(entry.parentPath, entry.name)
    files.set(path.relative(folder, full), fs.readFileSync(full, 'utf8'))
  }
  return files
}

function migrateTree(tree: Map<string, string>): Map<string, string> {
  const root = path.join(FOLDER, 'input')
  const sources = [...tree].map(([name, text]) => ({ path: path.join(root, name), text }))
  const result = migrate(sources)
  expect(result.problems).toEqual([])
  expect(result.dropped).toEqual([])
  return new Map(result.changes.map((each) => [path.relative(root, each.path), each.after]))
}

describe.each(fs.readdirSync(FOLDER))('%s', (name) => {
  const input = readTree(path.join(FOLDER, name, 'input'))

  test('gives the written output, byte by byte', () => {
    const output = readTree(path.join(FOLDER, name, 'output'))
    expect(Object.fromEntries(migrateTree(input))).toEqual(Object.fromEntries(output))
  })

  test('a second run changes nothing', () => {
    const migrated = new Map([...input, ...migrateTree(input)])
    expect([...migrateTree(migrated).keys()]).toEqual([])
  })
})
