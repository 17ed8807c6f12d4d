import { ts } from 'ts-morph'
import { callOf, memberOf, nameText, wrapOut } from './ast.js'
import type { Candidate } from './candidates.js'
import type { Workspace } from './workspace.js'

/**
 * The places where a function is handed over as a value: arguments, elements and properties of
 * tables. Wrapping it there is enough for code that calls it by value; `undefined` when some place
 * cannot be wrapped.
 */
export function passesOf(candidate: Candidate, workspace: Workspace): ts.Expression[] | undefined {
  const { roleAt, references, registrations } = candidate
  const isWrappable = roleAt[0] === 'req' && (roleAt.length === 1 || roleAt[1] === 'res')
  if (!isWrappable || registrations.length > 0) return undefined
  const found: ts.Expression[] = []
  for (const reference of references) {
    const outer = wrapOut(reference)
    if (isNaming(outer, candidate)) continue
    if (workspace.isReadonly(outer.getSourceFile())) return undefined
    found.push(outer)
  }
  return found.length > 0 ? found : undefined
}

/** Whether the place only gives the function a name, or calls it by one. */
function isNaming(node: ts.Expression, candidate: Candidate): boolean {
  const { parent } = node
  if (callOf(node) !== undefined || memberOf(node) !== undefined) return true
  if (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) return true
  if (ts.isExportSpecifier(parent) || ts.isExportAssignment(parent)) return true
  if (ts.isImportSpecifier(parent) || ts.isExpressionStatement(parent)) return true
  if (ts.isBinaryExpression(parent)) {
    const isAssignment = parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    return isAssignment && (parent.left === node || ts.isPropertyAccessExpression(parent.left))
  }
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
    return isNamespace(parent.parent, nameText(parent.name), candidate)
  }
  return false
}

/** An object whose members are called by name is a module, not a table. */
function isNamespace(
  node: ts.ObjectLiteralExpression,
  name: string | undefined,
  candidate: Candidate
): boolean {
  return candidate.references.some((each) =>
    ts.isPropertyAccessExpression(each)
      ? each.name.text === name
      : each.getSourceFile() !== node.getSourceFile()
  )
}
