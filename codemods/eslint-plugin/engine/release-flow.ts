import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import { contains, isClass, isFunction, memberName, unwrap } from '../util/ast.js'
import { lastName, type Origins } from '../util/origins.js'
import { isPackage } from '../util/package-names.js'
import { scopesOf } from '../util/scopes.js'
import { walk, type VisitorKeys } from '../util/walk.js'
import type { FunctionNode, Node, Variable } from './model.js'

export interface ReleaseFinding {
  readonly messageId: 'used' | 'usedView' | 'returnedView' | 'double' | 'pending' | 'concurrent'
  readonly node: Node
  readonly name: string
  /** The call that released it, or that still uses it. */
  readonly other: Node
}

interface Pending {
  readonly node: Node
  readonly vars: ReadonlySet<Variable>
  /** The variable the promise is kept in. */
  readonly holder: Variable | null
}

/** What is known at one point: which objects were released, and what still uses them. */
class State {
  released = new Map<Variable, Node>()
  pending: Pending[] = []
  dead = false

  clone(): State {
    const copy = new State()
    copy.released = new Map(this.released)
    copy.pending = [...this.pending]
    copy.dead = this.dead
    return copy
  }

  join(other: State): State {
    if (other.dead) return this
    if (this.dead) return other
    for (const [variable, node] of other.released) this.released.set(variable, node)
    for (const each of other.pending) if (!this.pending.includes(each)) this.pending.push(each)
    return this
  }
}

const CALLS = /^do(Timeout|Deadline|Redirects)?$/
const LATE = /^(setTimeout|setImmediate|setInterval|queueMicrotask|nextTick|then|on|once)$/
const VIEW_METHODS = /^(body|subarray|slice|buffer|\w+Bytes)$/
const JUMPS = /^(Return|Throw|Break|Continue)Statement$/

/** Follows the pooled objects that one function acquires and releases. */
export class ReleaseFlow {
  readonly findings: ReleaseFinding[] = []
  #state = new State()
  readonly #views = new Map<Variable, Variable>()
  readonly #finalizers: Node[] = []
  readonly #thrown: State[] = []
  readonly #seen = new Set<Node>()

  constructor(
    readonly origins: Origins,
    readonly keys: VisitorKeys,
    readonly tracked: ReadonlySet<Variable>
  ) {}

  run(fn: FunctionNode): readonly ReleaseFinding[] {
    if (fn.body.type === 'BlockStatement') this.#statement(fn.body)
    else this.#expression(fn.body)
    return this.findings
  }

  /** One report for a release, and one for a place: what follows has the same cause. */
  #report(messageId: ReleaseFinding['messageId'], node: Node, name: string, other: Node): void {
    if (this.#seen.has(node) || this.#seen.has(other)) return
    this.#seen.add(node).add(other)
    this.findings.push({ messageId, node, name, other })
  }

  // ---- statements ----

