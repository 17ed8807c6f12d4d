import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import { VIEW, type Node } from '../engine/model.js'
import { contains, isFunction, memberName } from '../util/ast.js'
import { methodRole, propertyRole, type Role } from '../util/fasthttp-api.js'
import { ADDERS } from '../util/words.js'
import { walk } from '../util/walk.js'
import { importName } from './imports.js'
import { indentOf, statementOf, uniqueName, type Suggestion } from './suggestion.js'

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

const GIVES_BYTES = /\.(postBody|body|buffer|subarray|slice|\w+Bytes)\b/

/** Copies a view where it is passed, or where its variable is declared. */
function copyBytes(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const { use, handler } = finding
  const chain = borrowedChains(source, finding, use).find((each) => each.role === 'view')
  if (chain) return [wrap(source, chain.node)]
  const names: TSESTree.Identifier[] = []
  walk(use, source.visitorKeys, (node) => {
    if (isFunction(node)) return false
    if (node.type === 'Identifier') names.push(node)
  })
  for (const name of names) {
    const declared = declaration(source, name)
    if (!declared?.init || !contains(handler.fn, declared)) continue
    if (GIVES_BYTES.test(source.getText(declared.init))) return [wrap(source, declared.init)]
  }
  const isStore = use.type === 'CallExpression' && ADDERS.has(memberName(use.callee) ?? '')
  const target = isStore ? use.arguments.at(-1) : use
  return target ? [wrap(source, target)] : null
}

const wrap = (source: TSESLint.SourceCode, target: Node): Suggestion => ({
  messageId: 'copyBytes',
  fix: (fixer) => [
    fixer.replaceText(target as never, `Buffer.from(${source.getText(target as never)})`),
  ],
})

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

/** What makes an object that a pooled one can be copied to: the export, the call of it and a name. */
interface Maker {
  readonly name: string
  readonly call: string
  readonly noun: string
}

const acquire = (name: string, noun: string): Maker => ({ name, call: `${name}()`, noun })
const construct = (name: string): Maker => ({ name, call: `new ${name}()`, noun: 'header' })

const ACQUIRE: Partial<Record<Role, Maker>> = {
  ctx: acquire('acquireRequest', 'request'),
  request: acquire('acquireRequest', 'request'),
  response: acquire('acquireResponse', 'response'),
  args: acquire('acquireArgs', 'args'),
  uri: acquire('acquireURI', 'uri'),
}

function makerOf(role: Role, text: string): Maker | undefined {
  if (role !== 'header') return ACQUIRE[role]
  const [kind] = /\b(request|response)\b(?=\.header$)/.exec(text) ?? []
  if (kind === undefined) return undefined
  return construct(kind === 'request' ? 'RequestHeader' : 'ResponseHeader')
}

/** Copies a pooled object into one of the caller's own, next to the statement. */
function copyObject(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const anchor = statementOf(finding.node)
  const [chain] = borrowedChains(source, finding, finding.use)
  const known =
    chain && !isBound(chain.node) && makerOf(chain.role, source.getText(chain.node as never))
  if (!anchor || !known) return null
  return [copyPooled(source, chain.node, known, anchor, chain.role === 'ctx')]
}

/** Copies the pooled object that an expression stands for before a statement, and uses the copy. */
function copyPooled(
  source: TSESLint.SourceCode,
  node: Node,
  maker: Maker,
  anchor: Node,
  isCtx: boolean,
  replaced: Node = node
): Suggestion {
  const name = uniqueName(source, `${maker.noun}Copy`)
  const indent = indentOf(source, anchor)
  const text = source.getText(node as never)
  const from = isCtx ? `${text}.request` : text
  const made = `const ${name} = ${maker.call}\n${indent}${from}.copyTo(${name})\n${indent}`
  return {
    messageId: 'copyObject',
    fix: (fixer) => [
      ...importName(source, maker.name, fixer),
      fixer.insertTextBefore(anchor as never, made),
      fixer.replaceText(replaced as never, isShorthand(node) ? `${text}: ${name}` : name),
    ],
  }
}

/** Replaces an expression that copies a pooled object shallowly by a copy that is its own. */
export function copyInstead(
  source: TSESLint.SourceCode,
  node: Node,
  role: Role,
  replaced: Node
): Suggestion[] {
  const known = makerOf(role, source.getText(node as never))
  const anchor = statementOf(replaced)
  return known && anchor ? [copyPooled(source, node, known, anchor, role === 'ctx', replaced)] : []
}

const isBound = ({ parent }: Node): boolean =>
  parent?.type === 'CallExpression' && memberName(parent.callee) === 'bind'

const isShorthand = (node: Node): boolean =>
  node.parent?.type === 'Property' && node.parent.shorthand

interface Chain {
  readonly node: Node
  readonly role: Role
}

/** The expressions in a node that lead from the context to something borrowed. */
function borrowedChains(source: TSESLint.SourceCode, { handler }: Finding, within: Node): Chain[] {
  const param = handler.fn.params[handler.ctxIndex]
  if (param?.type !== 'Identifier') return []
  const found: Chain[] = []
  walk(within, source.visitorKeys, (node) => {
    if (isFunction(node)) return false
    if (node.type !== 'Identifier' || node.name !== param.name) return
    const chain = chainFrom(node)
    if (chain) found.push(chain)
  })
  return found
}

function chainFrom(start: TSESTree.Identifier): Chain | null {
  let node: Node = start
  let role: Role | null = 'ctx'
  if (start.parent.type === 'MemberExpression' && start.parent.property === start) return null
  if (start.parent.type === 'Property' && start.parent.key === start && !start.parent.shorthand)
    return null
  while (role && node.parent?.type === 'MemberExpression' && node.parent.object === node) {
    const member: TSESTree.MemberExpression = node.parent
    const name = memberName(member) ?? ''
    const isCalled: boolean =
      member.parent.type === 'CallExpression' && member.parent.callee === member
    role = isCalled ? methodRole(role, name, 'string') : propertyRole(role, name)
    node = isCalled ? member.parent : member
  }
  return role && { node, role }
}
