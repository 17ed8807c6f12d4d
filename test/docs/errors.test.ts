import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ERRORS } from '../../src/errors.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')

test('the page has the rows of the table, in its order', () => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `FH_ERR_'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, 6)
        .map((cell) => cell.trim().replaceAll('`', ''))
    )
  const expected = Object.entries(ERRORS).map(([code, { name, go, status, message }]) => [
    code,
    name,
    go ?? '',
    status === undefined ? '' : String(status),
    message.replaceAll('`', ''),
  ])
  expect(rows).toEqual(expected)
})

test('every row says when', () => {
  for (const line of page.split('\n')) {
    if (!line.startsWith('| `FH_ERR_')) continue
    expect(line.split(/(?<!\\)\|/)[6]?.trim()).toMatch(/^[A-Z`].*[.;]?.*\.$/)
  }
})

test('every class is thrown somewhere', () => {
  let code = ''
  for (const folder of ['src', 'adaptor']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name === 'errors.ts') continue
      code += readFileSync(join(entry.parentPath, entry.name), 'utf8')
    }
  }
  const unused = Object.values(ERRORS)
    .map(({ name }) => name)
    .filter((name) => !new RegExp(`(?:new|extends) ${name}\\b`).test(code))
  expect(unused).toEqual([])
})
