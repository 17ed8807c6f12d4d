import readline from 'node:readline'
import type { FileChange, MigrationResult } from '../core/migrate.js'
import { migrateUnit, type Request } from './migrate-unit.js'
import type { Unit } from './units.js'

export type Answer = 'yes' | 'no' | 'all' | 'quit'

/** Shows a change and says what to do with it. */
export type Ask = (change: FileChange, again: boolean) => Promise<Answer>

/** One conversation over several units: `all` and `quit` hold for the units that follow. */
export class Choices {
  readonly #ask: Ask
  readonly #request: Request
  #standing: 'all' | 'quit' | undefined

  constructor(request: Request, ask: Ask) {
    this.#request = request
    this.#ask = ask
  }

  /**
   * Migrates a unit with only the files that were agreed to. Files depend on one another, so each
   * refusal plans the others anew, and what has changed since it was agreed to is asked about
   * again: nothing is written that was not seen.
   */
  async migrate(unit: Unit): Promise<MigrationResult> {
    const agreed = new Map<string, string>()
    const refused = new Set<string>()
    for (;;) {
      const result = migrateUnit(without(unit, refused), this.#request)
      const refusals = await this.#askAbout(result.changes, agreed)
      if (refusals.length === 0) return asAsked(result, refused)
      for (const each of refusals) refused.add(each)
    }
  }

  /** The files refused in this round: one a time, or all that are left after `quit`. */
  async #askAbout(changes: readonly FileChange[], agreed: Map<string, string>): Promise<string[]> {
    const open = changes
      .filter((each) => agreed.get(each.path) !== each.after)
      .sort((a, b) => (a.path < b.path ? -1 : 1))
    for (const [at, change] of open.entries()) {
      const answer = this.#standing ?? (await this.#ask(change, agreed.has(change.path)))
      if (answer === 'all' || answer === 'quit') this.#standing = answer
      if (answer === 'quit') return open.slice(at).map((each) => each.path)
      if (answer === 'no') return [change.path]
      agreed.set(change.path, change.after)
    }
    return []
  }
}

function without(unit: Unit, refused: ReadonlySet<string>): Unit {
  if (refused.size === 0) return unit
  const inputs = unit.inputs.map((each) =>
    refused.has(each.path) ? { ...each, readonly: true } : each
  )
  return { ...unit, inputs }
}

/** Handlers in refused files are left because somebody said so. */
function asAsked(result: MigrationResult, refused: ReadonlySet<string>): MigrationResult {
  const handlers = result.handlers.map((each) =>
    refused.has(each.path) ? { ...each, status: 'asked' as const, reason: undefined } : each
  )
  return { ...result, handlers }
}

const ANSWERS: Record<string, Answer> = { y: 'yes', n: 'no', a: 'all', q: 'quit' }
const HELP = `y  convert this file
n  leave this file as it is; files that depend on it are planned anew
a  convert this file and all that follow
q  leave this file and all that follow, and end
`

/** Asks on a terminal, a line for an answer. */
export class Prompt {
  readonly #lines: readline.Interface
  readonly #answers: AsyncIterator<string>
  readonly #out: (text: string) => void

  constructor(input: NodeJS.ReadableStream, out: (text: string) => void) {
    this.#lines = readline.createInterface({ input })
    this.#answers = this.#lines[Symbol.asyncIterator]()
    this.#out = out
  }

  /** Repeats the question until it is answered; the end of the input means `quit`. */
  async ask(question: string): Promise<Answer> {
    for (;;) {
      this.#out(`${question} [y,n,a,q,?] `)
      const { value, done } = await this.#answers.next()
      const answer = done === true ? 'quit' : ANSWERS[value.trim().toLowerCase()]
      if (answer !== undefined) return answer
      this.#out(HELP)
    }
  }

  close(): void {
    this.#lines.close()
  }
}
