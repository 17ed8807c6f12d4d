import path from 'node:path'
import type { FileChange, MigrationResult } from '../core/migrate.js'
import { packageJsonChanges } from './package-json.js'
import { HeldSignals } from './signals.js'
import { UsageError } from './usage-error.js'
import { passes, verify } from './verify.js'
import { writeAll } from './write.js'

export interface VerifiedRun {
  /** The result of converting everything. */
  result: MigrationResult
  /** Plans again with only the handlers of these files. */
  plan: (files: readonly string[]) => Promise<MigrationResult>
  root: string
  command: string
  err: (text: string) => void
}

/**
 * Migrates under the eyes of the project's tests: files that break them keep their handlers.
 * When it is interrupted or fails, the tree is as it was before.
 *
 * @throws UsageError `FH_MIGRATE_VERIFY` when the command fails before anything is changed,
 *   `FH_MIGRATE_INTERRUPTED` when a signal came
 */
export async function runVerified(verified: VerifiedRun): Promise<MigrationResult> {
  const { plan, root, command, err } = verified
  let { result } = verified
  let written: FileChange[] = []
  const apply = async (files: readonly string[]): Promise<void> => {
    result = await plan(files)
    writeAll(written.map(reversed))
    written = []
    const changes = [...result.changes, ...packageJsonChanges(result.changes, root)]
    writeAll(changes)
    written = changes
  }
  const files = [...new Set(result.handlers.map((each) => each.path))]
  const signals = new HeldSignals()
  const test = async (): Promise<boolean> => {
    const passed = passes(command, root)
    if (await signals.arrived()) {
      throw new UsageError('FH_MIGRATE_INTERRUPTED', 'interrupted; the sources are as they were')
    }
    return passed
  }
  try {
    const verdict = await verify(files, test, apply)
    if (verdict.brokenBefore) {
      throw new UsageError('FH_MIGRATE_VERIFY', `"${command}" fails before anything is changed`)
    }
    for (const culprit of verdict.culprits) {
      const name = path.relative(root, culprit)
      err(`fh-migrate: "${command}" fails with ${name} converted; left as it was\n`)
    }
    return result
  } catch (error) {
    writeAll(written.map(reversed))
    throw error
  } finally {
    signals.release()
  }
}

function reversed(change: FileChange): FileChange {
  return { ...change, before: change.after, after: change.before }
}
