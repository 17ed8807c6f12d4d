import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import type { FunctionNode, Node } from '../engine/model.js'
import { contains, isFunction, memberName } from '../util/ast.js'
import { isAccessor } from '../util/fasthttp-api.js'
import { walk } from '../util/walk.js'
import { statementOf, type Suggestion } from './suggestion.js'

const PLAIN =
  /^(is[A-Z]\w*|id|connID|connRequestNum|connTime|time|remoteIP|remoteAddr|localAddr|localIP|statusCode|param|params|userValue|bodyJSON|toString|has|len|string|contentLength|getUint\w*|getBool|conn)$/

/** Reads accessors before the escape and uses the copies in the code that runs late. */
export function hoistCopies(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const late = lateFunction(finding)
  if (!late) return null
  const reads = readsIn(source, finding, late)
  if (!reads || reads.length === 0) return null
  const anchor = statementOf(late.range[0] < finding.node.range[0] ? late : finding.node)
  if (!anchor || !contains(finding.handler.fn, anchor)) return null
  const taken = new Set<string>()
  const names = new Map<string, string>()
  const lines: string[] = []
  for (const read of reads) {
    const text = source.getText(read)
    if (names.has(text)) continue
    const method = memberName(read.callee) ?? 'value'
    const name = freeName(source, method, taken)
    names.set(text, name)
    lines.push(`const ${name} = ${copyOf(method, text)}`)
  }
  return [
    {
      messageId: 'hoist',
      fix: (fixer) => [
        fixer.insertTextBefore(anchor as never, `${lines.join('\n')}\n`),
        ...reads.map((read) => fixer.replaceText(read, names.get(source.getText(read)) ?? '')),
      ],
    },
  ]
}

const GIVES_BYTES = /^(postBody|body|\w+Bytes)$/

function copyOf(method: string, text: string): string {
  if (GIVES_BYTES.test(method)) return `Buffer.from(${text})`
  return isAccessor(method) ? `String(${text})` : text
}

/** The outermost function inside the handler that holds the late use and not the escape itself. */
function lateFunction({ use, node, handler }: Finding): FunctionNode | null {
  let found: FunctionNode | null = null
  for (let at: Node | undefined = use; at && at !== handler.fn; at = at.parent) {
    if (isFunction(at) && !(contains(at, node) && at !== node)) found = at
  }
  return found && contains(handler.fn, found) ? found : null
}

/** All uses of the context in the function as accessor calls, or null when one is something else. */
function readsIn(
  source: TSESLint.SourceCode,
  finding: Finding,
  late: FunctionNode
): TSESTree.CallExpression[] | null {
  const names = contextNames(finding)
  const reads: TSESTree.CallExpression[] = []
  let isPure = true
  walk(late, source.visitorKeys, (node) => {
    if (node.type !== 'Identifier' || !names.has(node.name)) return
    const holder = node.parent
    if (holder.type === 'MemberExpression' && holder.property === node && !holder.computed) return
    if (holder.type === 'Property' && holder.key === node && !holder.shorthand) return
    const read = accessorCall(node)
    if (read) reads.push(read)
    else isPure = false
  })
  return isPure ? reads : null
}

/** Names that stand for the context or for a part of it in the handler. */
function contextNames({ handler, use }: Finding): Set<string> {
  const names = new Set<string>()
  const param = handler.fn.params[handler.ctxIndex]
  if (param?.type === 'Identifier') names.add(param.name)
  let root: Node = use
  while (root.type === 'MemberExpression') root = root.object
  if (root.type === 'Identifier') names.add(root.name)
  if (param?.type === 'ObjectPattern') {
    for (const property of param.properties) {
      if (property.type === 'Property' && property.value.type === 'Identifier')
        names.add(property.value.name)
    }
  }
  return names
}

/** `ctx.request.header.peek('x')` around its first identifier, when its arguments are constants. */
function accessorCall(start: Node): TSESTree.CallExpression | null {
  let node: Node = start
  while (node.parent?.type === 'MemberExpression' && node.parent.object === node) {
    node = node.parent
    const call: Node | undefined = node.parent
    if (call?.type !== 'CallExpression' || call.callee !== node) continue
    const name = memberName(node) ?? ''
    if (isAccessor(name) || PLAIN.test(name) || GIVES_BYTES.test(name)) {
      return call.arguments.every((argument) => argument.type === 'Literal') ? call : null
    }
    if (!/^(uri|queryArgs|postArgs)$/.test(name)) return null
    node = call
  }
  return null
}

function freeName(source: TSESLint.SourceCode, method: string, taken: Set<string>): string {
  const isUsed = (name: string): boolean =>
    taken.has(name) || new RegExp(`(?<![.\\w$])${name}\\b(?!\\s*\\()`).test(source.text)
  let name = method
  while (isUsed(name)) name = name === method ? `${method}Copy` : `${name}2`
  taken.add(name)
  return name
}
