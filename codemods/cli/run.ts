import fs from 'node:fs'
import path from 'node:path'
import pc from 'picocolors'
import type { Colors } from 'picocolors/types.js'
import type { MigrationResult } from '../core/migrate.js'
import { colourDiff, unifiedDiff } from '../report/diff.js'
import { htmlReport } from '../report/html.js'
import { jsonReport } from '../report/json.js'
import { progressOf } from '../report/progress.js'
import { textReport } from '../report/text.js'
import { dirtyFiles } from './git.js'
import { addToHistory } from './history.js'
import { Choices, Prompt } from './interactive.js'
import { mergeResults, type Request } from './migrate-unit.js'
import { checkOptions, isPreview, tsconfigOf, type RunOptions } from './options.js'
import { packageJsonChanges } from './package-json.js'
import { withoutUnused } from './unused-packages.js'
import { migrateUnits } from './pool.js'
import { showProgress } from './progress.js'
import { runVerified } from './run-verified.js'
import { selection } from './select.js'
import { readSources, type SourceSet } from './sources.js'
import { joinInert, shardOf, unitsOf, type Unit } from './units.js'
import { UsageError } from './usage-error.js'
import { writeAll } from './write.js'

export const EXIT_DONE = 0
export const EXIT_FAILED = 1
export const EXIT_LEFT = 2

/** What a run talks to. */
export interface Output {
  out(text: string): void
  err(text: string): void
  /** Where answers come from; only a terminal is asked. */
  input?: NodeJS.ReadableStream & { isTTY?: boolean }
  /** Messages go to a terminal, so a progress bar can be drawn. */
  terminal?: boolean
}

/**
 * Runs one migration and gives the exit code.
 *
 * @throws UsageError for anything that is wrong with the arguments or the environment
 */
export async function run(
  paths: readonly string[],
  options: RunOptions,
  output: Output
): Promise<number> {
  const started = performance.now()
  checkOptions(options)
  const request: Request = {
    exact: options.exact ?? false,
    adaptOnly: options.stage === 1,
    only: options.only,
    routes: options.routes,
  }
  // Refuses wrong values before anything is read.
  selection(request.only, request.routes)
  if (options.interactive === true) refuseWithoutTerminal(output)
  const set = readSources(paths, options.ignore)
  const preview = isPreview(options)
  if (!preview && options.force !== true) refuseDirty(set, output)
  const units = unitsOf(set, tsconfigOf(options))
  const chosen = joinInert(options.shard === undefined ? units : shardOf(units, options.shard))

  const context: Context = { set, units: chosen, request, options, output, preview }
  const result = onlyAsked(await migrateAs(context), set, paths)
  const seconds = (performance.now() - started) / 1000
  report(result, context, seconds)
  return exitCode(result, options)
}

/** Leaves out what is wrong with files that are read as context only: nobody asked about them. */
function onlyAsked(
  result: MigrationResult,
  set: SourceSet,
  paths: readonly string[]
): MigrationResult {
  const targets = paths.map((each) => path.resolve(each))
  const editable = new Set(
    set.inputs.filter((each) => each.readonly !== true).map((each) => each.path)
  )
  const isAsked = ({ path: file }: { path: string }): boolean =>
    targets.some((each) => file === each || file.startsWith(each + path.sep))
  const isEditable = ({ path: file }: { path: string }): boolean => editable.has(file)
  return {
    ...result,
    problems: [...set.problems, ...result.problems].filter(isAsked),
    handlers: result.handlers.filter(isEditable),
    services: result.services.filter(isEditable),
    present: { ...result.present, native: result.present.native.filter(isEditable) },
  }
}

interface Context {
  set: SourceSet
  units: readonly Unit[]
  request: Request
  options: RunOptions
  output: Output
  preview: boolean
}

