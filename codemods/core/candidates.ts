import { ts } from 'ts-morph'
import type { AppGraph, Blocker, RegisteredItem, Registration } from './app-graph.js'
import { shortText } from './app-graph.js'
import {
  callOf,
  enclosingFunction,
  isFunctionNode,
  isReference,
  memberOf,
  unwrap,
  walk,
  wrapOut,
  type FunctionNode,
} from './ast.js'
import { forwardedCall } from './forwarder.js'
import { References } from './references.js'
import { REPLACED, type Replacements } from './replacements.js'
import { isExportsObject } from './file-exports.js'
import { isDeclaredNative } from './native-form.js'
import { isNodeServer, members, type Value, type Values } from './values.js'
import type { Workspace } from './workspace.js'

export type Role = 'req' | 'res' | 'next'
export type CandidateKind = 'handler' | 'error' | 'param' | 'helper'

export interface RoleUse {
  node: ts.Identifier
  role: Role
}

export interface HelperCall {
  call: ts.CallExpression
  targets: FunctionNode[]
  /** The callee is a parameter: a wrapper such as `asyncHandler` calls what it was given. */
  parameter: boolean
  /** The callee is the name of its one target, not a value that holds it. */
  direct: boolean
  /** What stands at each argument. */
  roles: (Role | undefined)[]
}

/** `middleware(req, res, next)` of a package, called by hand. */
export interface ForeignCall {
  call: ts.CallExpression
  /** What the middleware is given as next. */
  then: ts.Expression
}

/** A function that takes part in answering requests, with everything it does with its roles. */
export interface Candidate {
  fn: FunctionNode
  kind: CandidateKind
  flavor: 'express' | 'node'
  /** Reached below a path that a router cuts off. */
  mounted: boolean
  /** It hands on all it is given, whatever that is. */
  forwards: boolean
  /** The role of each parameter, by position. */
  roleAt: (Role | undefined)[]
  symbols: Map<ts.Symbol, Role>
  uses: RoleUse[]
  helperCalls: HelperCall[]
  foreignCalls: ForeignCall[]
  /** `const request = req`: the declarations that only give a role another name. */
  aliases: ts.VariableDeclaration[]
  registrations: { registration: Registration; item: RegisteredItem }[]
  /** Every place that names it, calls included. */
  references: ts.Expression[]
  /** References from code that is no handler: there a helper keeps its form. */
  outside: Blocker[]
  /** Uses by tests, and by other code that is not migrated, with a req and res of its own. */
  tests: Blocker[]
  blockers: Blocker[]
}

const EXPRESS_ROLES: Role[] = ['req', 'res', 'next']
const ERROR_ROLES: (Role | undefined)[] = [undefined, 'req', 'res', 'next']

/** Finds every handler behind the registrations and every helper behind the handlers. */
export class Candidates {
  readonly all = new Map<FunctionNode, Candidate>()
  readonly #workspace: Workspace
  readonly #values: Values
  readonly #graph: AppGraph
  readonly #references: References
  readonly #queue: Candidate[] = []

  constructor(workspace: Workspace, values: Values, graph: AppGraph, replacements: Replacements) {
    this.#workspace = workspace
    this.#values = values
    this.#graph = graph
    this.#references = new References(workspace, values)
    const isTest = ({ call }: Registration) => workspace.isReadonly(call.getSourceFile())
    for (const each of graph.registrations) if (!isTest(each)) this.#fromRegistration(each)
    this.#scanAll()
    for (const each of graph.registrations) if (isTest(each)) this.#fromTest(each)
    this.#scanAll()
    this.#checkReferences()
    for (const each of this.all.values()) {
      if (replacements.has(each)) block(each, each.fn, REPLACED)
    }
  }

  get(fn: FunctionNode): Candidate | undefined {
    return this.all.get(fn)
  }

