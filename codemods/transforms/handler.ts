import { ts } from 'ts-morph'
import { isFunctionNode, unwrap } from '../core/ast.js'
import type { ForeignCall, HelperCall, Role } from '../core/candidates.js'
import { spanOf } from '../core/draft.js'
import type { Part } from '../core/edits.js'
import { indentAt, statementEnd, wholeLines } from '../core/text.js'
import { bridgeCall } from './bridge.js'
import { rewriteNext } from './next.js'
import { bindings, rewriteRequest } from './request.js'
import { rewriteResponse } from './response.js'
import type { Scope } from './scope.js'
import { rewriteTypes } from './types.js'

/** Writes the native form of one handler or helper to its draft. */
export function draftHandler(scope: Scope): void {
  const { candidate, draft } = scope
  if (candidate.forwards) return
  for (const helper of candidate.helperCalls) {
    if (!bridgeCall(helper, scope)) rewriteArguments(helper, scope)
  }
  for (const foreign of candidate.foreignCalls) rewriteForeign(foreign, scope)
  for (const alias of candidate.aliases) removeAlias(alias, scope)
  for (const use of candidate.uses) {
    if (isHandled(use.node, scope)) continue
    if (use.role === 'req') rewriteRequest(use, scope)
    else if (use.role === 'res') rewriteResponse(use, scope)
    else if (use.role === 'next') rewriteNext(use, scope)
  }
  if (candidate.kind === 'param') draft.found('param', candidate.fn)
  rewriteParameters(scope)
  rewriteTypes(scope)
  if (candidate.fn.parameters.some((p) => p.dotDotDotToken !== undefined)) {
    draft.block(candidate.fn, 'it takes a rest parameter')
  }
}

function isHandled(node: ts.Identifier, scope: Scope): boolean {
  const { candidate, draft } = scope
  return (
    draft.gone.some(({ start, end }) => start <= node.pos && node.end <= end) ||
    [...candidate.helperCalls, ...candidate.foreignCalls].some((each) =>
      each.call.arguments.some((argument) => unwrap(argument) === node)
    ) ||
    candidate.aliases.some(
      (each) => each.initializer !== undefined && unwrap(each.initializer) === node
    )
  )
}

/** `helper(req, res, x)` becomes `helper(ctx, x)`. */
function rewriteArguments({ call, roles }: HelperCall, scope: Scope): void {
  const { draft } = scope
  if (call.arguments.some((argument) => ts.isSpreadElement(argument))) {
    draft.block(call, 'a helper is called with a spread')
    return
  }
  rewriteList(call.arguments, roles, draft.ctx, (node) => spanOf(node), scope)
  draft.events.set(call, { kind: 'helper', call })
  draft.found('helper', call)
}

/** `upload(req, res, next)` becomes `adaptMiddleware(upload)(ctx, next)`. */
function rewriteForeign({ call, then }: ForeignCall, scope: Scope): void {
  const { draft } = scope
  const adapt = draft.need('fasthttp/adaptor', 'adaptMiddleware')
  draft.rewrite(spanOf(call), [
    `${adapt}(`,
    spanOf(call.expression),
    `)(${draft.ctx}, `,
    spanOf(then),
    ')',
  ])
  draft.events.set(call, { kind: 'foreign', then })
  draft.found('middleware', call)
}

function rewriteParameters(scope: Scope): void {
  const { candidate, draft } = scope
  const { fn } = candidate
  if (!candidate.roleAt.some((role) => role === 'req' || role === 'res')) {
    typeNext(scope)
    return
  }
  const hasType = fn.parameters.some((p) => p.type !== undefined)
  const type = hasType ? `: ${draft.need('fasthttp', 'RequestCtx', true)}` : ''
  const pattern = fn.parameters.find((p) => ts.isObjectBindingPattern(p.name))
  const roleAt = candidate.roleAt
  rewriteList(fn.parameters, roleAt, draft.ctx + type, (node) => parameterParts(node, scope), scope)
  typeError(scope)
  if (pattern !== undefined && roleAt[fn.parameters.indexOf(pattern)] === 'req') {
    bindPattern(pattern.name as ts.ObjectBindingPattern, scope)
  }
}

