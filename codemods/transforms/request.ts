import { ts } from 'ts-morph'
import {
  callOf,
  contains,
  isWriteTarget,
  memberOf,
  nameText,
  wrapOut,
  type Member,
} from '../core/ast.js'
import { shortText } from '../core/app-graph.js'
import type { RoleUse } from '../core/candidates.js'
import { spanOf } from '../core/draft.js'
import { indentAt } from '../core/text.js'
import { memberRow, type MemberRow } from '../table.js'
import { isOnFinished, requestListener, rewriteOnFinished } from './listeners.js'
import { callOwn, nodeRequest, passToPackage, RESERVED } from './node-request.js'
import { parsedUrl } from './request-url.js'
import { castText, expectedType } from './expected-type.js'
import { declaredField } from './request-types.js'
import {
  callParts,
  compatCall,
  emitOf,
  isKnownString,
  isStringUse,
  literalText,
  readText,
  type Scope,
} from './scope.js'

const PLAIN_TYPES = new Set('string number boolean undefined null unknown any Date'.split(' '))
const STREAM_EVENTS = new Set(['data', 'end', 'error', 'readable'])
const STREAM_METHODS = new Set(
  'pipe setEncoding resume pause unpipe iterator toArray on once'.split(' ')
)
/** Rewrites one use of the request object. */
export function rewriteRequest(use: RoleUse, scope: Scope): void {
  const { draft } = scope
  const outer = wrapOut(use.node)
  const { parent } = outer
  const member = memberOf(use.node)
  if (member !== undefined) {
    rewriteMember(member, scope)
  } else if (ts.isForOfStatement(parent) && parent.awaitModifier !== undefined) {
    draft.replace(outer, `${draft.compat('requestStream')}(${draft.ctx})`)
    draft.found('body.collect', outer)
  } else if (ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name)) {
    destructure(parent, parent.name, scope)
  } else if (isPipelineSource(outer)) {
    draft.replace(outer, `${draft.compat('requestStream')}(${draft.ctx})`)
    draft.found('req.pipe', outer)
  } else if (ts.isCallExpression(parent) && isOnFinished(parent, scope)) {
    rewriteOnFinished(parent, scope)
  } else if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    if (!passToPackage(outer, parent, scope)) {
      draft.block(outer, `req is passed to ${shortText(parent.expression)}`)
    }
  } else if (!passInOptions(outer, scope)) {
    draft.block(outer, 'req is kept or used as a whole')
  }
}

/** `sendMail({ to, req })`: whoever takes the options gets the request that adapted code has. */
function passInOptions(node: ts.Expression, scope: Scope): boolean {
  const { draft, candidate } = scope
  const property = node.parent
  const isShort = ts.isShorthandPropertyAssignment(property)
  if (!isShort && !(ts.isPropertyAssignment(property) && property.initializer === node))
    return false
  const options = property.parent
  const isGiven = ts.isCallExpression(wrapOut(options).parent)
  if (!isGiven && !ts.isVariableDeclaration(options.parent)) return false
  if (candidate.uses.some((use) => use.role !== 'req' && contains(options, use.node))) return false
  draft.replace(node, `${isShort ? `${node.getText()}: ` : ''}${nodeRequest(scope)}`)
  draft.found('req.package', node)
  return true
}

function rewriteMember(member: Member, scope: Scope): void {
  const { draft, candidate } = scope
  const { node, name } = member
  if (name === undefined) {
    draft.block(node, 'a computed member of req is read')
    return
  }
  const call = callOf(node)
  if (call !== undefined) {
    rewriteCall(name, node, call, scope)
    return
  }
  if (isWriteTarget(wrapOut(node))) {
    writeOwn(name, node, scope)
    return
  }
  const row = memberRow('req', name, 'get', candidate.flavor)
  if (row === undefined) {
    readOwn(name, node, scope)
    return
  }
  if (row.special === true) {
    special(row, node, scope)
    return
  }
  if (row.emit.ctx === 'requestURI()' && parsedUrl(node, scope)) return
  draft.replace(node, readText(emitOf(row, scope), scope, node, memberOf(node) === undefined))
  draft.found(row.id, node, scope.exact ? undefined : row.check || undefined)
}

function special(row: MemberRow, node: Member['node'], scope: Scope): void {
  const next = memberOf(node)
  switch (row.member) {
    case 'headers':
      headers(node, next, scope)
      break
    case 'params':
      params(node, next, scope)
      break
    case 'query':
      query(node, next, scope)
      break
    case 'socket':
    case 'connection':
      socket(row, node, next, scope)
      break
    default:
      host(row, node, scope)
  }
}

