import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import { analyse } from '../engine/analysis.js'
import type { FunctionNode, Node } from '../engine/model.js'
import { makeAsync } from '../suggest/suggestion.js'
import { enclosingFunction, isFunction, memberName, unwrap } from '../util/ast.js'
import { isActive } from '../util/claims.js'
import { createRule } from '../util/create-rule.js'
import { resolveOptions } from '../util/options.js'
import { rolesOf } from '../util/roles.js'
import { ADDERS } from '../util/words.js'

const BYTES = /\b(Uint8Array|Buffer)\b/
const VISIT = /^visit(All\w*|UserValues\w*|HeaderParams)$/

type MessageIds = 'async' | 'kept' | 'forOf' | 'copyBytes'

export const noAsyncVisitor = createRule<MessageIds, []>('no-async-visitor', {
  gate: /visit(All|UserValues|HeaderParams)/,
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow asynchronous visitors, and visitors that keep what they are shown',
    },
    hasSuggestions: true,
    messages: {
      async:
        '{{callee}} does not wait for an asynchronous visitor: what follows its first await runs after the visit, and maybe after the handler. Collect copies and loop over them afterwards.',
      kept: '`{{name}}` is valid only during this call of the visitor, but `{{target}}` keeps it. Keep a copy.',
      copyBytes: 'Copy the bytes.',
      forOf: 'Loop with for…of over all().',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const source = context.sourceCode
    return {
      CallExpression(node) {
        const name =
          node.callee.type === 'Identifier' ? node.callee.name : (memberName(node.callee) ?? '')
        if (!VISIT.test(name)) return
        const roles = rolesOf(source, context.settings)
        if (roles.handlers.length === 0 && !/fasthttp/.test(source.text)) return
        const argument = node.arguments.at(-1)
        const visitor = argument && functionOf(roles.origins, argument)
        if (!argument || !visitor) return
        if (visitor.async && !isRetention(node)) {
          const data = { callee: source.getText(node.callee) }
          context.report({
            node: argument,
            messageId: 'async',
            data,
            suggest: forOf(source, node, visitor),
          })
        }
        const { accessors } = resolveOptions(undefined, context.settings)
        for (const kept of keptBy(visitor, accessors === 'bytes' || /Bytes$/.test(name))) {
          context.report(kept)
        }
      },
    }

    /** What goes on with ctx after the visit is reported as such, and only once. */
    function isRetention(node: TSESTree.CallExpression): boolean {
      if (!isActive(source, 'no-ctx-retention')) return false
      const { findings } = analyse(source, resolveOptions(undefined, context.settings))
      return findings.some((finding) => finding.node === node)
    }

    function functionOf(
      origins: ReturnType<typeof rolesOf>['origins'],
      node: Node
    ): FunctionNode | null {
      const inner = unwrap(node)
      if (isFunction(inner)) return inner
      if (inner.type !== 'Identifier') return null
      const def = origins.variable(inner)?.defs[0]
      if (isFunction(def?.node)) return def.node
      const init = def?.type === 'Variable' && def.node.init ? unwrap(def.node.init) : null
      return isFunction(init) ? init : null
    }

    /** Parameters that are bytes, by the option, the visit or their type. */
    function keptBy(
      visitor: FunctionNode,
      givesBytes: boolean
    ): TSESLint.ReportDescriptor<MessageIds>[] {
      return visitor.params.flatMap((param) => {
        if (param.type !== 'Identifier') return []
        const type = param.typeAnnotation ? source.getText(param.typeAnnotation) : ''
        if (!(type === '' ? givesBytes : BYTES.test(type))) return []
        const scope = source.getScope(visitor)
        const references = scope.set.get(param.name)?.references ?? []
        return references.flatMap(({ identifier }) => {
          const target = keeper(source, visitor, identifier)
          if (!target) return []
          const { name } = param
          const fix = (fixer: TSESLint.RuleFixer): TSESLint.RuleFix =>
            fixer.replaceText(identifier, `Buffer.from(${name})`)
          return [
            {
              node: identifier,
              messageId: 'kept' as const,
              data: { name, target },
              suggest: [{ messageId: 'copyBytes' as const, fix }],
            },
          ]
        })
      })
    }
  },
})

/** What keeps a value beyond the visitor: an outer collection or variable. */
function keeper(source: TSESLint.SourceCode, visitor: FunctionNode, value: Node): string | null {
  const holder = value.parent
  let into: TSESTree.Node | null = null
  if (holder?.type === 'AssignmentExpression' && holder.right === value) into = holder.left
  else if (holder?.type === 'CallExpression' && ADDERS.has(memberName(holder.callee) ?? '')) {
    into = (holder.callee as TSESTree.MemberExpression).object
  }
  if (!into) return null
  let root: TSESTree.Node = into
  while (root.type === 'MemberExpression') root = root.object
  const own = source.getScope(visitor.body).set
  if (root.type === 'Identifier' && own.has(root.name)) return null
  return source.getText(into)
}

function forOf(
  source: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
  visitor: FunctionNode
): { messageId: 'forOf'; fix: (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix[] }[] {
  const { callee, parent } = node
  const fn = enclosingFunction(node)
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'visitAll') return []
  if (parent.type !== 'ExpressionStatement' || !fn || visitor.body.type !== 'BlockStatement')
    return []
  if (/\breturn\b/.test(source.getText(visitor.body)) || visitor !== node.arguments[0]) return []
  const params = visitor.params.map((param) => source.getText(param)).join(', ')
  const head = `for (const [${params}] of ${source.getText(callee.object)}.all())`
  return [
    {
      messageId: 'forOf',
      fix: (fixer) => [
        ...(makeAsync(source, fn, fixer) ?? []),
        fixer.replaceText(parent, `${head} ${source.getText(visitor.body)}`),
      ],
    },
  ]
}
