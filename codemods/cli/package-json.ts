import fs from 'node:fs'
import path from 'node:path'
import type { FileChange } from '../core/migrate.js'

/** The range written for a package the migrated code imports. */
const VERSIONS: Record<string, string> = { fasthttp: '^0.1.0' }

/** Adds the imported packages to package.json, in its own indentation and order. */
export function packageJsonChange(
  root: string,
  packages: readonly string[]
): FileChange | undefined {
  const file = path.join(root, 'package.json')
  if (packages.length === 0 || !fs.existsSync(file)) return undefined
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
  return after === before ? undefined : { path: file, before, after }
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
