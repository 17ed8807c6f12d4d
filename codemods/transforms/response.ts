import { ts } from 'ts-morph'
import {
  callOf,
  contains,
  isFunctionNode,
  isWriteTarget,
  memberOf,
  unwrap,
  wrapOut,
  type FunctionNode,
  type Member,
} from '../core/ast.js'
import { shortText } from '../core/app-graph.js'
import type { RoleUse } from '../core/candidates.js'
import { spanOf } from '../core/draft.js'
import type { Part } from '../core/edits.js'
import { memberRow, type MemberRow } from '../table.js'
import { headerStatements, mimeType, writeHeadStatements } from './headers.js'
import { isOnFinished, responseListener, rewriteOnFinished } from './listeners.js'
import { placeStatements } from './place.js'
import {
  callParts,
  compatCall,
  emitOf,
  isKnownString,
  literalText,
  readText,
  type Scope,
} from './scope.js'

interface Link {
  name: string
  access: Member['node']
  call: ts.CallExpression
  row: MemberRow
}

/** What Express does when it is asked to answer again. */
const AGAIN: Partial<Record<string, 'throws' | 'ignored'>> = {
  send: 'throws',
  json: 'throws',
  jsonp: 'throws',
  sendStatus: 'throws',
  redirect: 'throws',
  render: 'throws',
  status: 'ignored',
  end: 'ignored',
}

/** Rewrites one use of the response object. */
export function rewriteResponse(use: RoleUse, scope: Scope): void {
  const { draft } = scope
  const outer = wrapOut(use.node)
  const { parent } = outer
  const member = memberOf(use.node)
  if (member !== undefined) {
    rewriteMember(member, scope)
  } else if (isPipeTarget(outer)) {
    pipe(parent as ts.CallExpression, scope)
  } else if (isPipelineTarget(outer)) {
    pipeline(parent as ts.CallExpression, scope)
  } else if (ts.isCallExpression(parent) && isOnFinished(parent, scope)) {
    rewriteOnFinished(parent, scope)
  } else if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    draft.block(outer, `res is passed to ${shortText(parent.expression)}`)
  } else {
    draft.block(outer, 'res is kept or used as a whole')
  }
}

function rewriteMember(member: Member, scope: Scope): void {
  const { draft, candidate } = scope
  const { node, name } = member
  if (name === undefined) {
    draft.block(node, 'a computed member of res is used')
    return
  }
  if (callOf(node) !== undefined) {
    rewriteChain(node, scope)
    return
  }
  const row = memberRow('res', name, 'get', candidate.flavor)
  if (isWriteTarget(wrapOut(node))) {
    assign(name, node, scope)
  } else if (row === undefined) {
    draft.block(node, `res.${name} has no counterpart`)
  } else {
    draft.replace(node, readText(emitOf(row, scope), scope, node, memberOf(node) === undefined))
    draft.found(row.id, node)
    if (row.emit.compat === 'responded') draft.events.set(node, { kind: 'responded' })
  }
}

function assign(name: string, node: Member['node'], scope: Scope): void {
  const { draft } = scope
  const outer = wrapOut(node)
  const { parent } = outer
  const setter =
    name === 'statusCode'
      ? 'setStatusCode'
      : name === 'statusMessage'
        ? 'response.header.setStatusMessage'
        : undefined
  const isPlain =
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isExpressionStatement(parent.parent)
  if (setter === undefined || !isPlain) {
    draft.block(node, `res.${name} is changed`)
    return
  }
  const value = { start: parent.right.getStart(), end: parent.right.end }
  draft.rewrite(spanOf(parent), [`${draft.ctx}.${setter}(`, value, ')'])
  draft.found(`res.${name}`, node)
  draft.events.set(parent, { kind: 'head', promise: false })
}

