import { InvalidOptionError } from './errors.js'

/** The names of all options in `T`; the compiler checks that none is missing and none too many. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>

/** What to use in place of options that node:http, undici, fetch or other servers have, by their names there. */
export type ForeignOptions = Readonly<Record<string, string>>

/**
 * Refuses options that nobody would look at: a misspelt limit would be none. Throws `FH_ERR_INVALID_OPTION`, which names what was meant, as
 * far as that can be told.
 *
 * @param owner - what the options are for, as it is to be called in the message
 */
export function checkOptionNames<T>(
  owner: string,
  options: unknown,
  known: OptionNames<T>,
  foreign: ForeignOptions = {}
): void {
  if (options === null || typeof options !== 'object')
    throw new InvalidOptionError(`the options of ${owner} must be an object`)
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    throw new InvalidOptionError(
      `${owner} has no option ${name}${hint(name, Object.keys(known), foreign)}`
    )
  }
}

function hint(name: string, known: readonly string[], foreign: ForeignOptions): string {
  if (Object.hasOwn(foreign, name)) return `: use ${foreign[name]}`
  const nearest = nearestName(name, known)
  return nearest === undefined ? '' : `, did you mean ${nearest}?`
}

/** The name that `name` is most likely meant to be: with the fewest typing errors, or made of more words of the same kind. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  // A third of the characters may be wrong.
  let fewest = Math.floor(name.length / 3) + 1
  for (const candidate of known) {
    const typos = distance(name.toLowerCase(), candidate.toLowerCase())
    if (typos < fewest) {
      fewest = typos
      nearest = candidate
    }
  }
  return nearest ?? known.find((candidate) => hasWords(candidate, name))
}

/** Insertions, deletions, replacements and swaps of neighbours that make `b` of `a` (optimal string alignment). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

/** Does `candidate` have all words of `name`? So does `maxRequestBodySize` have those of `maxBodySize`. */
function hasWords(candidate: string, name: string): boolean {
  const words = new Set(wordsOf(candidate))
  const asked = wordsOf(name)
  return asked.length > 1 && asked.every((word) => words.has(word))
}

function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase())
}
