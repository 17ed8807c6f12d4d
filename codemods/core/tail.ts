import { ts } from 'ts-morph'
import { isFunctionNode } from './ast.js'

/** The bare `return` right after a statement, if one follows it. */
export function trailingReturn(statement: ts.Statement): ts.ReturnStatement | undefined {
  const next = statementsAfter(statement)?.[0]
  return next !== undefined && ts.isReturnStatement(next) && next.expression === undefined
    ? next
    : undefined
}

function statementsAfter(statement: ts.Statement): ts.Statement[] | undefined {
  const { parent } = statement
  if (!ts.isBlock(parent) && !ts.isCaseOrDefaultClause(parent)) return undefined
  const at = parent.statements.indexOf(statement)
  return parent.statements.slice(at + 1)
}

/** Whether no code of the function runs after the statement. */
export function isTail(statement: ts.Statement): boolean {
  let at: ts.Node = statement
  for (;;) {
    const { parent } = at
    if (ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent)) {
      const rest = statementsAfter(at as ts.Statement) ?? []
      const [next] = rest
      if (next !== undefined && ts.isReturnStatement(next) && next.expression === undefined) {
        return true
      }
      if (ts.isCaseOrDefaultClause(parent)) {
        const breaks = next !== undefined && ts.isBreakStatement(next) && next.label === undefined
        const isLast = parent.parent.clauses.at(-1) === parent && next === undefined
        if (!breaks && !isLast) return false
        at = parent.parent.parent
        continue
      }
      if (rest.some((each) => !ts.isFunctionDeclaration(each))) return false
      if (isFunctionNode(parent.parent)) return true
      at = parent
    } else if (ts.isIfStatement(parent) || ts.isLabeledStatement(parent)) {
      at = parent
    } else if (ts.isTryStatement(parent)) {
      if (parent.finallyBlock !== undefined) return false
      at = parent
    } else if (ts.isCatchClause(parent)) {
      at = parent
    } else {
      return false
    }
  }
}