/** The result of the run, with the package.json files among its changes. */
async function migrateAs(context: Context): Promise<MigrationResult> {
  const { options, preview, set, output } = context
  if (options.interactive === true) return migrateAsking(context)
  let result = await plan(context)
  const { verify } = options
  if (verify !== undefined) {
    result = await runVerified({
      result,
      plan: (files) => plan(context, files),
      root: set.root,
      command: verify,
      err: output.err,
    })
    return result
  }
  result = withManifests(result, set.root)
  if (options.stage === 3) result = withoutUnused(result, set)
  if (!preview) writeAll(result.changes)
  return result
}

async function plan(context: Context, files?: readonly string[]): Promise<MigrationResult> {
  const { units, request, options, output } = context
  const progress = showProgress({
    total: units.reduce((sum, each) => sum + each.inputs.length, 0),
    terminal: output.terminal === true,
    log: output.err,
  })
  try {
    const asked = files === undefined ? request : { ...request, files }
    const onDone = (count: number): void => progress.advance(count)
    return mergeResults(await migrateUnits(units, asked, { jobs: options.jobs, onDone }))
  } finally {
    progress.stop()
  }
}

async function migrateAsking(context: Context): Promise<MigrationResult> {
  const { set, units, request, options, output } = context
  const colors = colorsOf(options)
  const prompt = new Prompt(output.input!, output.out)
  const choices = new Choices(request, (change, again) => {
    output.out(colourDiff(unifiedDiff([change], set.root), colors))
    const name = path.relative(set.root, change.path)
    const why = again ? ` (changed since you agreed, because of a file you refused)` : ''
    return prompt.ask(`Convert ${name}${why}?`)
  })
  const results: MigrationResult[] = []
  try {
    for (const unit of units) {
      const result = withManifests(await choices.migrate(unit), set.root)
      writeAll(result.changes)
      results.push(result)
    }
  } finally {
    prompt.close()
  }
  return mergeResults(results)
}

function withManifests(result: MigrationResult, root: string): MigrationResult {
  return { ...result, changes: [...result.changes, ...packageJsonChanges(result.changes, root)] }
}

function report(result: MigrationResult, context: Context, seconds: number): void {
  const { options, output, preview, set } = context
  const { root } = set
  const colors = colorsOf(options)
  if (options.patch !== undefined || (options.dryRun === true && options.report === 'text')) {
    const diff = unifiedDiff(result.changes, root)
    if (options.patch !== undefined) fs.writeFileSync(options.patch, diff)
    else output.out(colourDiff(diff, colors))
  }
  const progress = progressOf(result, preview)
  const history = options.history === undefined ? [] : addToHistory(options.history, progress)
  const texts = new Map(set.inputs.map((each) => [each.path, each.text]))
  const formats = {
    json: () => jsonReport(result, { root, progress, history }),
    html: () => htmlReport(result, { root, progress, history, preview, texts }),
    text: () => textReport(result, { root, colors, preview, seconds }),
  }
  const text = formats[options.report]()
  if (options.output === undefined) output.out(text)
  else {
    fs.writeFileSync(options.output, text)
    if (options.report !== 'text') output.out(formats.text())
  }
}

function colorsOf(options: RunOptions): Colors {
  return pc.createColors(options.color ?? pc.isColorSupported)
}

function refuseWithoutTerminal({ input }: Output): void {
  if (input?.isTTY === true) return
  throw new UsageError(
    'FH_MIGRATE_NO_TERMINAL',
    '--interactive asks questions, and standard input is no terminal; use --dry-run or --patch here'
  )
}

function refuseDirty({ root, inputs }: SourceSet, output: Output): void {
  const files = inputs.filter((each) => each.readonly !== true).map((each) => each.path)
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

function exitCode(result: MigrationResult, options: RunOptions): number {
  if (result.dropped.length > 0) return EXIT_FAILED
  if (options.check === true && result.changes.length > 0) return EXIT_FAILED
  const left = [...result.handlers, ...result.services].some((each) => each.status === 'adapted')
  return left || result.problems.length > 0 ? EXIT_LEFT : EXIT_DONE
}
