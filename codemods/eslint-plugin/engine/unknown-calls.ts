import type { TSESTree } from '@typescript-eslint/utils'
import { contains, isFunction, memberName } from '../util/ast.js'
import { matches } from '../util/options.js'
import { DEFERRED, DRAINERS, SYNC, USUALLY_SYNC, WRAPPERS } from '../util/words.js'
import { isContext, type Call } from './calls.js'
import type { Interpreter } from './interpreter.js'
import { promised } from './platform-calls.js'
import { endedStreams } from './subscription-calls.js'
import {
  CTX,
  NOTHING,
  join,
  pendingWithin,
  value,
  type Closure,
  type Escape,
  type Node,
  type Value,
} from './model.js'

/** Calls of code in other files. */
export function unknownCall(run: Interpreter, call: Call): Value {
  const { name, path, callee, args, node } = call
  if (callee.promises) return promised(run, call)
  if (DRAINERS.has(name) && call.receiverNode) drainQueue(run, call.receiverNode)
  const pend: Escape[] = args.flatMap((arg) => [...pendingWithin(arg)])
  pend.push(...endedStreams(run, call))
  let returned = NOTHING
  for (const arg of args) {
    run.settle(arg)
    const fns = callbacksOf(arg)
    if (fns.length === 0) continue
    if (isDeferred(run, call, fns)) {
      const escape = deferCallback(run, call, fns)
      if (escape) pend.push(escape)
    } else {
      returned = join(returned, callNow(run, fns, node))
    }
  }
  if (isHandlerCall(run, call)) {
    const use = node.arguments[0] ?? node
    if (run.types?.isThenable(node) !== false) {
      pend.push(run.arm({ id: 'handler', node, borrow: { kind: CTX, use } }))
    }
  } else if (!matches(run.options.copies, name, path)) {
    pend.push(...passBorrowed(run, call))
  }
  if (path && matches(run.options.awaiting, name, path)) run.end(pend)
  if (DEFERRED.has(name) && /^(debounce|throttle)$/.test(name)) {
    return value({ fns: args[0]?.fns ?? [], defers: true })
  }
  const { kind, role } = returned
  if (WRAPPERS.has(name) && args[0]?.fns.length) {
    return value({ kind, role, fns: args[0].fns, pend: [...pend, ...returned.pend] })
  }
  const clears = pend.filter((escape) => escape.id === 'callback')
  return value({ kind, role, clears, pend: [...pend, ...returned.pend] })
}

function callbacksOf(arg: Value): readonly Closure[] {
  return [
    ...arg.fns,
    ...arg.objs.flatMap((obj) =>
      obj.cls ? [] : [...obj.props.values()].flatMap((prop) => prop.fns)
    ),
  ]
}

/** The callback runs before the call returns, as far as anybody can tell. */
function callNow(run: Interpreter, fns: readonly Closure[], node: Node): Value {
  return fns.reduce(
    (of, fn) =>
      join(
        of,
        run.maybe(() => run.invoke(fn, [], node))
      ),
    NOTHING
  )
}

const CALLBACK_MODULES =
  /^(fs|dns|child_process|zlib|http|https|net|tls|http2)\.(?!promises\.|create)(?!.*Sync$)/
const ERROR_NAMES = /^_?(err|error|er|exc|exception|e)$/i

function isErrorFirst(fn: Closure): boolean {
  const first = fn.fn.params[fn.bound.length]
  if (first?.type !== 'Identifier' || !ERROR_NAMES.test(first.name)) return false
  return fn.fn.params.length - fn.bound.length > 1 || first.name.length > 1
}

function isDeferred(run: Interpreter, call: Call, fns: readonly Closure[]): boolean {
  const { name, path } = call
  const { options } = run
  if (matches(options.sync, name, path)) return false
  if (matches(options.deferred, name, path)) return true
  if (options.unknownCallbacks === 'ignore') return false
  if (isNodeCallback(call, fns)) return true
  if (SYNC.has(name) || (path !== null && /^fasthttp[./]/.test(path))) return false
  if (fns.some(isErrorFirst)) return true
  if (USUALLY_SYNC.has(name)) return false
  if (options.unknownCallbacks === 'report') return true
  if (DEFERRED.has(name) || /^on(ce)?[A-Z]/.test(name)) return true
  if (path !== null && CALLBACK_MODULES.test(path)) return true
  return isOptionCallback(call, fns)
}

/** `Model.find(query, (err, rows) => …)`, `async.each(list, work, (err) => …)`: no iteration of a list takes them so. */
function isNodeCallback({ name, args }: Call, fns: readonly Closure[]): boolean {
  const index = args.findIndex((arg) => arg.fns.some((fn) => fns.includes(fn)))
  if (index < 1 || index !== args.length - 1) return false
  if (index === 1 && !/^(call|find)$/.test(name)) return false
  return fns.some((fn) => isErrorFirst(fn) && (index > 1 || fn.fn.params.length > 1))
}