/** `req.host` holds the port since Express 5. */
function host(row: MemberRow, node: Member['node'], scope: Scope): void {
  const { draft, express } = scope
  if (express === undefined) {
    draft.block(node, `req.${row.member} means different things in Express 4 and 5`)
    return
  }
  draft.replace(node, readText({ compat: express === 4 ? 'hostname' : 'host' }, scope, node))
  draft.found(row.id, node)
}

/** Named accessors that read better than `peek`; an absent header is '' there. */
const NAMED_HEADERS: Record<string, string> = {
  'user-agent': 'userAgent',
  referer: 'referer',
  host: 'host',
}

function headers(node: Member['node'], next: Member | undefined, scope: Scope): void {
  const { draft } = scope
  draft.found('req.headers', node)
  if (next?.name === undefined || next.name === 'set-cookie') {
    draft.replace(node, `${draft.compat('headers')}(${draft.ctx})`)
  } else if (isWriteTarget(wrapOut(next.node))) {
    changeHeader(next, next.name, scope)
  } else {
    draft.replace(next.node, headerText(next.name, keyOf(next.node), next.node, scope))
  }
}

/** `req.headers['x-a'] = value` and `delete req.headers['x-a']`. */
function changeHeader({ node }: Member, name: string, scope: Scope): void {
  const { draft } = scope
  const outer = wrapOut(node)
  const { parent } = outer
  const header = `${draft.ctx}.request.header`
  const key = draft.context.quote(name)
  if (!ts.isExpressionStatement(parent.parent)) {
    draft.block(node, 'a request header is changed')
  } else if (ts.isDeleteExpression(parent)) {
    draft.replace(parent, `${header}.del(${key})`)
  } else if (
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    isKnownString(parent.right, scope)
  ) {
    draft.rewrite(spanOf(parent), [`${header}.set(${key}, `, spanOf(parent.right), ')'])
  } else {
    draft.block(node, 'a request header is changed')
  }
}

/** @param written - where the code says the name */
function headerText(name: string, written: ts.Node, node: ts.Expression, scope: Scope): string {
  const { draft } = scope
  const named = NAMED_HEADERS[name.toLowerCase()]
  const isSure = name.toLowerCase() === 'host' || isTextUse(node)
  if (named !== undefined && isSure && !scope.exact && !testsForAbsence(node)) {
    return `${draft.ctx}.${named}()`
  }
  return `${draft.ctx}.request.header.peek(${draft.context.quoteAs(written, name)})`
}

/** Whether an absent header and an empty one read the same here: not in JSON, not in a template. */
function isTextUse(node: ts.Expression): boolean {
  const { parent } = wrapOut(node)
  if (ts.isTemplateSpan(parent)) return false
  const isSum =
    ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.PlusToken
  return !isSum && isStringUse(node)
}

function testsForAbsence(node: ts.Expression): boolean {
  const outer = wrapOut(node)
  const { parent } = outer
  if (ts.isPropertyAccessExpression(parent) && parent.questionDotToken !== undefined) return true
  if (ts.isTypeOfExpression(parent)) return true
  if (!ts.isBinaryExpression(parent)) return false
  const op = parent.operatorToken.kind
  if (op === ts.SyntaxKind.QuestionQuestionToken) return true
  const other = parent.left === outer ? parent.right : parent.left
  return other.getText() === 'undefined' || other.kind === ts.SyntaxKind.NullKeyword
}

/** Where the code names a member: `x` of `object.x`, `'x'` of `object['x']`. */
function keyOf(node: Member['node']): ts.Node {
  return ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression
}

function params(node: Member['node'], next: Member | undefined, scope: Scope): void {
  const { draft } = scope
  draft.found('req.params', node)
  if (next?.name === undefined || seesWildcard(next.name, scope)) {
    draft.replace(node, paramsText(scope))
  } else if (isWriteTarget(wrapOut(next.node))) {
    draft.block(next.node, 'a route parameter is changed')
  } else {
    const sure = draft.context.isTypeScript ? '!' : ''
    const key = draft.context.quoteAs(keyOf(next.node), next.name)
    draft.replace(next.node, `${draft.ctx}.param(${key})${sure}`)
  }
}

/** All parameters of the path; in Express 5 a wildcard `*path` is a list. */
function paramsText(scope: Scope): string {
  const { draft } = scope
  if (!seesWildcard(undefined, scope)) return `${draft.ctx}.params()`
  return `${draft.compat('params')}${draft.context.isTypeScript ? '<any>' : ''}(${draft.ctx})`
}

function seesWildcard(name: string | undefined, { candidate, routeParams }: Scope): boolean {
  return routeParams.seesWildcard(candidate, name)
}

