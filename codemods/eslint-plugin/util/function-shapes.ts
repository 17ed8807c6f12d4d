import type { TSESTree } from '@typescript-eslint/utils'
import type { FunctionNode, Node } from '../engine/model.js'
import { enclosingFunction, isClass, isFunction, keyName } from './ast.js'
import { walk, type VisitorKeys } from './walk.js'

/** The call that is all a function does. */
export function soleCall(fn: FunctionNode): TSESTree.CallExpression | null {
  const { body } = fn
  const [statement] = body.type === 'BlockStatement' ? body.body : []
  if (body.type === 'BlockStatement' && body.body.length !== 1) return null
  let only: Node | null = body.type === 'BlockStatement' ? null : body
  if (statement?.type === 'ReturnStatement') only = statement.argument
  else if (statement?.type === 'ExpressionStatement') only = statement.expression
  if (only?.type === 'AwaitExpression') only = only.argument
  if (only?.type !== 'CallExpression') return null
  // A plain function called as a statement is a helper; a method is where the handler lives.
  const isHelper = statement?.type === 'ExpressionStatement' && only.callee.type === 'Identifier'
  return isHelper ? null : only
}

export function isErrorParam(fn: FunctionNode): boolean {
  const [first] = fn.params
  return first?.type === 'Identifier' && /^_?(err|error)$/i.test(first.name)
}

export function ownMember(owner: Node, name: string): Node | null {
  const members = isClass(owner)
    ? owner.body.body
    : owner.type === 'ObjectExpression'
      ? owner.properties
      : []
  for (const member of members) {
    if (!('key' in member) || keyName(member) !== name) continue
    return 'value' in member && member.value ? member.value : null
  }
  return null
}

export function enclosingObject(node: Node): Node | null {
  const fn = enclosingFunction(node)
  const object = fn?.parent?.type === 'Property' ? fn.parent.parent : null
  return object?.type === 'ObjectExpression' ? object : null
}

/** The statement or member that a comment above documents. */
export function documentedNode(fn: FunctionNode): Node {
  let node: Node = fn
  for (let parent: Node | undefined = fn.parent; parent; node = parent, parent = parent.parent) {
    if (
      /^(Program|BlockStatement|ClassBody|ObjectExpression|StaticBlock|TSModuleBlock)$/.test(
        parent.type
      )
    )
      break
  }
  return node
}

/** The expressions a function may return. */
export function returnedBy(fn: FunctionNode, keys: VisitorKeys): Node[] {
  if (fn.body.type !== 'BlockStatement') return [fn.body]
  const found: Node[] = []
  walk(fn.body, keys, (node) => {
    if (isFunction(node) || isClass(node)) return false
    if (node.type === 'ReturnStatement' && node.argument) found.push(node.argument)
  })
  return found
}
