import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Node } from '../engine/model.js'
import { importName } from '../suggest/imports.js'
import { memberName } from '../util/ast.js'
import { createRule } from '../util/create-rule.js'
import type { Handler } from '../util/handlers.js'
import { ASSIGN, CALL, READ, READ_KEY, type NodeHttpMember } from '../util/node-http-table.js'
import { rolesOf } from '../util/roles.js'

type MessageIds = 'member' | 'replace' | 'unwrapped' | 'wrap'

/** One use of a member, with the node that a rewrite replaces and its arguments as text. */
interface Use {
  readonly replaced: TSESTree.Node
  readonly member: NodeHttpMember
  readonly args: readonly string[]
}

const own = (
  table: Readonly<Record<string, NodeHttpMember>>,
  name: string
): NodeHttpMember | null => (Object.hasOwn(table, name) ? (table[name] ?? null) : null)

export const noNodeHttpApi = createRule<MessageIds, []>('no-node-http-api', {
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow members of node:http and Express handlers on a request context',
    },
    fixable: 'code',
    hasSuggestions: true,
    messages: {
      member: '`{{text}}` is node:http or Express; a request context has {{use}}.',
      replace: 'Use {{use}}.',
      unwrapped:
        'A handler gets one request context, not a request and a response. Wrap it in adapt(), or rewrite it for ctx.',
      wrap: 'Wrap it in adapt().',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const source = context.sourceCode
    const checkMember = (node: TSESTree.MemberExpression): void => {
      const name = memberName(node)
      if (name === null) return
      const use = useOf(source, node, name)
      const roles = use && rolesOf(source, context.settings)
      if (!use || roles?.roleOf(node.object) !== 'ctx') return
      const ctx = source.getText(node.object)
      const write = (template: string): string => fill(template, ctx, use.args)
      const { fix, suggest } = use.member
      const data = { text: source.getText(node), use: write(use.member.use) }
      const rewrite = (template: string): TSESLint.ReportFixFunction | null =>
        isComplete(template, use.args)
          ? (fixer) => fixer.replaceText(use.replaced, write(template))
          : null
      const offered = suggest === undefined ? null : rewrite(suggest)
      context.report({
        node,
        messageId: 'member',
        data,
        fix: fix === undefined ? null : rewrite(fix),
        suggest: offered ? [{ messageId: 'replace', data, fix: offered }] : [],
      })
    }
    return {
      MemberExpression: checkMember,
      'Program:exit'() {
        for (const handler of rolesOf(source, context.settings).handlers) {
          if (handler.registered && handler.nodeStyle) reportUnwrapped(handler)
        }
      },
    }

    function reportUnwrapped({ fn, place }: Handler): void {
      const isExpression =
        place !== fn || (fn.type !== 'FunctionDeclaration' && !isMethod(fn.parent))
      context.report({
        node: place,
        messageId: 'unwrapped',
        suggest: isExpression
          ? [
              {
                messageId: 'wrap',
                fix: (fixer) => [
                  ...importName(source, 'adapt', fixer, 'fasthttp/adaptor'),
                  fixer.insertTextBefore(place, 'adapt('),
                  fixer.insertTextAfter(place, ')'),
                ],
              },
            ]
          : [],
      })
    }
  },
})

const isMethod = (node: Node): boolean =>
  node.type === 'MethodDefinition' || (node.type === 'Property' && (node.method || node.shorthand))

const fill = (template: string, ctx: string, args: readonly string[]): string =>
  template
    .replaceAll('$ctx', () => ctx)
    .replaceAll('$args', () => args.join(', '))
    .replace(/\$(\d)/g, (_, index: string) => args[Number(index) - 1] ?? `arg${index}`)

/** Are there as many arguments as the rewrite mentions? */
function isComplete(template: string, args: readonly string[]): boolean {
  if (template.includes('$args')) return args.length > 0
  const mentioned = [...template.matchAll(/\$(\d)/g)].map(([, index]) => Number(index))
  return Math.max(0, ...mentioned) === args.length
}

/** How a member of a possible context is used, when it is one of the table. */
function useOf(
  source: TSESLint.SourceCode,
  node: TSESTree.MemberExpression,
  name: string
): Use | null {
  const { parent } = node
  if (parent.type === 'AssignmentExpression' && parent.left === node) {
    const member = parent.operator === '=' ? own(ASSIGN, name) : null
    return member && { replaced: parent, member, args: [source.getText(parent.right)] }
  }
  if (parent.type === 'CallExpression' && parent.callee === node) {
    const member = own(CALL, name)
    if (!member) return null
    // `ctx.status(404).json(x)`: the call is not a statement of its own.
    const isChained = parent.parent.type === 'MemberExpression'
    const rest = isChained ? { use: member.use } : member
    return {
      replaced: parent,
      member: rest,
      args: parent.arguments.map((each) => source.getText(each)),
    }
  }
  if (parent.type === 'MemberExpression' && parent.object === node) {
    const key = keyText(source, parent)
    const member = own(READ_KEY, name)
    if (member && key && !isWritten(parent)) return { replaced: parent, member, args: [key] }
  }
  const member = own(READ, name)
  return member && { replaced: node, member, args: [] }
}

const isWritten = (node: Node): boolean =>
  node.parent?.type === 'AssignmentExpression' && node.parent.left === node

function keyText(source: TSESLint.SourceCode, node: TSESTree.MemberExpression): string | null {
  if (node.computed) return source.getText(node.property)
  if (node.parent.type === 'CallExpression' && node.parent.callee === node) return null
  return node.property.type === 'Identifier' ? `'${node.property.name}'` : null
}
