import type { TSESTree } from '@typescript-eslint/utils'
import { isFunction, keyName, memberName, unwrap } from '../util/ast.js'
import { exportedName, lastName } from '../util/origins.js'
import { evaluate, elementOf, memberOf, superClassOf, superMember } from './expressions.js'
import type { Interpreter } from './interpreter.js'
import {
  CTX,
  FREE,
  NOTHING,
  borrowed,
  join,
  object,
  value,
  type ClassNode,
  type Closure,
  type Node,
  type Obj,
  type Value,
} from './model.js'
import { contextCall } from './context-calls.js'
import { collectionCall } from './collection-calls.js'
import { platformCall } from './platform-calls.js'
import { promiseCall, promiseConstructor } from './promise-calls.js'
import { subscriptionCall } from './subscription-calls.js'
import { unknownCall } from './unknown-calls.js'

/** A call with everything evaluated. */
export interface Call {
  readonly node: TSESTree.CallExpression
  /** The last name of the callee, and its origin when known (`fs/promises.writeFile`). */
  readonly name: string
  readonly path: string | null
  readonly callee: Value
  /** The object of a method call. */
  readonly receiver: Value
  readonly receiverNode: Node | null
  readonly args: readonly Value[]
}

/** Tried in this order; the first that knows the call decides. */
const CALLS: readonly ((run: Interpreter, call: Call) => Value | null)[] = [
  promiseCall,
  contextCall,
  platformCall,
  functionCall,
  collectionCall,
  subscriptionCall,
]

export function evaluateCall(run: Interpreter, node: TSESTree.CallExpression): Value {
  const target = unwrap(node.callee)
  if (target.type === 'Super') return superCall(run, node)
  let receiver = NOTHING
  let callee: Value
  let name = ''
  if (target.type === 'MemberExpression') {
    receiver = evaluate(run, target.object)
    name = memberName(target) ?? ''
    if (!name && target.computed) evaluate(run, target.property)
    callee =
      target.object.type === 'Super'
        ? superMember(run, receiver, name, target)
        : memberOf(run, receiver, name || '[]', target)
    if (receiver.kind === FREE) run.touch(callee, target)
  } else {
    callee = isFunction(target) ? run.closure(target) : evaluate(run, target)
    if (target.type === 'Identifier') name = target.name
  }
  const path = run.origins.path(target)
  if (path !== null && target.type === 'Identifier') name = exportedName(path) ?? name
  const args = evaluateArguments(run, node.arguments)
  // The call itself comes after its arguments, and so after an `await` in one of them.
  if (target.type === 'MemberExpression') run.touch(receiver, target.object)
  args.forEach((arg, index) => run.touch(arg, node.arguments[index] ?? node))
  const receiverNode = target.type === 'MemberExpression' ? target.object : null
  const call: Call = { node, name, path, callee, receiver, receiverNode, args }
  for (const known of CALLS) {
    const result = known(run, call)
    if (result) return result
  }
  return unknownCall(run, call)
}

function evaluateArguments(run: Interpreter, nodes: readonly Node[]): Value[] {
  return nodes.map((node) => {
    if (node.type !== 'SpreadElement') return evaluate(run, node)
    const spread = evaluate(run, node.argument)
    for (const lazy of spread.lazy) run.drain(lazy)
    return elementOf(run, spread)
  })
}

/** Functions of the file, `bind`, `call` and `apply` of them, and functions that settle a promise. */
function functionCall(run: Interpreter, call: Call): Value | null {
  const { callee, receiver, name, args, node } = call
  if (receiver.fns.length > 0 && /^(bind|call|apply)$/.test(name)) return boundCall(run, call)
  if (callee.resolves.length > 0) {
    run.resolve(callee.resolves)
    // A promise that is resolved with another one waits for it.
    return value({ pend: args[0]?.pend ?? [] })
  }
  if (receiver.resolves.length > 0 && name === 'bind') return receiver
  if (callee.fns.length === 0) return null
  if (callee.defers) {
    // What the function itself borrows was reported where it was wrapped.
    if (run.late(callee.fns, []).borrow) return NOTHING
    const late = run.late(callee.fns, args)
    if (late.borrow) run.arm({ id: 'callback', node, borrow: late.borrow, ties: late.frame.ties })
    return NOTHING
  }
  return invokeAll(run, callee.fns, args, node)
}

/** Calls what a function value may be. */
function invokeAll(
  run: Interpreter,
  fns: readonly Closure[],
  args: readonly Value[],
  node: Node
): Value {
  const [only] = fns
  if (only && fns.length === 1) return run.invoke(only, args, node)
  return fns.reduce(
    (of, fn) =>
      join(
        of,
        run.maybe(() => run.invoke(fn, args, node))
      ),
    NOTHING
  )
}

