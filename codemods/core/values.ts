import { ts } from 'ts-morph'
import { isFunctionNode, nameText, unwrap, walk, wrapOut, type FunctionNode } from './ast.js'
import { computedFiles } from './computed-require.js'
import { FileExports, isExportsObject } from './file-exports.js'
import { isEmptyValue, isFallback, mapValues, thisAssignments } from './value-syntax.js'
import type { Workspace } from './workspace.js'

export type ServiceKind = 'app' | 'router' | 'server'

/** An application, router or server, known by the expression that creates it. */
export interface Service {
  kind: ServiceKind
  /** The call or `new` expression that creates it. */
  node: ts.CallExpression | ts.NewExpression
  /** The package that defines it: `fasthttp` ones are converted already. */
  flavor: 'express' | 'connect' | 'node' | 'fasthttp'
}

/** What an expression stands for, as far as the sources alone tell. */
export type Value =
  | { kind: 'module'; name: string }
  | { kind: 'export'; module: string; name: string }
  | { kind: 'file'; file: ts.SourceFile }
  | { kind: 'service'; service: Service }
  | { kind: 'route'; service: Service }
  | { kind: 'function'; node: FunctionNode }
  | { kind: 'class'; node: ts.ClassLikeDeclaration }
  | { kind: 'instance'; node: ts.ClassLikeDeclaration }
  | { kind: 'object'; node: ts.ObjectLiteralExpression }
  | { kind: 'array'; node: ts.ArrayLiteralExpression }
  | { kind: 'map'; node: ts.NewExpression }
  | { kind: 'text'; node: ts.Expression }
  | { kind: 'result'; callee: Value; node: ts.CallExpression | ts.NewExpression }
  | { kind: 'union'; values: Value[] }
  | { kind: 'unknown' }

const UNKNOWN: Value = { kind: 'unknown' }

const TEST_LOADERS =
  /^(proxyquire\b.*|rewire|esmock|(jest|vi)\.(requireActual|importActual|requireMock|importMock))$/s
const NODE_SERVERS = new Set(['http', 'https'])
const MAX_ROUNDS = 6
const ITERATIONS = new Set(['forEach', 'map', 'filter', 'some', 'every', 'flatMap'])
const REGISTRARS = new Set(
  'use get post put patch delete head options all trace param set enable disable engine'.split(' ')
)

export function moduleName(specifier: string): string {
  return specifier.replace(/^node:/, '')
}

/** All members of a union, or the value alone. */
export function members(value: Value): Value[] {
  return value.kind === 'union' ? value.values : [value]
}

/**
 * Follows values through variables, properties, parameters, returns and modules. Parameters take
 * the values that calls anywhere in the project give them, found in rounds until nothing changes.
 */
export class Values {
  readonly #workspace: Workspace
  #memo = new Map<ts.Node, Value>()
  #calls = new Map<FunctionNode, (ts.CallExpression | ts.NewExpression)[]>()
  readonly #exports = new Map<ts.SourceFile, FileExports>()
  readonly #assignments = new Map<ts.Symbol, ts.Expression[]>()
  readonly #allCalls: (ts.CallExpression | ts.NewExpression)[] = []
  readonly #services = new Map<ts.Node, Service>()
  /** What `push` and `set` calls put into array literals and maps. */
  #added = new Map<ts.Node, ts.Expression[]>()
  /** `object.name = value`, all of the project. */
  readonly #memberAssignments: MemberAssignment[] = []
  /** What those put on object literals. */
  #assignedMembers = new Map<ts.Node, Map<string, ts.Expression[]>>()
  readonly #asking = new Set<string>()

  constructor(workspace: Workspace) {
    this.#workspace = workspace
    for (const file of workspace.files) this.#index(file)
    let size = -1
    for (let round = 0; round < MAX_ROUNDS && size !== this.#edgeCount(); round++) {
      size = this.#edgeCount()
      this.#indexCalls()
    }
  }

  /** What a file exports as a whole, in either module system. */
  exportsOf(file: ts.SourceFile): ts.Node[] {
    const exports = this.#exports.get(file)
    const byDefault = exports?.named.get('default')
    const found = [exports?.whole, byDefault?.from === undefined ? byDefault?.node : undefined]
    return found.filter((each) => each !== undefined)
  }

