import type { ClassNode, FunctionNode, Node } from '../engine/model.js'

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  )
}

export function isClass(node: Node | null | undefined): node is ClassNode {
  return node?.type === 'ClassDeclaration' || node?.type === 'ClassExpression'
}

/** The expression inside TypeScript's casts and assertions, optional chains and parentheses. */
export function unwrap<T extends Node>(node: T): Node {
  let inner: Node = node
  for (;;) {
    switch (inner.type) {
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'TSInstantiationExpression':
      case 'ChainExpression':
        inner = inner.expression
        break
      default:
        return inner
    }
  }
}

/** The name of a static member, or null for a computed one. */
export function memberName(node: Node): string | null {
  if (node.type !== 'MemberExpression') return null
  const { property } = node
  if (!node.computed && property.type === 'Identifier') return property.name
  if (property.type === 'PrivateIdentifier') return `#${property.name}`
  if (property.type === 'Literal' && typeof property.value === 'string') return property.value
  return null
}

/** The static name of a property, method or field, or null. */
export function keyName(node: { key: Node; computed?: boolean }): string | null {
  const { key } = node
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'Identifier') return node.computed ? null : key.name
  return key.type === 'Literal' ? String(key.value) : null
}

export const contains = (outer: Node, inner: Node): boolean =>
  outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1]

/** The innermost function around a node, or null. */
export function enclosingFunction(node: Node): FunctionNode | null {
  let current: Node | undefined = node.parent
  while (current) {
    if (isFunction(current)) return current
    current = current.parent
  }
  return null
}

export function enclosingClass(node: Node): ClassNode | null {
  let current: Node | undefined = node.parent
  while (current) {
    if (isClass(current)) return current
    if (current.type === 'FunctionDeclaration') return null
    current = current.parent
  }
  return null
}

/** Is the value of an expression, or of the promise chain it starts, thrown away in a statement? */
export function isInDroppedChain(node: Node): boolean {
  const { parent } = node
  switch (parent?.type) {
    case 'ExpressionStatement':
      return true
    case 'ChainExpression':
    case 'UnaryExpression':
      return isInDroppedChain(parent)
    case 'MemberExpression':
      return parent.object === node && /^(then|catch|finally)$/.test(memberName(parent) ?? '')
        ? isInDroppedChain(parent.parent)
        : false
    default:
      return false
  }
}
