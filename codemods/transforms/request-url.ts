import { ts } from 'ts-morph'
import { isWriteTarget, memberOf, nameText, unwrap, wrapOut, type Member } from '../core/ast.js'
import { spanOf, type Draft } from '../core/draft.js'
import { members } from '../core/values.js'
import type { Workspace } from '../core/workspace.js'
import { PATH_CHECK } from '../table.js'
import { literalText, type Scope } from './scope.js'

/**
 * `req.url` as it is parsed: `new URL(req.url, base).pathname` is the path of the context. What is
 * kept of it as a whole stays a parsed text.
 *
 * @returns whether all there is to rewrite was rewritten
 */
export function parsedUrl(node: Member['node'], scope: Scope): boolean {
  const { draft, candidate, workspace } = scope
  const path = pathOf(node, scope)
  const isExact = scope.exact || decodesItself(workspace)
  if (path !== undefined && !isExact && !candidate.mounted) {
    replacePath(path, draft)
    draft.gone.push(spanOf(path))
    draft.found('url.pathname', node, PATH_CHECK)
    return true
  }
  if (parseCall(node, scope) !== undefined) draft.found('url.whole', node)
  return false
}

const DECODES = /\bdecodeURI(?:Component)?\b/
const decoding = new WeakMap<Workspace, boolean>()

/** Code that decodes URLs means by a path what was sent: routed by the decoded one, what it guards could be gone around. */
function decodesItself(workspace: Workspace): boolean {
  let decodes = decoding.get(workspace)
  if (decodes === undefined) {
    decodes = workspace.files.some((file) => !workspace.isReadonly(file) && DECODES.test(file.text))
    decoding.set(workspace, decodes)
  }
  return decodes
}

/** The expression, or the declaration that takes the path out of it, which stands for the path alone. */
function pathOf(
  node: Member['node'],
  scope: Scope
): ts.Expression | ts.VariableDeclaration | undefined {
  const parsed = parseCall(node, scope)
  if (parsed === undefined) return beforeQuery(node)
  const next = memberOf(parsed)
  if (next?.name === 'pathname' && !isWriteTarget(next.node)) return next.node
  const { parent } = wrapOut(parsed)
  return ts.isVariableDeclaration(parent) && pathBinding(parent) !== undefined ? parent : undefined
}

/** `new URL(req.url, base)` or `url.parse(req.url)`. */
function parseCall(node: Member['node'], { values }: Scope): ts.Expression | undefined {
  const outer = wrapOut(node)
  const call = outer.parent
  if (!ts.isCallExpression(call) && !ts.isNewExpression(call)) return undefined
  if (call.arguments?.[0] !== outer) return undefined
  if (ts.isNewExpression(call)) {
    return /^(url\.)?URL$/.test(call.expression.getText()) ? call : undefined
  }
  const isParse = members(values.of(call.expression)).every(
    (each) => each.kind === 'export' && /^(node:)?url$/.test(each.module) && each.name === 'parse'
  )
  return isParse ? call : undefined
}

/** `req.url.split('?')[0]`. */
function beforeQuery(node: Member['node']): ts.Expression | undefined {
  const split = memberOf(node)?.node.parent
  if (split === undefined || !ts.isCallExpression(split)) return undefined
  if (memberOf(node)?.name !== 'split' || literalText(split.arguments[0]) !== '?') return undefined
  const first = wrapOut(split).parent
  const isFirst =
    ts.isElementAccessExpression(first) && unwrap(first.argumentExpression).getText() === '0'
  return isFirst && !isWriteTarget(first) ? first : undefined
}

/** The name that `{ pathname }` or `{ pathname: name }` binds. */
function pathBinding({ name, type }: ts.VariableDeclaration): string | undefined {
  if (!ts.isObjectBindingPattern(name) || name.elements.length !== 1 || type !== undefined) {
    return undefined
  }
  const [element] = name.elements
  const isPath = nameText(element!.propertyName ?? element!.name) === 'pathname'
  const isPlain = element!.initializer === undefined && ts.isIdentifier(element!.name)
  return isPath && isPlain ? element!.name.getText() : undefined
}

function replacePath(node: ts.Expression | ts.VariableDeclaration, draft: Draft): void {
  const text = `${draft.ctx}.path()`
  draft.replace(node, ts.isVariableDeclaration(node) ? `${pathBinding(node)} = ${text}` : text)
}
