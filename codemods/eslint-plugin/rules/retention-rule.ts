import type { TSESLint } from '@typescript-eslint/utils'
import { analyse, isWorthALook } from '../engine/analysis.js'
import { suggestionsFor } from '../suggest/index.js'
import { SUGGESTION_MESSAGES } from '../suggest/messages.js'
import { claim, ownerOf, type RetentionRule } from '../util/claims.js'
import { createRule } from '../util/create-rule.js'
import { RETENTION_MESSAGES, messageData } from '../util/messages.js'
import { RETENTION_SCHEMA, resolveOptions, type RetentionOptions } from '../util/options.js'

/** The rules that report what the analysis finds differ only in which findings are theirs. */
export function retentionRule(
  name: RetentionRule,
  description: string
): TSESLint.RuleModule<string, [RetentionOptions?]> {
  return createRule<string, [RetentionOptions?]>(name, {
    meta: {
      type: 'problem',
      docs: { description },
      hasSuggestions: true,
      messages: { ...RETENTION_MESSAGES, ...SUGGESTION_MESSAGES },
      schema: RETENTION_SCHEMA,
      // The defaults themselves are filled in below the shared settings.
      defaultOptions: [{}],
    },
    create(context) {
      const source = context.sourceCode
      const options = resolveOptions(context.options[0], context.settings)
      if (!isWorthALook(source, options)) return {}
      claim(source, name)
      return {
        'Program:exit'() {
          for (const finding of analyse(source, options).findings) {
            if (ownerOf(source, finding) !== name) continue
            context.report({
              node: finding.node,
              messageId: finding.messageId,
              data: messageData(source, finding),
              suggest: suggestionsFor(source, finding, /\.[cm]?tsx?$/.test(context.filename)),
            })
          }
        },
      }
    },
  })
}
