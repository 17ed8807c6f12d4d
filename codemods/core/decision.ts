import type { ts } from 'ts-morph'
import type { Candidate, Candidates, HelperCall } from './candidates.js'
import { reasonOf, type CopyGroup, type CopyGroups } from './copy-groups.js'
import { nameOf } from './names.js'
import { passesOf } from './passes.js'
import { twinSite } from './twin-site.js'
import type { Workspace } from './workspace.js'

/** Starts the reason of what was asked to stay: such code is not marked. */
export const LEFT_OUT = 'left out'
/** The reason of everything in the first stage: served by our engine, otherwise as it was. */
export const ADAPT_ONLY = 'this stage adapts and converts nothing'

/** Whether code with this reason gets no mark: nobody has anything to do about it. */
export function isQuiet(reason: string): boolean {
  return reason === LEFT_OUT || reason === ADAPT_ONLY
}

/** What stays on (req, res), and which helpers are needed in both forms. */
export class Decision {
  /** Native helpers that code on (req, res) calls too. */
  readonly twins = new Set<Candidate>()
  /** Handlers that keep their form for tests and are native in a copy. */
  readonly copied = new Set<Candidate>()
  readonly #candidates: Candidates
  readonly #copies: CopyGroups
  readonly #workspace: Workspace
  readonly #reasons = new Map<Candidate, string>()
  /** The first reason in the row, of what stays only because another does. */
  readonly #roots = new Map<Candidate, string>()

  constructor(candidates: Candidates, copies: CopyGroups, workspace: Workspace) {
    this.#candidates = candidates
    this.#copies = copies
    this.#workspace = workspace
  }

  stays(candidate: Candidate): boolean {
    return this.#reasons.has(candidate)
  }

  staysFunction(fn: ts.Node): Candidate | undefined {
    const candidate = this.#candidates.get(fn as Candidate['fn'])
    return candidate !== undefined && this.stays(candidate) ? candidate : undefined
  }

  reasonOf(candidate: Candidate): string | undefined {
    return this.#reasons.get(candidate)
  }

  /** Why something stays that depends on `cause`, which does. */
  because(cause: Candidate, link: string): string {
    const root = this.#rootOf(cause)
    return isQuiet(root) ? root : `${link} and stays on req and res: ${root}`
  }

  /** Where native code is given a function that stays; `undefined` when it cannot be wrapped there. */
  passesOf(candidate: Candidate): ts.Expression[] | undefined {
    const isCalledByValue = [...this.#reasons.keys()].some((caller) =>
      caller.helperCalls.some((each) => !each.direct && each.targets.includes(candidate.fn))
    )
    return isCalledByValue ? undefined : passesOf(candidate, this.#workspace)
  }

  /**
   * Adds what stays by its own reason, then what must because of others.
   *
   * @returns whether more stays than before
   */
  update(ownReason: (candidate: Candidate) => string | undefined): boolean {
    const before = this.#reasons.size
    for (const candidate of this.#candidates.all.values()) {
      const reason = this.stays(candidate) ? undefined : ownReason(candidate)
      if (reason !== undefined) this.#reasons.set(candidate, reason)
    }
    for (let size = -1; size !== this.#reasons.size;) {
      size = this.#reasons.size
      this.#spread()
    }
    return this.#reasons.size > before
  }

  /** Everything that code which stays calls must stay, or be there in both forms. */
  #spread(): void {
    const native = this.#reachedNatively()
    this.twins.clear()
    this.#copy(native)
    for (const candidate of this.#candidates.all.values()) {
      const [outside] = candidate.outside
      if (outside === undefined || this.stays(candidate) || this.copied.has(candidate)) continue
      if (!this.#addTwin(candidate, native)) this.#reasons.set(candidate, outside.reason)
    }
    for (const caller of [...this.#reasons.keys()]) {
      for (const helper of caller.helperCalls) this.#keepCallees(helper, caller, native)
    }
  }

  /** A tested handler is there in both forms when all that it needs can be. */
  #copy(native: Set<Candidate>): void {
    this.copied.clear()
    for (const group of this.#copies.all) {
      if (this.isCopied(group, native)) for (const each of group.candidates) this.copied.add(each)
      else if (!this.stays(group.tested)) this.#reasons.set(group.tested, reasonOf(group.tested))
    }
  }

  isCopied({ candidates, tested }: CopyGroup, native = this.#reachedNatively()): boolean {
    return native.has(tested) && ![...candidates].some((each) => this.stays(each))
  }

  #keepCallees(helper: HelperCall, caller: Candidate, native: Set<Candidate>): void {
    for (const target of helper.targets) {
      const callee = this.#candidates.get(target)
      if (callee === undefined || this.stays(callee)) continue
      if (helper.direct && this.#addTwin(callee, native)) continue
      this.#reasons.set(callee, this.because(caller, `${nameOf(caller.fn)} calls it`))
      this.#roots.set(callee, this.#rootOf(caller))
    }
  }

  #addTwin(candidate: Candidate, native: Set<Candidate>): boolean {
    // Under its own name the old form is there already.
    if (this.twins.has(candidate) || this.copied.has(candidate)) return true
    if (!native.has(candidate) || twinSite(candidate, this.#workspace) === undefined) return false
    this.twins.add(candidate)
    // The old form calls the old forms.
    for (const helper of candidate.helperCalls) {
      for (const target of helper.targets) {
        const callee = this.#candidates.get(target)
        if (callee === undefined || this.stays(callee)) continue
        if (helper.direct && this.#addTwin(callee, native)) continue
        this.twins.delete(candidate)
        return false
      }
    }
    return true
  }

  /** What requests reach without passing through anything that stays. */
  #reachedNatively(): Set<Candidate> {
    const reached = new Set<Candidate>()
    const queue = [...this.#candidates.all.values()].filter(
      (each) => each.registrations.length > 0 && !this.stays(each)
    )
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (reached.has(next)) continue
      reached.add(next)
      for (const target of next.helperCalls.flatMap((each) => each.targets)) {
        const callee = this.#candidates.get(target)
        if (callee !== undefined && !this.stays(callee)) queue.push(callee)
      }
    }
    return reached
  }

  #rootOf(candidate: Candidate): string {
    return this.#roots.get(candidate) ?? this.#reasons.get(candidate) ?? ''
  }
}
