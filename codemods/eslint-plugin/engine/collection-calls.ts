import { ADDERS, ARRAY_CALLBACKS, CLEARERS, READERS, REMOVERS } from '../util/words.js'
import type { Call } from './calls.js'
import { elementOf } from './expressions.js'
import type { Interpreter } from './interpreter.js'
import {
  FREE,
  NOTHING,
  OUTER,
  VIEW,
  join,
  object,
  value,
  type Escape,
  type Value,
} from './model.js'
import { removeStored, storeInto } from './stores.js'

/** Methods of arrays, maps and sets, and what looks like them. */
export function collectionCall(run: Interpreter, call: Call): Value | null {
  const { name, receiver, receiverNode } = call
  if (!receiverNode) return null
  if (REMOVERS.has(name)) takeOut(run, call)
  if (ARRAY_CALLBACKS.has(name) && call.args[0]?.fns.length) return iterate(run, call)
  if (name === 'forEach' && clearsEach(run, call)) return NOTHING
  if (name === 'set' && copiesBytes(run, call)) return NOTHING
  if (ADDERS.has(name)) return add(run, call)
  if (name === 'getStore') return NOTHING
  if (name === 'bind') {
    // A function of another file, with what it was bound to.
    return value({ objs: [object({ elem: call.args.reduce(join, NOTHING), foreign: true })] })
  }
  const isLocal = receiver.objs.length > 0 && receiver.objs.every((obj) => !obj.foreign && !obj.cls)
  if (READERS.has(name) && (isLocal || receiver.outer)) {
    if (call.args.some((arg) => arg.fns.length > 0)) return null
    return receiver.outer ? join(OUTER, elementOf(run, receiver)) : elementOf(run, receiver)
  }
  if (
    /^(pipe|compose|unref|ref|refresh|flat|concat|slice|reverse|toReversed|keys|entries|deref)$/.test(
      name
    )
  ) {
    if (name === 'deref') return elementOf(run, receiver)
    return call.args.reduce(join, receiver)
  }
  return null
}

/** `timers.forEach(clearTimeout)`. */
function clearsEach(run: Interpreter, call: Call): boolean {
  const [callback] = call.node.arguments
  if (!callback || !CLEARERS.has(run.origins.path(callback) ?? '')) return false
  run.remove(elementOf(run, call.receiver).clears, call.node)
  return true
}

/** `bytes.set(view)`, `bytes.set(view, offset)` of a typed array: a map has a value for a key. */
function copiesBytes(run: Interpreter, { args, node }: Call): boolean {
  const [, offset] = node.arguments
  if (args[0]?.kind !== VIEW) return false
  return !offset || /^\d+$|off|pos|cursor|length|size|\bat\b|[-+*]/i.test(run.text(offset))
}

function takeOut(run: Interpreter, call: Call): void {
  const { name, receiverNode, node } = call
  const [key] = node.arguments
  if (!receiverNode) return
  const byKey = (name === 'delete' || name === 'remove') && key
  removeStored(run, run.text(receiverNode), node, byKey ? run.text(key) : null)
}

/** Callbacks of array methods run now; what they return is collected by `map` and its like. */
function iterate(run: Interpreter, call: Call): Value {
  const { name, receiver, args, node } = call
  const [callback = NOTHING, initial = NOTHING] = args
  const elem = elementOf(run, receiver)
  const isReduce = name === 'reduce' || name === 'reduceRight'
  const given = isReduce ? [initial, elem] : [elem]
  const returned = callback.fns.reduce(
    (of, fn) =>
      join(
        of,
        run.maybe(() => run.invoke(fn, given, node))
      ),
    NOTHING
  )
  switch (name) {
    case 'map':
    case 'flatMap':
      return value({ objs: [object({ elem: join(returned, inner(returned)) })] })
    case 'reduce':
    case 'reduceRight':
      return join(returned, initial)
    case 'find':
    case 'findLast':
      return elem
    case 'filter':
    case 'sort':
    case 'toSorted':
      return receiver.outer ? value({ objs: [object({ elem })] }) : receiver
    default:
      return NOTHING
  }
}

const inner = (of: Value): Value => of.objs.reduce((all, obj) => join(all, obj.elem), NOTHING)

function add(run: Interpreter, call: Call): Value | null {
  const { receiver, receiverNode, args, node, name } = call
  if (!receiverNode) return null
  const isOuter = receiver.outer || receiver.objs.some((obj) => obj.outer)
  let all = args.reduce(join, NOTHING)
  if (!isOuter) {
    if (receiver.objs.length === 0 || receiver.objs.every((obj) => obj.cls || obj.foreign))
      return null
    for (const obj of receiver.objs) obj.elem = join(obj.elem, unouter(all))
    return receiver
  }
  const pend: Escape[] = []
  const key = name === 'set' || name === 'add' ? node.arguments[0] : undefined
  const place = { node, target: run.text(receiverNode), key: key ? run.text(key) : '' }
  all = value({ objs: [object({ elem: unouter(all) })] })
  const escape = storeInto(run, place, all)
  // A queue that is awaited has run the job; a map or an array has not.
  const isJob = args.some((arg) => arg.fns.length > 0)
  const isAwaited = node.parent.type === 'AwaitExpression' && /^(add|enqueue|push)$/.test(name)
  if (escape && (isJob || isAwaited)) pend.push(escape)
  return value({ pend, clears: escape ? [escape] : [], outer: args[0]?.kind === FREE })
}

const unouter = (of: Value): Value => (of.outer ? { ...of, outer: false } : of)
