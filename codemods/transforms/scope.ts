import { ts } from 'ts-morph'
import { isWriteTarget, memberOf, unwrap, wrapOut } from '../core/ast.js'
import type { Candidate } from '../core/candidates.js'
import type { Decision } from '../core/decision.js'
import { argumentsSpan, type Draft } from '../core/draft.js'
import type { Part } from '../core/edits.js'
import type { RouteParams } from '../core/route-params.js'
import type { Values } from '../core/values.js'
import type { Workspace } from '../core/workspace.js'
import type { Emit, MemberRow } from '../table.js'
import { castText, expectedType } from './expected-type.js'
import { declaredPart } from './request-types.js'

/** What the applications of the project have switched on: some rows depend on it. */
export interface AppSettings {
  trustProxy: boolean
  json: boolean
}

/** All a transform of one handler may look at, and the draft it writes to. */
export interface Scope {
  candidate: Candidate
  draft: Draft
  workspace: Workspace
  values: Values
  settings: AppSettings
  routeParams: RouteParams
  /** What is known to stay on (req, res) so far. */
  decision: Decision
  exact: boolean
  /** Calls that answer have to mind what was sent before. */
  answersAgain: boolean
  /** The version of Express the code is written for, where it is known. */
  express: 4 | 5 | undefined
}

/** The runtime form a row has here: exact and mounted variants included. */
export function emitOf(row: MemberRow, scope: Scope): Emit {
  if (scope.candidate.mounted && row.mounted !== undefined) return row.mounted
  // Behind a trusted proxy the address and the scheme come from headers.
  const proxied = scope.settings.trustProxy && (row.member === 'ip' || row.member === 'secure')
  return (scope.exact || proxied) && row.exact !== undefined ? row.exact : row.emit
}

/** What Express types as `any`: TypeScript code relies on it. */
const LOOSE = new Set(['locals', 'cookies', 'signedCookies', 'query'])

/**
 * Text of a read: `ctx.path()` or `hostname(ctx)`.
 *
 * @param node - the read, or a read of one of its members: says which type is expected. Without one the value is kept whole.
 * @param isWhole - the value is kept, not a member of it: it has the type the handler declares. A member keeps `any`, since what
 *   an `if` told about it is lost between two calls.
 */
export function readText(emit: Emit, scope: Scope, node?: ts.Expression, isWhole = true): string {
  const { draft, candidate, workspace } = scope
  if (emit.ctx !== undefined) return `${draft.ctx}.${emit.ctx}`
  const name = emit.compat!
  const local = draft.compat(name)
  const read = `${local}(${draft.ctx})`
  if (!draft.context.isTypeScript || (name !== 'body' && !LOOSE.has(name))) return read
  const expected = isWhole && node !== undefined ? expectedType(node) : undefined
  if (expected?.kind === 'cast' || (name !== 'body' && !isWhole && needsNoType(node))) return read
  const part = isWhole && (name === 'body' || name === 'query') ? name : undefined
  const declared = part === undefined ? undefined : declaredPart(part, candidate.fn, workspace)
  const type = expected?.type ?? declared ?? 'any'
  if (name === 'body') return `${local}<${type}>(${draft.ctx})`
  return node === undefined ? `${read} as ${type}` : castText(read, type, node)
}

/** Whether the member that is used of a value may be `unknown`: it is cast, or written. */
function needsNoType(node: ts.Expression | undefined): boolean {
  const member = node === undefined ? undefined : memberOf(node)?.node
  if (member === undefined) return false
  return expectedType(member)?.kind === 'cast' || isWriteTarget(wrapOut(member))
}

/** A call with its own arguments carried over: `ctx.setJSON(...)` or `json(ctx, ...)`. */
export function callParts(emit: Emit, call: ts.CallExpression, draft: Draft): Part[] {
  const args = argumentsSpan(call)
  if (emit.ctx !== undefined) {
    return [`${draft.ctx}.${emit.ctx.replace(/\(\)$/, '')}(`, args, ')']
  }
  return compatCall(emit.compat!, call, draft)
}