  /** Everything that a file offers to others. */
  offeredBy(file: ts.SourceFile, seen = new Set<ts.SourceFile>()): Value[] {
    const exports = this.#exports.get(file)
    if (exports === undefined || seen.has(file)) return []
    seen.add(file)
    const names = [...exports.named.keys()].map((name) => this.#exportOf(file, name))
    const whole = exports.whole === undefined ? [] : [this.of(exports.whole)]
    const others = exports.stars.flatMap((from) => {
      const target = ts.isStringLiteralLike(from) && this.#workspace.resolve(from.text, file)
      return target ? this.offeredBy(target, seen) : []
    })
    return [...whole, ...names, ...others]
  }

  /** The calls that are known to reach a function. */
  callsOf(fn: FunctionNode): readonly (ts.CallExpression | ts.NewExpression)[] {
    return this.#calls.get(fn) ?? []
  }

  get allCalls(): readonly (ts.CallExpression | ts.NewExpression)[] {
    return this.#allCalls
  }

  /** Every expression assigned to a variable after its declaration. */
  assignmentsTo(symbol: ts.Symbol): readonly ts.Expression[] {
    return this.#assignments.get(symbol) ?? []
  }

  of(expression: ts.Node): Value {
    const node = ts.isExpression(expression) ? unwrap(expression) : expression
    const known = this.#memo.get(node)
    if (known !== undefined) return known
    // A value that depends on itself is unknown while it is being worked out.
    this.#memo.set(node, UNKNOWN)
    const value = this.#evaluate(node)
    this.#memo.set(node, value)
    return value
  }

  /** What a declared name can hold. */
  declared(node: ts.VariableDeclaration | ts.PropertyDeclaration | ts.ParameterDeclaration): Value {
    if (!ts.isPropertyDeclaration(node)) return this.of(node.name)
    const name = nameText(node.name)
    if (name === undefined || !ts.isClassLike(node.parent)) return UNKNOWN
    const isStatic = ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword)
    return this.#classMember(node.parent, name, isStatic ?? false)
  }

  /** Whether the project puts a member of that name on an app, router or server: `app.db = ...`. */
  hasOwnMember(service: Service, name: string): boolean {
    return this.#assignedMembers.get(service.node)?.has(name) === true
  }

  /** The functions an expression can stand for; empty when it may be anything else too. */
  functionsOf(expression: ts.Node): FunctionNode[] {
    const found: FunctionNode[] = []
    for (const value of members(this.of(expression))) {
      if (value.kind !== 'function') return []
      found.push(value.node)
    }
    return found
  }

