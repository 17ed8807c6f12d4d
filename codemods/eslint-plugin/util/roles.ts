import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import { analyse } from '../engine/analysis.js'
import type { FunctionNode, Node } from '../engine/model.js'
import { keyName, memberName, unwrap } from './ast.js'
import { methodRole, propertyRole, type Role } from './fasthttp-api.js'
import type { Handler } from './handlers.js'
import { resolveOptions } from './options.js'
import { Origins } from './origins.js'

/** Says which pooled object an expression stands for, from names that are never assigned again. */
export class Roles {
  readonly handlers: readonly Handler[]
  readonly origins: Origins
  readonly #byFunction: ReadonlyMap<FunctionNode, Handler>

  constructor(
    readonly source: TSESLint.SourceCode,
    settings: unknown
  ) {
    const analysis = analyse(source, resolveOptions(undefined, settings))
    this.handlers = analysis.handlers
    this.origins =
      analysis.origins ?? new Origins(source.scopeManager as TSESLint.Scope.ScopeManager)
    this.#byFunction = new Map(
      this.handlers.filter((each) => !each.nodeStyle).map((handler) => [handler.fn, handler])
    )
  }

  roleOf(node: Node): Role | null {
    const inner = unwrap(node)
    switch (inner.type) {
      case 'Identifier':
        return this.#identifier(inner)
      case 'MemberExpression': {
        const of = this.roleOf(inner.object)
        return of && propertyRole(of, memberName(inner) ?? '[]')
      }
      case 'CallExpression': {
        const { callee } = inner
        if (callee.type !== 'MemberExpression') return null
        const of = this.roleOf(callee.object)
        return of && methodRole(of, memberName(callee) ?? '', 'string')
      }
      default:
        return null
    }
  }

  #identifier(node: TSESTree.Identifier): Role | null {
    const variable = this.origins.variable(node)
    const [def] = variable?.defs ?? []
    if (!def || !variable) return null
    if (def.type === 'Parameter') {
      const handler = this.#byFunction.get(def.node as FunctionNode)
      const param = handler?.fn.params[handler.ctxIndex]
      if (!param) return null
      const target = param.type === 'AssignmentPattern' ? param.left : param
      return target === def.name ? 'ctx' : patternRole(target, def.name, 'ctx')
    }
    if (def.type !== 'Variable' || !def.node.init) return null
    if (variable.references.some((reference) => reference.isWrite() && !reference.init)) return null
    const role = this.roleOf(def.node.init)
    if (!role) return null
    return def.node.id === def.name ? role : patternRole(def.node.id, def.name, role)
  }
}

function patternRole(pattern: Node, name: Node, of: Role): Role | null {
  if (pattern.type !== 'ObjectPattern') return null
  for (const property of pattern.properties) {
    if (property.type !== 'Property') continue
    const target =
      property.value.type === 'AssignmentPattern' ? property.value.left : property.value
    const role = propertyRole(of, keyName(property) ?? '')
    if (target === name) return role
    if (role && target.type === 'ObjectPattern') {
      const inner = patternRole(target, name, role)
      if (inner) return inner
    }
  }
  return null
}

const cache = new WeakMap<TSESLint.SourceCode, Roles>()

/** The roles of a file, shared by the rules. */
export function rolesOf(source: TSESLint.SourceCode, settings: unknown): Roles {
  let roles = cache.get(source)
  if (!roles) cache.set(source, (roles = new Roles(source, settings)))
  return roles
}
