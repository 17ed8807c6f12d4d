import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as fasthttp from '../../src/index.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const page = read('docs/reference/fs.md')

function rows(start: string, end: string): string[][] {
  const part = page.slice(page.indexOf(start), page.indexOf(end))
  const lines = part.split('\n').filter((line) => line.startsWith('| `'))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  )
}

const options = new Map(
  rows('## Options', '## Functions').map(([name, ...rest]) => [name!.slice(1, -1), rest])
)

test('every option of FSOptions is on the page', () => {
  const source = read('src/features/fs/options.ts')
  const start = source.indexOf('export interface FSOptions {')
  const declared = source.slice(start, source.indexOf('\n}\n', start)).matchAll(/^ {2}(\w+)\?: /gm)
  expect([...options.keys()].sort()).toEqual([...declared].map(([, name]) => name!).sort())
})

test('the defaults are those of the code', () => {
  const written = [...options]
    .filter(([, [, value]]) => value !== '')
    .map(([name, [, value]]) => [name, value])
  const defaults = Object.entries(fasthttp.FS_DEFAULTS).map(([name, value]) => [
    name,
    typeof value === 'string' ? `'${value}'` : String(value),
  ])
  expect(written.sort()).toEqual(defaults.sort())
})

test('every function is exported', () => {
  const named = rows('## Functions', '# Compression').flatMap(([cell]) =>
    [...cell!.matchAll(/`(\w+)\(/g)].map(([, name]) => name!)
  )
  expect(named).toHaveLength(8)
  for (const name of named) expect(fasthttp, name).toHaveProperty(name)
})