  #fromRegistration(registration: Registration): void {
    const { owner } = registration
    if (owner.flavor === 'connect') return
    const isOurs = owner.flavor === 'fasthttp'
    const isServer = registration.method === 'createServer'
    const flavor = owner.flavor === 'fasthttp' ? (isServer ? 'node' : 'express') : owner.flavor
    for (const item of registration.items) {
      if (isOurs && !item.adapted) continue
      for (const fn of item.functions) {
        if (isDeclaredNative(fn, this.#workspace)) continue
        const [kind, roles] = rolesFor(registration, fn)
        const candidate = this.#add(fn, kind, roles, flavor, this.#graph.isMountedAt(registration))
        candidate.registrations.push({ registration, item })
      }
    }
  }

  #scanAll(): void {
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      this.#scan(next)
    }
  }

  /** A test may serve handlers of the application by an app of its own. */
  #fromTest(registration: Registration): void {
    const own: RegisteredItem[] = []
    for (const item of registration.items) {
      const known = item.functions.map((fn) => this.all.get(fn))
      if (item.adapted || known.includes(undefined) || known.length === 0) own.push(item)
      else for (const candidate of known) this.#registeredByTest(candidate!, registration)
    }
    if (own.length > 0) this.#fromRegistration({ ...registration, items: own })
  }

  #registeredByTest(candidate: Candidate, { call }: Registration): void {
    const holds = (value: Value): boolean =>
      members(value).some((each) =>
        each.kind === 'array'
          ? holds(this.#values.elements(each))
          : each.kind === 'function' && each.node === candidate.fn
      )
    const reason = 'a file that is not migrated registers it on an app of its own'
    for (const argument of call.arguments ?? []) {
      if (holds(this.#values.of(argument))) candidate.tests.push({ node: argument, reason })
    }
  }

  #add(
    fn: FunctionNode,
    kind: CandidateKind,
    roles: (Role | undefined)[],
    flavor: 'express' | 'node',
    mounted: boolean
  ): Candidate {
    const known = this.all.get(fn)
    if (known !== undefined) {
      this.#merge(known, kind, roles, flavor, mounted)
      return known
    }
    const candidate: Candidate = {
      fn,
      kind,
      flavor,
      mounted,
      forwards: false,
      roleAt: fn.parameters.map((_, index) => roles[index]),
      symbols: new Map(),
      uses: [],
      helperCalls: [],
      foreignCalls: [],
      aliases: [],
      registrations: [],
      references: [],
      outside: [],
      tests: [],
      blockers: [],
    }
    this.all.set(fn, candidate)
    this.#queue.push(candidate)
    if (this.#workspace.isReadonly(fn.getSourceFile())) {
      block(candidate, fn, 'it is defined in a file that is not migrated')
    }
    if (fn.body === undefined || isGenerator(fn)) block(candidate, fn, 'it has no plain body')
    return candidate
  }

  #merge(
    known: Candidate,
    kind: CandidateKind,
    roles: (Role | undefined)[],
    flavor: 'express' | 'node',
    mounted: boolean
  ): void {
    if (known.forwards) return
    // A call may leave out trailing arguments: error handlers are called without next.
    const same = known.fn.parameters.every(
      (_, index) => index >= roles.length || known.roleAt[index] === roles[index]
    )
    if (!same) block(known, known.fn, 'its callers disagree about its parameters')
    if (known.flavor !== flavor) block(known, known.fn, 'it serves both Express and node:http')
    if (known.kind === 'helper' && kind !== 'helper') known.kind = kind
    if (mounted && !known.mounted) {
      known.mounted = true
      this.#queue.push(known)
    }
  }

  #scan(candidate: Candidate): void {
    candidate.uses = []
    candidate.helperCalls = []
    candidate.foreignCalls = []
    candidate.aliases = []
    candidate.symbols.clear()
    if (this.#forwards(candidate)) return
    candidate.fn.parameters.forEach((parameter, index) => {
      const role = candidate.roleAt[index]
      if (role !== undefined) this.#declare(candidate, parameter, role)
    })
    let count = -1
    while (count !== candidate.symbols.size) {
      count = candidate.symbols.size
      candidate.uses = this.#findUses(candidate)
      for (const use of candidate.uses) this.#findAlias(candidate, use)
    }
    for (const use of candidate.uses) this.#followCall(candidate, use)
    this.#checkArguments(candidate)
  }

  /** A wrapper that hands on all it is given stays as it is; what it calls are handlers. */
  #forwards(candidate: Candidate): boolean {
    if (candidate.flavor !== 'express' || candidate.kind !== 'handler') return false
    const call = forwardedCall(candidate.fn)
    if (call === undefined || !this.#isParameter(call.expression)) return false
    const targets = this.#values.functionsOf(call.expression)
    if (targets.length === 0) return false
    candidate.forwards = true
    candidate.roleAt = [undefined]
    const roles = EXPRESS_ROLES
    candidate.helperCalls.push({ call, targets, parameter: true, direct: false, roles })
    for (const target of targets) {
      this.#add(target, 'handler', roles, candidate.flavor, candidate.mounted)
    }
    return true
  }

  #declare(candidate: Candidate, parameter: ts.ParameterDeclaration, role: Role): void {
    if (parameter.dotDotDotToken !== undefined || parameter.initializer !== undefined) {
      block(candidate, parameter, `its ${role} parameter is not a plain one`)
      return
    }
    if (ts.isIdentifier(parameter.name)) {
      const symbol = this.#workspace.symbolOf(parameter.name)
      if (symbol === undefined) return
      candidate.symbols.set(symbol, role)
      if (this.#values.assignmentsTo(symbol).length > 0) {
        block(candidate, parameter, `its ${role} parameter is assigned to`)
      }
    } else if (role !== 'req' || !ts.isObjectBindingPattern(parameter.name)) {
      block(candidate, parameter, `its ${role} parameter is destructured`)
    }
  }

  #findUses(candidate: Candidate): RoleUse[] {
    const names = new Set([...candidate.symbols.keys()].map((symbol) => symbol.name))
    const uses: RoleUse[] = []
    if (candidate.fn.body === undefined || names.size === 0) return uses
    walk(candidate.fn.body, (node) => {
      if (!ts.isIdentifier(node) || !names.has(node.text)) return
      if (!isReference(node) && !ts.isShorthandPropertyAssignment(node.parent)) return
      const symbol = this.#workspace.symbolOf(node)
      const role = symbol === undefined ? undefined : candidate.symbols.get(symbol)
      if (role !== undefined) uses.push({ node, role })
    })
    return uses
  }

  #findAlias(candidate: Candidate, use: RoleUse): void {
    const { parent } = wrapOut(use.node)
    if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return
    const symbol = this.#workspace.symbolOf(parent.name)
    if (symbol === undefined || candidate.symbols.has(symbol)) return
    if (this.#values.assignmentsTo(symbol).length > 0) return
    const list = parent.parent
    if (!ts.isVariableDeclarationList(list) || list.declarations.length !== 1) return
    if (!ts.isVariableStatement(list.parent)) return
    candidate.symbols.set(symbol, use.role)
    candidate.aliases.push(parent)
  }

  /** A role that is passed to a local function makes that function a helper. */
  #followCall(candidate: Candidate, use: RoleUse): void {
    const outer = wrapOut(use.node)
    const call = outer.parent
    if (!ts.isCallExpression(call) || call.expression === outer) return
    if (candidate.helperCalls.some((each) => each.call === call)) return
    const targets = this.#values.functionsOf(call.expression)
    const roles = call.arguments.map((argument) => this.#roleOf(candidate, argument))
    if (targets.length === 0) {
      if (use.role === 'req') this.#followForeign(candidate, call, roles)
      return
    }
    const parameter = this.#isParameter(call.expression)
    const [target] = targets
    const direct = targets.length === 1 && this.#references.names(call.expression, target!)
    candidate.helperCalls.push({ call, targets, parameter, direct, roles })
    const kind = parameter ? 'handler' : 'helper'
    for (const target of targets) {
      this.#add(target, kind, roles, candidate.flavor, candidate.mounted)
    }
  }

  #followForeign(candidate: Candidate, call: ts.CallExpression, roles: (Role | undefined)[]): void {
    const [, , then] = call.arguments
    if (call.arguments.length !== 3 || then === undefined) return
    if (roles[0] !== 'req' || roles[1] !== 'res') return
    const callee = unwrap(call.expression)
    if (roles[2] !== 'next' && !isFunctionNode(unwrap(then))) return
    if (!ts.isIdentifier(callee) && !ts.isCallExpression(callee)) return
    candidate.foreignCalls.push({ call, then })
  }

  #isParameter(callee: ts.Expression): boolean {
    const inner = unwrap(callee)
    if (!ts.isIdentifier(inner)) return false
    const declaration = this.#workspace.symbolOf(inner)?.declarations?.[0]
    return declaration !== undefined && ts.isParameter(declaration)
  }

  #roleOf(candidate: Candidate, argument: ts.Expression): Role | undefined {
    const inner = unwrap(argument)
    if (!ts.isIdentifier(inner)) return undefined
    const symbol = this.#workspace.symbolOf(inner)
    return symbol === undefined ? undefined : candidate.symbols.get(symbol)
  }

  #checkArguments(candidate: Candidate): void {
    if (ts.isArrowFunction(candidate.fn) || candidate.fn.body === undefined) return
    walk(candidate.fn.body, (node) => {
      if (isFunctionNode(node) && !ts.isArrowFunction(node)) return false
      if (ts.isIdentifier(node) && node.text === 'arguments' && isReference(node)) {
        block(candidate, node, 'it reads `arguments`')
      }
      return true
    })
  }

  /** A function that code outside the handlers can reach keeps its (req, res) form. */
  #checkReferences(): void {
    if (this.all.size === 0) return
    for (const file of this.#workspace.files) {
      walk(file, (node) => {
        if (ts.isTypeNode(node)) return false
        const isUse =
          (ts.isIdentifier(node) && isReference(node)) ||
          ts.isPropertyAccessExpression(node) ||
          (isFunctionNode(node) && ts.isExpression(node)) ||
          (ts.isCallExpression(node) && !this.#isWholeStatement(node))
        if (isUse && !ts.isImportDeclaration(node.parent)) this.#checkReference(node)
        return true
      })
    }
  }

  #isWholeStatement(node: ts.Node): boolean {
    return ts.isExpressionStatement(node.parent)
  }

  #checkReference(node: ts.Expression): void {
    for (const value of members(this.#values.of(node))) {
      const candidate = value.kind === 'function' ? this.all.get(value.node) : undefined
      if (candidate === undefined) continue
      const isName = this.#references.names(node, candidate.fn)
      if (isName) candidate.references.push(node)
      const reason = this.#foreignUse(node, candidate)
      if (reason === undefined) continue
      if (this.#isTestOf(node, candidate)) candidate.tests.push({ node, reason })
      else if (isName && candidate.kind === 'helper') candidate.outside.push({ node, reason })
      else block(candidate, node, reason)
    }
  }

  #isTestOf(node: ts.Expression, { fn }: Candidate): boolean {
    const isReadonly = (each: ts.Node) => this.#workspace.isReadonly(each.getSourceFile())
    return isReadonly(node) && !isReadonly(fn)
  }

  #foreignUse(node: ts.Expression, candidate: Candidate): string | undefined {
    const outer = wrapOut(node)
    const { parent } = outer
    const member = memberOf(node)
    if (member !== undefined) {
      if (member.name === 'bind' || isExportsObject(member.node)) return undefined
      return callOf(member.node) === undefined ? undefined : `it is used through .${member.name}`
    }
    if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return undefined
    if (parent.expression === outer) return this.#strangeCall(parent, candidate)
    const callees = members(this.#values.of(parent.expression))
    const known = callees.every(
      (callee) =>
        callee.kind === 'function' ||
        callee.kind === 'class' ||
        (callee.kind === 'export' && callee.module === 'fasthttp/adaptor') ||
        isNodeServer(callee)
    )
    if (known || this.#isRegistration(parent)) return undefined
    return `it is passed to ${shortText(parent.expression)}`
  }

  #strangeCall(
    call: ts.CallExpression | ts.NewExpression,
    candidate: Candidate
  ): string | undefined {
    const caller = enclosingFunctions(call)
    for (const fn of caller) {
      const known = this.all.get(fn)
      if (known?.helperCalls.some((each) => each.call === call) === true) return undefined
    }
    // A helper's inner closure that is called with no role at all follows its own captures.
    if (candidate.roleAt.every((role) => role === undefined)) return undefined
    return 'it is called from code that is not a handler'
  }

  #isRegistration(call: ts.CallExpression | ts.NewExpression): boolean {
    return this.#graph.registrations.some((each) => each.call === call)
  }
}

export function block(candidate: Candidate, node: ts.Node, reason: string): void {
  if (candidate.blockers.some((each) => each.reason === reason)) return
  candidate.blockers.push({ node, reason })
}

function rolesFor(
  registration: Registration,
  fn: FunctionNode
): [CandidateKind, (Role | undefined)[]] {
  if (registration.method === 'createServer') return ['handler', ['req', 'res']]
  if (registration.method === 'param') return ['param', EXPRESS_ROLES]
  const required = fn.parameters.filter((p) => p.initializer === undefined).length
  return required >= 4 ? ['error', ERROR_ROLES] : ['handler', EXPRESS_ROLES]
}

function isGenerator(fn: FunctionNode): boolean {
  return 'asteriskToken' in fn && fn.asteriskToken !== undefined
}

export function* enclosingFunctions(node: ts.Node): Generator<FunctionNode> {
  for (let fn = enclosingFunction(node); fn !== undefined; fn = enclosingFunction(fn)) yield fn
}
