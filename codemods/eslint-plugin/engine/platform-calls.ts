import { ASYNC_IO, CLEARERS, PROMISE_MODULES, TIMERS } from '../util/words.js'
import { matches } from '../util/options.js'
import type { Call } from './calls.js'
import { elementOf } from './expressions.js'
import type { Borrow, Interpreter } from './interpreter.js'
import {
  FREE,
  NOTHING,
  VIEW,
  borrowed,
  join,
  object,
  value,
  type Escape,
  type Value,
} from './model.js'
import { storeInto } from './stores.js'
import { endedStreams } from './subscription-calls.js'

/** Timers, and the functions of the language and of Node whose behaviour is known. */
export function platformCall(run: Interpreter, call: Call): Value | null {
  const { name, path, callee } = call
  if (callee.fns.length > 0) return null
  if (TIMERS.has(name) && path !== `timers/promises.${name}`) return timer(run, call)
  if (CLEARERS.has(name)) {
    const [handle = NOTHING] = call.args
    run.remove(handle.clears, call.node)
    run.noteRemoval()
    return NOTHING
  }
  if (name === 'enterWith') return enterWith(run, call)
  if (name === 'postMessage') return transfer(run, call)
  if (path && matches(run.options.copies, name, path)) return NOTHING
  if ((name === 'write' || name === 'end') && isSocket(run, call)) return asyncIo(run, call)
  return path ? byPath(run, call, path) : null
}

/** A stream of Node's that writes when it can. */
function isSocket(run: Interpreter, call: Call): boolean {
  const { receiverNode, path } = call
  if (path && /^process\.(stdout|stderr)\./.test(path)) return true
  if (receiverNode?.type !== 'Identifier') return false
  const def = run.origins.variable(receiverNode)?.defs[0]
  if (def?.type !== 'Variable' || def.node.init?.type !== 'CallExpression') return false
  const made = run.origins.path(def.node.init.callee) ?? ''
  return /(^|\.)(createWriteStream|createConnection|connect|request)$/.test(made)
}

function timer(run: Interpreter, call: Call): Value {
  const { name, args, node } = call
  const [callback = NOTHING, ...rest] = args
  const isInterval = name === 'setInterval'
  const isMicrotask = name === 'queueMicrotask' || name === 'nextTick'
  const given = isMicrotask || name === 'setImmediate' ? rest : rest.slice(1)
  const late = run.late(callback.fns, given)
  run.settle(callback)
  const [settler] = node.arguments
  if (settler && !/rej|fail/i.test(run.text(settler))) {
    for (const deferred of callback.resolves) deferred.cutShort = true
  }
  let borrow: Borrow | null = late.borrow
  if (!borrow && callback.fns.length === 0) {
    const index = args.findIndex((arg, at) => run.borrowHeld(arg, node.arguments[at] ?? node))
    const use = node.arguments[index]
    if (use) borrow = run.borrowHeld(args[index] ?? NOTHING, use)
  }
  if (!borrow) return NOTHING
  const { clears, loose } = late.frame
  const ties = isInterval && !clears ? [] : late.frame.ties
  const escape = run.arm({ id: 'timer', node, borrow, ties, loose, needsRemoval: true })
  return value({ clears: [escape] })
}

function enterWith(run: Interpreter, call: Call): Value {
  const [store = NOTHING] = call.args
  const borrow = run.borrow(store, call.node.arguments[0] ?? call.node)
  if (borrow) run.arm({ id: 'als', node: call.node, borrow })
  return NOTHING
}

/** The list of transferred buffers: `[x.buffer]` or `{ transfer: [x.buffer] }`. */
function transfer(run: Interpreter, call: Call): Value {
  const [, list = NOTHING] = call.args
  const use = call.node.arguments[1]
  const borrow = use && run.borrowHeld(list, use)
  if (borrow) run.arm({ id: 'transfer', node: call.node, borrow })
  return NOTHING
}

const FREE_FUNCTIONS =
  /^(String|Number|Boolean|BigInt|JSON\.|console\.|Math\.|Symbol|Date\.|parseInt|parseFloat|encodeURI|decodeURI|isNaN|escape|atob|btoa|performance\.|Buffer\.|util\.(inspect|format)|assert|crypto\.(createHash|createHmac|hash)|path\.)/

