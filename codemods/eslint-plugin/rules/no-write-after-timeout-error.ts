import type { TSESTree } from '@typescript-eslint/utils'
import { analyse } from '../engine/analysis.js'
import { createRule } from '../util/create-rule.js'
import { resolveOptions } from '../util/options.js'

export const noWriteAfterTimeoutError = createRule<'ignored' | 'remove', []>(
  'no-write-after-timeout-error',
  {
    gate: /timeoutError/,
    meta: {
      type: 'problem',
      docs: { description: 'Disallow changes of the response after timeoutError' },
      hasSuggestions: true,
      messages: {
        ignored:
          '{{callee}}() has no effect: timeoutError has already fixed the response, and the server gave this context up. Move it up, or give the whole response to timeoutErrorWithResponse().',
        remove: 'Remove it.',
      },
      schema: [],
      defaultOptions: [],
    },
    create(context) {
      const source = context.sourceCode
      return {
        'Program:exit'() {
          for (const node of analyse(source, resolveOptions(undefined, context.settings)).ignored) {
            const call = node as TSESTree.CallExpression
            const { parent } = call
            context.report({
              node: call,
              messageId: 'ignored',
              data: { callee: source.getText(call.callee) },
              suggest:
                parent.type === 'ExpressionStatement'
                  ? [{ messageId: 'remove', fix: (fixer) => fixer.remove(parent) }]
                  : [],
            })
          }
        },
      }
    },
  }
)