  /** Everything an array or a map is known to hold. */
  elements(value: Value): Value {
    const found: Value[] = []
    // A list that takes in its own elements, as in `list.push(...list)`, holds no others by that.
    const seen = new Set<ts.Node>()
    const open = [...members(value)]
    for (const each of open) {
      if (each.kind !== 'array' && each.kind !== 'map') return UNKNOWN
      if (seen.has(each.node)) continue
      seen.add(each.node)
      const own = each.kind === 'array' ? [...each.node.elements] : mapValues(each.node)
      for (const element of [...own, ...(this.#added.get(each.node) ?? [])]) {
        if (ts.isSpreadElement(element)) open.push(...members(this.of(element.expression)))
        else found.push(this.of(element))
      }
    }
    return union(found)
  }

  member(value: Value, name: string): Value {
    // An object that spreads itself, directly or in a circle, has no further members.
    const key =
      'node' in value ? `${value.node.getSourceFile().fileName}:${value.node.pos}.${name}` : ''
    if (this.#asking.has(key)) return UNKNOWN
    if (key !== '') this.#asking.add(key)
    const found = this.#member(value, name)
    this.#asking.delete(key)
    return found
  }

  #member(value: Value, name: string): Value {
    switch (value.kind) {
      case 'module':
        if (name === 'default' || name === value.name) return value
        return { kind: 'export', module: value.name, name }
      case 'file':
        return this.#exportOf(value.file, name)
      case 'object':
        return this.#objectMember(value.node, name)
      case 'service': {
        const own = this.#assignedMembers.get(value.service.node)?.get(name) ?? []
        return union(own.map((each) => this.of(each)))
      }
      case 'instance':
        return this.#classMember(value.node, name, false)
      case 'class':
        return this.#classMember(value.node, name, true)
      case 'union':
        return union(value.values.map((each) => this.member(each, name)))
      default:
        return UNKNOWN
    }
  }

  #edgeCount(): number {
    let count = 0
    for (const calls of this.#calls.values()) count += calls.length
    for (const added of this.#added.values()) count += added.length
    for (const names of this.#assignedMembers.values()) count += names.size
    return count
  }

  #index(file: ts.SourceFile): void {
    const exports = new FileExports()
    this.#exports.set(file, exports)
    walk(file, (node) => {
      if (ts.isCallExpression(node) || ts.isNewExpression(node)) this.#allCalls.push(node)
      if (!ts.isBinaryExpression(node)) return
      const op = node.operatorToken.kind
      if (op < ts.SyntaxKind.FirstAssignment || op > ts.SyntaxKind.LastAssignment) return
      if (ts.isIdentifier(node.left)) this.#indexAssignment(node.left, node)
      else exports.addCommonJs(node)
      if (ts.isPropertyAccessExpression(node.left) && op === ts.SyntaxKind.EqualsToken) {
        const { expression: owner, name } = node.left
        this.#memberAssignments.push({ owner, name: name.text, value: node.right })
      }
    })
    for (const statement of file.statements) exports.addStatement(statement)
  }

  #indexAssignment(target: ts.Identifier, node: ts.BinaryExpression): void {
    const symbol = this.#workspace.symbolOf(target)
    if (symbol === undefined) return
    const list = this.#assignments.get(symbol) ?? []
    list.push(node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? node.right : node)
    this.#assignments.set(symbol, list)
  }

  #indexCalls(): void {
    this.#memo = new Map()
    const next = new Map<FunctionNode, (ts.CallExpression | ts.NewExpression)[]>()
    const added = new Map<ts.Node, ts.Expression[]>()
    for (const call of this.#allCalls) {
      this.#indexAdded(call, added)
      for (const value of members(this.of(call.expression))) {
        const fn = value.kind === 'class' ? constructorOf(value.node) : functionOf(value)
        if (fn === undefined) continue
        const list = next.get(fn) ?? []
        list.push(call)
        next.set(fn, list)
      }
    }
    this.#indexMembers()
    this.#calls = next
    this.#added = added
    this.#memo = new Map()
  }

  /** `const users = {}; users.list = ...` and `const reply = module.exports; reply.json = ...`. */
  #indexMembers(): void {
    const found = new Map<ts.Node, Map<string, ts.Expression[]>>()
    for (const { owner, name, value } of this.#memberAssignments) {
      if (isExportsObject(owner) || owner.kind === ts.SyntaxKind.ThisKeyword) continue
      if (isBoundSelf(value, owner, name)) continue
      for (const each of members(this.of(owner))) {
        if (each.kind === 'file') this.#exports.get(each.file)?.add(name, value)
        const node = each.kind === 'service' ? each.service.node : undefined
        const holder = each.kind === 'object' ? each.node : node
        if (holder === undefined) continue
        const names = found.get(holder) ?? new Map<string, ts.Expression[]>()
        names.set(name, [...(names.get(name) ?? []), value])
        found.set(holder, names)
      }
    }
    this.#assignedMembers = found
  }

