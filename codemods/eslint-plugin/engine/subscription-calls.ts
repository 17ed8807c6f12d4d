import {
  CANCELLERS,
  INITIAL_EVENTS,
  LISTENERS,
  LISTENER_REMOVERS,
  ONE_SHOT_LISTENERS,
  TERMINAL_EVENTS,
} from '../util/words.js'
import type { Call } from './calls.js'
import type { Interpreter } from './interpreter.js'
import { NOTHING, value, type Escape, type Node, type Value } from './model.js'

/** Emitters, signals and observables: subscribing, and taking the subscription back. */
export function subscriptionCall(run: Interpreter, call: Call): Value | null {
  const { name, callee, receiver, receiverNode } = call
  if (callee.clears.length > 0) {
    run.remove(callee.clears, call.node)
    return NOTHING
  }
  if (!receiverNode) return null
  if (receiver.clears.length > 0 && CANCELLERS.has(name)) {
    run.remove(receiver.clears, call.node)
    return NOTHING
  }
  if (name === 'abort') abort(run, receiverNode, call.node)
  if (/^(off|destroy|close|clear|abort|kill|terminate)/.test(name)) run.noteRemoval()
  if (LISTENER_REMOVERS.has(name)) {
    removeListener(run, call)
    return receiver
  }
  return LISTENERS.has(name) ? subscribe(run, call) : null
}

/** The emitter at the start of `emitter.on(…).on(…)`. */
function emitterOf(node: Node): Node {
  let at = node
  while (at.type === 'CallExpression' && at.callee.type === 'MemberExpression')
    at = at.callee.object
  return at
}

function removeListener(run: Interpreter, call: Call): void {
  const { name, receiverNode, node } = call
  const [event] = node.arguments
  if (!receiverNode) return
  const target = run.text(emitterOf(receiverNode))
  const key = event ? run.text(event) : ''
  run.noteRemoval()
  run.remove(
    [...run.flow.armed].filter(
      (escape) =>
        escape.id === 'listener' &&
        escape.target === target &&
        (escape.key === key || (name === 'removeAllListeners' && !event))
    ),
    node
  )
}

function abort(run: Interpreter, controller: Node, by: Node): void {
  const signal = `${run.text(controller)}.signal`
  run.remove(
    [...run.flow.armed].filter((escape) => escape.signal === signal),
    by
  )
}

function signalOf(run: Interpreter, nodes: readonly Node[]): string {
  for (const node of nodes) {
    if (node.type !== 'ObjectExpression') continue
    for (const property of node.properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier') continue
      if (property.key.name === 'signal') return run.text(property.value)
    }
  }
  return ''
}

function subscribe(run: Interpreter, call: Call): Value | null {
  const { name, args, node, receiver, receiverNode } = call
  if (!receiverNode) return null
  const fns = args.flatMap((arg) => [
    ...arg.fns,
    ...arg.objs.flatMap((obj) => [...obj.props.values()].flatMap((prop) => prop.fns)),
  ])
  const ends = terminalCount(run)
  const late = run.late(fns, [])
  for (const arg of args) run.settle(arg)
  const { frame } = late
  const [event] = node.arguments
  const eventName = event?.type === 'Literal' ? String(event.value) : ''
  const target = run.text(emitterOf(receiverNode))
  const isOutside = receiver.outer
  const isTerminal =
    TERMINAL_EVENTS.has(eventName) &&
    !(isOutside && /^(done|complete|success|response|open)$/.test(eventName))
  const settles = [...frame.resolved, ...args.flatMap((arg) => arg.resolves)]
  const isOneShot = isTerminal || ONE_SHOT_LISTENERS.has(name)
  const isInitial = INITIAL_EVENTS.has(eventName)
  // What a nested listener of an end settles is settled at that end.
  if (isInitial && terminalCount(run) === ends) for (const each of settles) run.begun.add(each)
  if (isOneShot && !isInitial) for (const each of settles) run.noteTerminal(each, target)
  let borrow = late.borrow
  if (!borrow) {
    const index = args.findIndex((arg) => arg.kind !== 0)
    const use = node.arguments[index]
    const arg = args[index]
    if (arg && use && index > 0) borrow = { kind: arg.kind, use }
  }
  if (!borrow) return receiver
  const isOnce = isOneShot || frame.clears || isOnceOption(node.arguments)
  const escape: Escape = run.arm({
    id: 'listener',
    node,
    borrow,
    ties: isOnce ? frame.ties : [],
    loose: frame.loose,
    needsRemoval: true,
    target,
    key: event ? run.text(event) : '',
    signal: signalOf(run, node.arguments),
  })
  return value({ ...receiver, clears: [...receiver.clears, escape] })
}

const terminalCount = (run: Interpreter): number =>
  [...run.terminals.values()].reduce((sum, targets) => sum + targets.size, 0)

function isOnceOption(nodes: readonly Node[]): boolean {
  return nodes.some(
    (node) =>
      node.type === 'ObjectExpression' &&
      node.properties.some(
        (property) =>
          property.type === 'Property' &&
          property.key.type === 'Identifier' &&
          property.key.name === 'once'
      )
  )
}

/** `await once(stream, 'end')`, `await finished(stream)`: the listeners of the stream are done by then. */
export function endedStreams(run: Interpreter, call: Call): Escape[] {
  if (call.receiverNode || !/^(once|finished|pipeline)$/.test(call.name)) return []
  const streams = call.node.arguments.map((argument) => run.text(argument))
  return [...run.flow.armed].filter(
    (escape) => escape.id === 'listener' && streams.includes(escape.target)
  )
}
