import type { TSESLint } from '@typescript-eslint/utils'

/** The build puts the pages beside itself, so that a link leads to those of the installed version. */
const DOCS = new URL('../dist/docs/rules/', import.meta.url)

interface GatedRule<
  Ids extends string,
  Options extends readonly unknown[],
> extends TSESLint.RuleModule<Ids, Options> {
  /** What a text must hold for the rule to find anything; in other files it listens to nothing. */
  readonly gate?: RegExp
}

/** Adds what all rules of the plugin share. */
export function createRule<Ids extends string, Options extends readonly unknown[]>(
  name: string,
  { gate, ...rule }: GatedRule<Ids, Options>
): TSESLint.RuleModule<Ids, Options> {
  const docs = {
    ...rule.meta.docs,
    description: rule.meta.docs?.description ?? name,
    url: new URL(`${name}.md`, DOCS).href,
  }
  const create: typeof rule.create = (context) =>
    gate === undefined || gate.test(context.sourceCode.text) ? rule.create(context) : {}
  return { ...rule, meta: { ...rule.meta, docs }, create }
}
