import { ts } from 'ts-morph'
import { wrapOut } from '../core/ast.js'

/** What the code around an expression says of its type: it casts it, or declares what it goes into. */
export type Expected = { kind: 'cast' } | { kind: 'declared'; type: string }

/** The type TypeScript code gives to a value it reads, `undefined` when it leaves that to the value. */
export function expectedType(node: ts.Expression): Expected | undefined {
  if (ts.isAsExpression(node.parent)) return { kind: 'cast' }
  const { parent } = wrapOut(node)
  if (!ts.isVariableDeclaration(parent) || parent.type === undefined) return undefined
  return { kind: 'declared', type: parent.type.getText() }
}

/** `text as type`, in parentheses where the place asks for them. */
export function castText(text: string, type: string, node: ts.Expression): string {
  return takesCast(node) ? `${text} as ${type}` : `(${text} as ${type})`
}

function takesCast(node: ts.Expression): boolean {
  const { parent } = node
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return true
  if (ts.isReturnStatement(parent) || ts.isParenthesizedExpression(parent)) return true
  if (ts.isTemplateSpan(parent) || ts.isArrayLiteralExpression(parent)) return true
  if (ts.isAsExpression(parent)) return true
  if (ts.isBinaryExpression(parent)) {
    return parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.right === node
  }
  return ts.isCallExpression(parent) && parent.expression !== node
}
