import { ts } from 'ts-morph'
import { isStatementList, wrapOut } from '../core/ast.js'
import type { Part, Span } from '../core/edits.js'
import { indentAt, statementEnd, wholeLines } from '../core/text.js'
import type { Scope } from './scope.js'

/**
 * Puts the statements that stand for one expression where the expression stood: as they are, in
 * braces when they are the only statement of an `if`, as a block for an arrow function, or joined
 * by commas inside a larger expression.
 */
export function placeStatements(
  expression: ts.CallExpression,
  statements: Part[][],
  promise: boolean,
  scope: Scope
): void {
  let outer: ts.Expression = wrapOut(expression)
  if (ts.isAwaitExpression(outer.parent) || ts.isVoidExpression(outer.parent)) {
    // Awaiting a call that answers at once waits for nothing.
    if (!promise) outer = wrapOut(outer.parent)
  }
  const { parent } = outer
  if (ts.isExpressionStatement(parent) || ts.isReturnStatement(parent)) {
    placeInStatement(parent, outer, statements, scope)
  } else if (ts.isArrowFunction(parent) && parent.body === outer) {
    placeInArrow(outer, statements, promise, scope)
  } else {
    placeInExpression(outer, statements, scope)
  }
}

function placeInStatement(
  statement: ts.ExpressionStatement | ts.ReturnStatement,
  outer: ts.Expression,
  statements: Part[][],
  scope: Scope
): void {
  const { draft } = scope
  const isReturn = ts.isReturnStatement(statement)
  if (statements.length === 0) {
    removeStatement(statement, scope)
    return
  }
  if (statements.length === 1) {
    draft.rewrite({ start: outer.getStart(), end: outer.end }, statements[0]!)
    return
  }
  const { eol, semicolon, indent } = draft.context.style
  const base = indentAt(draft.text, statement.getStart())
  const inBlock = isStatementList(statement.parent)
  const inner = inBlock ? base : base + indent
  const build = (keyword: string): Part[] => {
    const parts: Part[] = inBlock ? [] : [`{${eol}${inner}`]
    statements.forEach((each, index) => {
      if (index > 0) parts.push(`${semicolon}${eol}${inner}`)
      if (index === statements.length - 1) parts.push(isReturn ? 'return ' : keyword)
      parts.push(...each)
    })
    return inBlock ? parts : [...parts, `${semicolon}${eol}${base}}`]
  }
  const end = inBlock ? outer.end : statementEnd(statement)
  draft.replaceStatement(statement, { start: statement.getStart(), end }, build)
}

/** `res.end()` says nothing that the end of the handler does not say. */
function removeStatement(
  statement: ts.ExpressionStatement | ts.ReturnStatement,
  scope: Scope
): void {
  const { draft } = scope
  const start = statement.getStart()
  if (ts.isReturnStatement(statement)) {
    draft.rewrite({ start, end: statement.expression!.end }, ['return'])
    return
  }
  if (!isStatementList(statement.parent)) {
    draft.rewrite({ start, end: statementEnd(statement) }, ['{}'])
    return
  }
  const end = statementEnd(statement)
  const lines = wholeLines(draft.text, start, end)
  if (lines === undefined) draft.rewrite({ start, end }, [''])
  else draft.rewrite({ start: lines[0], end: lines[1] }, [''])
}

function placeInArrow(
  outer: ts.Expression,
  statements: Part[][],
  promise: boolean,
  scope: Scope
): void {
  const { draft } = scope
  const range: Span = { start: outer.getStart(), end: outer.end }
  if (statements.length === 0) {
    draft.rewrite(range, ['{}'])
  } else if (statements.length === 1) {
    draft.rewrite(range, statements[0]!)
  } else {
    const parts: Part[] = ['{ ']
    statements.forEach((each, index) => {
      if (index > 0) parts.push('; ')
      if (promise && index === statements.length - 1) parts.push('return ')
      parts.push(...each)
    })
    draft.rewrite(range, [...parts, ' }'])
  }
}

function placeInExpression(outer: ts.Expression, statements: Part[][], scope: Scope): void {
  const range: Span = { start: outer.getStart(), end: outer.end }
  if (statements.length === 1) {
    scope.draft.rewrite(range, statements[0]!)
    return
  }
  const isDiscarded =
    ts.isConditionalExpression(outer.parent) || ts.isBinaryExpression(outer.parent)
  if (!isDiscarded) {
    scope.draft.block(outer, 'the result of an answering call is used')
    return
  }
  const parts: Part[] = ['(']
  statements.forEach((each, index) => parts.push(index === 0 ? '' : ', ', ...each))
  scope.draft.rewrite(range, statements.length === 0 ? ['undefined'] : [...parts, ')'])
}