/** `request({ success(data) {…} })`: callbacks named as events. */
function isOptionCallback(call: Call, fns: readonly Closure[]): boolean {
  return fns.some(({ fn }) => {
    const property = fn.parent
    if (property.type !== 'Property' || property.key.type !== 'Identifier') return false
    const isGiven = call.node.arguments.includes(property.parent as never)
    return isGiven && /^(on[A-Z]|success$|error$|complete$|callback$|done$)/.test(property.key.name)
  })
}

function deferCallback(run: Interpreter, call: Call, fns: readonly Closure[]): Escape | null {
  const late = run.late(fns, [])
  if (!late.borrow) return null
  const target = call.receiverNode ? run.text(call.receiverNode) : ''
  const { ties, loose } = late.frame
  return run.arm({ id: 'callback', node: call.node, borrow: late.borrow, ties, loose, target })
}

/** `await queue.onIdle()` waits for what the queue was given. */
function drainQueue(run: Interpreter, queue: Node): void {
  const target = run.text(queue)
  for (const escape of [...run.flow.armed]) {
    if (escape.target === target && (escape.id === 'callback' || escape.id === 'stored')) {
      run.flow.armed.delete(escape)
    } else if (escape.source.type === 'CallExpression' && escape.id === 'floating') {
      const { callee } = escape.source
      if (callee.type === 'MemberExpression' && run.text(callee.object) === target) {
        run.flow.armed.delete(escape)
      }
    }
  }
}

/** Something borrowed is passed on: late if the call turns out to return a promise. */
function passBorrowed(run: Interpreter, call: Call): Escape[] {
  const { args, node, name } = call
  const thenable = run.types?.isThenable(node) ?? null
  for (const [index, arg] of args.entries()) {
    if (arg.fns.length > 0) continue
    const use = node.arguments[index] ?? node
    const borrow = run.borrowHeld(arg, use)
    if (!borrow) continue
    run.touchKind(borrow.kind, borrow.use)
    if (thenable === false) return []
    const latent = thenable !== true && !/Async$/.test(name)
    return [run.arm({ id: 'floating', node, borrow, latent })]
  }
  return []
}

const HANDLER_NAMES = /^#?_?(next|handler|handle|serve|inner|downstream|fallback)$|[a-z]Handler$/

/** A call that hands the context on to another handler, whose promise matters. */
function isHandlerCall(run: Interpreter, call: Call): boolean {
  const { node, args, name } = call
  const { callee } = node
  if (args.length === 0) return callee.type === 'Identifier' && isNext(run, callee)
  if (!isContext(args[0])) return false
  if (callee.type !== 'Identifier' && callee.type !== 'MemberExpression') {
    return callee.type === 'CallExpression' && isDropped(node)
  }
  if (HANDLER_NAMES.test(name)) return true
  // Handlers return nothing: a call whose result is used is of something else.
  if (!isDropped(node)) return false
  if (callee.type === 'MemberExpression') return callee.object.type === 'Super' || callee.computed
  return isUnknownFunction(run, callee, args.length)
}

/** A parameter, an element or a looked-up value: a function that the file knows nothing about. */
function isUnknownFunction(run: Interpreter, callee: TSESTree.Identifier, given: number): boolean {
  const def = run.origins.variable(callee)?.defs[0]
  if (!def || run.origins.path(callee) !== null) return false
  if (def.type === 'Parameter') return given < 3
  if (def.type !== 'Variable' || !contains(run.root, def.node)) return false
  return !def.node.init || /^(Call|Member|Conditional|Logical|Chain)/.test(def.node.init.type)
}

/** Is the value of an expression thrown away, here or by the arrow function it is the body of? */
function isDropped(node: Node): boolean {
  const { parent } = node
  switch (parent?.type) {
    case 'ExpressionStatement':
      return true
    case 'ArrowFunctionExpression':
      return parent.body === node && parent.parent.type === 'CallExpression'
    case 'ChainExpression':
    case 'UnaryExpression':
      return isDropped(parent)
    case 'LogicalExpression':
      return parent.right === node && isDropped(parent)
    case 'ConditionalExpression':
      return parent.test !== node && isDropped(parent)
    case 'MemberExpression':
      return /^(then|catch|finally)$/.test(memberName(parent) ?? '')
    default:
      return false
  }
}

/** `next` of a middleware `(ctx, next)`. */
function isNext(run: Interpreter, callee: Node): boolean {
  const def = run.origins.variable(callee)?.defs[0]
  if (def?.type !== 'Parameter' || !isFunction(def.node) || def.name.type !== 'Identifier')
    return false
  return def.node === run.root && /^next$/i.test(def.name.name)
}
