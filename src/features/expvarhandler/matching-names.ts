import { runInNewContext } from 'node:vm'

/** Longest time a pattern may take: some need minutes for a few characters. */
const TIME_LIMIT_MS = 50

const SCRIPT = `const r = new RegExp(source); names.filter((name) => r.test(name))`

/**
 * The names that match a regular expression which a client has sent. Throws when it is malformed, or takes too long.
 */
export function matchingNames(source: string, names: readonly string[]): string[] {
  const matching: unknown = runInNewContext(SCRIPT, { source, names }, { timeout: TIME_LIMIT_MS })
  return [...(matching as Iterable<string>)]
}
