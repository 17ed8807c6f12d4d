import fs from 'node:fs'
import type { Progress } from '../report/progress.js'
import { UsageError } from './usage-error.js'

/** How far the migration was on one day. */
export interface HistoryEntry extends Progress {
  /** Day in UTC, such as `2026-03-31`. */
  date: string
}

interface History {
  version: 1
  entries: HistoryEntry[]
}

/**
 * Adds today's figure to a history file, which is made when there is none. A second run on a day
 * replaces the first.
 *
 * @returns all entries, the oldest first
 * @throws UsageError `FH_MIGRATE_HISTORY` when the file is not a history
 */
export function addToHistory(
  file: string,
  progress: Progress,
  now: Date = new Date()
): HistoryEntry[] {
  const date = now.toISOString().slice(0, 10)
  const entries = readHistory(file).filter((each) => each.date !== date)
  entries.push({ date, ...progress })
  entries.sort((a, b) => (a.date < b.date ? -1 : 1))
  const history: History = { version: 1, entries }
  fs.writeFileSync(file, `${JSON.stringify(history, null, 2)}\n`)
  return entries
}

function readHistory(file: string): HistoryEntry[] {
  if (!fs.existsSync(file)) return []
  try {
    const history: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    if (isHistory(history)) return history.entries
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UsageError('FH_MIGRATE_HISTORY', `${file} holds no history of fh-migrate`)
}

function isHistory(value: unknown): value is History {
  const { entries } = (value ?? {}) as Partial<History>
  return (
    Array.isArray(entries) &&
    entries.every((each) => /^\d{4}-\d\d-\d\d$/.test(each.date) && Number.isFinite(each.native))
  )
}