/** `res.status(404).set('X', 'y').json(body)`: each link becomes a statement of its own. */
function rewriteChain(first: Member['node'], scope: Scope): void {
  const { draft } = scope
  const links = linksOf(first, scope)
  if (links === undefined) return
  const statements: Part[][] = []
  let promise = false
  let answered = false
  for (const link of links) {
    const isLate = answered && saysNothing(link)
    if (!isLate) statements.push(...linkStatements(link, scope))
    answered ||= link.row.event === 'answer'
    if (isLate) continue
    promise ||= link.row.promise === true
    draft.found(link.row.id, link.access, scope.exact ? undefined : link.row.check || undefined)
    setEvent(link, scope)
  }
  const last = links.at(-1)!.call
  placeStatements(last, statements, promise, scope)
}

/** A status set after the answer never reaches the client, and an answer is at its end: `res.json(x).end()`. */
function saysNothing({ name, call }: Link): boolean {
  if (name === 'end') return call.arguments.length === 0
  return name === 'status' && call.arguments.every(isLiteral)
}

function setEvent(link: Link, scope: Scope): void {
  const { events } = scope.draft
  const { call, row } = link
  if (row.event === undefined) return
  const promise = row.promise === true
  const map = call.arguments[0]
  if (row.member === 'format' && map !== undefined && ts.isObjectLiteralExpression(map)) {
    const functions = map.properties.flatMap((property) => formatHandler(property) ?? [])
    events.set(call, { kind: 'choice', functions })
    return
  }
  const rejection = promise ? call.arguments.find((each) => isCallback(each)) : undefined
  const again = AGAIN[row.member]
  events.set(call, {
    kind: row.event,
    promise,
    ...(rejection === undefined ? {} : { rejection }),
    ...(again === undefined ? {} : { again }),
  })
}

function linksOf(first: Member['node'], scope: Scope): Link[] | undefined {
  const { draft, candidate } = scope
  const links: Link[] = []
  let access: Member['node'] | undefined = first
  while (access !== undefined) {
    const call = callOf(access)
    const name = memberName(access)
    if (call === undefined || name === undefined) {
      draft.block(access, `res.${name ?? '[...]'} is read after a call`)
      return undefined
    }
    const row = memberRow('res', name, 'call', candidate.flavor)
    if (row === undefined) {
      draft.block(access, `res.${name}() has no counterpart`)
      return undefined
    }
    if (call.arguments.some((a) => ts.isSpreadElement(a))) {
      draft.block(access, `res.${name}() is called with a spread`)
      return undefined
    }
    links.push({ name, access, call, row })
    const next = memberOf(call)
    if (next !== undefined && row.chains !== true) {
      if (row.event === undefined) break
      draft.block(next.node, `the result of res.${name}() is used`)
      return undefined
    }
    access = next?.node
  }
  return links
}

function memberName(node: Member['node']): string | undefined {
  return ts.isPropertyAccessExpression(node) ? node.name.text : literalText(node.argumentExpression)
}

/** The statements one call turns into; none when the handler's end already says it. */
function linkStatements(link: Link, scope: Scope): Part[][] {
  const { draft } = scope
  const { name, call, row } = link
  if (row.special !== true) {
    const callback = row.promise === true ? call.arguments.find((a) => isCallback(a)) : undefined
    if (callback !== undefined) return [fileWithCallback(link, callback, scope)]
    if (name === 'json' && call.arguments.length !== 1) {
      return legacyArguments(link, scope)
    }
    const useHelper = name === 'json' && (scope.settings.json || scope.answersAgain)
    const minds = useHelper || (name === 'status' && scope.answersAgain)
    return [callParts(minds ? { compat: name } : emitOf(row, scope), call, draft)]
  }
  switch (name) {
    case 'send':
      return send(link, scope)
    case 'end':
      return end(link, scope)
    case 'write':
      return write(link, scope)
    case 'set':
    case 'header':
    case 'setHeader':
      return headerStatements(name, call, scope)
    case 'writeHead':
      return writeHeadStatements(call, scope)
    case 'type':
    case 'contentType':
      return type(link, scope)
    case 'hasHeader':
      return [[...callParts(row.emit, call, draft), ' !== undefined']]
    case 'on':
    case 'once':
      return [responseListener(call, scope)]
    default:
      return [formats(link, scope)]
  }
}