export function compatCall(name: string, call: ts.CallExpression, draft: Draft): Part[] {
  const local = draft.compat(name)
  const args = argumentsSpan(call)
  if (call.arguments.length === 0) return [`${local}(${draft.ctx})`]
  const gap = /^\s/.test(draft.text.slice(args.start, args.end)) ? '' : ' '
  return [`${local}(${draft.ctx},${gap}`, args, ')']
}

/** The literal string an expression is, if it is one. */
export function literalText(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined
  const inner = unwrap(node)
  return ts.isStringLiteralLike(inner) ? inner.text : undefined
}

const STRING_CALLS = new Set(
  'String Number parseInt parseFloat encodeURIComponent decodeURIComponent Boolean BigInt'.split(
    ' '
  )
)
const STRING_METHODS = new Set(
  `toLowerCase toUpperCase trim split slice substring substr startsWith endsWith replace replaceAll
  match charAt padStart padEnd normalize localeCompare`.split(/\s+/)
)

/** Whether the surrounding code takes the value as one string, so an array could not pass. */
export function isStringUse(node: ts.Expression): boolean {
  const outer = wrapOut(node)
  const { parent } = outer
  if (isWriteTarget(outer)) return false
  if (ts.isAsExpression(node.parent)) {
    return node.parent.type.kind === ts.SyntaxKind.StringKeyword
  }
  if (ts.isTemplateSpan(parent) || ts.isPrefixUnaryExpression(parent)) return true
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return true
  if (ts.isConditionalExpression(parent)) return parent.condition === outer
  if (ts.isPropertyAccessExpression(parent)) return STRING_METHODS.has(parent.name.text)
  if (ts.isCallExpression(parent) && parent.expression !== outer) {
    const callee = parent.expression.getText().replace(/^Number\./, '')
    return STRING_CALLS.has(callee) && parent.arguments[0] === outer
  }
  return ts.isBinaryExpression(parent) && isStringOperator(parent, outer)
}

function isStringOperator(parent: ts.BinaryExpression, node: ts.Node): boolean {
  const other = parent.left === node ? parent.right : parent.left
  switch (parent.operatorToken.kind) {
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.PlusToken:
    case ts.SyntaxKind.BarBarToken:
    case ts.SyntaxKind.QuestionQuestionToken:
      return ts.isStringLiteralLike(unwrap(other)) || isStringValue(other)
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return parent.left === node
    default:
      return false
  }
}

/** Whether an expression is a string by its form alone. */
function isStringValue(node: ts.Expression): boolean {
  const inner = unwrap(node)
  if (ts.isStringLiteralLike(inner) || ts.isTemplateExpression(inner)) return true
  if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return isStringValue(inner.left) || isStringValue(inner.right)
  }
  if (ts.isConditionalExpression(inner)) {
    return isStringValue(inner.whenTrue) && isStringValue(inner.whenFalse)
  }
  if (!ts.isCallExpression(inner)) return false
  const callee = inner.expression
  if (ts.isIdentifier(callee)) return callee.text === 'String'
  if (!ts.isPropertyAccessExpression(callee)) return false
  // `JSON.stringify(undefined)` is the one call here that gives no string.
  if (callee.getText() === 'JSON.stringify') return inner.arguments[0]?.getText() !== 'undefined'
  return (
    callee.name.text === 'toString' ||
    callee.name.text === 'toISOString' ||
    callee.name.text === 'toUTCString'
  )
}

/** A string by its form, or by the type of a variable that holds one. */
export function isKnownString(node: ts.Expression, scope: Scope): boolean {
  if (isStringValue(node)) return true
  const type = scope.workspace.checker.getTypeAtLocation(unwrap(node))
  if ((type.flags & ts.TypeFlags.StringLike) !== 0) return true
  const inner = unwrap(node)
  if (!ts.isIdentifier(inner)) return false
  const symbol = scope.workspace.symbolOf(inner)
  const declaration = symbol?.declarations?.[0]
  return (
    symbol !== undefined &&
    declaration !== undefined &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    isStringValue(declaration.initializer) &&
    scope.values.assignmentsTo(symbol).length === 0
  )
}