function boundCall(run: Interpreter, call: Call): Value {
  const { receiver, name, args, node } = call
  const [self = NOTHING, ...rest] = args
  const bind = (fn: Closure): Closure => ({
    fn: fn.fn,
    self: fn.fn.type === 'ArrowFunctionExpression' ? fn.self : self,
    bound: name === 'bind' ? [...fn.bound, ...rest] : fn.bound,
  })
  const fns = receiver.fns.map(bind)
  if (name === 'bind') return value({ fns })
  const given = name === 'call' ? rest : [rest[0] ? elementOf(run, rest[0]) : NOTHING]
  return invokeAll(run, fns, given, node)
}

// ---- constructors ----

const COPYING =
  /^(Date|URL|URLSearchParams|Blob|File|Response|Request|Headers|TextDecoder|TextEncoder|RegExp|String|Number)$/
const BYTES = /^(Buffer|DataView|\w+Array)$/

export function evaluateNew(run: Interpreter, node: TSESTree.NewExpression): Value {
  const cls = evaluate(run, node.callee)
  const path = run.origins.path(node.callee)
  const name = path ? lastName(path) : ''
  const args = evaluateArguments(run, node.arguments)
  const [first = NOTHING] = args
  if (path === 'Promise') return promiseConstructor(run, first, node)
  for (const obj of cls.objs) {
    if (obj.cls && obj.isClass) return construct(run, obj.cls, args, node)
  }
  if (COPYING.test(name)) return NOTHING
  // A typed array copies another one, but views an ArrayBuffer.
  if (BYTES.test(name) && name !== 'Array') {
    return first.role === 'buffer' ? borrowed('view') : NOTHING
  }
  if (name === 'Set' || name === 'Map' || name === 'Array' || name === 'WeakSet') {
    return value({ objs: [object({ elem: join(elementOf(run, first), innerElements(first)) })] })
  }
  const elem = args.reduce(join, NOTHING)
  const held = elem.outer ? { ...elem, outer: false } : elem
  return value({ objs: [object({ elem: onlyHeld(held), foreign: true })] })
}

/** What an unknown object keeps of its arguments, without the promises it was given. */
const onlyHeld = (of: Value): Value => ({
  ...of,
  pend: [],
  clears: [],
  deferreds: [],
  resolves: [],
})

function innerElements(of: Value): Value {
  return of.objs.reduce(
    (all, obj) => obj.elem.objs.reduce((inner, entry) => join(inner, entry.elem), all),
    NOTHING
  )
}

function construct(run: Interpreter, cls: ClassNode, args: readonly Value[], node: Node): Value {
  const obj = object({ cls })
  const self = value({ objs: [obj] })
  initialise(run, cls, obj, self, args, node)
  return self
}

function initialise(
  run: Interpreter,
  cls: ClassNode,
  obj: Obj,
  self: Value,
  args: readonly Value[],
  node: Node
): void {
  const base = superClassOf(run, cls)
  const constructor = cls.body.body.find(
    (member): member is TSESTree.MethodDefinition =>
      member.type === 'MethodDefinition' && member.kind === 'constructor' && !!member.value.body
  )
  if (base && !constructor) initialise(run, base, obj, self, args, node)
  initialiseFields(run, cls, obj, self)
  if (!constructor) return
  run.invoke({ fn: constructor.value as TSESTree.FunctionExpression, self, bound: [] }, args, node)
}

function initialiseFields(run: Interpreter, cls: ClassNode, obj: Obj, self: Value): void {
  for (const member of cls.body.body) {
    if (member.type !== 'PropertyDefinition' || member.static || !member.value) continue
    const name = keyName(member)
    if (name !== null) {
      const init = unwrap(member.value)
      obj.props.set(name, isFunction(init) ? run.closure(init, self) : evaluate(run, init))
    }
  }
}

function superCall(run: Interpreter, node: TSESTree.CallExpression): Value {
  const args = evaluateArguments(run, node.arguments)
  const { self } = run.frame
  for (const obj of self.objs) {
    const base = obj.cls && superClassOf(run, obj.cls)
    if (base) initialise(run, base, obj, self, args, node)
    else if (!obj.outer) obj.elem = join(obj.elem, args.reduce(join, NOTHING))
  }
  return NOTHING
}

export const isContext = (of: Value | undefined): boolean => ((of?.kind ?? 0) & CTX) !== 0
