import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Server, SERVER_DEFAULTS } from '../../src/index.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const page = read('docs/reference/server.md')

/** Cells of the rows that begin with a name in code, below the headings from `start` to `end`. */
function rows(start: string, end: string): string[][] {
  const part = page.slice(page.indexOf(start), page.indexOf(end))
  const lines = part.split('\n').filter((line) => line.startsWith('| `'))
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim())
  )
}

const options = new Map(
  rows('## Options', '## Methods').map(([name, ...rest]) => [name!.slice(1, -1), rest])
)

test('every option of ServerOptions is on the page, once', () => {
  const source = read('src/server/options.ts')
  const start = source.indexOf('export interface ServerOptions {')
  const declared = source.slice(start, source.indexOf('\n}\n', start)).matchAll(/^ {2}(\w+)\??: /gm)
  expect([...options.keys()].sort()).toEqual([...declared].map(([, name]) => name!).sort())
  expect(rows('## Options', '## Methods')).toHaveLength(options.size)
})

test.each(Object.entries(SERVER_DEFAULTS))('default of %s', (name, value) => {
  const [type, written, meaning] = options.get(name)!
  expect(written).toBe(typeof value === 'string' ? `'${value}'` : String(value))
  const units = {
    number: /^(?:bytes|milliseconds|connections|requests)$/,
    boolean: /^boolean$/,
    string: /^string$/,
  }
  expect(type).toMatch(units[typeof value as keyof typeof units])
  expect(meaning).toMatch(/\.$/)
})

test('options without a default have none on the page', () => {
  for (const [name, [, written]] of options) {
    if (!(name in SERVER_DEFAULTS))
      expect([name, written]).toEqual([name, name === 'handler' ? 'required' : ''])
  }
})

test('every method is on the page', () => {
  const named = rows('## Methods', '## Multipart').map(([name]) => /`(\w+)/.exec(name!)![1]!)
  const properties = Object.getOwnPropertyDescriptors(Server.prototype)
  const methods = Object.keys(properties).filter(
    (name) => name !== 'constructor' && typeof properties[name]!.value === 'function'
  )
  expect(named.sort()).toEqual(methods.sort())
})