function query(node: Member['node'], next: Member | undefined, scope: Scope): void {
  const { draft } = scope
  if (next !== undefined && isWriteTarget(wrapOut(next.node))) {
    draft.block(next.node, 'a query value is changed')
    return
  }
  if (next?.name !== undefined && !scope.exact && isStringUse(next.node)) {
    const name = draft.context.quoteAs(keyOf(next.node), next.name)
    draft.replace(next.node, `${draft.ctx}.queryArgs().peek(${name})`)
    draft.found('req.query', node, 'a repeated key gives its first value, Express gives an array')
    return
  }
  draft.replace(node, readText({ compat: 'query' }, scope, node, next === undefined))
  draft.found('req.query', node)
}

/** What a context says of the connection. */
const SOCKET_MEMBERS: Record<string, string> = {
  remoteAddress: 'remoteIP()',
  remotePort: 'remoteAddr().port',
  localAddress: 'localIP()',
  localPort: 'localAddr().port',
  encrypted: 'isTLS()',
}

function socket(
  row: MemberRow,
  node: Member['node'],
  next: Member | undefined,
  scope: Scope
): void {
  const { draft } = scope
  const name = next?.name ?? ''
  const known = Object.hasOwn(SOCKET_MEMBERS, name) ? SOCKET_MEMBERS[name] : undefined
  if (next === undefined || known === undefined || isWriteTarget(next.node)) {
    draft.block(node, 'the socket of the request is used')
    return
  }
  draft.replace(next.node, `${draft.ctx}.${known}`)
  draft.found(row.id, node, name.endsWith('Address') ? row.check : undefined)
}

function rewriteCall(
  name: string,
  node: Member['node'],
  call: ts.CallExpression,
  scope: Scope
): void {
  const { draft, candidate } = scope
  const row = memberRow('req', name, 'call', candidate.flavor)
  if (STREAM_METHODS.has(name)) {
    stream(name, node, call, scope)
  } else if (row === undefined) {
    callOwn(name, node, scope)
  } else if (name === 'get' || name === 'header') {
    const header = literalText(call.arguments[0])
    draft.found(row.id, node)
    if (header === undefined || header.toLowerCase() === 'set-cookie') {
      draft.rewrite(spanOf(call), compatCall('getHeader', call, draft))
    } else {
      const known = header.toLowerCase() === 'referrer' ? 'referer' : header
      draft.replace(call, headerText(known, call.arguments[0]!, call, scope))
    }
  } else {
    draft.rewrite(spanOf(call), callParts(emitOf(row, scope), call, draft))
    draft.found(row.id, node)
  }
}

function stream(name: string, node: Member['node'], call: ts.CallExpression, scope: Scope): void {
  const { draft } = scope
  if (name === 'on' || name === 'once') {
    const event = literalText(call.arguments[0])
    if (requestListener(call, scope)) return
    if (event === undefined || !STREAM_EVENTS.has(event)) {
      draft.block(
        node,
        `req.${name}(${event === undefined ? '...' : `'${event}'`}) has no counterpart`
      )
      return
    }
  }
  draft.replace(node.expression, `${draft.compat('requestStream')}(${draft.ctx})`)
  draft.found(memberRow('req', name, 'call', scope.candidate.flavor)?.id ?? 'req.on', node)
}

function isPipelineSource(node: ts.Expression): boolean {
  const call = node.parent
  if (!ts.isCallExpression(call) || call.arguments[0] !== node) return false
  return /(^|\.)pipeline$/.test(call.expression.getText())
}

function readOwn(name: string, node: Member['node'], scope: Scope): void {
  const { draft } = scope
  if (RESERVED.has(name)) {
    draft.block(node, `req.${name} has no counterpart`)
    return
  }
  if (scope.routeParams.sees(scope.candidate, name)) {
    draft.replace(node.expression, nodeRequest(scope))
    draft.found('req.own', node)
    return
  }
  const next = memberOf(node)
  const type = ownType(name, node, scope)
  const read = `${draft.ctx}.userValue(${draft.context.quote(name)})`
  draft.replace(node, type === undefined ? read : castText(read, type, node))
  draft.found(/^files?$/.test(name) ? 'req.file' : 'req.own', node)
  if (next === undefined || callOf(next.node) === undefined) return
  // A method of the value itself is called on the value, which is the same object.
}

