import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Role } from '../util/fasthttp-api.js'

export type Node = TSESTree.Node
export type Variable = TSESLint.Scope.Variable
export type FunctionNode =
  TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression
export type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression

/** What an expression may borrow from a context: bits, so that values from two paths can be joined. */
export const FREE = 0
export const CTX = 1
export const HANDLE = 2
export const VIEW = 4

export type MessageId =
  | 'timer'
  | 'floating'
  | 'callback'
  | 'stored'
  | 'listener'
  | 'bodyWriter'
  | 'hijack'
  | 'race'
  | 'transfer'
  | 'helper'
  | 'als'
  | 'handler'
  | 'uncaught'

/** A way by which something borrowed can outlive the handler. */
export interface Escape {
  readonly id: Exclude<MessageId, 'helper' | 'race' | 'uncaught'>
  /** The escaping call, assignment or argument inside the handler: where the report goes. */
  readonly node: Node
  /** The same in the function where it happens: differs from `node` inside a helper. */
  readonly source: Node
  /** The first late use. */
  use: Node
  /** Bits of what is borrowed. */
  kind: number
  /** Nothing has shown yet that the call returns a promise. */
  latent: boolean
  /** It ends only by an explicit removal, which a rejection could skip. */
  readonly needsRemoval: boolean
  /** The receiver and key (or event) of a store or listener, as text, to match its removal. */
  readonly target: string
  readonly key: string
  /** An abort signal given with a listener. */
  readonly signal: string
  /** The race that makes a loser of it. */
  race: Node | null
  /** A helper returns the promise: the handler can await it. */
  awaitable: boolean
  /** The call of an inner function that returned the promise, when its value is thrown away. */
  droppedAt: Node | null
  leaked: boolean
  /** It is returned from a `try` block, whose `catch` sees nothing of its rejection. */
  uncaught: boolean
  /** The call that removes it on the way a rejection skips. */
  removal: Node | null
  /** Some rejection leaves the handler while it is armed. */
  skipped: boolean
}

/** A promise made by `new Promise` or `withResolvers`: settling it ends these escapes. */
export interface Deferred {
  readonly ends: Set<Escape>
  /** A timer settles it as well, and takes nothing away: what was to settle it goes on. */
  cutShort: boolean
}

/** A function together with what it was bound to. */
export interface Closure {
  readonly fn: FunctionNode
  readonly self: Value
  readonly bound: readonly Value[]
}

/** An object or collection of the file, shared by all values that refer to it. */
export interface Obj {
  readonly props: Map<string, Value>
  elem: Value
  /** Lives longer than the handler. */
  outer: boolean
  readonly cls: ClassNode | null
  readonly isClass: boolean
  /** Made by code of another file: its `on…` properties are listeners. */
  readonly foreign: boolean
}

/** A generator that was called and not yet drained. */
export interface Lazy {
  readonly closure: Closure
  readonly args: readonly Value[]
}

/** What an expression may be. Immutable; `join` merges the values of two paths. */
export interface Value {
  readonly kind: number
  readonly role: Role | null
  readonly fns: readonly Closure[]
  readonly objs: readonly Obj[]
  readonly lazy: readonly Lazy[]
  /** Awaiting the value ends these. */
  readonly pend: readonly Escape[]
  /** Clearing, calling or cancelling the value ends these. */
  readonly clears: readonly Escape[]
  readonly deferreds: readonly Deferred[]
  /** Calling the value settles these. */
  readonly resolves: readonly Deferred[]
  /** Losers of the race whose outcome this is, when a single racer borrows. */
  readonly race: readonly Escape[]
  /** A function that keeps what it wraps for later (`debounce(fn)`). */
  readonly defers: boolean
  /** A function whose calls return promises. */
  readonly promises: boolean
  /** Awaiting it has given the context up. */
  readonly abandons: boolean
  /** Lives longer than the handler: what is put into it escapes. */
  readonly outer: boolean
}

const NONE: readonly never[] = []

export const NOTHING: Value = {
  kind: FREE,
  role: null,
  fns: NONE,
  objs: NONE,
  lazy: NONE,
  pend: NONE,
  clears: NONE,
  deferreds: NONE,
  resolves: NONE,
  race: NONE,
  defers: false,
  promises: false,
  abandons: false,
  outer: false,
}

export const OUTER: Value = { ...NOTHING, outer: true }

export const value = (part: Partial<Value>): Value => ({ ...NOTHING, ...part })

export const borrowed = (role: Role): Value =>
  value({ role, kind: role === 'ctx' ? CTX : role === 'view' || role === 'buffer' ? VIEW : HANDLE })

export const object = (part: Partial<Obj> = {}): Obj => ({
  props: new Map(),
  elem: NOTHING,
  outer: false,
  cls: null,
  isClass: false,
  foreign: false,
  ...part,
})

function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.length === 0 || a === b) return a
  if (a.length === 0) return b
  const added = b.filter((item) => !a.includes(item))
  return added.length === 0 ? a : [...a, ...added]
}

export function join(a: Value, b: Value): Value {
  if (a === b || b === NOTHING) return a
  if (a === NOTHING) return b
  return {
    kind: a.kind | b.kind,
    role: a.role ?? b.role,
    fns: union(a.fns, b.fns),
    objs: union(a.objs, b.objs),
    lazy: union(a.lazy, b.lazy),
    pend: union(a.pend, b.pend),
    clears: union(a.clears, b.clears),
    deferreds: union(a.deferreds, b.deferreds),
    resolves: union(a.resolves, b.resolves),
    race: union(a.race, b.race),
    defers: a.defers || b.defers,
    promises: a.promises || b.promises,
    abandons: a.abandons || b.abandons,
    outer: a.outer || b.outer,
  }
}

/** The value without its promise: what `await` gives. */
export function settledValue(of: Value): Value {
  if (of.pend.length === 0 && of.deferreds.length === 0 && !of.abandons) return of
  return { ...of, pend: NONE, deferreds: NONE, abandons: false }
}

/** All escapes that awaiting the value ends. */
export function pendingOf(of: Value): readonly Escape[] {
  let all = of.pend
  for (const deferred of of.deferreds) all = union(all, endedBy(deferred))
  return all
}

const GOES_ON = /^(listener|stored|callback)$/

function endedBy({ ends, cutShort }: Deferred): readonly Escape[] {
  return [...ends].filter((escape) => !cutShort || !GOES_ON.test(escape.id))
}

/** The same for a collection of promises, as `Promise.all` takes it. */
export function pendingWithin(of: Value, seen = new Set<Obj>()): readonly Escape[] {
  let all = pendingOf(of)
  for (const obj of of.objs) {
    if (seen.has(obj)) continue
    seen.add(obj)
    all = union(all, pendingWithin(obj.elem, seen))
    for (const prop of obj.props.values()) all = union(all, pendingWithin(prop, seen))
  }
  return all
}
