import { spawnSync } from 'node:child_process'

/** Puts the tree into the state in which only the handlers of these files are native. */
export type Apply = (files: readonly string[]) => void

export interface Verdict {
  /** The files whose conversion changes the outcome of the tests; empty when none does. */
  culprits: string[]
  /** The tests failed before anything was changed. */
  brokenBefore: boolean
}

/** Runs a shell command in a folder; `true` when it succeeds. */
export function passes(command: string, cwd: string): boolean {
  return spawnSync(command, { cwd, shell: true, stdio: 'ignore' }).status === 0
}

/**
 * Runs the tests before and after the conversion. When only the second run fails, halves the set
 * of converted files until the ones that make the difference are found, and leaves them out.
 */
export function verify(files: readonly string[], test: () => boolean, apply: Apply): Verdict {
  if (!test()) return { culprits: [], brokenBefore: true }
  const culprits: string[] = []
  let rest = [...files]
  apply(rest)
  while (!test() && rest.length > 0) {
    const culprit = bisect(rest, test, apply)
    culprits.push(culprit)
    rest = rest.filter((each) => each !== culprit)
    apply(rest)
  }
  return { culprits, brokenBefore: false }
}

/** One file without which the tests of the whole set would not fail first. */
function bisect(files: readonly string[], test: () => boolean, apply: Apply): string {
  let low = 0
  let high = files.length
  // Invariant: the first `low` files pass together, the first `high` do not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    apply(files.slice(0, middle))
    if (test()) low = middle
    else high = middle
  }
  return files[high - 1]!
}