/** `res.format({ json: () => ..., default: () => ... })` with handlers that close over res. */
function formats(link: Link, scope: Scope): Part[] {
  const { draft } = scope
  const { call } = link
  const [map] = call.arguments
  const literal = map === undefined ? undefined : unwrap(map)
  const isPlain =
    literal !== undefined &&
    ts.isObjectLiteralExpression(literal) &&
    literal.properties.every((property) => formatHandler(property)?.parameters.length === 0)
  if (!isPlain) draft.block(call, 'res.format() is called with handlers that take parameters')
  return compatCall('format', call, draft)
}

function formatHandler(property: ts.ObjectLiteralElementLike): FunctionNode | undefined {
  if (ts.isMethodDeclaration(property)) return property
  if (!ts.isPropertyAssignment(property)) return undefined
  const value = unwrap(property.initializer)
  return isFunctionNode(value) ? value : undefined
}

/**
 * `res.sendFile(path, (err) => { if (err) ... })`: only an error has something to do, so the
 * callback becomes the rejection handler of the promise.
 */
function fileWithCallback(link: Link, callback: ts.Expression, scope: Scope): Part[] {
  const { draft } = scope
  const { call, name } = link
  if (call.arguments.at(-1) !== callback || !onlyHandlesError(callback)) {
    draft.block(call, `res.${name}() is called with a callback`)
    return []
  }
  const before = call.arguments.at(-2)
  const args = { start: call.arguments.pos, end: before?.end ?? call.arguments.pos }
  return [`${draft.compat(name)}(${draft.ctx}, `, args, ').catch(', spanOf(callback), ')']
}

/** `(err) => { if (err) ... }` and nothing else, or `(err) => { if (!err) return; ... }`. */
function onlyHandlesError(node: ts.Expression): boolean {
  const fn = unwrap(node)
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return false
  const error = fn.parameters[0]?.name.getText()
  const statements = ts.isBlock(fn.body) ? fn.body.statements : []
  const [first] = statements
  if (error === undefined || first === undefined || !ts.isIfStatement(first)) return false
  if (first.elseStatement !== undefined) return false
  const condition = first.expression.getText()
  if (condition === error) return statements.length === 1
  const then = first.thenStatement
  const only = ts.isBlock(then) && then.statements.length === 1 ? then.statements[0] : then
  return condition === `!${error}` && only?.kind === ts.SyntaxKind.ReturnStatement
}

function legacyArguments(link: Link, scope: Scope): Part[][] {
  if (link.call.arguments.length > 1) {
    scope.draft.block(link.call, `res.${link.name}(status, body) is the form of Express 3`)
  }
  return [compatCall(link.name, link.call, scope.draft)]
}

function send(link: Link, scope: Scope): Part[][] {
  const { draft } = scope
  const [value, ...rest] = link.call.arguments
  if (rest.length > 0) return legacyArguments(link, scope)
  const literal = value === undefined ? undefined : unwrap(value)
  const isJson =
    literal !== undefined &&
    (ts.isObjectLiteralExpression(literal) || ts.isArrayLiteralExpression(literal))
  if (isJson && !scope.exact && !scope.settings.json && !scope.answersAgain) {
    return [callParts({ ctx: 'setJSON()' }, link.call, draft)]
  }
  return [compatCall('send', link.call, draft)]
}

function end(link: Link, scope: Scope): Part[][] {
  const { draft } = scope
  const { call } = link
  if (call.arguments.some((a) => isCallback(a))) {
    draft.block(call, 'res.end() is called with a callback')
    return []
  }
  const [value, encoding] = call.arguments
  if (value === undefined) {
    return scope.answersAgain ? [[`${draft.compat('end')}(${draft.ctx})`]] : []
  }
  if (encoding !== undefined && !isUtf8(encoding)) {
    draft.block(call, 'res.end() is called with an encoding')
    return []
  }
  const args = { start: call.arguments.pos, end: value.end }
  const isPlain = !scope.exact && !scope.answersAgain
  if (isKnownString(value, scope) && isPlain) return [[`${draft.ctx}.write(`, args, ')']]
  return [[`${draft.compat('end')}(${draft.ctx}, `, spanOf(value), ')']]
}

