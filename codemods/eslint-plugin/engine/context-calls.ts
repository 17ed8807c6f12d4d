import { isTimeoutError, methodRole, type Role } from '../util/fasthttp-api.js'
import { UPGRADES } from '../util/words.js'
import { isContext, type Call } from './calls.js'
import type { Interpreter } from './interpreter.js'
import { FREE, NOTHING, borrowed, value, type Node, type Value } from './model.js'

/** Calls of a context's own members, and of what hangs on it. */
export function contextCall(run: Interpreter, call: Call): Value | null {
  const { receiver, callee, name, path, args } = call
  if (receiver.kind !== FREE) return memberCall(run, call)
  if (path === 'fasthttp/sse.sse') return runsLater(run, call, 'bodyWriter', 1)
  // The handler of a WebSocket gets its connection when this one has settled, awaited or not.
  if (UPGRADES.has(name) && isContext(args[0]) && args.length > 1) {
    return runsLater(run, call, 'hijack', 1)
  }
  // A destructured method: `const { setStatusCode } = ctx`.
  if (callee.role === 'method')
    return name && isTimeoutError(name) ? abandon(run, call.node) : NOTHING
  return null
}

function abandon(run: Interpreter, by: Node): Value {
  run.abandon(by)
  return NOTHING
}

function memberCall(run: Interpreter, call: Call): Value {
  const { receiver, name, args, node } = call
  const role = receiver.role ?? 'method'
  if (role === 'method') return name === 'bind' ? value({ kind: receiver.kind, role }) : NOTHING
  if (name === 'bind') return receiver
  noteIgnored(run, call, role)
  if (role === 'ctx' && isTimeoutError(name)) return abandon(run, node)
  if (name === 'hijack') return runsLater(run, call, 'hijack')
  if (/^setBodyStream/.test(name)) return runsLater(run, call, 'bodyWriter')
  for (const arg of args) {
    // Visitors and their like are called at once.
    for (const fn of arg.fns)
      if (!/UserValue$/.test(name)) run.maybe(() => run.invoke(fn, [], node))
    for (const lazy of arg.lazy) run.drain(lazy)
  }
  const bytes = run.options.accessors === 'bytes' || run.types?.givesBytes(node) === true
  const result = methodRole(
    role,
    name,
    bytes && run.options.accessors !== 'string' ? 'bytes' : 'string'
  )
  if (result === 'view' && run.types?.givesBytes(node) === false) return NOTHING
  return result ? borrowed(result) : NOTHING
}

const CHANGES_CTX =
  /^(set(?!UserValue)\w+|write\w*|success\w*|error|redirect|notFound|notModified|resetBody|sendFile\w*|earlyHints)$/
const CHANGES_RESPONSE = /^(set\w+|set|add|del\w*|write\w*|append\w*|reset\w*|sendFile)$/

/** A change of the response after `timeoutError*` has no effect, on whichever path that was called. */
function noteIgnored(run: Interpreter, call: Call, role: Role): void {
  const { flow } = run
  const isAlways = flow.abandoned && flow.abandonedBy !== null
  if (!(isAlways || flow.halfAbandoned) || run.isLate()) return
  const isResponse =
    role === 'response' || (role === 'header' && /response/i.test(run.text(call.node.callee)))
  const changes = role === 'ctx' ? CHANGES_CTX : isResponse ? CHANGES_RESPONSE : null
  if (!changes?.test(call.name)) return
  run.ignored.set(call.node, isAlways ? null : flow.halfAbandoned)
  // What follows is ignored for the same reason.
  flow.halfAbandoned = null
}

/** The argument at `index` runs when the handler has settled. */
function runsLater(run: Interpreter, call: Call, id: 'hijack' | 'bodyWriter', index = 0): Value {
  const borrow = run.borrow(call.args[index] ?? NOTHING, call.node.arguments[index] ?? call.node)
  if (borrow) run.arm({ id, node: call.node, borrow })
  return NOTHING
}
