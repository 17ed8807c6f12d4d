import fs from 'node:fs'
import { expect, test } from 'vitest'

/** The resolution of TypeScript before `exports`, `moduleResolution: node`, knows entries by this map alone. */
test('typesVersions names the types of every entry', () => {
  const text = fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { exports, typesVersions } = JSON.parse(text) as {
    exports: Record<string, { import: { types: string } }>
    typesVersions: Record<string, Record<string, string[]>>
  }
  const entries = Object.entries(exports).filter(([name]) => /^\.\/[^.]+$/.test(name))
  expect(typesVersions['*']).toEqual(
    Object.fromEntries(entries.map(([name, entry]) => [name.slice(2), [entry.import.types]]))
  )
})
