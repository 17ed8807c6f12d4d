import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Prefork, PREFORK_DEFAULTS } from '../../src/features/prefork/index.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const page = read('docs/reference/prefork.md')

function rows(start: string, end: string): string[][] {
  const part = page.slice(page.indexOf(start), page.indexOf(end))
  return part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
    )
}

const options = new Map(
  rows('## Options', '## Methods').map(([name, ...rest]) => [name!.slice(1, -1), rest])
)

test('every option is on the page, in its order', () => {
  const source = read('src/features/prefork/options.ts')
  const start = source.indexOf('export interface PreforkOptions {')
  const declared = source.slice(start, source.indexOf('\n}\n', start)).matchAll(/^ {2}(\w+)\?: /gm)
  expect([...options.keys()]).toEqual([...declared].map(([, name]) => name!))
})

test('the defaults are those of the code', () => {
  const written = [...options].filter(([, [, value]]) => value !== '')
  const defaults = Object.entries(PREFORK_DEFAULTS).map(([name, value]) => [
    name,
    typeof value === 'string' ? `'${value}'` : String(value),
  ])
  expect(written.map(([name, [, value]]) => [name, value])).toEqual(defaults)
})

test('every method is on the page', () => {
  const named = rows('## Methods', '`isChild()`').map(([name]) => /`(\w+)/.exec(name!)![1]!)
  const methods = Object.getOwnPropertyNames(Prefork.prototype)
  expect(named).toEqual(methods.filter((name) => name !== 'constructor'))
})