/** Express types an error as `any`; ours is `unknown`. */
function typeError(scope: Scope): void {
  const { candidate, draft } = scope
  const [error] = candidate.fn.parameters
  if (candidate.kind !== 'error' || !draft.context.isTypeScript || error === undefined) return
  if (error.type === undefined && ts.isIdentifier(error.name)) draft.insert(error.name.end, ': any')
}

/** A helper that only takes `next` still needs its type changed. */
function typeNext(scope: Scope): void {
  const { candidate, draft } = scope
  candidate.fn.parameters.forEach((parameter, index) => {
    if (candidate.roleAt[index] === 'next' && parameter.type !== undefined) {
      draft.replace(parameter.type, draft.need('fasthttp/router', 'Next', true))
    }
  })
}

function parameterParts(node: ts.Node, scope: Scope): Part {
  const { candidate, draft } = scope
  if (!ts.isParameter(node) || node.type === undefined) return spanOf(node)
  const role = candidate.roleAt[candidate.fn.parameters.indexOf(node)]
  if (role === 'next') {
    return `${node.name.getText()}: ${draft.need('fasthttp/router', 'Next', true)}`
  }
  return spanOf(node)
}

/** Puts ctx where the first of req and res stood and drops the other, the rest carried over. */
function rewriteList(
  list: ts.NodeArray<ts.Node>,
  roles: (Role | undefined)[],
  ctx: string,
  partOf: (node: ts.Node) => Part,
  scope: Scope
): void {
  const { draft, candidate } = scope
  let first = -1
  let last = -1
  roles.forEach((role, index) => {
    if (role === undefined) return
    if (role === 'next' && first === -1) return
    if (first === -1) first = index
    last = index
  })
  if (first === -1 || list[first] === undefined) return
  const parts: Part[] = []
  let placed = false
  const isParameters = isFunctionNode(list[0]!.parent)
  for (let index = first; index <= last && index < list.length; index++) {
    const role = roles[index]
    const node = list[index]!
    if (role === 'req' || role === 'res') {
      if (placed) continue
      placed = true
      parts.push(parts.length > 0 ? ', ' : '', ctx)
      continue
    }
    const isUnused =
      isParameters &&
      role === 'next' &&
      index === list.length - 1 &&
      !candidate.uses.some((use) => use.role === 'next')
    if (isUnused) continue
    if (parts.length > 0) parts.push(', ')
    parts.push(partOf(node))
  }
  draft.rewrite(
    { start: list[first]!.getStart(), end: list[Math.min(last, list.length - 1)]!.end },
    parts
  )
}

/** `({ params, body }, res) => ...`: the pattern moves into the body. */
function bindPattern(pattern: ts.ObjectBindingPattern, scope: Scope): void {
  const { candidate, draft } = scope
  const { body } = candidate.fn
  if (body === undefined || !ts.isBlock(body) || body.statements[0] === undefined) {
    draft.block(pattern, 'req is destructured in the parameters of an expression')
    return
  }
  const lines = bindings(pattern, 'const', scope)
  if (lines === undefined) return
  const { eol, semicolon } = draft.context.style
  const start = body.statements[0].getStart()
  const indent = indentAt(draft.text, start)
  draft.insert(start, lines.map((line) => `${line}${semicolon}${eol}${indent}`).join(''))
}

function removeAlias(alias: ts.VariableDeclaration, scope: Scope): void {
  const { draft } = scope
  const statement = alias.parent.parent
  const start = statement.getStart()
  const end = statementEnd(statement)
  const lines = wholeLines(draft.text, start, end)
  draft.rewrite(lines === undefined ? { start, end } : { start: lines[0], end: lines[1] }, [''])
}
