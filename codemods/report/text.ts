import type { Colors } from 'picocolors/types.js'
import type { MigrationResult } from '../core/migrate.js'
import { relative } from './place.js'

export interface ReportContext {
  root: string
  colors: Colors
  /** Nothing was written: `--dry-run` or `--check`. */
  preview: boolean
  seconds: number
}

const MAX_ROWS = 40

/** The summary at the end of a run: what became native, what is left and why. */
export function textReport(result: MigrationResult, context: ReportContext): string {
  const { colors } = context
  const native = result.handlers.filter((each) => each.status === 'native').length
  const total = result.handlers.length
  const lines: string[] = ['']
  const did = context.preview ? 'would change' : 'changed'
  const files = plural(result.changes.length, 'file')
  lines.push(
    `${colors.bold('fh-migrate')} ${did} ${colors.bold(files)} in ${context.seconds.toFixed(1)} s`
  )
  if (total > 0) lines.push('', `  ${handlerLine(native, total, result, colors)}`)
  const asked = result.handlers.filter((each) => each.status === 'asked').length
  if (asked > 0) lines.push('', `  ${plural(asked, 'handler')} left as asked`)
  lines.push(...siteLines(result, colors))
  lines.push(...leftLines(result, context))
  lines.push(...problemLines(result, context))
  lines.push('', ...nextSteps(result, context))
  return `${lines.join('\n')}\n`
}

function handlerLine(
  native: number,
  total: number,
  result: MigrationResult,
  colors: Colors
): string {
  // What was native before is no handler to this run: a share of the rest would be taken for that of the app.
  if (native === 0 && result.changes.length === 0)
    return `${plural(total, 'handler')} not native; ${colors.bold('fh-migrate status')} counts those that are`
  return `${bar(native, total, colors)}  ${native} of ${plural(total, 'handler')} native`
}

function bar(native: number, total: number, colors: Colors): string {
  const width = 30
  const filled = Math.round((native / total) * width)
  return colors.green('█'.repeat(filled)) + colors.dim('░'.repeat(width - filled))
}

function siteLines(result: MigrationResult, colors: Colors): string[] {
  const counts = new Map<string, number>()
  for (const site of result.sites) counts.set(site.row, (counts.get(site.row) ?? 0) + 1)
  if (counts.size === 0) return []
  const top = [...counts].sort(([, a], [, b]) => b - a)
  const shown = top.slice(0, 8).map(([row, count]) => `${row} ${colors.dim(`x${count}`)}`)
  const rest = top.length > 8 ? colors.dim(`, and ${plural(top.length - 8, 'more kind')}`) : ''
  return ['', `  ${plural(result.sites.length, 'place')} rewritten: ${shown.join(', ')}${rest}`]
}

/** What is left, grouped by reason, because one reason usually has one remedy. */
function leftLines(result: MigrationResult, context: ReportContext): string[] {
  const { colors } = context
  const groups = new Map<string, string[]>()
  for (const each of [...result.services, ...result.handlers]) {
    if (each.reason === undefined || each.status !== 'adapted') continue
    const label = 'name' in each ? each.name : each.kind
    const place = `${relative(each.path, context.root)}:${each.line}`
    groups.set(each.reason, [...(groups.get(each.reason) ?? []), `${place}  ${label}`])
  }
  if (groups.size === 0) return []
  const lines = [
    '',
    `  ${colors.yellow('Left to do by hand')}, running through adapt() until then:`,
  ]
  for (const [reason, places] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
    lines.push('', `  ${colors.bold(reason)}`)
    for (const place of places.slice(0, MAX_ROWS)) lines.push(`    ${place}`)
    if (places.length > MAX_ROWS) lines.push(colors.dim(`    and ${places.length - MAX_ROWS} more`))
  }
  return lines
}

function problemLines(result: MigrationResult, context: ReportContext): string[] {
  const { colors } = context
  const lines: string[] = []
  for (const each of result.problems) {
    const place = `${relative(each.path, context.root)}:${each.line}:${each.column}`
    lines.push(`  ${colors.red('does not parse')}, left as it is: ${place} ${each.message}`)
  }
  for (const each of result.dropped) {
    const place = `${relative(each.path, context.root)}:${each.line}:${each.column}`
    lines.push(`  ${colors.red('not written')}, the result was not sound: ${place} ${each.message}`)
  }
  return lines.length === 0 ? [] : ['', ...lines]
}

function nextSteps(result: MigrationResult, context: ReportContext): string[] {
  const { colors } = context
  const left = result.handlers.some((each) => each.status === 'adapted')
  if (result.changes.length === 0) {
    return [colors.dim(left ? '  Nothing more can be converted.' : '  Nothing to convert.')]
  }
  if (context.preview) return [colors.dim('  Run again without --dry-run to write these changes.')]
  const steps = ['npm install', 'npm test']
  if (left) steps.push('search for TODO(fh-migrate)')
  return [`  Next: ${steps.map((each) => colors.cyan(each)).join(', then ')}`]
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
