import type { TSESLint } from '@typescript-eslint/utils'

const DOCS = 'https://github.com/fasthttp/fasthttp-node/blob/main/docs/rules'

/** Adds what all rules of the plugin share. */
export function createRule<Ids extends string, Options extends readonly unknown[]>(
  name: string,
  rule: TSESLint.RuleModule<Ids, Options>
): TSESLint.RuleModule<Ids, Options> {
  const docs = {
    ...rule.meta.docs,
    description: rule.meta.docs?.description ?? name,
    url: `${DOCS}/${name}.md`,
  }
  return { ...rule, meta: { ...rule.meta, docs } }
}
