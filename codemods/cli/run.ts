import fs from 'node:fs'
import path from 'node:path'
import pc from 'picocolors'
import type { Colors } from 'picocolors/types.js'
import {
  migrate,
  type FileChange,
  type MigrateOptions,
  type MigrationResult,
} from '../core/migrate.js'
import type { SourceInput } from '../core/workspace.js'
import { colourDiff, unifiedDiff } from '../report/diff.js'
import { htmlReport } from '../report/html.js'
import { jsonReport } from '../report/json.js'
import { textReport } from '../report/text.js'
import { dirtyFiles } from './git.js'
import { packageJsonChange } from './package-json.js'
import { selection } from './select.js'
import { readSources, UsageError } from './sources.js'
import { passes, verify } from './verify.js'
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
  report: 'text' | 'json' | 'html'
  patch?: string
  only?: string
  routes?: string
  /** 1: only adapt. 2 and 3: convert, and drop adapt where it is no longer needed. */
  stage?: number
  /** A command that must succeed before and after. */
  verify?: string
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
  const select = selection(options.only, options.routes)
  const request: MigrateOptions = {
    exact: options.exact ?? false,
    tsconfig: findTsconfig(options.tsconfig, root),
    adaptOnly: options.stage === 1,
    select,
  }
  let result = migrate(inputs, request)
  if (options.verify !== undefined && !preview) {
    result = runVerified({ inputs, request, result, root, command: options.verify, output })
  }
  const manifest = packageJsonChange(root, result.packages)
  const changes = manifest === undefined ? result.changes : [...result.changes, manifest]
  if (preview) showDiff(unifiedDiff(changes, root), options, colors, output)
  else for (const change of changes) writeAtomically(change.path, change.after)
  const seconds = (performance.now() - started) / 1000
  const full = { ...result, changes }
  if (options.report === 'json') output.out(jsonReport(full, root))
  else if (options.report === 'html') output.out(htmlReport(full, root))
  else output.out(textReport(full, { root, colors, preview, seconds }))
  return exitCode(result, changes, options)
}

function showDiff(diff: string, options: RunOptions, colors: Colors, output: Output): void {
  if (options.patch !== undefined) fs.writeFileSync(options.patch, diff)
  else if (options.dryRun === true && options.report === 'text') {
    output.out(colourDiff(diff, colors))
  }
}

interface VerifiedRun {
  inputs: readonly SourceInput[]
  request: MigrateOptions
  result: MigrationResult
  root: string
  command: string
  output: Output
}

/** Migrates under the eyes of the project's tests: files that break them keep their handlers. */
function runVerified(verified: VerifiedRun): MigrationResult {
  const { inputs, request, root, command, output } = verified
  let { result } = verified
  let written: FileChange[] = []
  const apply = (files: readonly string[]): void => {
    for (const change of written) writeAtomically(change.path, change.before)
    const chosen = new Set(files)
    result = migrate(inputs, {
      ...request,
      select: (handler) => chosen.has(handler.path) && (request.select?.(handler) ?? true),
    })
    const manifest = packageJsonChange(root, result.packages)
    written = manifest === undefined ? result.changes : [...result.changes, manifest]
    for (const change of written) writeAtomically(change.path, change.after)
  }
  const files = [...new Set(result.handlers.map((each) => each.path))]
  const verdict = verify(files, () => passes(command, root), apply)
  if (verdict.brokenBefore) {
    throw new UsageError('FH_MIGRATE_VERIFY', `"${command}" fails before anything is changed`)
  }
  for (const culprit of verdict.culprits) {
    output.err(
      `fh-migrate: "${command}" fails with ${path.relative(root, culprit)} converted; left as it was\n`
    )
  }
  return result
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

export function findTsconfig(given: string | undefined, root: string): string | undefined {
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
  const left = [...result.handlers, ...result.services].some((each) => each.status === 'adapted')
  return left || result.problems.length > 0 ? EXIT_LEFT : EXIT_DONE
}
