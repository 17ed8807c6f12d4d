import fs from 'node:fs'
import path from 'node:path'
import type { FileChange } from '../core/migrate.js'
import { HeldSignals } from './signals.js'
import { UsageError } from './usage-error.js'

/**
 * Writes all files or none: new texts lie in temporary files beside the old ones before the first
 * is put in place, and a signal waits until the last one is.
 *
 * @throws UsageError `FH_MIGRATE_CHANGED` when a file is no longer what the change was made for
 */
export function writeAll(changes: readonly FileChange[]): void {
  const staged: { file: string; temporary: string }[] = []
  const signals = new HeldSignals()
  try {
    for (const { path: file, before, after } of changes) {
      if (fs.readFileSync(file, 'utf8') !== before) {
        throw new UsageError('FH_MIGRATE_CHANGED', `${file} was edited during this run`)
      }
      const temporary = path.join(
        path.dirname(file),
        `.${path.basename(file)}.${process.pid}.fh-tmp`
      )
      staged.push({ file, temporary })
      fs.writeFileSync(temporary, after, { mode: fs.statSync(file).mode })
    }
    for (const { file, temporary } of staged) fs.renameSync(temporary, file)
  } finally {
    for (const { temporary } of staged) fs.rmSync(temporary, { force: true })
    signals.release()
  }
}
