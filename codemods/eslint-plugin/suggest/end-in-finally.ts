import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import { VIEW, type Node } from '../engine/model.js'
import { isFunction, memberName } from '../util/ast.js'
import { indentOf, isDirectlyIn, statementOf, uniqueName, type Suggestion } from './suggestion.js'

const REMOVERS: ReadonlyMap<string, string> = new Map([
  ['on', 'off'],
  ['once', 'off'],
  ['addListener', 'removeListener'],
  ['prependListener', 'removeListener'],
  ['addEventListener', 'removeEventListener'],
])

/** What begins something, with the names it needs, and what ends it. */
interface Ended {
  readonly begin: string
  readonly end: string
}

/** Takes a listener, an entry or an interval away when the rest of the block is done. */
export function endInFinally(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const { node, handler, kind } = finding
  const statement = statementOf(node)
  const block = statement?.parent
  if (node.type !== 'CallExpression' || !statement || block?.type !== 'BlockStatement') return null
  if (kind === VIEW || !isDirectlyIn(handler.fn, node)) return null
  const rest = block.body.slice(block.body.indexOf(statement as never) + 1)
  const last = rest.at(-1)
  const indent = indentOf(source, statement)
  const ended = last && endOf(source, finding, node, statement, indent)
  if (!ended) return null
  const body = rest.map((each) => `${indent}  ${source.getText(each)}`).join('\n')
  const text = `${ended.begin}\n${indent}try {\n${body}\n${indent}} finally {\n${indent}  ${ended.end}\n${indent}}`
  return [
    {
      messageId: 'finally',
      fix: (fixer) => [fixer.replaceTextRange([statement.range[0], last.range[1]], text)],
    },
  ]
}

function endOf(
  source: TSESLint.SourceCode,
  { messageId }: Finding,
  call: TSESTree.CallExpression,
  statement: Node,
  indent: string
): Ended | null {
  const name = call.callee.type === 'Identifier' ? call.callee.name : memberName(call.callee)
  if (name === 'setInterval') return intervalEnd(source, call, statement)
  if (statement.type !== 'ExpressionStatement' || statement.expression !== call) return null
  if (call.callee.type !== 'MemberExpression') return null
  const holder = source.getText(call.callee.object)
  const [first, second] = call.arguments
  if (!/^[\w$.#]+$/.test(holder) || !first) return null
  const key = source.getText(first)
  if (messageId === 'stored' && (name === 'add' || name === 'set')) {
    const begin = source.getText(statement as never)
    return /^[\w$.#()]+$/.test(key) ? { begin, end: `${holder}.delete(${key})` } : null
  }
  const remover = messageId === 'listener' && name ? REMOVERS.get(name) : undefined
  if (!remover || !second || call.arguments.length > 2) return null
  if (second.type === 'Identifier') {
    const begin = source.getText(statement as never)
    return { begin, end: `${holder}.${remover}(${key}, ${second.name})` }
  }
  if (!isFunction(second)) return null
  const listener = uniqueName(source, 'listener')
  const made = `const ${listener} = ${source.getText(second)}\n${indent}`
  return {
    begin: `${made}${holder}.${name}(${key}, ${listener})`,
    end: `${holder}.${remover}(${key}, ${listener})`,
  }
}

function intervalEnd(
  source: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  statement: Node
): Ended | null {
  const { parent } = call
  const text = source.getText(statement as never)
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') {
    return { begin: text, end: `clearInterval(${parent.id.name})` }
  }
  if (parent !== statement) return null
  const interval = uniqueName(source, 'interval')
  return { begin: `const ${interval} = ${text}`, end: `clearInterval(${interval})` }
}
