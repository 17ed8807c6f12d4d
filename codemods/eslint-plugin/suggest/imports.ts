import type { TSESLint } from '@typescript-eslint/utils'

/** Adds a name to the import from a module, or a new import in the style of the file. */
export function importName(
  source: TSESLint.SourceCode,
  name: string,
  fixer: TSESLint.RuleFixer,
  module = 'fasthttp'
): TSESLint.RuleFix[] {
  const { body } = source.ast
  // A file of the other kind may be parsed as a module as well.
  let isModule = source.ast.sourceType === 'module' && !/\brequire\(/.test(source.text)
  for (const statement of body) {
    if (statement.type !== 'ImportDeclaration') continue
    isModule = true
    if (statement.source.value !== module || statement.importKind === 'type') continue
    if (statement.specifiers.some((one) => one.local.name === name)) return []
    const last = statement.specifiers.at(-1)
    if (last?.type === 'ImportSpecifier') return [fixer.insertTextAfter(last, `, ${name}`)]
  }
  if (new RegExp(`\\b${name}\\b[^=]*=\\s*require\\(`).test(source.text)) return []
  const line = isModule
    ? `import { ${name} } from '${module}'\n`
    : `const { ${name} } = require('${module}')\n`
  return body[0] ? [fixer.insertTextBefore(body[0], line)] : []
}
