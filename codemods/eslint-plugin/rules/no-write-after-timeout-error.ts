import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import { analyse, type IgnoredChange } from '../engine/analysis.js'
import type { Node } from '../engine/model.js'
import { statementOf } from '../suggest/suggestion.js'
import { enclosingFunction } from '../util/ast.js'
import { createRule } from '../util/create-rule.js'
import { resolveOptions } from '../util/options.js'

type MessageIds = 'ignored' | 'goesOn' | 'remove' | 'leave'

export const noWriteAfterTimeoutError = createRule<MessageIds, []>('no-write-after-timeout-error', {
  gate: /timeoutError/,
  meta: {
    type: 'problem',
    docs: { description: 'Disallow changes of the response after timeoutError' },
    hasSuggestions: true,
    messages: {
      ignored:
        '{{callee}}() has no effect: timeoutError has already fixed the response, and the server gave this context up. Move it up, or give the whole response to timeoutErrorWithResponse().',
      goesOn:
        '{{callee}}() has no effect after {{by}}() (line {{line}}), from where the handler goes on. Return there.',
      remove: 'Remove it.',
      leave: 'Return after timeoutError.',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const source = context.sourceCode
    return {
      'Program:exit'() {
        const { ignored } = analyse(source, resolveOptions(undefined, context.settings))
        for (const change of ignored) {
          const node = change.node as TSESTree.CallExpression
          const data = { callee: source.getText(node.callee), ...calleeOf(source, change.by) }
          const messageId = change.by ? 'goesOn' : 'ignored'
          context.report({ node, messageId, data, suggest: suggest(source, change) })
        }
      },
    }
  },
})

function calleeOf(source: TSESLint.SourceCode, by: Node | null): Record<string, string> {
  if (by?.type !== 'CallExpression') return {}
  return { by: source.getText(by.callee), line: String(by.loc.start.line) }
}

function suggest(
  source: TSESLint.SourceCode,
  { node, by }: IgnoredChange
): TSESLint.ReportSuggestionArray<MessageIds> {
  if (!by) {
    const { parent } = node
    return parent?.type === 'ExpressionStatement'
      ? [{ messageId: 'remove', fix: (fixer) => fixer.remove(parent) }]
      : []
  }
  const statement = by.parent
  if (statement?.type !== 'ExpressionStatement') return []
  if (enclosingFunction(by) !== enclosingFunction(node)) return []
  const inBlock = statementOf(by) === statement
  const text = source.getText(statement)
  return [
    {
      messageId: 'leave',
      fix: (fixer) =>
        inBlock
          ? fixer.insertTextAfter(statement, text.endsWith(';') ? ' return;' : '; return')
          : fixer.replaceText(statement, `{ ${text}; return }`),
    },
  ]
}
