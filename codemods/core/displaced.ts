import { ts } from 'ts-morph'
import { isReference, walk } from './ast.js'
import { rewrite, type Edit } from './edits.js'
import { twinName } from './names.js'

/** What an imported name that stays is called once one of ours takes its name in the file. */
export function displacedName(name: ts.Identifier): string {
  return twinName(name.text)
}

/** Renames every use of an imported name that `edits` do not replace. */
export function displacedUses(
  name: ts.Identifier,
  edits: readonly Edit[],
  checker: ts.TypeChecker
): Edit[] {
  const symbol = checker.getSymbolAtLocation(name)
  const text = displacedName(name)
  const found: Edit[] = []
  walk(name.getSourceFile(), (node) => {
    if (!ts.isIdentifier(node) || node.text !== name.text || node === name) return
    const start = node.getStart()
    if (edits.some((edit) => edit.start <= start && node.end <= edit.end)) return
    const { parent } = node
    if (ts.isShorthandPropertyAssignment(parent)) {
      if (checker.getShorthandAssignmentValueSymbol(parent) !== symbol) return
      found.push(...rewrite(start, node.end, [`${node.text}: ${text}`]))
    } else if (ts.isExportSpecifier(parent)) {
      if (checker.getExportSpecifierLocalTargetSymbol(parent) !== symbol) return
      if (parent.propertyName === undefined) {
        found.push(...rewrite(start, node.end, [`${text} as ${node.text}`]))
      } else if (parent.propertyName === node) found.push(...rewrite(start, node.end, [text]))
    } else if (isReference(node) || isTypeUse(node)) {
      if (checker.getSymbolAtLocation(node) === symbol) {
        found.push(...rewrite(start, node.end, [text]))
      }
    }
  })
  return found
}

/** Whether a name is used as a type, or as the start of one. */
export function isTypeUse(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    ts.isTypeReferenceNode(parent) ||
    (ts.isQualifiedName(parent) && parent.left === node) ||
    ts.isExpressionWithTypeArguments(parent) ||
    ts.isTypeQueryNode(parent)
  )
}
