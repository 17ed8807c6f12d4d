import type { MigrationResult } from '../core/migrate.js'
import { relative } from './place.js'
import { percentOf, type Progress } from './progress.js'

export interface JsonContext {
  root: string
  progress: Progress
  /** Earlier figures, the oldest first. */
  history: readonly (Progress & { date: string })[]
}

/** The result as data: paths relative to `root`, no file texts. */
export function jsonReport(result: MigrationResult, context: JsonContext): string {
  const { root, progress, history } = context
  const native = result.handlers.filter((each) => each.status === 'native').length
  const place = <T extends { path: string }>(each: T): T => ({
    ...each,
    path: relative(each.path, root),
  })
  const report = {
    version: 1,
    summary: {
      filesChanged: result.changes.length,
      handlers: result.handlers.length,
      native,
      adapted: result.handlers.filter((each) => each.status === 'adapted').length,
      sites: result.sites.length,
      filesNotParsed: result.problems.length,
    },
    progress: { ...progress, percent: percentOf(progress) },
    history,
    files: result.changes.map((each) => place(each).path),
    handlers: result.handlers.map(place),
    services: result.services.map(place),
    sites: result.sites.map(place),
    problems: result.problems.map(place),
    dropped: result.dropped.map(place),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}
