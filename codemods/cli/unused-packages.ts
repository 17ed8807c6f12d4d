import fs from 'node:fs'
import path from 'node:path'
import { ts } from 'ts-morph'
import type { FileChange, MigrationResult } from '../core/migrate.js'
import type { SourceSet } from './sources.js'

/** Packages whose work ours does after the migration. */
const REPLACED = ['express', 'body-parser', 'cookie-parser', 'serve-static']
const NAMES = REPLACED.flatMap((name) => [name, `@types/${name}`])

/**
 * Takes the packages that a migration replaces out of each package.json whose sources, tests
 * included, import them no more. Types go with the package they are of.
 */
export function withoutUnused(result: MigrationResult, set: SourceSet): MigrationResult {
  const after = new Map(result.changes.map((each) => [each.path, each.after]))
  const used = new Map<string, Set<string>>()
  for (const { path: file, text } of set.inputs) {
    const manifest = manifestAbove(path.dirname(file), set.root)
    if (manifest === undefined) continue
    const names = used.get(manifest) ?? new Set()
    used.set(manifest, names)
    for (const name of importsOf(after.get(file) ?? text)) names.add(name).add(`@types/${name}`)
  }
  const changes = new Map(result.changes.map((each) => [each.path, each]))
  for (const [manifest, names] of used) {
    const before = changes.get(manifest)?.before ?? fs.readFileSync(manifest, 'utf8')
    const text = changes.get(manifest)?.after ?? before
    const dropped = NAMES.filter((name) => !names.has(name)).reduce(withoutEntry, text)
    if (dropped === text) continue
    const change: FileChange = { path: manifest, before, after: dropped, packages: [] }
    changes.set(manifest, change)
  }
  return { ...result, changes: [...changes.values()] }
}

function manifestAbove(folder: string, root: string): string | undefined {
  const file = path.join(folder, 'package.json')
  if (fs.existsSync(file)) return file
  return folder === root || path.dirname(folder) === folder
    ? undefined
    : manifestAbove(path.dirname(folder), root)
}

function importsOf(text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.split('/').slice(0, scopeSize(fileName)).join('/')
    )
}

function scopeSize(specifier: string): number {
  return specifier.startsWith('@') ? 2 : 1
}

/** The text without `"name": "range"`, and without the comma that belonged to it. */
function withoutEntry(text: string, name: string): string {
  const escaped = name.replace(/[/.]/g, '\\$&')
  return text
    .replace(new RegExp(`\\s*"${escaped}"\\s*:\\s*"[^"]*"\\s*,`), '')
    .replace(new RegExp(`,?\\s*"${escaped}"\\s*:\\s*"[^"]*"(?=\\s*\\})`), '')
}
