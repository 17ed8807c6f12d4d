import { ts } from 'ts-morph'
import { isWriteTarget, unwrap, wrapOut } from './ast.js'
import type { Candidate } from './candidates.js'
import { isExportsObject } from './file-exports.js'
import { twinName } from './names.js'
import { requireSpecifier } from './values.js'
import type { Workspace } from './workspace.js'

/** A declaration that can stand twice under two names. */
export interface TwinSite {
  /** The statement, class member or property that declares the function. */
  declaration: ts.Node
  name: ts.Node
  /** What separates it from its neighbours. */
  separator: '' | ','
}

/**
 * Where the old form of a helper can be kept beside the new one; `undefined` when its declaration
 * has no name of its own or some call of it cannot be renamed.
 */
export function twinSite(candidate: Candidate, workspace: Workspace): TwinSite | undefined {
  const { fn } = candidate
  if (candidate.kind !== 'helper' || workspace.isReadonly(fn.getSourceFile())) return undefined
  const site = siteOf(fn)
  if (site === undefined || isTaken(site, workspace)) return undefined
  const isReachable = candidate.references.every((each) => isRenamable(each, candidate, workspace))
  return isReachable ? site : undefined
}

/** The declaration of a function that has one of its own. */
export function siteOf(fn: Candidate['fn']): TwinSite | undefined {
  if (ts.isFunctionDeclaration(fn)) {
    const isDefault = fn.modifiers?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword) === true
    return fn.name === undefined || isDefault
      ? undefined
      : { declaration: fn, name: fn.name, separator: '' }
  }
  if (ts.isMethodDeclaration(fn)) {
    const separator = ts.isObjectLiteralExpression(fn.parent) ? ',' : ''
    return { declaration: fn, name: fn.name, separator }
  }
  if (ts.isConstructorDeclaration(fn)) return undefined
  const { parent } = wrapOut(fn)
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    const statement = parent.parent.parent
    if (!ts.isVariableStatement(statement)) return undefined
    if (statement.declarationList.declarations.length > 1) return undefined
    return { declaration: statement, name: parent.name, separator: '' }
  }
  if (ts.isPropertyAssignment(parent)) {
    return { declaration: parent, name: parent.name, separator: ',' }
  }
  if (ts.isPropertyDeclaration(parent)) {
    return { declaration: parent, name: parent.name, separator: '' }
  }
  if (!ts.isBinaryExpression(parent) || !ts.isExpressionStatement(parent.parent)) return undefined
  const target = parent.left
  // `module.exports = fn` has no name that a second one could stand beside.
  return ts.isPropertyAccessExpression(target) && !isExportsObject(target)
    ? { declaration: parent.parent, name: target.name, separator: '' }
    : undefined
}

function isTaken(site: TwinSite, workspace: Workspace): boolean {
  const name = twinName(site.name.getText())
  const { locals } = site.name.getSourceFile() as ts.SourceFile & {
    locals?: Map<string, ts.Symbol>
  }
  return (
    locals?.has(name) === true || (workspace.symbolOf(site.name)?.declarations?.length ?? 1) > 1
  )
}

/** Whether a name for the old form can be made where this one is used. */
function isRenamable(
  reference: ts.Expression,
  candidate: Candidate,
  workspace: Workspace
): boolean {
  const node = unwrap(reference)
  if (node === candidate.fn || isWriteTarget(reference)) return true
  if (workspace.isReadonly(node.getSourceFile())) return false
  if (ts.isPropertyAccessExpression(node)) return true
  if (!ts.isIdentifier(node)) return false
  const declaration = workspace.symbolOf(node)?.declarations?.[0]
  if (declaration === undefined) return false
  if (node.getSourceFile() === candidate.fn.getSourceFile() && !isBinding(declaration)) return true
  return isBinding(declaration) && importsFrom(declaration, candidate, workspace)
}

function isBinding(node: ts.Declaration): node is ts.ImportSpecifier | ts.BindingElement {
  return ts.isImportSpecifier(node) || ts.isBindingElement(node)
}

/** The name must come from the file that declares the function, where its twin will be too. */
function importsFrom(
  binding: ts.ImportSpecifier | ts.BindingElement,
  candidate: Candidate,
  workspace: Workspace
): boolean {
  const specifier = specifierOf(binding)
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return false
  const file = workspace.resolve(specifier.text, binding.getSourceFile())
  return file === candidate.fn.getSourceFile()
}

function specifierOf(binding: ts.ImportSpecifier | ts.BindingElement): ts.Expression | undefined {
  if (ts.isImportSpecifier(binding)) return binding.parent.parent.parent.moduleSpecifier
  const owner = binding.parent.parent
  if (!ts.isVariableDeclaration(owner) || owner.initializer === undefined) return undefined
  const call = unwrap(owner.initializer)
  return ts.isCallExpression(call) ? requireSpecifier(call) : undefined
}
