import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Layers from the lowest to the highest; those of one row do not know each other. */
const LAYERS = [
  ['src/errors.ts'],
  ['src/option-names.ts'],
  ['src/bytes'],
  ['src/http'],
  ['src/wire'],
  ['src/net'],
  ['src/server', 'src/client'],
  ['src/features'],
  ['adaptor'],
]

function layerOf(path: string): [row: number, folder: string] | undefined {
  for (const [row, folders] of LAYERS.entries()) {
    const folder = folders.find((name) => path === name || path.startsWith(`${name}/`))
    // One feature does not know another.
    if (folder === 'src/features') return [row, path.split('/').slice(0, 3).join('/')]
    if (folder !== undefined) return [row, folder]
  }
  return undefined
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && entry.name.endsWith('.ts')) {
      yield relative(root, join(entry.parentPath, entry.name))
    }
  }
}

/** Features that are made for one another. */
const ALLOWED = new Set(['src/features/compat -> src/features/router'])

test('a module imports from its own layer or from one below', () => {
  const bad: string[] = []
  for (const path of [...sources('src'), ...sources('adaptor')]) {
    const from = layerOf(path)
    if (from === undefined) continue
    const text = readFileSync(join(root, path), 'utf8')
    for (const [, specifier] of text.matchAll(/\bfrom '(\.[^']+)'/g)) {
      const target = relative(
        root,
        resolve(root, dirname(path), specifier!.replace(/\.js$/, '.ts'))
      )
      const to = layerOf(target)
      if (to === undefined || from[1] === to[1] || to[0] < from[0]) continue
      if (!ALLOWED.has(`${from[1]} -> ${to[1]}`)) bad.push(`${path} imports ${target}`)
    }
  }
  expect(bad).toEqual([])
})
