import { ts } from 'ts-morph'
import { walk } from './ast.js'

/** The values of `new Map([[key, value], ...])`. */
export function mapValues(node: ts.NewExpression): ts.Expression[] {
  const [entries] = node.arguments ?? []
  if (entries === undefined || !ts.isArrayLiteralExpression(entries)) return []
  return entries.elements.flatMap((entry) =>
    ts.isArrayLiteralExpression(entry) && entry.elements[1] !== undefined ? [entry.elements[1]] : []
  )
}

/** What the members of a class assign to `this.name`. */
export function thisAssignments(owner: ts.ClassLikeDeclaration, name: string): ts.Expression[] {
  const found: ts.Expression[] = []
  for (const member of owner.members) {
    walk(member, (node) => {
      if (
        ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        ts.isPropertyAccessExpression(node.left) &&
        node.left.expression.kind === ts.SyntaxKind.ThisKeyword &&
        node.left.name.text === name
      ) {
        found.push(node.right)
      }
    })
  }
  return found
}

/** `||` and `??`. */
export function isFallback(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken
}

export function isEmptyValue(node: ts.Expression): boolean {
  return (
    node.kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(node) && node.text === 'undefined') ||
    ts.isVoidExpression(node)
  )
}