  #statement(node: Node | null | undefined): void {
    if (!node || this.#state.dead) return
    switch (node.type) {
      case 'BlockStatement':
        for (const statement of node.body) this.#statement(statement)
        return
      case 'IfStatement':
        this.#expression(node.test)
        this.#branches([
          () => this.#statement(node.consequent),
          () => this.#statement(node.alternate),
        ])
        return
      case 'TryStatement':
        this.#try(node)
        return
      case 'SwitchStatement':
        this.#expression(node.discriminant)
        this.#branches([
          ...node.cases.map(
            (clause) => () => clause.consequent.forEach((each) => this.#statement(each))
          ),
          () => undefined,
        ])
        return
      case 'ReturnStatement':
        this.#return(node)
        return
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.#loop(node)
        return
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return
      case 'VariableDeclaration':
        for (const declarator of node.declarations) this.#declare(declarator)
        return
      default:
        this.#expression(node)
        if (JUMPS.test(node.type)) this.#state.dead = true
    }
  }

  #branches(ways: readonly (() => void)[]): void {
    const entry = this.#state
    let joined: State | null = null
    for (const way of ways) {
      this.#state = entry.clone()
      way()
      joined = joined ? joined.join(this.#state) : this.#state
    }
    this.#state = joined ?? entry
  }

  #loop(node: Node): void {
    const parts = node as unknown as Record<string, Node | undefined>
    for (const key of ['init', 'right', 'test']) {
      const part = parts[key]
      if (part?.type === 'VariableDeclaration') this.#statement(part)
      else if (part) this.#expression(part)
    }
    for (let pass = 0; pass < 2; pass++)
      this.#branches([() => this.#statement(parts['body']), () => undefined])
  }

  #try(node: TSESTree.TryStatement): void {
    const entry = this.#state.clone()
    this.#thrown.push(entry)
    if (node.finalizer) this.#finalizers.push(node.finalizer)
    this.#statement(node.block)
    const thrown = this.#thrown.pop() ?? entry
    const normal = this.#state
    if (node.handler) {
      this.#state = thrown.clone()
      this.#statement(node.handler.body)
      this.#state = normal.join(this.#state)
    }
    if (!node.finalizer) return
    this.#finalizers.pop()
    if (!this.#state.dead) this.#statement(node.finalizer)
  }

  #return(node: TSESTree.ReturnStatement): void {
    const { argument } = node
    if (argument) this.#expression(argument)
    for (const finalizer of this.#finalizers.toReversed()) this.#statement(finalizer)
    const of = argument && this.#borrowedFrom(argument)
    const release = of && this.#state.released.get(of)
    if (argument && of && release) this.#report('returnedView', argument, of.name, release)
    this.#state.dead = true
  }

  #declare(node: TSESTree.VariableDeclarator): void {
    if (!node.init) return
    this.#expression(node.init)
    if (node.id.type !== 'Identifier') return
    const variable = this.origins.variable(node.id)
    if (variable) this.#bind(variable, node.init)
  }

  #bind(variable: Variable, init: Node): void {
    this.#state.released.delete(variable)
    const source = this.#borrowedFrom(init)
    if (source && source !== variable) this.#views.set(variable, source)
    else this.#views.delete(variable)
  }

  // ---- expressions ----

  /** The object whose memory an expression shows, or null for copies and primitives. */
  #borrowedFrom(node: Node): Variable | null {
    const inner = unwrap(node)
    if (inner.type === 'Identifier') {
      const variable = this.origins.variable(inner)
      if (!variable) return null
      return this.tracked.has(variable) ? variable : (this.#views.get(variable) ?? null)
    }
    if (inner.type === 'CallExpression' && inner.callee.type === 'MemberExpression') {
      const name = memberName(inner.callee) ?? ''
      return VIEW_METHODS.test(name) ? this.#borrowedFrom(inner.callee.object) : null
    }
    if (inner.type === 'MemberExpression') {
      const name = memberName(inner) ?? ''
      return name === 'header' || name === 'buffer' ? this.#borrowedFrom(inner.object) : null
    }
    if (inner.type === 'ObjectExpression') {
      for (const property of inner.properties) {
        const found = property.type === 'Property' ? this.#borrowedFrom(property.value) : null
        if (found) return found
      }
    }
    return null
  }

  #expression(node: Node): void {
    if (isFunction(node) || isClass(node)) return
    switch (node.type) {
      case 'Identifier':
        this.#read(node)
        return
      case 'MemberExpression':
        this.#expression(node.object)
        if (node.computed) this.#expression(node.property)
        return
      case 'Property':
        if (node.computed) this.#expression(node.key)
        this.#expression(node.value)
        return
      case 'AwaitExpression':
        this.#expression(node.argument)
        this.#await(node.argument)
        return
      case 'AssignmentExpression':
        this.#expression(node.right)
        if (node.left.type === 'Identifier') {
          const variable = this.origins.variable(node.left)
          if (variable) this.#bind(variable, node.right)
        } else this.#expression(node.left)
        return
      case 'ConditionalExpression':
        this.#expression(node.test)
        this.#branches([
          () => this.#expression(node.consequent),
          () => this.#expression(node.alternate),
        ])
        return
      case 'LogicalExpression':
        this.#expression(node.left)
        this.#branches([() => this.#expression(node.right), () => undefined])
        return
      case 'CallExpression':
        this.#call(node)
        return
      default:
        this.#parts(node)
    }
  }

  #parts(node: Node): void {
    for (const key of this.keys[node.type] ?? []) {
      const child = (node as unknown as Record<string, Node | Node[] | null>)[key]
      for (const part of Array.isArray(child) ? child : [child]) {
        if (part && !part.type.startsWith('TSType')) this.#expression(part)
      }
    }
  }

  #read(node: TSESTree.Identifier): void {
    const variable = this.origins.variable(node)
    if (!variable) return
    const release = this.#state.released.get(variable)
    if (release) this.#report('used', node, node.name, release)
    const source = this.#views.get(variable)
    const gone = source && this.#state.released.get(source)
    if (gone) this.#report('usedView', node, node.name, gone)
  }

  #await(argument: Node): void {
    const awaited = new Set<Variable>()
    walk(argument, this.keys, (node) => {
      if (isFunction(node)) return false
      const variable = node.type === 'Identifier' ? this.origins.variable(node) : null
      if (variable) awaited.add(variable)
    })
    this.#state.pending = this.#state.pending.filter(
      (each) => !contains(argument, each.node) && !(each.holder && awaited.has(each.holder))
    )
    const record = this.#thrown.at(-1)
    if (record) this.#thrown[this.#thrown.length - 1] = record.join(this.#state.clone())
  }

  #call(node: TSESTree.CallExpression): void {
    const path = this.origins.path(node.callee)
    const [released] = node.arguments
    if (path && isRelease(path) && released?.type === 'Identifier') {
      this.#release(node, released)
      return
    }
    this.#expression(node.callee)
    for (const argument of node.arguments) this.#expression(argument)
    const name =
      node.callee.type === 'Identifier' ? node.callee.name : (memberName(node.callee) ?? '')
    if (!CALLS.test(name) && !LATE.test(name)) return
    const vars = this.#usedBy(node.arguments)
    if (vars.size === 0) return
    if (CALLS.test(name)) this.#concurrent(node)
    const holder =
      node.parent.type === 'VariableDeclarator' && node.parent.id.type === 'Identifier'
        ? node.parent.id
        : null
    this.#state.pending.push({ node, vars, holder: holder && this.origins.variable(holder) })
  }

  #usedBy(nodes: readonly Node[]): Set<Variable> {
    const vars = new Set<Variable>()
    for (const each of nodes) {
      walk(each, this.keys, (node) => {
        const variable = node.type === 'Identifier' ? this.origins.variable(node) : null
        const source =
          variable && (this.tracked.has(variable) ? variable : this.#views.get(variable))
        if (source) vars.add(source)
      })
    }
    return vars
  }

  /** One Request in two calls that are under way together. */
  #concurrent(node: TSESTree.CallExpression): void {
    const [first] = node.arguments
    const variable = first?.type === 'Identifier' ? this.origins.variable(first) : null
    if (!first || !variable) return
    for (const { node: other } of this.#state.pending) {
      if (other.type !== 'CallExpression' || other === node) continue
      const [theirs] = other.arguments
      const isSame = theirs?.type === 'Identifier' && this.origins.variable(theirs) === variable
      if (isSame && CALLS.test(memberName(other.callee) ?? ''))
        this.#report('concurrent', first, variable.name, other)
    }
  }

  #release(node: TSESTree.CallExpression, argument: TSESTree.Identifier): void {
    const variable = this.origins.variable(argument)
    if (!variable) return
    const before = this.#state.released.get(variable)
    if (before) this.#report('double', node, argument.name, before)
    for (const pending of this.#state.pending) {
      const isReported = [...this.#seen].some((seen) => contains(pending.node, seen))
      if (pending.vars.has(variable) && !isReported)
        this.#report('pending', pending.node, argument.name, node)
    }
    this.#state.released.set(variable, node)
  }
}

function isRelease(path: string): boolean {
  return isPackage(path.split('.')[0] ?? '') && /^release[A-Z]/.test(lastName(path))
}

/** The variables of a file that are given to `release…`, by the function that releases them. */
export function releasesOf(
  origins: Origins,
  scopeManager: TSESLint.Scope.ScopeManager
): Map<FunctionNode, Set<Variable>> {
  const found = new Map<FunctionNode, Set<Variable>>()
  for (const scope of scopesOf(scopeManager)) {
    for (const variable of scope.variables) {
      for (const { identifier } of variable.references) {
        const call = identifier.parent
        if (call?.type !== 'CallExpression' || call.arguments[0] !== identifier) continue
        const path = origins.path(call.callee)
        const fn = scope.variableScope.block
        if (!path || !isRelease(path) || !isFunction(fn)) continue
        found.set(fn, (found.get(fn) ?? new Set()).add(variable))
      }
    }
  }
  return found
}
