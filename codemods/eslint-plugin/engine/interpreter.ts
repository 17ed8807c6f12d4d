import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import { contains, isInDroppedChain } from '../util/ast.js'
import type { Origins } from '../util/origins.js'
import type { ResolvedOptions } from '../util/options.js'
import type { TypeInfo } from '../util/type-info.js'
import { Definitions } from './definitions.js'
import { Flow, joinFlows } from './flow.js'
import { Frame } from './frame.js'
import {
  FREE,
  NOTHING,
  OUTER,
  borrowed,
  join,
  object,
  pendingOf,
  value,
  type ClassNode,
  type Closure,
  type Deferred,
  type Escape,
  type FunctionNode,
  type Lazy,
  type Node,
  type Obj,
  type Value,
  type Variable,
} from './model.js'
import { bindPattern, evaluate } from './expressions.js'
import { execute, hoist } from './statements.js'

const MAX_DEPTH = 16
const MAX_ACTIVATIONS = 2
/** Nodes walked per handler, so that no file can make the analysis slow. */
const MAX_STEPS = 30_000

/** What a borrowed value is, and where the code that would run late uses it. */
export interface Borrow {
  readonly kind: number
  readonly use: Node
  /** Promises that the late code settles when it has done with it. */
  readonly ties?: readonly Deferred[]
}

export interface LateRun {
  readonly frame: Frame
  readonly borrow: Borrow | null
}

export interface EscapeParts {
  id: Escape['id']
  node: Node
  borrow: Borrow
  latent?: boolean
  needsRemoval?: boolean
  target?: string
  key?: string
  signal?: string
  /** Promises whose settling shows that it is over. */
  ties?: readonly Deferred[]
  /** What it starts and those promises do not wait for. */
  loose?: readonly Escape[]
}

/** Walks one handler with abstract values, following calls into the functions of the file. */
export class Interpreter {
  flow = new Flow()
  frame: Frame
  readonly escapes = new Map<Node, Escape[]>()
  /** Functions that were entered with something borrowed. */
  readonly entered = new Set<FunctionNode>()
  /** Changes of the response that come after the context was given up, and by what on only one of the paths to it. */
  readonly ignored = new Map<Node, Node | null>()
  /** The losers of each race in which a single racer borrows. */
  readonly races = new Map<Node, readonly Escape[]>()
  readonly terminals = new Map<Deferred, Set<string>>()
  /** Promises that settle when something has only begun, such as a stream that opens. */
  readonly begun = new Set<Deferred>()
  readonly #definitions = new Definitions(this)
  #depth = 0
  #steps = 0
  #silent = 0

  constructor(
    readonly source: TSESLint.SourceCode,
    readonly origins: Origins,
    readonly options: ResolvedOptions,
    readonly types: TypeInfo | null,
    readonly root: FunctionNode,
    /** Functions that are analysed as handlers of their own, whoever calls them. */
    readonly registered: ReadonlySet<FunctionNode>
  ) {
    this.frame = new Frame(root, null, null, NOTHING, false)
  }

  /** Analyses the handler; `ctxIndex` says which parameter is the context. */
  run(self: Value, ctxIndex: number): Escape[] {
    this.frame = new Frame(this.root, null, null, self, false)
    this.root.params.forEach((param, index) => {
      bindPattern(this, param, index === ctxIndex ? borrowed('ctx') : OUTER)
    })
    this.#walkBody(this.root)
    const exit = joinFlows(this.flow, this.frame.exits)
    if (exit) this.leave(exit)
    return [...this.escapes.values()].flat()
  }

  text(node: Node): string {
    return this.source.getText(node as TSESTree.Node)
  }

  /** Counts a step; false when the handler is too large to go on. */
  step(): boolean {
    return ++this.#steps < MAX_STEPS
  }

  // ---- variables ----

  isLocal(variable: Variable): boolean {
    if (this.flow.vars.has(variable)) return true
    const [def] = variable.defs
    return def !== undefined && contains(this.root, def.name)
  }

  read(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier): Value {
    const variable = this.origins.variable(identifier)
    if (!variable) return identifier.name === 'undefined' ? NOTHING : OUTER
    return this.flow.vars.get(variable) ?? this.#definitions.of(variable)
  }

