import type { TSESLint } from '@typescript-eslint/utils'
import type { FunctionNode, Node } from '../engine/model.js'
import { enclosingFunction } from '../util/ast.js'
import type { SuggestionId } from './messages.js'

export interface Suggestion {
  readonly messageId: SuggestionId
  readonly fix: (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix[]
}

/** The statement of a block that a node is part of, or null inside an expression-bodied arrow. */
export function statementOf(node: Node): Node | null {
  let at: Node = node
  for (let parent: Node | undefined = node.parent; parent; at = parent, parent = parent.parent) {
    if (parent.type === 'BlockStatement' || parent.type === 'Program') return at
    if (parent.type === 'ArrowFunctionExpression') return null
  }
  return null
}

export function indentOf(source: TSESLint.SourceCode, node: Node): string {
  return /^\s*/.exec(source.lines[node.loc.start.line - 1] ?? '')?.[0] ?? ''
}

/** Edits that let a function await: none when it is async, null when it cannot become so. */
export function makeAsync(
  source: TSESLint.SourceCode,
  fn: FunctionNode,
  fixer: TSESLint.RuleFixer
): TSESLint.RuleFix[] | null {
  if (fn.async) return []
  if (fn.generator) return null
  const holder = fn.parent
  const edits: TSESLint.RuleFix[] = []
  const isMethod =
    holder.type === 'MethodDefinition' || (holder.type === 'Property' && holder.method)
  if (isMethod) {
    if (holder.kind === 'constructor' || holder.kind === 'get' || holder.kind === 'set') return null
    edits.push(fixer.insertTextBefore(holder.key, 'async '))
  } else {
    edits.push(fixer.insertTextBefore(fn as never, 'async '))
  }
  const type = fn.returnType?.typeAnnotation
  if (type) edits.push(fixer.replaceText(type, `Promise<${source.getText(type)}>`))
  return edits
}

/** Can the handler wait for something that happens in `node`: is it not inside a nested function? */
export function isDirectlyIn(fn: FunctionNode, node: Node): boolean {
  return enclosingFunction(node) === fn
}

/** A name that the file does not use yet. */
export function uniqueName(source: TSESLint.SourceCode, wanted: string): string {
  let name = wanted
  while (new RegExp(`\\b${name}\\b`).test(source.text)) name += '2'
  return name
}
