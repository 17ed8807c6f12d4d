import { ts } from 'ts-morph'
import { isWriteTarget, unwrap, wrapOut, type FunctionNode } from './ast.js'
import { isExportsObject } from './file-exports.js'
import { nativeName } from './names.js'
import { siteOf, type TwinSite } from './twin-site.js'
import { requireSpecifier, type Values } from './values.js'
import type { Workspace } from './workspace.js'

/** A declaration that keeps its form for tests and gets a native copy beside it. */
export interface CopySite extends Omit<TwinSite, 'name'> {
  fn: FunctionNode
  /** `undefined` for what is the whole module: `module.exports = (req, res) => ...`. */
  name: ts.Node | undefined
  /** `export default function list() {}`: the copy is exported by its name. */
  isDefault: boolean
}

/** How a place that names the function gets the native copy instead. */
export type Renaming =
  /** The last name changes. */
  | { kind: 'token'; token: ts.Node }
  /** The name changes and is imported. */
  | { kind: 'import'; token: ts.Node; module: string; name: string }
  /** The copy is a member of the module: `list.native`. */
  | { kind: 'member'; node: ts.Expression }
  /** The object that offers the function offers the copy too. */
  | { kind: 'entry'; node: ts.ObjectLiteralElementLike }
  /** `exports.list = list` and `module.exports = list`. */
  | { kind: 'exports'; statement: ts.Statement; target: ts.Expression }
  /** `export default list`. */
  | { kind: 'default'; statement: ts.Statement }

/** Where a native copy of a function can stand; `undefined` when it has no name to go by. */
export function copySite(fn: FunctionNode, workspace: Workspace): CopySite | undefined {
  if (workspace.isReadonly(fn.getSourceFile())) return undefined
  const site = siteOf(fn)
  if (site !== undefined) {
    const isFree = !isTaken(site.name, workspace)
    return isFree ? { ...site, fn, isDefault: false } : undefined
  }
  if (ts.isFunctionDeclaration(fn) && fn.name !== undefined && !isTaken(fn.name, workspace)) {
    return { fn, declaration: fn, name: fn.name, separator: '', isDefault: true }
  }
  const { parent } = ts.isExpression(fn) ? wrapOut(fn) : fn
  if (!ts.isBinaryExpression(parent) || !ts.isExpressionStatement(parent.parent)) return undefined
  if (!isExportsObject(parent.left) || ts.isIdentifier(parent.left)) return undefined
  return { fn, declaration: parent.parent, name: undefined, separator: '', isDefault: false }
}

function isTaken(name: ts.Node, workspace: Workspace): boolean {
  const native = nativeName(name.getText())
  const { locals } = name.getSourceFile() as ts.SourceFile & { locals?: Map<string, ts.Symbol> }
  return locals?.has(native) === true || (workspace.symbolOf(name)?.declarations?.length ?? 1) > 1
}

/** What becomes of one place that names the function; `undefined` when the copy cannot be had there. */
export function renamingOf(
  reference: ts.Expression,
  site: CopySite,
  workspace: Workspace,
  values: Values
): Renaming | 'own' | undefined {
  const node = unwrap(reference)
  if (node === site.fn) return 'own'
  if (isWriteTarget(reference)) return isDeclaredBy(node, site, values) ? 'own' : undefined
  const exported = exportOf(reference, site, values)
  if (exported !== undefined) return exported
  if (ts.isCallExpression(node)) {
    return site.name === undefined && requireSpecifier(node) !== undefined
      ? { kind: 'member', node }
      : undefined
  }
  if (ts.isPropertyAccessExpression(node)) {
    return isOwner(node, site, values) ? { kind: 'token', token: node.name } : undefined
  }
  return ts.isIdentifier(node) ? identifierRenaming(node, site, workspace) : undefined
}

/** `exports.list = ...`: the declaration itself, or another name for it, which gets a second line. */
function isDeclaredBy(target: ts.Expression, site: CopySite, values: Values): boolean {
  const assignment = wrapOut(target).parent
  if (assignment.parent === site.declaration) return true
  if (!ts.isBinaryExpression(assignment)) return false
  const given = unwrap(assignment.right)
  return ts.isIdentifier(given) && exportOf(given, site, values)?.kind === 'exports'
}

