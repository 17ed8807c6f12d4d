import type { Call } from './calls.js'
import { elementOf } from './expressions.js'
import { joinFlows } from './flow.js'
import type { Borrow, Interpreter } from './interpreter.js'
import {
  FREE,
  NOTHING,
  join,
  object,
  pendingOf,
  pendingWithin,
  settledValue,
  value,
  type Deferred,
  type Escape,
  type Node,
  type Value,
} from './model.js'

/** `then`, `catch`, `finally`, and the static methods of Promise. */
export function promiseCall(run: Interpreter, call: Call): Value | null {
  if (call.path?.startsWith('Promise.')) return staticCall(run, call)
  const { name, receiver, receiverNode, callee } = call
  if (!receiverNode || callee.fns.length > 0) return null
  if (name !== 'then' && name !== 'catch' && name !== 'finally') return null
  for (const escape of pendingOf(receiver)) escape.latent = false
  return chain(run, call)
}

function chain(run: Interpreter, call: Call): Value {
  const { name, receiver, args, node } = call
  const settled = settledValue(receiver)
  const { frame, result } = run.collect(() => {
    if (name === 'then' && args.length > 1) return eitherCallback(run, call, settled)
    const [callback = NOTHING] = args
    const given = name === 'then' ? [settled] : []
    const invoke = (): Value => callBack(run, callback, given, node)
    return name === 'finally' ? invoke() : run.maybe(invoke)
  })
  const pend = [...pendingOf(receiver), ...pendingOf(result)]
  const late: Borrow | null = frame.use ? { kind: frame.kind, use: frame.use } : methodUse(call)
  if (late) {
    const ties = [...frame.resolved].filter((deferred) => !frame.early.has(deferred))
    pend.push(run.arm({ id: 'floating', node, borrow: late, ties }))
  }
  for (const deferred of frame.resolved) endWith(deferred, pend, frame.early)
  const { kind, role, objs } =
    name === 'finally' ? settled : join(result, name === 'catch' ? settled : NOTHING)
  const race = receiver.race
  return value({ kind, role, objs, pend, race, abandons: frame.abandonsLater || receiver.abandons })
}

function endWith(deferred: Deferred, pend: readonly Escape[], early: ReadonlySet<Deferred>): void {
  if (early.has(deferred)) return
  for (const escape of pend) deferred.ends.add(escape)
}

function eitherCallback(run: Interpreter, call: Call, settled: Value): Value {
  const [onValue = NOTHING, onError = NOTHING] = call.args
  const before = run.flow.clone()
  const a = callBack(run, onValue, [settled], call.node)
  const first = run.flow
  run.flow = before
  const b = callBack(run, onError, [], call.node)
  run.flow = joinFlows(first, run.flow) ?? first
  return join(a, b)
}

function callBack(run: Interpreter, callback: Value, given: readonly Value[], node: Node): Value {
  if (callback.resolves.length > 0) run.resolve(callback.resolves)
  return callback.fns.reduce((of, fn) => join(of, run.invoke(fn, given, node)), NOTHING)
}

/** A bound method of the context as callback: `.then(ctx.setBody)`. */
function methodUse(call: Call): Borrow | null {
  const index = call.args.findIndex((arg) => arg.kind !== FREE)
  const arg = call.args[index]
  const use = call.node.arguments[index]
  return arg && use ? { kind: arg.kind, use } : null
}

function staticCall(run: Interpreter, call: Call): Value {
  const { name, args, node } = call
  const [first = NOTHING] = args
  const inner = pendingWithin(first)
  for (const escape of inner) escape.latent = false
  switch (name) {
    case 'race':
    case 'any':
      return race(run, call, inner)
    case 'all':
    case 'allSettled': {
      const { kind, role } = elementOf(run, first)
      if (name === 'all' && run.options.promiseAll === 'strict' && inner.length > 1) {
        return race(run, call, inner)
      }
      return value({ pend: inner, objs: [object({ elem: value({ kind, role }) })] })
    }
    case 'withResolvers':
      return withResolvers()
    case 'try':
      return first.fns.reduce((of, fn) => join(of, run.invoke(fn, args.slice(1), node)), NOTHING)
    default:
      return settledValue(first) === first ? first : value({ ...first, pend: inner })
  }
}

/** The losers of a race go on; only with a single one that borrows does the outcome tell. */
function race(run: Interpreter, call: Call, inner: readonly Escape[]): Value {
  const [argument] = call.node.arguments
  const isAlone = argument?.type === 'ArrayExpression' && argument.elements.length === 1
  if (isAlone) return value({ pend: inner })
  for (const escape of inner) escape.race = call.node
  const losers = inner.length === 1 ? inner : []
  run.races.set(call.node, losers)
  return value({ race: losers })
}

function withResolvers(): Value {
  const deferred: Deferred = { ends: new Set(), cutShort: false }
  const settle = value({ resolves: [deferred] })
  const props = new Map([
    ['promise', value({ deferreds: [deferred] })],
    ['resolve', settle],
    ['reject', settle],
  ])
  return value({ objs: [object({ props })] })
}

/** `new Promise(executor)`: the executor runs now. */
export function promiseConstructor(run: Interpreter, executor: Value, node: Node): Value {
  const deferred: Deferred = { ends: new Set(), cutShort: false }
  const settle = value({ resolves: [deferred] })
  const before = new Set(run.flow.armed)
  for (const fn of executor.fns) {
    const result = run.invoke(fn, [settle, settle], node)
    for (const escape of pendingOf(result)) deferred.ends.add(escape)
  }
  tieStreams(run, deferred, before)
  return value({ deferreds: [deferred] })
}

/** `on('data')` is over when a listener of the same stream settles the promise at its end. */
function tieStreams(run: Interpreter, deferred: Deferred, before: ReadonlySet<Escape>): void {
  const ended = run.terminals.get(deferred)
  if (!ended || run.begun.has(deferred)) return
  for (const escape of run.flow.armed) {
    if (before.has(escape) || escape.id !== 'listener') continue
    if (ended.has(escape.target)) deferred.ends.add(escape)
  }
}
