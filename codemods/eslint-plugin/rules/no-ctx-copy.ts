import type { TSESTree } from '@typescript-eslint/utils'
import type { Node } from '../engine/model.js'
import { copyInstead } from '../suggest/copy-it.js'
import { createRule } from '../util/create-rule.js'
import type { Role } from '../util/fasthttp-api.js'
import { rolesOf, type Roles } from '../util/roles.js'
import { lastName } from '../util/origins.js'

const CLONERS = /^(structuredClone|cloneDeep|clone|assign|create|from)$/
const isPooled = (role: Role | null): role is Role =>
  role !== null && role !== 'view' && role !== 'buffer' && role !== 'method'

/** The pooled object that a call copies shallowly, or null. */
function clonedBy(roles: Roles, node: TSESTree.CallExpression): Node | null {
  const path = roles.origins.path(node.callee) ?? ''
  const isJson = path === 'JSON.parse'
  const name = lastName(path)
  if (!isJson && (!CLONERS.test(name) || path === 'Array.from' || path === 'Buffer.from'))
    return null
  if (name === 'from') return null
  const [first, ...rest] = node.arguments
  if (isJson) {
    if (first?.type !== 'CallExpression' || roles.origins.path(first.callee) !== 'JSON.stringify')
      return null
    return first.arguments[0] ?? null
  }
  if (name !== 'assign') return first ?? null
  return rest.find((argument) => isPooled(roles.roleOf(argument))) ?? null
}

export const noCtxCopy = createRule<'copied' | 'copyObject', []>('no-ctx-copy', {
  gate: /\.\.\.|[cC]lone|assign|create|parse/,
  meta: {
    type: 'problem',
    docs: { description: 'Disallow shallow copies of a request context or of its parts' },
    hasSuggestions: true,
    messages: {
      copied:
        '`{{text}}` is copied member by member: the copy still refers to memory that the server reuses. Use copyTo() on an object of your own.',
      copyObject: 'Keep a copy of its own memory.',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const source = context.sourceCode
    const report = (copied: Node, replaced: Node): void => {
      const roles = rolesOf(source, context.settings)
      const role = roles.roleOf(copied)
      if (!isPooled(role)) return
      const data = { text: source.getText(copied as TSESTree.Node) }
      const suggest = copyInstead(source, copied, role, replaced) as never
      context.report({ node: replaced, messageId: 'copied', data, suggest })
    }
    return {
      'ObjectExpression > SpreadElement'(node: TSESTree.SpreadElement) {
        report(node.argument, node.parent)
      },
      CallExpression(node) {
        const roles = rolesOf(source, context.settings)
        if (roles.handlers.length === 0) return
        const cloned = clonedBy(roles, node)
        if (cloned) report(cloned, node)
      },
    }
  },
})
