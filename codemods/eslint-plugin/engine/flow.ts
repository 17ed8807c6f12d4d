import {
  NOTHING,
  join as joinValues,
  type Deferred,
  type Escape,
  type Node,
  type Value,
  type Variable,
} from './model.js'
import type { Frame } from './frame.js'

/** What is known at one point of one path through a handler. */
export class Flow {
  readonly vars = new Map<Variable, Value>()
  /** Escapes that outlive the handler unless something ends them before its exit. */
  readonly armed = new Set<Escape>()
  /** Async functions that have passed an `await` on this path: what they use now, they use late. */
  readonly suspended = new Set<Frame>()
  /** Promises that were resolved, and those among them whose awaiter has had its turn. */
  readonly resolved = new Set<Deferred>()
  readonly settled = new Set<Deferred>()
  /** `timeoutError*` was called: the server will not reuse the context. */
  abandoned = false
  /** The call that gave it up on only one of the paths that have just met. */
  halfAbandoned: Node | null = null
  /** The last call that gave it up. */
  abandonedBy: Node | null = null
  /** No path leads here. */
  dead = false

  clone(): Flow {
    const copy = new Flow()
    for (const [variable, known] of this.vars) copy.vars.set(variable, known)
    for (const item of this.armed) copy.armed.add(item)
    for (const item of this.suspended) copy.suspended.add(item)
    for (const item of this.resolved) copy.resolved.add(item)
    for (const item of this.settled) copy.settled.add(item)
    copy.abandoned = this.abandoned
    copy.halfAbandoned = this.halfAbandoned
    copy.abandonedBy = this.abandonedBy
    copy.dead = this.dead
    return copy
  }

  /** A test: whether the context was given up may be what decides on the way from here. */
  ask(): void {
    this.halfAbandoned = null
  }

  /** The state behind a jump: unreachable, but it still tells whether the path gave the context up. */
  end(): Flow {
    const after = new Flow()
    after.dead = true
    after.abandoned = this.abandoned
    return after
  }
}

function addAll<T>(to: Set<T>, from: Set<T>): void {
  for (const item of from) to.add(item)
}

/** The state where two paths meet. Consumes `a`. */
export function joinFlows(a: Flow | null, b: Flow | null): Flow | null {
  if (!a || a.dead) return b ?? a
  if (!b || b.dead || a === b) return a
  for (const [variable, known] of b.vars) {
    a.vars.set(variable, joinValues(a.vars.get(variable) ?? NOTHING, known))
  }
  addAll(a.armed, b.armed)
  addAll(a.suspended, b.suspended)
  addAll(a.resolved, b.resolved)
  addAll(a.settled, b.settled)
  const by = a.abandoned === b.abandoned ? null : (a.abandoned ? a : b).abandonedBy
  a.halfAbandoned = by ?? a.halfAbandoned ?? b.halfAbandoned
  a.abandonedBy ??= b.abandonedBy
  a.abandoned = a.abandoned && b.abandoned
  return a
}