function byPath(run: Interpreter, call: Call, path: string): Value | null {
  const { args, node, name } = call
  const [first = NOTHING] = args
  if (path === 'Buffer.from' || path === 'buffer.Buffer.from') {
    return first.role === 'buffer' ? borrowed('view') : NOTHING
  }
  if (path === 'structuredClone') return transfer(run, call)
  if (/^Object\.(assign|defineProperty|defineProperties)$|^Reflect\.set$/.test(path))
    return assignTo(run, call)
  if (/^Object\.(freeze|seal|create|fromEntries|preventExtensions)$/.test(path)) return first
  if (/^Object\.(values|entries|keys)$/.test(path)) {
    let elem = NOTHING
    for (const obj of first.objs) {
      elem = join(elem, obj.elem)
      if (name !== 'keys') for (const prop of obj.props.values()) elem = join(elem, prop)
    }
    if (name === 'entries') elem = value({ objs: [object({ elem })] })
    return value({ objs: [object({ elem })] })
  }
  if (path === 'Array.from' || path === 'Array.of') return arrayFrom(run, call)
  if (path === 'Reflect.apply') {
    const given = args[2] ? [elementOf(run, args[2])] : []
    return first.fns.reduce((of, fn) => join(of, run.invoke(fn, given, node)), NOTHING)
  }
  if (/(^|\.)promisify$/.test(path)) return value({ promises: true })
  if (/^stream\.(default\.)?Readable\.from$|^Readable\.from$/.test(path)) {
    return value({ objs: [object({ elem: first })] })
  }
  if (FREE_FUNCTIONS.test(path)) return callNow(run, call)
  if (path === 'fetch' || isPromiseModule(path)) return promised(run, call)
  if (/^fasthttp\.(compress|timeout)/.test(path)) return first
  if (ASYNC_IO.has(name) && /^(fs|zlib|crypto)\./.test(path)) return asyncIo(run, call)
  return null
}

function callNow(run: Interpreter, call: Call): Value {
  for (const arg of call.args) {
    for (const fn of arg.fns) run.maybe(() => run.invoke(fn, [], call.node))
  }
  return NOTHING
}

function isPromiseModule(path: string): boolean {
  const dot = path.lastIndexOf('.')
  return PROMISE_MODULES.has(path.slice(0, dot)) || /^(fs|stream|dns)\.promises\./.test(path)
}

/** A call that is known to return a promise. */
export function promised(run: Interpreter, call: Call): Value {
  const pend: Escape[] = endedStreams(run, call)
  call.args.forEach((arg, index) => {
    const use = call.node.arguments[index] ?? call.node
    const borrow = run.borrow(arg, use)
    if (borrow) pend.push(run.arm({ id: 'floating', node: call.node, borrow }))
  })
  return value({ pend })
}

function asyncIo(run: Interpreter, call: Call): Value | null {
  const index = call.args.findIndex((arg) => (arg.kind & VIEW) !== 0)
  const arg = call.args[index]
  const use = call.node.arguments[index]
  if (!arg || !use) return null
  const fns = call.args.flatMap((given) => given.fns)
  const { ties, loose } = run.late(fns, []).frame
  const borrow = { kind: arg.kind, use }
  return value({ pend: [run.arm({ id: 'transfer', node: call.node, borrow, ties, loose })] })
}

function assignTo(run: Interpreter, call: Call): Value {
  const [target = NOTHING, ...sources] = call.args
  const [targetNode] = call.node.arguments
  let of = NOTHING
  for (const source of sources) of = join(of, source)
  if (target.outer && targetNode) {
    const place = { node: call.node, target: run.text(targetNode), key: '' }
    storeInto(run, place, value({ objs: [object({ elem: of })] }))
  } else {
    for (const obj of target.objs) {
      if (of.kind !== FREE) obj.elem = join(obj.elem, of)
      for (const source of of.objs) {
        obj.elem = join(obj.elem, source.elem)
        for (const [name, prop] of source.props) obj.props.set(name, prop)
      }
    }
  }
  return target
}

function arrayFrom(run: Interpreter, call: Call): Value {
  const [first = NOTHING, mapper = NOTHING] = call.args
  for (const lazy of first.lazy) run.drain(lazy)
  let elem = elementOf(run, first)
  if (mapper.fns.length > 0) {
    const given = elem
    elem = mapper.fns.reduce(
      (of, fn) =>
        join(
          of,
          run.maybe(() => run.invoke(fn, [given], call.node))
        ),
      NOTHING
    )
  }
  return value({ objs: [object({ elem: elem.outer ? { ...elem, outer: false } : elem })] })
}
