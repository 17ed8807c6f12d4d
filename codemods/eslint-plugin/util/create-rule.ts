import type { TSESLint } from '@typescript-eslint/utils'

/** The build puts the pages beside itself, so that a link leads to those of the installed version. */
const DOCS = new URL('../dist/docs/rules/', import.meta.url)

/** Adds what all rules of the plugin share. */
export function createRule<Ids extends string, Options extends readonly unknown[]>(
  name: string,
  rule: TSESLint.RuleModule<Ids, Options>
): TSESLint.RuleModule<Ids, Options> {
  const docs = {
    ...rule.meta.docs,
    description: rule.meta.docs?.description ?? name,
    url: new URL(`${name}.md`, DOCS).href,
  }
  return { ...rule, meta: { ...rule.meta, docs } }
}
