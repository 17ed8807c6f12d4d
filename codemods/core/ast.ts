import { ts } from 'ts-morph'

/** Every node kind that opens a function body of its own. */
export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration

export function isFunctionNode(node: ts.Node): node is FunctionNode {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node)
  )
}

export function isAsync(fn: FunctionNode): boolean {
  return fn.modifiers?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword) ?? false
}

/** Calls `visit` for `node` and everything below it; `false` stops the descent. */
export function walk(node: ts.Node, visit: (node: ts.Node) => boolean | void): void {
  if (visit(node) === false) return
  ts.forEachChild(node, (child) => walk(child, visit))
}

/** The closest function around `node`, or `undefined` at module level. */
export function enclosingFunction(node: ts.Node): FunctionNode | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (isFunctionNode(at)) return at
  }
  return undefined
}

export function enclosingStatement(node: ts.Node): ts.Statement {
  let at = node
  while (!(ts.isStatement(at) && !ts.isBlock(at)) && !ts.isSourceFile(at.parent)) at = at.parent
  return at as ts.Statement
}

export function isStatementList(node: ts.Node): boolean {
  return (
    ts.isBlock(node) ||
    ts.isSourceFile(node) ||
    ts.isCaseOrDefaultClause(node) ||
    ts.isModuleBlock(node)
  )
}

export function contains(outer: ts.Node, inner: ts.Node): boolean {
  for (let at: ts.Node | undefined = inner; at !== undefined; at = at.parent) {
    if (at === outer) return true
  }
  return false
}

/** Strips parentheses, `as`, `satisfies`, `!` and type assertions. */
export function unwrap(node: ts.Expression): ts.Expression {
  let at = node
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isTypeAssertionExpression(at)
  ) {
    at = at.expression
  }
  return at
}

/** The outermost expression that is only `node` in parentheses or type casts. */
export function wrapOut(node: ts.Expression): ts.Expression {
  let at = node
  for (;;) {
    const parent = at.parent
    const transparent =
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isSatisfiesExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isTypeAssertionExpression(parent)
    if (!transparent) return at
    at = parent
  }
}

export interface Member {
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression
  /** The literal member name, `undefined` when it is computed. */
  name: string | undefined
}

/** Reads `object.name`, `object['name']` and `object[computed]` around `object`. */
export function memberOf(object: ts.Expression): Member | undefined {
  const outer = wrapOut(object)
  const parent = outer.parent
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) {
    return { node: parent, name: parent.name.text }
  }
  if (ts.isElementAccessExpression(parent) && parent.expression === outer) {
    const key = parent.argumentExpression
    return { node: parent, name: ts.isStringLiteralLike(key) ? key.text : undefined }
  }
  return undefined
}

/** The call whose callee is `callee`, if it is called. */
export function callOf(callee: ts.Expression): ts.CallExpression | undefined {
  const outer = wrapOut(callee)
  return ts.isCallExpression(outer.parent) && outer.parent.expression === outer
    ? outer.parent
    : undefined
}

/** The literal name of a property, method or binding, `undefined` when computed. */
export function nameText(name: ts.Node | undefined): string | undefined {
  if (name === undefined) return undefined
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) {
    return name.text
  }
  return ts.isPrivateIdentifier(name) ? name.text : undefined
}

/** Whether the identifier is read as a value, not a declaration, property or label name. */
export function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isBindingElement(parent)) return parent.initializer === node
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.initializer === node
  if (ts.isPropertyDeclaration(parent) || ts.isEnumMember(parent))
    return parent.initializer === node
  if (ts.isExportSpecifier(parent)) return (parent.propertyName ?? parent.name) === node
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent)) {
    return false
  }
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false
  if (ts.isMethodDeclaration(parent) || ts.isAccessor(parent)) return false
  if (isFunctionNode(parent) || ts.isClassLike(parent)) return ts.isArrowFunction(parent)
  return true
}

export function isWriteTarget(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isBinaryExpression(parent) && parent.left === node) {
    const op = parent.operatorToken.kind
    return op >= ts.SyntaxKind.FirstAssignment && op <= ts.SyntaxKind.LastAssignment
  }
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
    return (
      parent.operator === ts.SyntaxKind.PlusPlusToken ||
      parent.operator === ts.SyntaxKind.MinusMinusToken
    )
  }
  return ts.isDeleteExpression(parent)
}

/** Line and column of a node, both counted from 1. */
export function position(node: ts.Node): { line: number; column: number } {
  const file = node.getSourceFile()
  const at = file.getLineAndCharacterOfPosition(node.getStart(file))
  return { line: at.line + 1, column: at.character + 1 }
}