/** The type a TypeScript file declares for an own property of its request. */
function ownType(name: string | undefined, node: Member['node'], scope: Scope): string | undefined {
  if (!scope.draft.context.isTypeScript) return undefined
  const expected = expectedType(node)
  if (expected?.kind === 'cast') return undefined
  if (expected !== undefined) return expected.type
  const declared = name === undefined ? undefined : declaredField(name, scope.workspace)
  if (declared !== undefined) {
    // What an `if` told about it is lost between two calls.
    const next = memberOf(node)?.node
    const isSure = next !== undefined && next.questionDotToken === undefined
    return isSure ? `NonNullable<${declared}>` : declared
  }
  const type = scope.workspace.checker.getTypeAtLocation(node)
  if ((type.flags & ts.TypeFlags.Any) !== 0) return 'any'
  const text = scope.workspace.checker.typeToString(type, node, ts.TypeFormatFlags.NoTruncation)
  const names = text.match(/[A-Za-z_$][\w$]*/g) ?? []
  const isKnown = names.every((name) => PLAIN_TYPES.has(name) || scope.draft.context.declares(name))
  return isKnown && /^[\w$.[\]| ]+$/.test(text) ? text : 'any'
}

function writeOwn(name: string, node: Member['node'], scope: Scope): void {
  const { draft, candidate } = scope
  const outer = wrapOut(node)
  const { parent } = outer
  // What parsers and helpers know as the body is a value of the request like any other.
  const isBody = name === 'body' && candidate.flavor === 'express'
  const isKnown = memberRow('req', name, 'get', candidate.flavor) !== undefined && !isBody
  if (isKnown || RESERVED.has(name)) {
    draft.block(node, `req.${name} is changed`)
    return
  }
  const isPlain =
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isExpressionStatement(parent.parent)
  if (!isPlain) {
    draft.block(node, `req.${name} is changed inside an expression`)
    return
  }
  const value = { start: parent.right.getStart(), end: parent.right.end }
  const key = draft.context.quote(name)
  draft.rewrite(spanOf(parent), [`${draft.ctx}.setUserValue(${key}, `, value, ')'])
  draft.found('req.own=', node)
}

/** `const { body, params: { id } } = req` becomes one declaration for each property. */
function destructure(
  declaration: ts.VariableDeclaration,
  pattern: ts.ObjectBindingPattern,
  scope: Scope
): void {
  const { draft } = scope
  const list = declaration.parent
  const statement = list.parent
  const isAlone = ts.isVariableDeclarationList(list) && list.declarations.length === 1
  if (!isAlone || !ts.isVariableStatement(statement)) {
    draft.block(declaration, 'req is destructured together with other declarations')
    return
  }
  const keyword = draft.text.slice(list.getStart(), declaration.getStart()).trim()
  const parts = bindings(pattern, keyword, scope)
  if (parts === undefined) return
  const { eol, semicolon } = draft.context.style
  const between = `${semicolon}${eol}${indentAt(draft.text, statement.getStart())}`
  draft.rewrite({ start: statement.getStart(), end: declaration.end }, [parts.join(between)])
}

function wholeText(name: string, row: MemberRow | undefined, scope: Scope): string {
  if (row === undefined) return ownValue(name, scope)
  return name === 'params' ? paramsText(scope) : readText(emitOf(row, scope), scope)
}

/** Text that reads an own property of the request as a whole. */
function ownValue(name: string, scope: Scope): string {
  const { draft, workspace } = scope
  const key = draft.context.quote(name)
  if (scope.routeParams.sees(scope.candidate, name)) return `${nodeRequest(scope)}[${key}]`
  const type = draft.context.isTypeScript ? ` as ${declaredField(name, workspace) ?? 'any'}` : ''
  return `${draft.ctx}.userValue(${key})${type}`
}

/** The declarations that stand for the properties of a destructured request. */
export function bindings(
  pattern: ts.ObjectBindingPattern,
  keyword: string,
  scope: Scope
): string[] | undefined {
  const { draft, candidate } = scope
  const lines: string[] = []
  for (const element of pattern.elements) {
    const name = nameText(element.propertyName ?? element.name)
    if (name === undefined || element.dotDotDotToken !== undefined) {
      draft.block(element, 'req is destructured with a rest or computed property')
      return undefined
    }
    const row = memberRow('req', name, 'get', candidate.flavor)
    const isCall = memberRow('req', name, 'call', candidate.flavor) !== undefined
    if (
      isCall ||
      STREAM_METHODS.has(name) ||
      RESERVED.has(name) ||
      name === 'socket' ||
      name === 'connection'
    ) {
      draft.block(element, `req.${name} is taken apart from req`)
      return undefined
    }
    const read = wholeText(name, row, scope)
    const initial = element.initializer === undefined ? '' : ` = ${element.initializer.getText()}`
    if (initial !== '' && !ts.isIdentifier(element.name)) {
      draft.block(element, 'req is destructured with a default for a nested pattern')
      return undefined
    }
    const target = element.name.getText()
    lines.push(`${keyword} ${target} = ${read}${initial.replace(/^ = /, ' ?? ')}`)
    draft.found(row?.id ?? 'req.own', element)
  }
  return lines
}
