import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Node } from '../engine/model.js'
import { isFunction, memberName, unwrap } from '../util/ast.js'
import { createRule } from '../util/create-rule.js'
import { rolesOf, type Roles } from '../util/roles.js'

const SEARCHES = /^(match|matchAll|includes|indexOf|search|split)$/

interface Lookup {
  readonly node: Node
  /** The header or argument list, and the key that is looked for, as source text. */
  readonly of: Node
  readonly key: string | null
  readonly replaced: Node | null
  /** What goes before the call in the replacement. */
  readonly before?: string
}

export const preferPeek = createRule<'peek' | 'usePeek', []>('prefer-peek', {
  gate: /fromEntries|visitAll|match|includes|indexOf|search|split/,
  meta: {
    type: 'suggestion',
    docs: { description: 'Prefer peek(key) to reading all headers or arguments for one value' },
    hasSuggestions: true,
    messages: {
      peek: 'All of `{{of}}` is read for one value. Use `{{of}}.peek({{key}})`.',
      usePeek: 'Use peek({{key}}).',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const source = context.sourceCode
    const check = (find: (roles: Roles) => Lookup | null): void => {
      const roles = rolesOf(source, context.settings)
      if (roles.handlers.length === 0) return
      const lookup = find(roles)
      const role = lookup && roles.roleOf(lookup.of)
      if (!lookup || (role !== 'header' && role !== 'args')) return
      const of = source.getText(lookup.of as TSESTree.Node)
      const data = { of, key: lookup.key ?? 'key' }
      context.report({ node: lookup.node, messageId: 'peek', data, suggest: usePeek(lookup, of) })
    }
    return {
      CallExpression(node) {
        const name = memberName(node.callee)
        if (name === null) return
        if (SEARCHES.test(name)) check(() => textSearch(node))
        else if (/^visitAll/.test(name)) check(() => visitForOne(source, node))
      },
      MemberExpression(node) {
        check((roles) => objectForOne(roles, source, node))
      },
    }
  },
})

function usePeek(lookup: Lookup, of: string): TSESLint.ReportSuggestionArray<'peek' | 'usePeek'> {
  const { key, replaced, before = '' } = lookup
  if (!key || !replaced) return []
  const fix = (fixer: TSESLint.RuleFixer): TSESLint.RuleFix =>
    fixer.replaceText(replaced as TSESTree.Node, `${before}${of}.peek(${key})`)
  return [{ messageId: 'usePeek', data: { key }, fix }]
}

/** One of the parts is looked for: `….split('\\r\\n').find(…)`, not all of them counted or printed. */
function isSearched(parts: TSESTree.CallExpression): boolean {
  const { parent } = parts
  if (parent.type !== 'MemberExpression' || parent.object !== parts) return false
  return (
    parent.computed || /^(find|findLast|filter|some|at|pop|shift)$/.test(memberName(parent) ?? '')
  )
}

/** `header.toString().match(…)`. */
function textSearch(node: TSESTree.CallExpression): Lookup | null {
  const { callee } = node
  if (callee.type !== 'MemberExpression') return null
  const text = unwrap(callee.object)
  if (text.type !== 'CallExpression') return null
  if (text.callee.type === 'Identifier' && text.callee.name === 'String' && text.arguments[0]) {
    return { node, of: text.arguments[0], key: null, replaced: null }
  }
  if (memberName(callee) === 'split' && !isSearched(node)) return null
  const name = memberName(text.callee)
  if (
    text.callee.type !== 'MemberExpression' ||
    !/^(toString|queryString|header)$/.test(name ?? '')
  )
    return null
  return { node, of: text.callee.object, key: null, replaced: null }
}

/** `header.visitAll((k, v) => { if (k === 'X') x = v })`. */
function visitForOne(source: TSESLint.SourceCode, node: TSESTree.CallExpression): Lookup | null {
  const { callee } = node
  const [visitor] = node.arguments
  if (callee.type !== 'MemberExpression' || !visitor || !isFunction(visitor)) return null
  const [key, value] = visitor.params
  const only = soleStatement(visitor.body)
  if (key?.type !== 'Identifier' || only?.type !== 'IfStatement' || only.alternate) return null
  const wanted = comparedKey(only.test, key.name)
  if (!wanted) return null
  const text = source.getText(wanted as TSESTree.Node)
  const copy = copied(only.consequent, value)
  const before = copy ? `${source.getText(copy)} = ` : ''
  return { node, of: callee.object, key: text, replaced: copy ? node : null, before }
}

/** The variable of `variable = value`, when that is all the statement does. */
function copied(body: Node, value: Node | undefined): TSESTree.Node | null {
  const inner = soleStatement(body)
  if (inner?.type !== 'ExpressionStatement' || inner.expression.type !== 'AssignmentExpression')
    return null
  const { left, right, operator } = inner.expression
  if (operator !== '=' || right.type !== 'Identifier' || value?.type !== 'Identifier') return null
  return right.name === value.name ? left : null
}

function soleStatement(body: Node): Node | null {
  if (body.type !== 'BlockStatement') return body
  return body.body.length === 1 ? (body.body[0] ?? null) : null
}

/** The literal that a test compares the key with. */
function comparedKey(test: Node, name: string): Node | null {
  if (test.type !== 'BinaryExpression' || !/^===?$/.test(test.operator)) return null
  const [key, literal] =
    test.right.type === 'Literal' ? [test.left, test.right] : [test.right, test.left]
  if (literal.type !== 'Literal') return null
  let at: Node = unwrap(key)
  while (at.type === 'CallExpression' || at.type === 'MemberExpression') {
    if (at.type === 'CallExpression') at = at.arguments[0] ?? at.callee
    else at = at.object
  }
  return at.type === 'Identifier' && at.name === name ? literal : null
}

/** `Object.fromEntries(header.all())['x']`, `Object.fromEntries(header).x`. */
function objectForOne(
  roles: Roles,
  source: TSESLint.SourceCode,
  node: TSESTree.MemberExpression
): Lookup | null {
  const made = unwrap(node.object)
  if (made.type !== 'CallExpression' || roles.origins.path(made.callee) !== 'Object.fromEntries')
    return null
  const [entries] = made.arguments
  if (!entries) return null
  const isAll = entries.type === 'CallExpression' && memberName(entries.callee) === 'all'
  const of = isAll && entries.callee.type === 'MemberExpression' ? entries.callee.object : entries
  const property = node.property as TSESTree.Node
  const key = node.computed ? source.getText(property) : `'${source.getText(property)}'`
  return { node, of, key, replaced: node }
}
