import { spawnSync } from 'node:child_process'

/** Runs the tests; `true` when they pass. */
export type Test = () => boolean | Promise<boolean>

/** Puts the tree into the state in which only the handlers of these files are native. */
export type Apply = (files: readonly string[]) => Promise<void>

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
export async function verify(files: readonly string[], test: Test, apply: Apply): Promise<Verdict> {
  if (!(await test())) return { culprits: [], brokenBefore: true }
  const culprits: string[] = []
  let rest = [...files]
  await apply(rest)
  while (!(await test()) && rest.length > 0) {
    const culprit = await bisect(rest, test, apply)
    culprits.push(culprit)
    rest = rest.filter((each) => each !== culprit)
    await apply(rest)
  }
  return { culprits, brokenBefore: false }
}

/** One file without which the tests of the whole set would not fail first. */
async function bisect(files: readonly string[], test: Test, apply: Apply): Promise<string> {
  let low = 0
  let high = files.length
  // Invariant: the first `low` files pass together, the first `high` do not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    await apply(files.slice(0, middle))
    if (await test()) low = middle
    else high = middle
  }
  return files[high - 1]!
}
