import { ts } from 'ts-morph'
import { callOf, isFunctionNode, unwrap, wrapOut } from '../core/ast.js'
import type { RoleUse } from '../core/candidates.js'
import { spanOf } from '../core/draft.js'
import { isTail, trailingReturn } from '../core/tail.js'
import { wholeLines } from '../core/text.js'
import { literalText, type Scope } from './scope.js'

const SETTLERS = new Set(['then', 'catch'])

/** Rewrites one use of `next`: its promise has to reach the router. */
export function rewriteNext(use: RoleUse, scope: Scope): void {
  const { draft } = scope
  const call = callOf(use.node)
  const outer = wrapOut(use.node)
  if (call !== undefined) {
    draft.events.set(call, { kind: 'next', call })
    draft.found(rowOf(call), call)
    rewriteCall(call, scope)
  } else if (isSettler(outer)) {
    draft.found('next.err', outer)
  } else {
    draft.block(outer, 'next is passed on as a value')
  }
}

function rowOf(call: ts.CallExpression): string {
  const [signal] = call.arguments
  if (signal === undefined) return 'next'
  return /^(route|router)$/.test(literalText(signal) ?? '') ? 'next.route' : 'next.err'
}

/** `.catch(next)` keeps its meaning: our next takes an error too. */
function isSettler(node: ts.Expression): boolean {
  const call = node.parent
  return (
    ts.isCallExpression(call) &&
    ts.isPropertyAccessExpression(call.expression) &&
    SETTLERS.has(call.expression.name.text)
  )
}

function rewriteCall(call: ts.CallExpression, scope: Scope): void {
  const { draft } = scope
  const outer = wrapOut(call)
  const { parent } = outer
  if (ts.isReturnStatement(parent)) {
    rethrow(parent, call, scope)
    return
  }
  if (ts.isAwaitExpression(parent) || (isFunctionNode(parent) && parent.body === outer)) return
  if (!ts.isExpressionStatement(parent)) {
    if (ts.isConditionalExpression(parent) && isReturned(parent)) return
    draft.block(call, 'next() is called inside a larger expression')
    return
  }
  if (!isTail(parent)) {
    draft.block(call, 'code runs after next()')
    return
  }
  if (rethrow(parent, call, scope)) return
  draft.giveBack(parent)
  dropReturn(parent, scope)
}

function isReturned(node: ts.Expression): boolean {
  const outer = wrapOut(node)
  const { parent } = outer
  return ts.isReturnStatement(parent) || (isFunctionNode(parent) && parent.body === outer)
}

/** `next(new Error(...))` outside of any `try` is a plain throw. */
function rethrow(
  statement: ts.ExpressionStatement | ts.ReturnStatement,
  call: ts.CallExpression,
  scope: Scope
): boolean {
  const { draft } = scope
  const [error] = call.arguments
  if (error === undefined || call.arguments.length > 1) return false
  if (!ts.isNewExpression(unwrap(error)) || insideTry(statement)) return false
  // A thrown error needs a caller that waits: the handler itself, or a callback of its promise.
  if (!throwsToRouter(statement)) return false
  draft.rewrite({ start: statement.getStart(), end: call.end }, ['throw ', spanOf(error)])
  if (ts.isExpressionStatement(statement)) dropReturn(statement, scope)
  return true
}

function throwsToRouter(node: ts.Node): boolean {
  const fn = ts.findAncestor(node, isFunctionNode)
  if (fn === undefined) return false
  const parent = ts.isExpression(fn) ? wrapOut(fn).parent : fn.parent
  return (
    !ts.isCallExpression(parent) ||
    /\.(then|catch|use|all|get|post|put|patch|delete|route)$/.test(parent.expression.getText())
  )
}

function insideTry(node: ts.Node): boolean {
  for (let at = node; at !== undefined && !isFunctionNode(at); at = at.parent) {
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at) return true
  }
  return false
}

/** After `return next()`, the `return` that followed `next()` says nothing more. */
function dropReturn(statement: ts.Statement, scope: Scope): void {
  const { draft } = scope
  const following = trailingReturn(statement)
  if (following === undefined) return
  const lines = wholeLines(draft.text, following.getStart(), following.end)
  if (lines !== undefined) draft.rewrite({ start: lines[0], end: lines[1] }, [''])
}
