import { ts } from 'ts-morph'
import { position, type FunctionNode } from './ast.js'

/** A short name for the report: the declared one, or the place. */
export function nameOf(fn: FunctionNode): string {
  if (fn.name !== undefined) return fn.name.getText()
  let at: ts.Node = fn
  while (ts.isParenthesizedExpression(at.parent) || ts.isCallExpression(at.parent)) at = at.parent
  const { parent } = at
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent))
    return parent.name.getText()
  if (ts.isPropertyDeclaration(parent)) return parent.name.getText()
  if (ts.isBinaryExpression(parent) && ts.isPropertyAccessExpression(parent.left)) {
    return parent.left.name.text
  }
  return `the function at line ${position(fn).line}`
}

/** What the old form of a function is called where the new one has its name. */
export function twinName(name: string): string {
  const hash = name.startsWith('#') ? '#' : ''
  const plain = name.slice(hash.length)
  const prefix = /^[A-Z]/.test(plain) ? 'Node' : 'node'
  return `${hash}${prefix}${plain[0]!.toUpperCase()}${plain.slice(1)}`
}

/** What the native copy of a function is called where the old form keeps its name. */
export function nativeName(name: string): string {
  const hash = name.startsWith('#') ? '#' : ''
  const plain = name.slice(hash.length)
  const prefix = /^[A-Z]/.test(plain) ? 'Native' : 'native'
  return `${hash}${prefix}${plain[0]!.toUpperCase()}${plain.slice(1)}`
}
