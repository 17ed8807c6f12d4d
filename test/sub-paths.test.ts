import fs from 'node:fs'
import { expect, test } from 'vitest'

const text = fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')
const { exports, files, typesVersions } = JSON.parse(text) as {
  exports: Record<string, { import: { types: string } }>
  files: string[]
  typesVersions: Record<string, Record<string, string[]>>
}
const entries = Object.entries(exports).filter(([name]) => /^\.\/[^.]+$/.test(name))

/** The resolution of TypeScript before `exports`, `moduleResolution: node`, knows entries by this map alone. */
test('typesVersions names the types of every entry', () => {
  expect(typesVersions['*']).toEqual(
    Object.fromEntries(entries.map(([name, entry]) => [name.slice(2), [entry.import.types]]))
  )
})

/** Other resolvers that do not look at `exports` find a folder for each, made when the package is packed. */
test('the folder of every entry is packed', () => {
  expect(files).toEqual(
    expect.arrayContaining(entries.map(([name]) => `${name.slice(2)}/package.json`))
  )
})
