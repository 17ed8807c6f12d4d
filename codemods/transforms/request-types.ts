import { ts } from 'ts-morph'
import { walk, wrapOut, type FunctionNode } from '../core/ast.js'
import type { Workspace } from '../core/workspace.js'
import { importedType } from './types.js'

/** The parts of Express's generic request, by the position of their type argument. */
const PARTS = { params: 0, body: 2, query: 3 } as const
export type RequestPart = keyof typeof PARTS

/** What packages put on Express's request, by the package that declares it. */
const PACKAGE_FIELDS: Record<string, readonly string[]> = {
  'express-session': ['session', 'sessionID', 'sessionStore'],
  passport: ['user', 'authInfo'],
  multer: ['file', 'files'],
}

/** The declared type of a part of the request: `ListQuery` of `Request<object, Book[], never, ListQuery>`. */
export function declaredPart(
  part: RequestPart,
  fn: FunctionNode,
  workspace: Workspace
): string | undefined {
  const type = requestType(fn, workspace)
  const argument = type?.typeArguments?.[PARTS[part]]
  if (argument === undefined || /^(any|unknown|never|object|\{\})$/.test(argument.getText())) {
    return undefined
  }
  return argument.getText()
}

function requestType(fn: FunctionNode, workspace: Workspace): ts.TypeReferenceNode | undefined {
  const owner = ts.isExpression(fn) ? wrapOut(fn).parent : undefined
  const around =
    owner !== undefined && (ts.isVariableDeclaration(owner) || ts.isPropertyDeclaration(owner))
      ? [owner.type]
      : []
  const types = [...fn.parameters.map((each) => each.type), ...around]
  return types.find(
    (type): type is ts.TypeReferenceNode =>
      type !== undefined &&
      ts.isTypeReferenceNode(type) &&
      /^(Request|RequestHandler)$/.test(importedType(type, { workspace }) ?? '')
  )
}

const declared = new WeakMap<Workspace, Set<string>>()

/** `Express.Request['book']`, where the project or one of its packages declares that field. */
export function declaredField(name: string, workspace: Workspace): string | undefined {
  const known = declared.get(workspace) ?? declaredFields(workspace)
  declared.set(workspace, known)
  return known.has(name) ? `Express.Request['${name}']` : undefined
}

/** Fields that `namespace Express { interface Request { ... } }` declares. */
function declaredFields(workspace: Workspace): Set<string> {
  const found = new Set<string>()
  for (const file of workspace.files) {
    if (!/\.[mc]?tsx?$/.test(file.fileName)) continue
    for (const statement of file.statements) {
      if (ts.isModuleDeclaration(statement)) addFields(statement, found)
      if (!ts.isImportDeclaration(statement)) continue
      const from = (statement.moduleSpecifier as ts.StringLiteral).text
      for (const field of PACKAGE_FIELDS[from] ?? []) found.add(field)
    }
  }
  return found
}

function addFields(declaration: ts.ModuleDeclaration, found: Set<string>): void {
  walk(declaration, (node) => {
    const isExpress = ts.isModuleDeclaration(node) && node.name.text === 'Express'
    if (!isExpress) return true
    walk(node, (each) => {
      if (!ts.isInterfaceDeclaration(each) || each.name.text !== 'Request') return
      for (const member of each.members) {
        if (member.name !== undefined && ts.isIdentifier(member.name)) found.add(member.name.text)
      }
    })
    return false
  })
}
