import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Node, Variable } from '../engine/model.js'
import { memberName, unwrap } from './ast.js'
import { scopesOf } from './scopes.js'

const GLOBAL_OBJECTS = new Set(['globalThis', 'global', 'window', 'self'])

const moduleName = (specifier: string): string => specifier.replace(/^node:/, '')

/** The module a `require(...)` or `await import(...)` expression loads, or null. */
function requiredModule(node: Node): string | null {
  const inner = unwrap(node)
  if (inner.type === 'AwaitExpression') return requiredModule(inner.argument)
  if (inner.type === 'ImportExpression') {
    return inner.source.type === 'Literal' ? moduleName(String(inner.source.value)) : null
  }
  if (inner.type !== 'CallExpression' || inner.callee.type !== 'Identifier') return null
  const [first] = inner.arguments
  if (inner.callee.name !== 'require' || first?.type !== 'Literal') return null
  return moduleName(String(first.value))
}

/**
 * Says where names of a file come from. A path is what an expression stands for, written with dots:
 * `fs/promises.writeFile`, `process.nextTick`, `fasthttp.Server`, whatever the file calls it.
 */
export class Origins {
  readonly #variables = new Map<Node, Variable>()
  readonly #paths = new Map<Node, string | null>()

  constructor(scopeManager: TSESLint.Scope.ScopeManager) {
    for (const scope of scopesOf(scopeManager)) {
      for (const reference of scope.references) {
        if (reference.resolved) this.#variables.set(reference.identifier, reference.resolved)
      }
      for (const variable of scope.variables) {
        for (const identifier of variable.identifiers) this.#variables.set(identifier, variable)
      }
    }
  }

  /** The variable an identifier refers to, or null for a global. */
  variable(identifier: Node): Variable | null {
    const found = this.#variables.get(identifier)
    return found && found.defs.length > 0 ? found : null
  }

  path(node: Node): string | null {
    const inner = unwrap(node)
    const known = this.#paths.get(inner)
    if (known !== undefined) return known
    this.#paths.set(inner, null)
    const found = this.#find(inner)
    this.#paths.set(inner, found)
    return found
  }

  #find(node: Node): string | null {
    if (node.type === 'Identifier') {
      const variable = this.variable(node)
      return variable ? this.#definition(variable) : node.name
    }
    if (node.type === 'MemberExpression') {
      const name = memberName(node)
      const object = name && this.path(node.object)
      if (!object) return null
      if (name === 'default') return object
      return GLOBAL_OBJECTS.has(object) ? name : `${object}.${name}`
    }
    return requiredModule(node)
  }

  #definition(variable: Variable): string | null {
    const [def] = variable.defs
    if (!def || variable.defs.length > 1) return null
    if (def.type === 'ImportBinding') return importPath(def.node, def.parent)
    if (def.type !== 'Variable' || !def.node.init) return null
    if (def.parent?.type === 'VariableDeclaration' && def.parent.kind === 'let') return null
    const { id, init } = def.node
    if (id.type === 'Identifier') {
      const inner = unwrap(init)
      return inner.type === 'Identifier' ||
        inner.type === 'MemberExpression' ||
        requiredModule(inner)
        ? this.path(inner)
        : null
    }
    if (id.type !== 'ObjectPattern') return null
    const from = this.path(init)
    const name = from && destructuredName(id, def.name)
    if (!name) return null
    return GLOBAL_OBJECTS.has(from) ? name : `${from}.${name}`
  }
}

function importPath(node: Node, parent: Node | null | undefined): string | null {
  if (parent?.type === 'TSImportEqualsDeclaration' || node.type === 'TSImportEqualsDeclaration') {
    const reference = (node as TSESTree.TSImportEqualsDeclaration).moduleReference
    if (reference.type !== 'TSExternalModuleReference') return null
    return reference.expression.type === 'Literal'
      ? moduleName(String(reference.expression.value))
      : null
  }
  if (parent?.type !== 'ImportDeclaration') return null
  const from = moduleName(parent.source.value)
  if (node.type !== 'ImportSpecifier') return from
  const name = node.imported.type === 'Identifier' ? node.imported.name : node.imported.value
  return name === 'default' ? from : `${from}.${name}`
}

function destructuredName(pattern: TSESTree.ObjectPattern, name: Node): string | null {
  for (const property of pattern.properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') continue
    const target =
      property.value.type === 'AssignmentPattern' ? property.value.left : property.value
    if (target === name) return property.key.name
  }
  return null
}

/** The name of a function in its package, whatever the file calls it; null when only the file names it. */
export function exportedName(path: string): string | null {
  const name = lastName(path.replace(/\.[cm]?[jt]sx?$/, ''))
  if (!name.includes('/')) return name === path ? null : name
  // The default export of a module: `lodash/debounce`, but not `./anything`.
  return path.startsWith('.') ? null : name.slice(name.lastIndexOf('/') + 1)
}

/** The part of a path after its last dot. */
export const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1)
