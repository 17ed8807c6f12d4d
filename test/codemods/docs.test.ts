import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { markdownTable } from '../../codemods/report/table.js'
import { ROOT } from './helpers/sandbox.js'

const FOLDER = path.join(ROOT, 'docs/codemods')

test('docs/codemods/table.md is the table that drives the transforms', () => {
  const page = fs.readFileSync(path.join(FOLDER, 'table.md'), 'utf8')
  expect(page.slice(page.indexOf('| Express or'))).toBe(markdownTable())
})

test('every link between the pages leads somewhere', () => {
  for (const name of fs.readdirSync(FOLDER)) {
    const page = fs.readFileSync(path.join(FOLDER, name), 'utf8')
    for (const [, target] of page.matchAll(/\]\(([\w./-]+\.md)\)/g)) {
      expect(fs.existsSync(path.join(FOLDER, target!)), `${name} -> ${target}`).toBe(true)
    }
  }
})
