import fs from 'node:fs'
import path from 'node:path'
import type { FileChange } from '../core/migrate.js'

/** The range written for a package the migrated code imports. */
const VERSIONS: Record<string, string> = { fasthttp: '^0.1.0' }

/** Adds what each changed file imports to the package.json it belongs to. */
export function packageJsonChanges(changes: readonly FileChange[], root: string): FileChange[] {
  const needs = new Map<string, Set<string>>()
  for (const { path: file, packages } of changes) {
    const manifest = manifestOf(path.dirname(file), root)
    if (manifest === undefined) continue
    needs.set(manifest, new Set([...(needs.get(manifest) ?? []), ...packages]))
  }
  return [...needs].flatMap(([file, packages]) => packageJsonChange(file, [...packages]) ?? [])
}

/** The nearest package.json with a name or dependencies; a bare `{ "type": ... }` has neither. */
function manifestOf(folder: string, root: string): string | undefined {
  const file = path.join(folder, 'package.json')
  if (fs.existsSync(file)) {
    const manifest = parse(fs.readFileSync(file, 'utf8'))
    if (folder === root || manifest?.name !== undefined || manifest?.dependencies !== undefined) {
      return file
    }
  }
  const above = path.dirname(folder)
  return folder === root || above === folder ? undefined : manifestOf(above, root)
}

/** Adds packages to a package.json, in its own indentation and order. */
function packageJsonChange(file: string, packages: readonly string[]): FileChange | undefined {
  if (packages.length === 0) return undefined
  const before = fs.readFileSync(file, 'utf8')
  const manifest = parse(before)
  if (manifest === undefined) return undefined
  const known = {
    ...manifest.devDependencies,
    ...manifest.peerDependencies,
    ...manifest.dependencies,
  }
  const missing = packages.filter((name) => !(name in known) && manifest.name !== name)
  if (missing.length === 0) return undefined
  const after = insertDependencies(before, manifest, missing)
  return after === before ? undefined : { path: file, before, after, packages: [] }
}

interface Manifest {
  name?: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

function parse(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function insertDependencies(text: string, manifest: Manifest, missing: readonly string[]): string {
  const names = [...Object.keys(manifest.dependencies ?? {}), ...missing].sort()
  const values: Record<string, string> = {}
  for (const name of names) values[name] = manifest.dependencies?.[name] ?? VERSIONS[name] ?? '*'
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = Object.entries(values).map(
    ([name, range]) => `${indent}${indent}${JSON.stringify(name)}: ${JSON.stringify(range)}`
  )
  const block = `"dependencies": {${eol}${lines.join(`,${eol}`)}${eol}${indent}}`
  const existing = /"dependencies"\s*:\s*\{[^{}]*\}/.exec(text)
  if (existing !== null) {
    return text.slice(0, existing.index) + block + text.slice(existing.index + existing[0].length)
  }
  const end = text.lastIndexOf('}')
  const body = text.slice(0, end).trimEnd()
  const comma = body.endsWith('{') ? '' : ','
  return `${body}${comma}${eol}${indent}${block}${eol}${text.slice(end)}`
}
