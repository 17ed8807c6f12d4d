import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import { ReleaseFlow, releasesOf, type ReleaseFinding } from '../engine/release-flow.js'
import type { Node } from '../engine/model.js'
import { indentOf, statementOf, uniqueName } from '../suggest/suggestion.js'
import { enclosingFunction, memberName } from '../util/ast.js'
import { createRule } from '../util/create-rule.js'
import { Origins } from '../util/origins.js'

type MessageIds = ReleaseFinding['messageId'] | 'copyBytes' | 'await' | 'readBefore'

export const noUseAfterRelease = createRule<MessageIds, []>('no-use-after-release', {
  gate: /\brelease[A-Z]/,
  meta: {
    type: 'problem',
    docs: { description: 'Disallow using pooled objects after they were released' },
    hasSuggestions: true,
    messages: {
      used: '`{{name}}` is used after it was released (line {{line}}): it may belong to another request by now. Use it before, or copy what you need.',
      usedView:
        '`{{name}}` shows the memory of an object that was released (line {{line}}). Copy the bytes before the release.',
      returnedView:
        'This shows the memory of `{{name}}`, which is released (line {{line}}) before the caller gets it. Return a copy.',
      double:
        '`{{name}}` was already released (line {{line}}): two owners would share it from now on.',
      pending:
        '`{{name}}` is released (line {{line}}) while this call still uses it. Await the call first.',
      concurrent:
        '`{{name}}` is still in use by another call (line {{line}}). Await that first, or use a copy.',
      copyBytes: 'Copy the bytes.',
      await: 'Await the call.',
      readBefore: 'Read it before the release.',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const source = context.sourceCode
    return {
      'Program:exit'() {
        const { scopeManager } = source
        if (!scopeManager) return
        const origins = new Origins(scopeManager)
        for (const [fn, tracked] of releasesOf(origins, scopeManager)) {
          for (const finding of new ReleaseFlow(origins, source.visitorKeys, tracked).run(fn)) {
            const { node, messageId, name, other } = finding
            const data = { name, line: String(other.loc.start.line) }
            context.report({ node, messageId, data, suggest: suggest(source, origins, finding) })
          }
        }
      },
    }
  },
})

function suggest(
  source: TSESLint.SourceCode,
  origins: Origins,
  { messageId, node, other }: ReleaseFinding
): TSESLint.ReportSuggestionArray<MessageIds> {
  if (messageId === 'used') return readBefore(source, node, other)
  const text = source.getText(node as TSESTree.Node)
  if (messageId === 'pending') {
    const isCall = node.type === 'CallExpression' && node.callee.type === 'MemberExpression'
    const canAwait = isCall && enclosingFunction(node)?.async === true
    return canAwait
      ? [{ messageId: 'await', fix: (fixer) => fixer.insertTextBefore(node, 'await ') }]
      : []
  }
  if (messageId === 'returnedView' && node.type === 'CallExpression') {
    return [
      { messageId: 'copyBytes', fix: (fixer) => fixer.replaceText(node, `Buffer.from(${text})`) },
    ]
  }
  const def = node.type === 'Identifier' ? origins.variable(node)?.defs[0] : undefined
  const init = def?.type === 'Variable' ? def.node.init : null
  if ((messageId === 'usedView' || messageId === 'returnedView') && init) {
    const copy = `Buffer.from(${source.getText(init)})`
    return [{ messageId: 'copyBytes', fix: (fixer) => fixer.replaceText(init, copy) }]
  }
  return []
}

/** `release(res); return String(res.body())`: what is returned is worked out before the release. */
function readBefore(
  source: TSESLint.SourceCode,
  use: Node,
  release: Node
): TSESLint.ReportSuggestionArray<MessageIds> {
  const statement = statementOf(use)
  const before = statementOf(release)
  if (statement?.type !== 'ReturnStatement' || !statement.argument) return []
  if (before?.parent !== statement.parent) return []
  const block = statement.parent.type === 'BlockStatement' ? statement.parent.body : []
  const between = block.slice(block.indexOf(before as never), block.indexOf(statement))
  if (!between.every(isRelease)) return []
  const { argument } = statement
  const name = uniqueName(source, 'result')
  const made = `const ${name} = ${source.getText(argument)}\n${indentOf(source, before)}`
  return [
    {
      messageId: 'readBefore',
      fix: (fixer) => [
        fixer.insertTextBefore(before as never, made),
        fixer.replaceText(argument, name),
      ],
    },
  ]
}

const isRelease = (statement: Node): boolean =>
  statement.type === 'ExpressionStatement' &&
  statement.expression.type === 'CallExpression' &&
  /^release/.test(calleeName(statement.expression))

const calleeName = ({ callee }: TSESTree.CallExpression): string =>
  callee.type === 'Identifier' ? callee.name : (memberName(callee) ?? '')
