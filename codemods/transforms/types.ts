import { ts } from 'ts-morph'
import { walk, wrapOut } from '../core/ast.js'
import type { Role } from '../core/candidates.js'
import type { Workspace } from '../core/workspace.js'
import type { Scope } from './scope.js'

const HANDLER_TYPES: Record<string, string> = {
  RequestHandler: 'Middleware',
  Handler: 'Middleware',
  ErrorRequestHandler: 'ErrorHandler',
}
const TYPE_MODULES = /^(express|express-serve-static-core|http|https|node:https?)$/

const ROLE_TYPES: Record<string, Role> = {
  Request: 'req',
  IncomingMessage: 'req',
  Response: 'res',
  ServerResponse: 'res',
  NextFunction: 'next',
}

/**
 * The parameters of a declared function type that handlers are called through, in our form; or
 * `undefined` when the type does not speak of requests.
 */
export function signatureParts(
  list: ts.NodeArray<ts.ParameterDeclaration>,
  types: { ctx: string; next: string },
  workspace: Workspace
): string | undefined {
  let placed = false
  const texts: string[] = []
  for (const parameter of list) {
    const { type } = parameter
    const name =
      type !== undefined && ts.isTypeReferenceNode(type)
        ? importedType(type, { workspace })
        : undefined
    const role = ROLE_TYPES[name ?? '']
    if (role === 'next') texts.push(`${parameter.name.getText()}: ${types.next}`)
    else if (role === undefined) texts.push(parameter.getText())
    else if (!placed) {
      placed = true
      texts.push(`ctx: ${types.ctx}`)
    }
  }
  return placed ? texts.join(', ') : undefined
}

/** Types that speak of Express around one handler: its annotation and what it returns. */
export function rewriteTypes(scope: Scope): void {
  const { candidate, draft } = scope
  if (!draft.context.isTypeScript) return
  const { fn } = candidate
  if (fn.type !== undefined) rewriteReturnType(fn.type, scope)
  const owner = ts.isExpression(fn) ? wrapOut(fn).parent : fn.parent
  if (
    (ts.isVariableDeclaration(owner) || ts.isPropertyDeclaration(owner)) &&
    owner.type !== undefined
  ) {
    rewriteHandlerType(owner.type, scope)
  }
  const factory = ts.isReturnStatement(owner) ? owner.parent.parent : owner
  if (
    (ts.isArrowFunction(factory) || ts.isFunctionDeclaration(factory)) &&
    factory.type !== undefined
  ) {
    rewriteHandlerType(factory.type, scope)
  }
}

/** `Promise<Response | void>` becomes `Promise<void>`. */
function rewriteReturnType(type: ts.TypeNode, scope: Scope): void {
  let speaksOfResponse = false
  walk(type, (node) => {
    if (ts.isTypeReferenceNode(node) && importedType(node, scope) === 'Response')
      speaksOfResponse = true
  })
  if (!speaksOfResponse) return
  const isPromise = /^Promise\b/.test(type.getText())
  scope.draft.replace(type, isPromise ? 'Promise<void>' : 'void')
  scope.draft.found('types', type)
}

function rewriteHandlerType(type: ts.TypeNode, scope: Scope): void {
  if (!ts.isTypeReferenceNode(type)) return
  const ours = HANDLER_TYPES[importedType(type, scope) ?? '']
  if (ours === undefined) return
  scope.draft.replace(type, scope.draft.need('fasthttp/router', ours, true))
  scope.draft.found('types', type)
}

/** The name a type has in the package it comes from; `undefined` for any other package. */
export function importedType(
  node: ts.TypeReferenceNode,
  scope: Pick<Scope, 'workspace'>
): string | undefined {
  const name = node.typeName
  const left = ts.isQualifiedName(name) ? name.left : name
  const symbol = scope.workspace.checker.getSymbolAtLocation(left)
  const declaration = symbol?.declarations?.[0]
  if (declaration === undefined) return undefined
  const statement = ts.findAncestor(declaration, ts.isImportDeclaration)
  const from = statement?.moduleSpecifier
  if (from === undefined || !ts.isStringLiteralLike(from) || !TYPE_MODULES.test(from.text))
    return undefined
  if (ts.isQualifiedName(name)) return name.right.text
  return ts.isImportSpecifier(declaration)
    ? (declaration.propertyName ?? declaration.name).text
    : name.text
}