  #indexAdded(
    call: ts.CallExpression | ts.NewExpression,
    added: Map<ts.Node, ts.Expression[]>
  ): void {
    const callee = call.expression
    if (!ts.isPropertyAccessExpression(callee)) return
    const { text } = callee.name
    if (text !== 'push' && text !== 'unshift' && text !== 'set') return
    for (const each of members(this.of(callee.expression))) {
      const args = [...(call.arguments ?? [])]
      const isSet = each.kind === 'map' && text === 'set'
      if (!isSet && (each.kind !== 'array' || text === 'set')) continue
      const list = added.get(each.node) ?? []
      list.push(...(isSet ? args.slice(1, 2) : args))
      added.set(each.node, list)
    }
  }

  #evaluate(node: ts.Node): Value {
    if (ts.isIdentifier(node)) return this.#identifier(node)
    if (isFunctionNode(node)) return { kind: 'function', node }
    if (ts.isClassLike(node)) return { kind: 'class', node }
    if (ts.isPropertyAccessExpression(node)) return this.#property(node, node.name.text)
    if (ts.isElementAccessExpression(node)) {
      const key = node.argumentExpression
      if (ts.isStringLiteralLike(key)) return this.#property(node, key.text)
      return this.#computed(this.of(node.expression))
    }
    if (ts.isCallExpression(node)) return this.#call(node)
    if (ts.isNewExpression(node)) return this.#new(node)
    if (ts.isObjectLiteralExpression(node)) return { kind: 'object', node }
    if (ts.isArrayLiteralExpression(node)) return { kind: 'array', node }
    if (ts.isAwaitExpression(node)) return this.of(node.expression)
    if (node.kind === ts.SyntaxKind.ThisKeyword) return this.#this(node)
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return { kind: 'text', node }
    if (ts.isConditionalExpression(node)) {
      return union([this.of(node.whenTrue), this.of(node.whenFalse)])
    }
    if (ts.isBinaryExpression(node)) {
      if (node.operatorToken.kind === ts.SyntaxKind.EqualsToken) return this.of(node.right)
      if (node.operatorToken.kind === ts.SyntaxKind.CommaToken) return this.of(node.right)
      if (node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
        const sides = [this.of(node.left), this.of(node.right)]
        if (sides.some((side) => side.kind === 'text')) return { kind: 'text', node }
      }
      if (isFallback(node.operatorToken.kind)) {
        return union([this.of(node.left), this.of(node.right)])
      }
    }
    return UNKNOWN
  }

  /** `table[key]`: any of the values of a literal object, array or map. */
  #computed(value: Value): Value {
    if (value.kind === 'array' || value.kind === 'map') return this.elements(value)
    if (value.kind !== 'object') return UNKNOWN
    const names = value.node.properties.map((property) => nameText(property.name))
    if (names.includes(undefined)) return UNKNOWN
    return union(names.map((name) => this.member(value, name!)))
  }

  #identifier(node: ts.Identifier): Value {
    if (node.text === 'exports' || node.text === 'module') return UNKNOWN
    const symbol = this.#workspace.symbolOf(node)
    const declaration = symbol?.declarations?.[0]
    if (symbol === undefined || declaration === undefined) return UNKNOWN
    const assigned = this.assignmentsTo(symbol)
    if (ts.isVariableDeclaration(declaration)) {
      const loop = declaration.parent.parent
      if (ts.isForOfStatement(loop)) return this.elements(this.of(loop.expression))
      const initial = declaration.initializer
      const all = initial === undefined ? assigned : [initial, ...assigned]
      const real = all.filter((each) => !isEmptyValue(each))
      return real.length === 0 ? UNKNOWN : union(real.map((each) => this.of(each)))
    }
    if (assigned.length > 0) return UNKNOWN
    return this.#declaration(declaration)
  }

  #declaration(node: ts.Declaration): Value {
    if (isFunctionNode(node)) return { kind: 'function', node }
    if (ts.isClassLike(node)) return { kind: 'class', node }
    if (ts.isParameter(node)) return this.#parameter(node)
    if (ts.isBindingElement(node)) return this.#binding(node)
    if (ts.isImportClause(node)) return this.#imported(node.parent.moduleSpecifier, 'default')
    if (ts.isNamespaceImport(node)) return this.#imported(node.parent.parent.moduleSpecifier, '*')
    if (ts.isImportSpecifier(node)) {
      const name = (node.propertyName ?? node.name).text
      return this.#imported(node.parent.parent.parent.moduleSpecifier, name)
    }
    if (ts.isImportEqualsDeclaration(node)) {
      const reference = node.moduleReference
      return ts.isExternalModuleReference(reference)
        ? this.#imported(reference.expression, 'require')
        : UNKNOWN
    }
    return UNKNOWN
  }

  #imported(specifier: ts.Expression, name: string): Value {
    if (!ts.isStringLiteralLike(specifier)) return UNKNOWN
    const target = this.#workspace.resolve(specifier.text, specifier.getSourceFile())
    if (target === undefined) {
      if (specifier.text.startsWith('.')) return UNKNOWN
      const module: Value = { kind: 'module', name: moduleName(specifier.text) }
      return name === '*' || name === 'require' ? module : this.member(module, name)
    }
    const file: Value = { kind: 'file', file: target }
    const whole = this.#exports.get(target)?.whole
    if (name === '*') return file
    if (name === 'require') return whole === undefined ? file : this.of(whole)
    if (name === 'default' && whole !== undefined) return this.of(whole)
    return this.#exportOf(target, name)
  }

  #exportOf(file: ts.SourceFile, name: string): Value {
    const exports = this.#exports.get(file)
    if (exports === undefined) return UNKNOWN
    const entry = exports.named.get(name)
    if (entry !== undefined) {
      return entry.from === undefined ? this.of(entry.node) : this.#imported(entry.from, entry.name)
    }
    for (const from of exports.stars) {
      const value = this.#imported(from, name)
      if (value.kind !== 'unknown') return value
    }
    if (exports.whole === undefined) return UNKNOWN
    return this.member(this.of(exports.whole), name)
  }

  #property(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, name: string): Value {
    if (isExportsObject(node.expression) || isExportsObject(node)) {
      const exports = this.#exports.get(node.getSourceFile())
      if (isExportsObject(node)) {
        return exports?.whole === undefined
          ? { kind: 'file', file: node.getSourceFile() }
          : this.of(exports.whole)
      }
      return this.#exportOf(node.getSourceFile(), name)
    }
    const value = this.of(node.expression)
    if (value.kind === 'object' || value.kind === 'function') {
      // `module.exports = fn; module.exports.extra = ...` keeps the extra on the file.
      const own = value.kind === 'object' ? this.member(value, name) : UNKNOWN
      if (own.kind !== 'unknown') return own
      const exports = this.#exports.get(value.node.getSourceFile())
      if (exports?.whole !== undefined && exports.named.has(name)) {
        return this.#exportOf(value.node.getSourceFile(), name)
      }
    }
    return this.member(value, name)
  }

  #objectMember(node: ts.ObjectLiteralExpression, name: string): Value {
    for (const property of node.properties) {
      if (ts.isSpreadAssignment(property)) {
        const spread = this.member(this.of(property.expression), name)
        if (spread.kind !== 'unknown') return spread
      } else if (nameText(property.name) === name) {
        if (ts.isPropertyAssignment(property)) return this.of(property.initializer)
        if (ts.isShorthandPropertyAssignment(property)) return this.of(property.name)
        if (ts.isMethodDeclaration(property)) return { kind: 'function', node: property }
      }
    }
    const assigned = this.#assignedMembers.get(node)?.get(name) ?? []
    return union(assigned.map((each) => this.of(each)))
  }

  #classMember(node: ts.ClassLikeDeclaration, name: string, isStatic: boolean): Value {
    for (const member of node.members) {
      const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) : undefined
      const ownStatic = modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword) ?? false
      if (ts.isConstructorDeclaration(member)) {
        const property = member.parameters.find(
          (p) => nameText(p.name) === name && ts.isParameterPropertyDeclaration(p, member)
        )
        if (property !== undefined) return this.of(property)
      }
      if (ownStatic !== isStatic || nameText(member.name) !== name) continue
      if (ts.isMethodDeclaration(member)) return { kind: 'function', node: member }
      if (ts.isGetAccessorDeclaration(member)) return this.#returned(member)
      if (ts.isPropertyDeclaration(member) && member.initializer !== undefined) {
        return this.of(member.initializer)
      }
    }
    const assigned = isStatic ? [] : thisAssignments(node, name)
    if (assigned.length > 0) return union(assigned.map((each) => this.#ownAssignment(each, name)))
    return this.#inherited(node, name, isStatic)
  }

  /** `this.list = this.list.bind(this)` stands for the method itself. */
  #ownAssignment(value: ts.Expression, name: string): Value {
    if (ts.isCallExpression(value) && ts.isPropertyAccessExpression(value.expression)) {
      const { expression, name: method } = value.expression
      if (method.text === 'bind' && ts.isPropertyAccessExpression(expression)) {
        if (
          expression.expression.kind === ts.SyntaxKind.ThisKeyword &&
          expression.name.text === name
        ) {
          const owner = ts.findAncestor(value, ts.isClassLike)
          const found = owner?.members.find(
            (m): m is ts.MethodDeclaration => ts.isMethodDeclaration(m) && nameText(m.name) === name
          )
          return found === undefined ? UNKNOWN : { kind: 'function', node: found }
        }
      }
    }
    return this.of(value)
  }

  #inherited(node: ts.ClassLikeDeclaration, name: string, isStatic: boolean): Value {
    const clause = node.heritageClauses?.find((h) => h.token === ts.SyntaxKind.ExtendsKeyword)
    const base = clause?.types[0]
    if (base === undefined) return UNKNOWN
    const value = this.of(base.expression)
    return value.kind === 'class' ? this.#classMember(value.node, name, isStatic) : UNKNOWN
  }

  #this(node: ts.Node): Value {
    for (let at = node.parent; at !== undefined; at = at.parent) {
      if (ts.isClassLike(at)) return { kind: 'instance', node: at }
      if (ts.isMethodDeclaration(at) && ts.isObjectLiteralExpression(at.parent)) {
        return { kind: 'object', node: at.parent }
      }
      if (ts.isFunctionExpression(at)) return this.#ownerOf(at)
      if (ts.isFunctionDeclaration(at)) return UNKNOWN
    }
    return UNKNOWN
  }

  /** The object a function is put on: `users.list = function () {}` and `{ list: function () {} }`. */
  #ownerOf(node: ts.FunctionExpression): Value {
    const { parent } = wrapOut(node)
    if (ts.isPropertyAssignment(parent)) return { kind: 'object', node: parent.parent }
    if (!ts.isBinaryExpression(parent) || !ts.isPropertyAccessExpression(parent.left))
      return UNKNOWN
    const owner = parent.left.expression
    if (isExportsObject(owner)) return { kind: 'file', file: node.getSourceFile() }
    return this.of(owner)
  }

  #parameter(node: ts.ParameterDeclaration): Value {
    const fn = node.parent
    if (!isFunctionNode(fn) || node.dotDotDotToken !== undefined) return UNKNOWN
    const index = fn.parameters.indexOf(node)
    const calls = this.callsOf(fn)
    const values: Value[] = index === 0 ? this.#iterated(fn) : []
    for (const call of calls) {
      const argument = call.arguments?.[index]
      if (argument !== undefined) values.push(this.of(argument))
      else if (node.initializer !== undefined) values.push(this.of(node.initializer))
    }
    return union(values)
  }

  /** The elements of the list that a callback of `forEach` and its kin is given. */
  #iterated(fn: FunctionNode): Value[] {
    const call = fn.parent
    if (!ts.isCallExpression(call) || call.arguments[0] !== fn) return []
    if (!ts.isPropertyAccessExpression(call.expression)) return []
    if (!ITERATIONS.has(call.expression.name.text)) return []
    return [this.elements(this.of(call.expression.expression))]
  }

  #binding(node: ts.BindingElement): Value {
    const pattern = node.parent
    if (node.dotDotDotToken !== undefined) return UNKNOWN
    if (ts.isArrayBindingPattern(pattern)) return this.#position(node, pattern)
    const name = nameText(node.propertyName ?? node.name)
    if (name === undefined) return UNKNOWN
    const owner = pattern.parent
    if (ts.isVariableDeclaration(owner) && ts.isForOfStatement(owner.parent.parent)) {
      return this.member(this.elements(this.of(owner.parent.parent.expression)), name)
    }
    if (ts.isVariableDeclaration(owner) && owner.initializer !== undefined) {
      return this.member(this.of(owner.initializer), name)
    }
    if (ts.isParameter(owner)) return this.member(this.#parameter(owner), name)
    if (ts.isBindingElement(owner)) return this.member(this.#binding(owner), name)
    return UNKNOWN
  }

  /** `[pattern, handler]` of a list of pairs, of a map or of `Object.entries(table)`. */
  #position(node: ts.BindingElement, pattern: ts.ArrayBindingPattern): Value {
    const index = pattern.elements.indexOf(node)
    const owner = pattern.parent
    if (!ts.isVariableDeclaration(owner)) return UNKNOWN
    const loop = owner.parent.parent
    if (!ts.isForOfStatement(loop)) {
      return owner.initializer === undefined ? UNKNOWN : this.#at(this.of(owner.initializer), index)
    }
    const list = unwrap(loop.expression)
    const table = ts.isCallExpression(list) && list.expression.getText() === 'Object.entries'
    if (table && list.arguments[0] !== undefined) {
      return index === 1 ? this.#computed(this.of(list.arguments[0])) : UNKNOWN
    }
    const value = this.of(list)
    if (value.kind === 'map') return index === 1 ? this.elements(value) : UNKNOWN
    return this.#at(this.elements(value), index)
  }

  #at(value: Value, index: number): Value {
    const found = members(value).map((each) => {
      const element = each.kind === 'array' ? each.node.elements[index] : undefined
      return element === undefined ? UNKNOWN : this.of(element)
    })
    return union(found)
  }

  #call(node: ts.CallExpression): Value {
    const required = requireSpecifier(node)
    if (required !== undefined) return this.#imported(required, 'require')
    const computed = computedFiles(node, this.#workspace)
    if (computed.length > 0) return union(computed.map((file) => this.#loaded(file, node)))
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments
      return specifier === undefined ? UNKNOWN : this.#imported(specifier, '*')
    }
    // What tests load with other parts in it is the same module.
    const [loaded] = TEST_LOADERS.test(node.expression.getText()) ? node.arguments : []
    if (loaded !== undefined) return this.#imported(loaded, 'require')
    const chained = this.#chained(node)
    if (chained !== undefined) return chained
    const results = members(this.of(node.expression)).map((callee) => this.#result(callee, node))
    return union(results)
  }

  /** What a call that loads this file gives. */
  #loaded(file: ts.SourceFile, call: ts.CallExpression): Value {
    const whole = this.#exports.get(file)?.whole
    const isImport = call.expression.kind === ts.SyntaxKind.ImportKeyword
    return isImport || whole === undefined ? { kind: 'file', file } : this.of(whole)
  }

  /** Calls of a service's own methods: `app.route()`, `app.listen()`, `app.use().use()`. */
  #chained(node: ts.CallExpression): Value | undefined {
    if (!ts.isPropertyAccessExpression(node.expression)) return undefined
    const name = node.expression.name.text
    const receiver = this.of(node.expression.expression)
    if (receiver.kind === 'route') return receiver
    if (receiver.kind === 'map' && name === 'get') return this.elements(receiver)
    if (receiver.kind === 'array' && name === 'find') return this.elements(receiver)
    if (name === 'bind' && receiver.kind === 'function' && node.arguments.length === 1) {
      return receiver
    }
    if (receiver.kind !== 'service') return undefined
    const { service } = receiver
    if (service.kind === 'server') return name === 'listen' ? receiver : UNKNOWN
    if (name === 'route') return { kind: 'route', service }
    if (name === 'listen') {
      return { kind: 'service', service: this.#service('server', node, service.flavor) }
    }
    if (name === 'get' && node.arguments.length === 1) return UNKNOWN
    return REGISTRARS.has(name) ? receiver : UNKNOWN
  }

  #result(callee: Value, node: ts.CallExpression): Value {
    switch (callee.kind) {
      case 'module':
        if (callee.name === 'express') return this.#made('app', node, 'express')
        if (callee.name === 'connect') return this.#made('app', node, 'connect')
        break
      case 'export':
        if (callee.module === 'express' && callee.name === 'Router') {
          return this.#made('router', node, 'express')
        }
        if (isNodeServer(callee)) return this.#made('server', node, 'node')
        break
      case 'function':
        return this.#returned(callee.node)
    }
    return { kind: 'result', callee, node }
  }

  #new(node: ts.NewExpression): Value {
    if (node.expression.getText() === 'Map') return { kind: 'map', node }
    const callee = this.of(node.expression)
    if (callee.kind === 'class') return { kind: 'instance', node: callee.node }
    if (callee.kind === 'export') {
      if (isNodeServer(callee)) return this.#made('server', node, 'node')
      if (callee.module === 'express' && callee.name === 'Router') {
        return this.#made('router', node, 'express')
      }
      if (callee.module === 'fasthttp/router') {
        if (callee.name === 'App') return this.#made('app', node, 'fasthttp')
        if (callee.name === 'Router') return this.#made('router', node, 'fasthttp')
      }
      if (callee.module === 'fasthttp/adaptor' && callee.name === 'CallableApp') {
        return this.#made('app', node, 'fasthttp')
      }
      if (callee.module === 'fasthttp' && callee.name === 'Server') {
        return this.#made('server', node, 'fasthttp')
      }
    }
    return { kind: 'result', callee, node }
  }

  #returned(fn: FunctionNode | ts.GetAccessorDeclaration): Value {
    if (fn.body === undefined) return UNKNOWN
    if (!ts.isBlock(fn.body)) return this.of(fn.body)
    const values: Value[] = []
    walk(fn.body, (node) => {
      if (isFunctionNode(node) || ts.isClassLike(node)) return false
      if (ts.isReturnStatement(node) && node.expression !== undefined) {
        values.push(this.of(node.expression))
      }
      return true
    })
    return union(values)
  }

  #made(kind: ServiceKind, node: Service['node'], flavor: Service['flavor']): Value {
    return { kind: 'service', service: this.#service(kind, node, flavor) }
  }

  #service(kind: ServiceKind, node: Service['node'], flavor: Service['flavor']): Service {
    const known = this.#services.get(node)
    if (known !== undefined) return known
    const service: Service = { kind, node, flavor }
    this.#services.set(node, service)
    return service
  }
}

