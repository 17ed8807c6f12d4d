import type { TSESLint } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import { indentOf, statementOf, type Suggestion } from './suggestion.js'

/** Moves a removal that a rejection would skip into `finally`. */
export function moveToFinally(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const { removal, leaked } = finding.escape
  if (!removal || leaked) return null
  const first = statementOf(finding.node)
  const last = statementOf(removal)
  const block = first?.parent
  if (!first || !last || block?.type !== 'BlockStatement' || last.parent !== block) return null
  const start = block.body.indexOf(first as never) + 1
  const end = block.body.length
  const rest = block.body.slice(start, end)
  if (!rest.includes(last as never)) return null
  const head = rest[0]
  const tail = rest.at(-1)
  if (!head || !tail || rest.length < 2) return null
  const indent = indentOf(source, first)
  const kept = rest
    .filter((statement) => statement !== last)
    .map((statement) => source.getText(statement))
  const body = kept.map((text) => `${indent}  ${text}`).join('\n')
  const text = `try {\n${body}\n${indent}} finally {\n${indent}  ${source.getText(last as never)}\n${indent}}`
  return [
    {
      messageId: 'finally',
      fix: (fixer) => [fixer.replaceTextRange([head.range[0], tail.range[1]], text)],
    },
  ]
}
