import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import { VIEW, type Node } from '../engine/model.js'
import { contains } from '../util/ast.js'
import { indentOf, statementOf, type Suggestion } from './suggestion.js'

/** Keeps a copy in place of what is borrowed. */
export function copyIt(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const { messageId, node, use, kind } = finding
  if (messageId === 'transfer' && node.type === 'CallExpression') {
    const [message, list] = node.arguments
    if (message && list && list === use) return withoutTransfer(message, list)
  }
  if (kind === VIEW) return copyBytes(source, finding)
  if (messageId !== 'stored' && messageId !== 'floating' && messageId !== 'als') return null
  return contains(node, use) ? copyObject(source, finding) : null
}

function withoutTransfer(message: Node, list: Node): Suggestion[] {
  return [
    {
      messageId: 'noTransfer',
      fix: (fixer) => [fixer.removeRange([message.range[1], list.range[1]])],
    },
  ]
}

/** Copies a view where it is passed, or where its variable is declared. */
function copyBytes(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const { use, handler } = finding
  let target: Node = use
  if (use.type === 'Identifier') {
    const declared = declaration(source, use)
    if (declared?.init && contains(handler.fn, declared)) target = declared.init
  } else if (use.type === 'ObjectExpression' || use.type === 'ArrayExpression') {
    return copyInside(source, use)
  }
  return [wrap(source, target)]
}

const wrap = (source: TSESLint.SourceCode, target: Node): Suggestion => ({
  messageId: 'copyBytes',
  fix: (fixer) => [
    fixer.replaceText(target as never, `Buffer.from(${source.getText(target as never)})`),
  ],
})

function copyInside(source: TSESLint.SourceCode, literal: Node): Suggestion[] | null {
  const match = /[\w.$]*\.(postBody|body|\w+Bytes)\(\)/.exec(source.getText(literal as never))
  if (!match) return null
  const start = literal.range[0] + match.index
  const range: [number, number] = [start, start + match[0].length]
  return [
    {
      messageId: 'copyBytes',
      fix: (fixer) => [fixer.replaceTextRange(range, `Buffer.from(${match[0]})`)],
    },
  ]
}

function declaration(
  source: TSESLint.SourceCode,
  use: TSESTree.Identifier
): TSESTree.VariableDeclarator | null {
  for (
    let scope: TSESLint.Scope.Scope | null = source.getScope?.(use) ?? null;
    scope;
    scope = scope.upper
  ) {
    const def = scope.set.get(use.name)?.defs[0]
    if (def)
      return def.node.type === 'VariableDeclarator' && def.node.id.type === 'Identifier'
        ? def.node
        : null
  }
  return null
}

interface Copyable {
  readonly range: [number, number]
  readonly expression: string
  readonly acquire: string
  readonly name: string
}

const ACQUIRE: readonly (readonly [RegExp, string, string])[] = [
  [/\.request$/, 'acquireRequest', 'request'],
  [/\.response$/, 'acquireResponse', 'response'],
  [/\.(queryArgs|postArgs)\(\)$/, 'acquireArgs', 'args'],
  [/\.uri\(\)$/, 'acquireURI', 'uri'],
]

/** Copies a pooled object into one of the caller's own, next to the statement. */
function copyObject(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const anchor = statementOf(finding.node)
  const copyable = copyableIn(source, finding)
  if (!anchor || !copyable) return null
  const name = uniqueName(source, `${copyable.name}Copy`)
  const indent = indentOf(source, anchor)
  const made = `const ${name} = ${copyable.acquire}()\n${indent}${copyable.expression}.copyTo(${name})\n${indent}`
  return [
    {
      messageId: 'copyObject',
      fix: (fixer) => [
        ...importName(source, copyable.acquire, fixer),
        fixer.insertTextBefore(anchor as never, made),
        fixer.replaceTextRange(copyable.range, name),
      ],
    },
  ]
}

function copyableIn(source: TSESLint.SourceCode, { use, handler, node }: Finding): Copyable | null {
  const param = handler.fn.params[handler.ctxIndex]
  if (param?.type !== 'Identifier') return null
  const text = source.getText(use as never)
  const accessor = new RegExp(
    `(?<![\\w.$])${param.name}\\b((?:\\.\\w+(?:\\(\\))?)*)(?!\\s*[\\w(:])`
  )
  const match = accessor.exec(text)
  if (!match || use.type === 'ArrowFunctionExpression' || /=>|function|\.\.\./.test(text))
    return null
  const start = use.range[0] + match.index
  const isShorthand = use.type === 'ObjectExpression' && isShorthandAt(use, start)
  const [expression] = match
  if (!contains(node, use)) return null
  const range: [number, number] = [start, start + expression.length]
  if (isShorthand) return null
  for (const [pattern, acquire, name] of ACQUIRE) {
    if (pattern.test(expression)) return { range, expression, acquire, name }
  }
  if (expression !== param.name) return null
  return { range, expression: `${expression}.request`, acquire: 'acquireRequest', name: 'request' }
}

function isShorthandAt(literal: TSESTree.ObjectExpression, start: number): boolean {
  return literal.properties.some(
    (property) => property.type === 'Property' && property.shorthand && property.range[0] === start
  )
}

function uniqueName(source: TSESLint.SourceCode, wanted: string): string {
  let name = wanted
  while (new RegExp(`\\b${name}\\b`).test(source.text)) name += '2'
  return name
}

/** Adds a name to the import from the package, or a new import. */
function importName(
  source: TSESLint.SourceCode,
  name: string,
  fixer: TSESLint.RuleFixer
): TSESLint.RuleFix[] {
  const { body } = source.ast
  let isModule = source.ast.sourceType === 'module'
  for (const statement of body) {
    if (statement.type !== 'ImportDeclaration') continue
    isModule = true
    if (statement.source.value !== 'fasthttp' || statement.importKind === 'type') continue
    const last = statement.specifiers.at(-1)
    if (statement.specifiers.some((one) => one.local.name === name)) return []
    if (last?.type === 'ImportSpecifier') return [fixer.insertTextAfter(last, `, ${name}`)]
  }
  const line = isModule
    ? `import { ${name} } from 'fasthttp'\n`
    : `const { ${name} } = require('fasthttp')\n`
  return body[0] ? [fixer.insertTextBefore(body[0], line)] : []
}
