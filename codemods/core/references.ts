import { ts } from 'ts-morph'
import { nameText, unwrap, type FunctionNode } from './ast.js'
import { requireSpecifier, type Values } from './values.js'
import type { Workspace } from './workspace.js'

/** Tells a function's own name from a variable that happens to hold it. */
export class References {
  readonly #workspace: Workspace
  readonly #values: Values

  constructor(workspace: Workspace, values: Values) {
    this.#workspace = workspace
    this.#values = values
  }

  /** Whether `expression` is the function, or a name that stands for it and nothing else. */
  names(expression: ts.Expression, fn: FunctionNode): boolean {
    const node = unwrap(expression)
    if (node === fn) return true
    if (ts.isIdentifier(node)) return this.#identifierNames(node, fn)
    if (ts.isPropertyAccessExpression(node)) return this.#memberNames(node, fn)
    if (ts.isCallExpression(node)) {
      const callee = node.expression
      return (
        ts.isPropertyAccessExpression(callee) &&
        callee.name.text === 'bind' &&
        this.names(callee.expression, fn)
      )
    }
    return false
  }

  #isOnly(node: ts.Expression, fn: FunctionNode): boolean {
    const found = this.#values.functionsOf(node)
    return found.length === 1 && found[0] === fn
  }

  #identifierNames(node: ts.Identifier, fn: FunctionNode): boolean {
    const symbol = this.#workspace.symbolOf(node)
    const declaration = symbol?.declarations?.[0]
    if (symbol === undefined || declaration === undefined) return false
    if (declaration === fn) return true
    if (this.#values.assignmentsTo(symbol).length > 0) return false
    if (isImport(declaration)) return this.#isOnly(node, fn)
    if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
      return false
    return this.names(declaration.initializer, fn)
  }

  #memberNames(node: ts.PropertyAccessExpression, fn: FunctionNode): boolean {
    if (!this.#isOnly(node, fn)) return false
    const owner = this.#values.of(node.expression)
    switch (owner.kind) {
      case 'file':
        return true
      case 'object':
        return this.#isOwn(owner.node.properties, node.name.text, fn)
      case 'instance':
      case 'class':
        return this.#isOwn(owner.node.members, node.name.text, fn)
      default:
        return ts.isIdentifier(node.expression) && node.expression.text === 'exports'
    }
  }

  #isOwn(
    list: ts.NodeArray<ts.ObjectLiteralElementLike> | ts.NodeArray<ts.ClassElement>,
    name: string,
    fn: FunctionNode
  ): boolean {
    for (const each of list) {
      if (nameText(each.name) !== name) continue
      if (each === fn) return true
      if (ts.isShorthandPropertyAssignment(each)) return this.names(each.name, fn)
      const value =
        ts.isPropertyAssignment(each) || ts.isPropertyDeclaration(each)
          ? each.initializer
          : undefined
      return value !== undefined && this.names(value, fn)
    }
    // A member that is put there by an assignment.
    return true
  }
}

function isImport(node: ts.Declaration): boolean {
  if (ts.isImportSpecifier(node) || ts.isImportClause(node)) return true
  const owner = ts.isBindingElement(node) ? node.parent.parent : node
  if (!ts.isVariableDeclaration(owner) || owner.initializer === undefined) return false
  const start = unwrap(owner.initializer)
  const call = ts.isPropertyAccessExpression(start) ? unwrap(start.expression) : start
  return ts.isCallExpression(call) && requireSpecifier(call) !== undefined
}
