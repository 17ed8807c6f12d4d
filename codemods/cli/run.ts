import fs from 'node:fs'
import path from 'node:path'
import pc from 'picocolors'
import { migrate, type FileChange, type MigrationResult } from '../core/migrate.js'
import { colourDiff, unifiedDiff } from '../report/diff.js'
import { jsonReport } from '../report/json.js'
import { textReport } from '../report/text.js'
import { dirtyFiles } from './git.js'
import { packageJsonChange } from './package-json.js'
import { readSources, UsageError } from './sources.js'
import { writeAtomically } from './write.js'

export const EXIT_DONE = 0
export const EXIT_FAILED = 1
export const EXIT_LEFT = 2

export interface RunOptions {
  dryRun?: boolean
  check?: boolean
  force?: boolean
  exact?: boolean
  color?: boolean
  report: 'text' | 'json'
  patch?: string
  tsconfig?: string
  ignore: string[]
}

export interface Output {
  out(text: string): void
  err(text: string): void
}

/** Runs one migration and gives the exit code. */
export function run(paths: readonly string[], options: RunOptions, output: Output): number {
  const started = performance.now()
  const colors = pc.createColors(options.color ?? pc.isColorSupported)
  const preview = options.dryRun === true || options.check === true || options.patch !== undefined
  const { root, inputs } = readSources(paths, options.ignore)
  const editable = inputs.filter((each) => each.readonly !== true).map((each) => each.path)
  if (!preview && options.force !== true) refuseDirty(root, editable, output)
  const tsconfig = findTsconfig(options.tsconfig, root)
  const result = migrate(inputs, { exact: options.exact ?? false, tsconfig })
  const manifest = packageJsonChange(root, result.packages)
  const changes = manifest === undefined ? result.changes : [...result.changes, manifest]
  const diff = preview ? unifiedDiff(changes, root) : ''
  if (options.patch !== undefined) fs.writeFileSync(options.patch, diff)
  else if (options.dryRun === true && options.report === 'text')
    output.out(colourDiff(diff, colors))
  if (!preview) for (const change of changes) writeAtomically(change.path, change.after)
  const seconds = (performance.now() - started) / 1000
  output.out(
    options.report === 'json'
      ? jsonReport({ ...result, changes }, root)
      : textReport({ ...result, changes }, { root, colors, preview, seconds })
  )
  return exitCode(result, changes, options)
}

function refuseDirty(root: string, files: readonly string[], output: Output): void {
  const dirty = dirtyFiles(root, files)
  if (dirty === undefined) {
    output.err('fh-migrate: no git repository here, so keep a copy to compare with\n')
    return
  }
  if (dirty.length === 0) return
  const names = dirty.slice(0, 10).map((each) => `  ${path.relative(process.cwd(), each)}`)
  const more = dirty.length > 10 ? `\n  and ${dirty.length - 10} more` : ''
  throw new UsageError(
    'FH_MIGRATE_DIRTY',
    `uncommitted changes in files this run may edit; commit them, or pass --force:\n${names.join('\n')}${more}`
  )
}

function findTsconfig(given: string | undefined, root: string): string | undefined {
  if (given !== undefined) {
    if (!fs.existsSync(given))
      throw new UsageError('FH_MIGRATE_NO_TSCONFIG', `no such file: ${given}`)
    return path.resolve(given)
  }
  const found = path.join(root, 'tsconfig.json')
  return fs.existsSync(found) ? found : undefined
}

function exitCode(
  result: MigrationResult,
  changes: readonly FileChange[],
  options: RunOptions
): number {
  if (result.dropped.length > 0) return EXIT_FAILED
  if (options.check === true && changes.length > 0) return EXIT_FAILED
  const left = [...result.handlers, ...result.services].some((each) => each.reason !== undefined)
  return left || result.problems.length > 0 ? EXIT_LEFT : EXIT_DONE
}
