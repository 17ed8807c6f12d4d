import { migrate, type MigrationResult } from '../core/migrate.js'
import { Workspace } from '../core/workspace.js'
import { selection } from './select.js'
import type { Unit } from './units.js'

/** What to do with every unit; plain data, so that it can be sent to a worker. */
export interface Request {
  exact: boolean
  adaptOnly: boolean
  /** The values of `--only` and `--routes`. */
  only: string | undefined
  routes: string | undefined
  /** Only handlers in these files become native; all when it is not given. */
  files?: readonly string[]
}

export function migrateUnit(unit: Unit, request: Request): MigrationResult {
  if (unit.inert) return { ...EMPTY, problems: new Workspace(unit.inputs).problems }
  const chosen = selection(request.only, request.routes)
  const files = request.files === undefined ? undefined : new Set(request.files)
  const all = chosen === undefined && files === undefined
  return migrate(unit.inputs, {
    exact: request.exact,
    adaptOnly: request.adaptOnly,
    tsconfig: unit.tsconfig,
    express: unit.express,
    select: all
      ? undefined
      : (handler) => (files?.has(handler.path) ?? true) && (chosen?.(handler) ?? true),
  })
}

const EMPTY: MigrationResult = {
  changes: [],
  present: { native: [], adapted: 0 },
  handlers: [],
  services: [],
  sites: [],
  problems: [],
  dropped: [],
}

/** One result for several units, in the order of paths and lines. */
export function mergeResults(results: readonly MigrationResult[]): MigrationResult {
  return {
    changes: results.flatMap((each) => each.changes).sort(byPath),
    present: {
      native: results.flatMap((each) => each.present.native).sort(byPath),
      adapted: results.reduce((sum, each) => sum + each.present.adapted, 0),
    },
    handlers: results.flatMap((each) => each.handlers).sort(byPath),
    services: results.flatMap((each) => each.services).sort(byPath),
    sites: results.flatMap((each) => each.sites).sort(byPath),
    problems: results.flatMap((each) => each.problems).sort(byPath),
    dropped: results.flatMap((each) => each.dropped).sort(byPath),
  }
}

interface Place {
  path: string
  line?: number
}

function byPath(a: Place, b: Place): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return (a.line ?? 0) - (b.line ?? 0)
}