function write(link: Link, scope: Scope): Part[][] {
  const { draft } = scope
  const { call } = link
  const [value, encoding] = call.arguments
  const isStatement = ts.isExpressionStatement(wrapOut(call).parent)
  if (value === undefined || !isStatement || call.arguments.length > 2) {
    draft.block(call, 'the result of res.write() is used')
    return []
  }
  if (encoding !== undefined && !isUtf8(encoding)) {
    draft.block(call, 'res.write() is called with an encoding or a callback')
  }
  return [[`${draft.ctx}.write(`, { start: call.arguments.pos, end: value.end }, ')']]
}

function type(link: Link, scope: Scope): Part[][] {
  const { draft } = scope
  const known = mimeType(literalText(link.call.arguments[0]))
  if (known === undefined) return [compatCall('setType', link.call, draft)]
  return [[`${draft.ctx}.setContentType(${draft.context.quote(known)})`]]
}

function pipe(call: ts.CallExpression, scope: Scope): void {
  const { draft } = scope
  const access = call.expression as ts.PropertyAccessExpression
  const statement = wrapOut(call).parent
  if (
    call.arguments.length > 1 ||
    !(ts.isExpressionStatement(statement) || ts.isReturnStatement(statement))
  ) {
    draft.block(call, 'the result of pipe(res) is used')
    return
  }
  if (isRequestSource(access.expression, scope)) {
    draft.block(call, 'the request is piped into the response')
    return
  }
  draft.rewrite(spanOf(call), streamParts(access.expression, scope))
  draft.found('pipe', call)
  draft.events.set(call, { kind: 'answer', promise: false })
}

/** The stream as the body, of the length that the handler announced, if it did. */
function streamParts(source: ts.Expression, { draft, candidate }: Scope): Part[] {
  const isCounted = /content-length/i.test(candidate.fn.getText())
  const size = isCounted ? `${draft.ctx}.response.header.contentLength()` : '-1'
  return [`${draft.ctx}.setBodyStream(`, spanOf(source), `, ${size})`]
}

/** `await pipeline(source, res)`: the engine reads the source after the handler. */
function pipeline(call: ts.CallExpression, scope: Scope): void {
  const { draft } = scope
  const source = call.arguments[0]!
  const waiting = wrapOut(call).parent
  const outer = ts.isAwaitExpression(waiting) ? wrapOut(waiting) : call
  const isPlain = ts.isExpressionStatement(outer.parent) || ts.isReturnStatement(outer.parent)
  const isPromise = call.arguments.length === 2
  if (!isPlain || (outer === call) === isPromise || isRequestSource(source, scope)) {
    draft.block(call, 'res is the target of a pipeline that is not simply awaited')
    return
  }
  draft.rewrite(spanOf(outer), streamParts(source, scope))
  draft.found('pipe', call)
  draft.events.set(call, { kind: 'answer', promise: false })
}

function isPipelineTarget(node: ts.Expression): boolean {
  const call = node.parent
  return (
    ts.isCallExpression(call) &&
    call.arguments[1] === node &&
    (call.arguments.length === 2 || (call.arguments.length === 3 && isEmpty(call.arguments[2]!))) &&
    /(^|\.)pipeline$/.test(call.expression.getText())
  )
}

function isRequestSource(node: ts.Expression, scope: Scope): boolean {
  return scope.candidate.uses.some((use) => use.role === 'req' && contains(node, use.node))
}

function isPipeTarget(node: ts.Expression): boolean {
  const call = node.parent
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === node &&
    ts.isPropertyAccessExpression(call.expression) &&
    call.expression.name.text === 'pipe'
  )
}

function isCallback(node: ts.Expression): boolean {
  const inner = unwrap(node)
  return ts.isArrowFunction(inner) || ts.isFunctionExpression(inner)
}

function isLiteral(node: ts.Expression): boolean {
  return ts.isNumericLiteral(node) || ts.isStringLiteralLike(node)
}

/** A callback that does nothing: `() => {}`. */
function isEmpty(node: ts.Expression): boolean {
  const fn = unwrap(node)
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return false
  return ts.isBlock(fn.body) && fn.body.statements.length === 0
}

function isUtf8(node: ts.Expression): boolean {
  return /^utf-?8$/i.test(literalText(node) ?? '')
}
