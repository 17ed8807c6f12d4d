import { ts } from 'ts-morph'
import { unwrap, walk, type Member } from '../core/ast.js'
import { members, type Value } from '../core/values.js'
import type { Scope } from './scope.js'

/** Members of node's request and Express's that no own property may be mistaken for. */
export const RESERVED = new Set(
  `aborted complete destroy destroyed trailers rawTrailers setTimeout read readable readableEnded
  readableFlowing unshift wrap push addListener removeListener removeAllListeners off emit listeners
  httpVersionMajor httpVersionMinor statusCode statusMessage res route client acceptsCharset
  acceptsEncoding acceptsLanguage next __proto__ constructor`.split(/\s+/)
)

/** The node:http request that adapted code of this request shares, with the type that req had. */
export function nodeRequest({ candidate, draft }: Scope): string {
  const read = `${draft.need('fasthttp/adaptor', 'nodeRequest')}(${draft.ctx})`
  if (!draft.context.isTypeScript) return read
  const { type } = candidate.fn.parameters[candidate.roleAt.indexOf('req')] ?? {}
  if (type === undefined) return `(${read} as any)`
  walk(type, (node) => {
    if (ts.isIdentifier(node)) draft.keeps.add(node.text)
  })
  return /\bIncomingMessage$/.test(type.getText()) ? read : `(${read} as ${type.getText()})`
}

/** `validationResult(req)` of a package that takes req alone. */
export function passToPackage(
  node: ts.Expression,
  call: ts.CallExpression | ts.NewExpression,
  scope: Scope
): boolean {
  const { draft, candidate, values } = scope
  const givesMore = (call.arguments ?? []).some((argument) =>
    candidate.uses.some((use) => use.role !== 'req' && use.node === unwrap(argument))
  )
  const callees = members(values.of(call.expression))
  if (givesMore || !callees.every((callee) => isOfPackage(callee, call, scope))) return false
  draft.replace(node, nodeRequest(scope))
  draft.found('req.package', call)
  return true
}

/** A value that a package exports or makes, or a method of one. */
function isOfPackage(value: Value, call: ts.Node, scope: Scope): boolean {
  if (value.kind === 'module' || value.kind === 'export') return true
  if (value.kind === 'result') return isOfPackage(value.callee, call, scope)
  if (value.kind !== 'unknown') return false
  if (!ts.isCallExpression(call) && !ts.isNewExpression(call)) return false
  const callee = unwrap(call.expression)
  if (!ts.isPropertyAccessExpression(callee)) return false
  const owner = unwrap(callee.expression)
  // `check('email').isEmail().run(req)`: each call of the chain gives what the package makes.
  const isChain = ts.isCallExpression(owner)
  return members(scope.values.of(isChain ? owner.expression : owner)).every((each) =>
    isOfPackage(each, owner, scope)
  )
}

/** `req.isAuthenticated()`: a method that a middleware put there. */
export function callOwn(name: string, node: Member['node'], scope: Scope): void {
  const { draft } = scope
  if (RESERVED.has(name)) {
    draft.block(node, `req.${name}() needs node's request object`)
    return
  }
  draft.replace(node.expression, nodeRequest(scope))
  draft.found('req.own()', node)
}