/** The places in its own file that offer the function to others. */
function exportOf(reference: ts.Expression, site: CopySite, values: Values): Renaming | undefined {
  if (site.name === undefined || reference.getSourceFile() !== site.fn.getSourceFile())
    return undefined
  const outer = wrapOut(reference)
  const { parent } = outer
  if (ts.isExportAssignment(parent) && parent.isExportEquals !== true) {
    return { kind: 'default', statement: parent }
  }
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent)) {
    const isOffer = ts.isIdentifier(parent.name) && isOffered(parent.parent, values)
    return isOffer ? { kind: 'entry', node: parent } : undefined
  }
  if (!ts.isBinaryExpression(parent) || parent.right !== outer) return undefined
  if (!ts.isExpressionStatement(parent.parent)) return undefined
  const { left } = parent
  const isWhole = isExportsObject(left) && !ts.isIdentifier(left)
  const isMember = ts.isPropertyAccessExpression(left) && isExportsObject(left.expression)
  return isWhole || isMember
    ? { kind: 'exports', statement: parent.parent, target: left }
    : undefined
}

/** Whether an object is what its file exports. */
function isOffered(node: ts.ObjectLiteralExpression, values: Values): boolean {
  const { parent } = wrapOut(node)
  if (ts.isExportAssignment(parent)) return true
  if (ts.isBinaryExpression(parent)) return isExportsObject(parent.left)
  if (!ts.isVariableDeclaration(parent)) return false
  const whole = values.exportsOf(node.getSourceFile())
  return whole.some((each) => {
    const value = values.of(each)
    return value.kind === 'object' && value.node === node
  })
}

/** Whether a member belongs to what the file of the function declares or exports. */
function isOwner(node: ts.PropertyAccessExpression, site: CopySite, values: Values): boolean {
  const source = site.fn.getSourceFile()
  const owner = values.of(node.expression)
  if (owner.kind === 'file') return owner.file === source
  if (owner.kind === 'object' || owner.kind === 'instance' || owner.kind === 'class') {
    return owner.node.getSourceFile() === source
  }
  return isExportsObject(node.expression) && node.getSourceFile() === source
}

function identifierRenaming(
  node: ts.Identifier,
  site: CopySite,
  workspace: Workspace
): Renaming | undefined {
  const source = site.fn.getSourceFile()
  const declaration = workspace.symbolOf(node)?.declarations?.[0]
  if (declaration === undefined) return undefined
  const specifier = specifierOf(declaration)
  if (specifier === undefined) {
    const isOwn = node.getSourceFile() === source && !ts.isBindingElement(declaration)
    return isOwn ? { kind: 'token', token: node } : undefined
  }
  if (workspace.resolve(specifier.text, node.getSourceFile()) !== source) return undefined
  const module = specifier.text
  if (ts.isImportSpecifier(declaration) || ts.isBindingElement(declaration)) {
    const imported = (declaration.propertyName ?? declaration.name).getText()
    return imported === 'default'
      ? undefined
      : { kind: 'import', token: node, module, name: nativeName(imported) }
  }
  if (ts.isImportClause(declaration) && isEsm(source)) {
    if (site.name === undefined) return undefined
    return { kind: 'import', token: node, module, name: nativeName(site.name.getText()) }
  }
  return { kind: 'member', node }
}

/** The module an imported name comes from; `undefined` for names of the file's own. */
function specifierOf(node: ts.Declaration): ts.StringLiteralLike | undefined {
  let from: ts.Expression | undefined
  if (ts.isImportSpecifier(node)) from = node.parent.parent.parent.moduleSpecifier
  else if (ts.isImportClause(node)) from = node.parent.moduleSpecifier
  else if (ts.isImportEqualsDeclaration(node)) {
    const { moduleReference } = node
    if (ts.isExternalModuleReference(moduleReference)) from = moduleReference.expression
  } else {
    const owner = ts.isBindingElement(node) ? node.parent.parent : node
    if (!ts.isVariableDeclaration(owner) || owner.initializer === undefined) return undefined
    const call = unwrap(owner.initializer)
    from = ts.isCallExpression(call) ? requireSpecifier(call) : undefined
  }
  return from !== undefined && ts.isStringLiteralLike(from) ? from : undefined
}

function isEsm(source: ts.SourceFile): boolean {
  return source.statements.some(
    (each) =>
      (ts.isExportAssignment(each) && each.isExportEquals !== true) ||
      ts.isExportDeclaration(each) ||
      (ts.canHaveModifiers(each) &&
        ts.getModifiers(each)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) === true)
  )
}
