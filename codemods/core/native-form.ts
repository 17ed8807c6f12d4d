import { ts } from 'ts-morph'
import { wrapOut, type FunctionNode } from './ast.js'
import type { Workspace } from './workspace.js'

/** Types of ours that say a function takes a ctx. */
const HANDLER_TYPES = new Set(['RequestHandler', 'Middleware', 'ErrorHandler', 'ParamHandler'])

/** Whether a function is declared to take our ctx: an earlier run or a person has converted it. */
export function isDeclaredNative(fn: FunctionNode, workspace: Workspace): boolean {
  if (fn.parameters.some((each) => ourType(each.type, workspace) === 'RequestCtx')) return true
  const owner = ts.isExpression(fn) ? wrapOut(fn).parent : undefined
  const isNamed =
    owner !== undefined && (ts.isVariableDeclaration(owner) || ts.isPropertyDeclaration(owner))
  return isNamed && HANDLER_TYPES.has(ourType(owner.type, workspace) ?? '')
}

/** The name of a type that a file imports from one of our modules. */
function ourType(type: ts.TypeNode | undefined, workspace: Workspace): string | undefined {
  if (type === undefined || !ts.isTypeReferenceNode(type)) return undefined
  const declaration = workspace.symbolOf(type.typeName)?.declarations?.[0]
  if (declaration === undefined || !ts.isImportSpecifier(declaration)) return undefined
  const from = declaration.parent.parent.parent.moduleSpecifier
  if (!ts.isStringLiteralLike(from) || !/^fasthttp(\/|$)/.test(from.text)) return undefined
  return (declaration.propertyName ?? declaration.name).text
}