  classValue(cls: ClassNode): Value {
    return this.#definitions.ofClass(cls)
  }

  /** Evaluates something that ran before the handler, without reports. */
  outside(run: () => Value): Value {
    const { flow, frame } = this
    this.flow = new Flow()
    this.frame = new Frame(null, null, null, NOTHING, false)
    this.#silent++
    try {
      return run()
    } finally {
      this.#silent--
      this.flow = flow
      this.frame = frame
    }
  }

  closure(fn: FunctionNode, self: Value = this.frame.self): Value {
    return value({ fns: [{ fn, self, bound: [] }] })
  }

  // ---- late uses and escapes ----

  /** Notes that a borrowed value is used here, for all functions on the stack that run late. */
  touch(of: Value, node: Node): void {
    if (of.kind !== FREE) this.touchKind(of.kind, node)
  }

  touchKind(kind: number, node: Node): void {
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      if (!frame.late && !this.flow.suspended.has(frame)) continue
      frame.use ??= node
      frame.kind |= kind
      for (const deferred of this.flow.settled) frame.early.add(deferred)
    }
  }

  /** What a value borrows, through containers and closures. */
  borrow(of: Value, node: Node, seen = new Set<Obj>()): Borrow | null {
    if (of.kind !== FREE) return { kind: of.kind, use: node }
    for (const closure of of.fns) {
      const late = this.late([closure], [])
      if (late.borrow) return late.borrow
    }
    return this.borrowHeld(of, node, seen)
  }

  /** The same without running closures. */
  borrowHeld(of: Value, node: Node, seen = new Set<Obj>()): Borrow | null {
    if (of.kind !== FREE) return { kind: of.kind, use: node }
    for (const lazy of of.lazy) {
      const late = this.lateLazy(lazy)
      if (late.borrow) return late.borrow
    }
    for (const obj of of.objs) {
      if (seen.has(obj)) continue
      seen.add(obj)
      for (const held of [obj.elem, ...obj.props.values()]) {
        const found = this.borrow(held, node, seen)
        if (found) return found
      }
    }
    return null
  }

  /** Runs functions as they would run after the handler; the state they leave is dropped. */
  late(fns: readonly Closure[], args: readonly Value[]): LateRun {
    return this.#late((frame) => {
      for (const closure of fns) this.invoke(closure, args, frame.call ?? closure.fn, true)
    })
  }

  lateLazy(lazy: Lazy): LateRun {
    return this.#late(() => this.drain(lazy))
  }

  #late(run: (frame: Frame) => void): LateRun {
    const { flow, frame } = this
    const late = new Frame(null, frame, null, frame.self, true)
    this.flow = flow.clone()
    this.flow.abandoned = false
    this.frame = late
    run(late)
    late.ties = [...late.resolved].filter((deferred) => !late.early.has(deferred))
    // What settles a promise and clears a timer ends both.
    for (const { ends } of late.ties) for (const escape of late.removed) ends.add(escape)
    late.loose = [...this.flow.armed].filter(
      (escape) =>
        !flow.armed.has(escape) &&
        !escape.latent &&
        !late.ties.some((deferred) => deferred.ends.has(escape))
    )
    this.flow = flow
    this.frame = frame
    const borrow = late.use ? { kind: late.kind, use: late.use, ties: late.ties } : null
    return { frame: late, borrow }
  }

  /** Where a report about `node` goes: the node itself, or the handler's call that led to it. */
  #place(node: Node): Node {
    let place = node
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      if (frame.fn && frame.call && !contains(this.root, frame.fn)) place = frame.call
    }
    return place
  }

  #isRegistered(): boolean {
    for (let frame: Frame | null = this.frame; frame?.parent; frame = frame.parent) {
      if (frame.fn && this.registered.has(frame.fn) && !contains(this.root, frame.fn)) return true
    }
    return false
  }

  /** Records an escape and arms it on the current path. */
  arm(parts: EscapeParts): Escape {
    const escape = this.#escape(parts)
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      if (!frame.late && !this.flow.suspended.has(frame)) continue
      if (!escape.latent) {
        frame.use ??= escape.use
        frame.kind |= escape.kind
      }
    }
    for (const deferred of parts.ties ?? []) deferred.ends.add(escape)
    if (this.#silent > 0 || this.flow.abandoned) return escape
    this.flow.armed.add(escape)
    if (parts.ties?.length) for (const loose of parts.loose ?? []) this.flow.armed.add(loose)
    return escape
  }

  #escape(parts: EscapeParts): Escape {
    const place = this.#place(parts.node)
    const list = this.escapes.get(parts.node) ?? []
    const known = list.find((escape) => escape.node === place && escape.id === parts.id)
    if (known) {
      known.kind |= parts.borrow.kind
      if (!parts.latent) known.latent = false
      return known
    }
    const escape: Escape = {
      id: parts.id,
      node: place,
      source: parts.node,
      use: parts.borrow.use,
      kind: parts.borrow.kind,
      latent: parts.latent ?? false,
      needsRemoval: parts.needsRemoval ?? false,
      target: parts.target ?? '',
      key: parts.key ?? '',
      signal: parts.signal ?? '',
      race: null,
      awaitable: false,
      droppedAt: null,
      leaked: false,
      uncaught: false,
      removal: null,
      skipped: false,
    }
    // A function that is a handler itself gets the report there and not at each call.
    if (place !== parts.node && this.#isRegistered()) return escape
    list.push(escape)
    this.escapes.set(parts.node, list)
    return escape
  }

  /** Ends escapes because what they wait for has happened. */
  end(escapes: readonly Escape[]): void {
    for (const escape of escapes) {
      this.flow.armed.delete(escape)
      escape.latent = false
    }
  }

  /** Ends escapes by an explicit removal, which a rejection before it may have skipped. */
  remove(escapes: Iterable<Escape>, by: Node | null = null): void {
    let any = false
    for (const escape of escapes) {
      any = true
      if (this.flow.armed.delete(escape)) escape.removal ??= by
      for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
        frame.removed.add(escape)
      }
    }
    if (any) this.noteRemoval()
  }

  noteRemoval(): void {
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) frame.clears = true
  }

  /** The handler is left with this state. */
  leave(flow: Flow): void {
    if (flow.dead || flow.abandoned || this.#silent > 0) return
    for (const escape of flow.armed) escape.leaked = true
  }

  /** `await`: what the value stands for is over, and everything else had its turn. */
  await(of: Value): void {
    this.end(pendingOf(of))
    if (of.abandons) this.abandon(null)
    const frame = this.#functionFrame()
    if (frame.parent) this.flow.suspended.add(frame)
    for (const deferred of this.flow.resolved) this.flow.settled.add(deferred)
    this.mayThrow()
  }

  #functionFrame(): Frame {
    let frame = this.frame
    while (!frame.fn && frame.parent) frame = frame.parent
    return frame
  }

  /** Does this run after the handler, for some function on the stack? */
  isLate(): boolean {
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      if (frame.late || this.flow.suspended.has(frame)) return true
    }
    return false
  }

  /** `timeoutError*` is called by this node; null when that depends on an outcome, as in `.catch()`. */
  abandon(by: Node | null): void {
    let late = false
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      if (!frame.late && !this.flow.suspended.has(frame)) continue
      late = true
      frame.abandonsLater = true
    }
    if (late) return
    this.flow.abandoned = true
    this.flow.abandonedBy = by && this.#place(by)
    this.flow.armed.clear()
  }

  /** A function that settles promises is called. */
  resolve(deferreds: readonly Deferred[]): void {
    for (const deferred of deferreds) {
      this.flow.resolved.add(deferred)
      for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
        frame.resolved.add(deferred)
      }
    }
  }

  /** A settling function is handed to something that will call it. */
  settle(of: Value): void {
    if (of.resolves.length === 0) return
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      for (const deferred of of.resolves) frame.resolved.add(deferred)
    }
  }

  /** A listener of the last event of `target` settles the promise. */
  noteTerminal(deferred: Deferred, target: string): void {
    const targets = this.terminals.get(deferred) ?? new Set()
    this.terminals.set(deferred, targets.add(target))
  }

  /** Runs functions whose uses are late, in the state the handler goes on with (`then` callbacks). */
  collect(run: () => Value): { frame: Frame; result: Value } {
    const { frame } = this
    const late = new Frame(null, frame, null, frame.self, true)
    this.frame = late
    const result = run()
    this.frame = frame
    return { frame: late, result }
  }

  /** Runs something that may or may not happen. */
  maybe<T>(run: () => T): T {
    const before = this.flow.clone()
    const result = run()
    this.flow = joinFlows(this.flow, before) ?? before
    return result
  }

  /** A point where a rejection may leave: to the nearest `try`, or out of the handler. */
  mayThrow(): void {
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      const record = frame.tries.at(-1)
      if (record) {
        record.thrown = joinFlows(record.thrown, this.flow.clone())
        return
      }
      if (frame.late) return
    }
    for (const escape of this.flow.armed) if (escape.needsRemoval) escape.skipped = true
  }

  // ---- calls ----

  /** Calls a function of the file. `now` runs generators too. */
  invoke(closure: Closure, args: readonly Value[], call: Node, now = false): Value {
    const { fn } = closure
    const all = closure.bound.length > 0 ? [...closure.bound, ...args] : args
    if (fn.generator && !now) return value({ lazy: [{ closure, args: all }] })
    if (this.#isTooDeep(fn)) return NOTHING
    if (all.some((arg) => arg.kind !== FREE)) this.entered.add(fn)
    const caller = this.frame
    const frame = new Frame(fn, caller, call, closure.self, false)
    this.frame = frame
    this.#depth++
    this.#bindParams(fn, all)
    this.#walkBody(fn)
    this.#depth--
    this.frame = caller
    const result = this.#result(frame, fn, call)
    const isDroppedHere = !fn.async && contains(this.root, fn) && isInDroppedChain(call)
    for (const escape of pendingOf(result)) {
      escape.awaitable = true
      if (isDroppedHere && contains(fn, escape.source)) escape.droppedAt ??= call
    }
    return result
  }

  drain(lazy: Lazy): Value {
    return this.invoke(lazy.closure, lazy.args, lazy.closure.fn, true)
  }

  #isTooDeep(fn: FunctionNode): boolean {
    if (this.#depth >= MAX_DEPTH) return true
    let active = 0
    for (let frame: Frame | null = this.frame; frame; frame = frame.parent) {
      if (frame.fn === fn && ++active >= MAX_ACTIVATIONS) return true
    }
    return false
  }

  #bindParams(fn: FunctionNode, args: readonly Value[]): void {
    fn.params.forEach((param, index) => {
      if (param.type !== 'RestElement') {
        bindPattern(this, param, args[index] ?? NOTHING)
        return
      }
      const rest = args.slice(index).reduce(join, NOTHING)
      bindPattern(this, param.argument, value({ objs: [object({ elem: rest })] }))
    })
  }

  #walkBody(fn: FunctionNode): void {
    const { body } = fn
    if (body.type === 'BlockStatement') {
      hoist(this, body.body)
      for (const statement of body.body) execute(this, statement)
    } else {
      this.return(evaluate(this, body))
    }
  }

  /** Leaves the current function with a value. */
  return(of: Value): void {
    const frame = this.#functionFrame()
    if (!frame.parent) {
      this.end(pendingOf(of))
      if (of.abandons) this.abandon(null)
    }
    frame.returned = join(frame.returned, of)
    frame.exits = joinFlows(frame.exits, this.flow)
    this.flow = this.flow.end()
  }

  #result(frame: Frame, fn: FunctionNode, call: Node): Value {
    const exit = joinFlows(this.flow, frame.exits)
    this.flow = exit ?? this.flow
    this.flow.suspended.delete(frame)
    if (!fn.async) return frame.returned
    const pend = [...pendingOf(frame.returned)]
    if (frame.use) {
      const borrow = { kind: frame.kind, use: frame.use }
      const ties = [...frame.resolved].filter((deferred) => !frame.early.has(deferred))
      pend.push(this.arm({ id: 'floating', node: call, borrow, ties }))
    }
    const { kind, role, objs, race } = frame.returned
    const abandons = frame.abandonsLater || frame.returned.abandons
    return value({ kind, role, objs, race, pend, promises: false, abandons })
  }
}
