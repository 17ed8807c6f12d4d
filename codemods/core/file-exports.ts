import { ts } from 'ts-morph'

export interface ExportEntry {
  node: ts.Node
  from: ts.Expression | undefined
  name: string
}

/** What one file offers to others, in either module system. */
export class FileExports {
  readonly named = new Map<string, ExportEntry>()
  readonly stars: ts.Expression[] = []
  /** The value of `module.exports = ...` or `export = ...`. */
  whole: ts.Expression | undefined

  addCommonJs(node: ts.BinaryExpression): void {
    if (isExportsObject(node.left) && !ts.isIdentifier(node.left)) {
      // Chains such as `module.exports = exports = value` end in the value.
      let value = node.right
      while (ts.isBinaryExpression(value) && isExportsObject(value.left)) value = value.right
      this.whole = value
    } else if (ts.isPropertyAccessExpression(node.left) && isExportsObject(node.left.expression)) {
      this.#add(node.left.name.text, node.right)
    }
  }

  addStatement(node: ts.Statement): void {
    if (ts.isExportAssignment(node)) {
      if (node.isExportEquals === true) this.whole = node.expression
      else this.#add('default', node.expression)
    } else if (ts.isExportDeclaration(node)) {
      this.#addExportDeclaration(node)
    } else if (isExported(node)) {
      this.#addExported(node)
    }
  }

  #addExportDeclaration(node: ts.ExportDeclaration): void {
    const from = node.moduleSpecifier
    const clause = node.exportClause
    if (clause === undefined) {
      if (from !== undefined) this.stars.push(from)
    } else if (ts.isNamedExports(clause)) {
      for (const element of clause.elements) {
        const local = element.propertyName ?? element.name
        this.#add(element.name.text, local, from, local.text)
      }
    } else if (from !== undefined) {
      this.#add(clause.name.text, clause.name, from, '*')
    }
  }

  #addExported(node: ts.Statement): void {
    if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) {
        if (ts.isIdentifier(declaration.name)) this.#add(declaration.name.text, declaration.name)
      }
    } else if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
      const isDefault = node.modifiers?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword)
      this.#add(isDefault === true ? 'default' : (node.name?.text ?? 'default'), node)
    }
  }

  /** A name that is exported through another name of `module.exports`. */
  add(name: string, node: ts.Node): void {
    if (!this.named.has(name)) this.#add(name, node)
  }

  #add(name: string, node: ts.Node, from?: ts.Expression, imported = name): void {
    this.named.set(name, { node, from, name: imported })
  }
}

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
  return modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) ?? false
}

/** `exports` and `module.exports`. */
export function isExportsObject(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return node.text === 'exports'
  return (
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'module' &&
    node.name.text === 'exports'
  )
}
