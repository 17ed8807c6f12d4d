import { ts } from 'ts-morph'
import { isFunctionNode, unwrap, walk, wrapOut } from '../core/ast.js'
import type { Candidate, HelperCall } from '../core/candidates.js'
import { spanOf } from '../core/draft.js'
import type { Part } from '../core/edits.js'
import { nameOf } from '../core/names.js'
import { nodeRequest } from './node-request.js'
import type { Scope } from './scope.js'

/**
 * Calls what stays on (req, res) from a native handler. Does nothing and gives `false` for calls
 * that convert as any other.
 */
export function bridgeCall(helper: HelperCall, scope: Scope): boolean {
  const { decision, draft } = scope
  const staying = helper.targets.flatMap((target) => decision.staysFunction(target) ?? [])
  const [callee] = staying
  // A wrapper is given what stays in its adapted form.
  if (callee === undefined || helper.parameter) return false
  if (helper.direct) {
    if (callRequestReader(helper, scope) || callAdapted(helper, callee, scope)) return true
  } else if (staying.every((each) => decision.passesOf(each) !== undefined)) {
    return false
  }
  draft.block(helper.call, decision.because(callee, `it calls ${nameOf(callee.fn)}`))
  return true
}

/** `currentUser(req)` becomes `currentUser(nodeRequest(ctx))`. */
function callRequestReader({ call, roles }: HelperCall, scope: Scope): boolean {
  const { draft } = scope
  if (roles.includes('res') || roles.includes('next')) return false
  call.arguments.forEach((argument, index) => {
    if (roles[index] === 'req') draft.replace(argument, nodeRequest(scope))
  })
  draft.found('adapt', call)
  return true
}

/** `report(req, res, id)` becomes `adaptHandler(report)(ctx, id)`. */
function callAdapted({ call, roles }: HelperCall, callee: Candidate, scope: Scope): boolean {
  const { draft } = scope
  if (roles.includes('next') || isResultUsed(call)) return false
  const local = draft.need('fasthttp/adaptor', 'adaptHandler')
  const isPlain = roles[0] === 'req' && roles[1] === 'res' && !usesThis(callee)
  const rest = call.arguments.slice(2)
  if (isPlain && roles.slice(2).every((role) => role === undefined)) {
    const parts: Part[] = [`${local}(`, spanOf(call.expression), `)(${draft.ctx}`]
    if (rest.length > 0) parts.push(', ', { start: rest[0]!.getStart(), end: rest.at(-1)!.end })
    draft.rewrite(spanOf(call), [...parts, ')'])
  } else {
    const nameAt = (role: 'req' | 'res'): string | undefined => {
      const argument = call.arguments[roles.indexOf(role)]
      return argument === undefined ? undefined : unwrap(argument).getText()
    }
    const names = [nameAt('req') ?? '_req', nameAt('res')].filter((name) => name !== undefined)
    draft.rewrite(spanOf(call), [
      `${local}((${names.join(', ')}) => `,
      spanOf(call),
      `)(${draft.ctx})`,
    ])
  }
  draft.events.set(call, { kind: 'answer', promise: true })
  draft.found('adapt', call)
  return true
}

/** The answer of an adapted function is all there is to wait for: its result is lost. */
function isResultUsed(call: ts.CallExpression): boolean {
  let outer = wrapOut(call)
  if (ts.isAwaitExpression(outer.parent)) outer = wrapOut(outer.parent)
  const { parent } = outer
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text !== 'catch'
  return !(
    ts.isExpressionStatement(parent) ||
    ts.isReturnStatement(parent) ||
    (ts.isArrowFunction(parent) && parent.body === outer)
  )
}

function usesThis({ fn }: Candidate): boolean {
  if (ts.isArrowFunction(fn)) return false
  let found = false
  for (const child of [fn.body, ...fn.parameters]) {
    if (child === undefined) continue
    walk(child, (node) => {
      if (node.kind === ts.SyntaxKind.ThisKeyword) found = true
      return !isFunctionNode(node) || ts.isArrowFunction(node)
    })
  }
  return found
}