/** `http.createServer`, and `http.Server` with or without `new`. */
export function isNodeServer(value: Value): boolean {
  if (value.kind !== 'export' || !NODE_SERVERS.has(value.module)) return false
  return value.name === 'createServer' || value.name === 'Server'
}

interface MemberAssignment {
  owner: ts.Expression
  name: string
  value: ts.Expression
}

export function requireSpecifier(node: ts.CallExpression): ts.StringLiteralLike | undefined {
  if (!ts.isIdentifier(node.expression) || node.expression.text !== 'require') return undefined
  const [argument] = node.arguments
  return argument !== undefined && ts.isStringLiteralLike(argument) ? argument : undefined
}

function constructorOf(node: ts.ClassLikeDeclaration): FunctionNode | undefined {
  return node.members.find(ts.isConstructorDeclaration)
}

function functionOf(value: Value): FunctionNode | undefined {
  return value.kind === 'function' ? value.node : undefined
}

/** `server.onRequest = server.onRequest.bind(server)` says nothing new. */
function isBoundSelf(value: ts.Expression, owner: ts.Expression, name: string): boolean {
  if (!ts.isCallExpression(value) || value.arguments.length !== 1) return false
  const bind = value.expression
  if (!ts.isPropertyAccessExpression(bind) || bind.name.text !== 'bind') return false
  const method = bind.expression
  return (
    ts.isPropertyAccessExpression(method) &&
    method.name.text === name &&
    method.expression.getText() === owner.getText()
  )
}

function union(values: Value[]): Value {
  const flat = values.flatMap(members)
  const unique = flat.filter((value, at) => flat.findIndex((other) => same(value, other)) === at)
  if (unique.length === 0) return UNKNOWN
  return unique.length === 1 ? unique[0]! : { kind: 'union', values: unique }
}

function same(a: Value, b: Value): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind === 'service' && b.kind === 'service') return a.service === b.service
  if ('node' in a && 'node' in b) return a.node === b.node
  if (a.kind === 'module' && b.kind === 'module') return a.name === b.name
  if (a.kind === 'export' && b.kind === 'export') {
    return a.module === b.module && a.name === b.name
  }
  if (a.kind === 'file' && b.kind === 'file') return a.file === b.file
  return a.kind === 'unknown'
}
