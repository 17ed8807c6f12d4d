import {
  FREE,
  NOTHING,
  type Deferred,
  type Escape,
  type FunctionNode,
  type Node,
  type Value,
} from './model.js'
import type { Flow } from './flow.js'

/** A `try` statement whose block is being walked. */
export interface TryRecord {
  readonly finalizer: Node | null
  /** A `catch` waits for what is thrown. */
  readonly catches: boolean
  /** Joined state of all points that may throw. */
  thrown: Flow | null
}

/** A loop, `switch` or labelled statement that is being walked, and the states that jumped out of it. */
export interface JumpTarget {
  readonly label: string | null
  readonly isLoop: boolean
  /** How many `try` statements were open around it. */
  readonly depth: number
  broken: Flow | null
  continued: Flow | null
}

/** One activation of a function on the interpreter's stack. */
export class Frame {
  /** Joined state of all returns. */
  exits: Flow | null = null
  returned: Value = NOTHING
  readonly tries: TryRecord[] = []
  readonly jumps: JumpTarget[] = []

  /** What runs late here. */
  use: Node | null = null
  kind = FREE
  /** Promises that this late run settles, and those it settles before its last use. */
  readonly resolved = new Set<Deferred>()
  readonly early = new Set<Deferred>()
  /** Promises that are settled only after everything that runs late here. */
  ties: readonly Deferred[] = []
  /** What it starts that goes on beyond those. */
  loose: readonly Escape[] = []
  /** What it clears or unsubscribes. */
  readonly removed = new Set<Escape>()
  /** It ends a subscription or an interval. */
  clears = false
  /** It gives the context up after it was suspended. */
  abandonsLater = false

  constructor(
    readonly fn: FunctionNode | null,
    readonly parent: Frame | null,
    readonly call: Node | null,
    readonly self: Value,
    /** Every use in it is late: timers, listeners, `then` callbacks. */
    readonly late: boolean
  ) {}
}
