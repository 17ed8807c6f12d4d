import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { ClassNode, FunctionNode, Node, Variable } from '../engine/model.js'
import { enclosingClass, isClass, isFunction, keyName, memberName, unwrap } from './ast.js'
import { HANDLER_TAKERS, REGISTRARS, SERVING_CLASSES } from './fasthttp-api.js'
import { isDistinctive } from './distinctive.js'
import {
  documentedNode,
  enclosingObject,
  isErrorParam,
  ownMember,
  returnedBy,
  soleCall,
} from './function-shapes.js'
import { matches, type ResolvedOptions } from './options.js'
import { lastName, type Origins } from './origins.js'
import { isPackage } from './package-names.js'
import { scopesOf } from './scopes.js'
import type { TypeInfo } from './type-info.js'
import { walk } from './walk.js'

/** A function that is given a request context, and as which parameter. */
export interface Handler {
  readonly fn: FunctionNode
  /** What stands in the handler's place: the function itself, or what refers to it. */
  readonly place: Node
  readonly ctxIndex: number
  /** The package calls it: not only another function of the file. */
  readonly registered: boolean
  /** It takes `(req, res)` and not a context. */
  readonly nodeStyle: boolean
}

const NODE_REQUESTS = /^(IncomingMessage|Request|Http2ServerRequest)$/
const RESPONSE_MEMBERS =
  /^(end|json|send|status|sendStatus|setHeader|writeHead|write|redirect|set|statusCode|render|type|cookie)$/
const SERVER_HANDLERS = new Set([
  'handler',
  'errorHandler',
  'expectHandler',
  'pathNotFound',
  'pathRewrite',
])

/** Finds the request handlers of a file by registration, type, and distinctive members. */
export class HandlerFinder {
  readonly found = new Map<FunctionNode, Handler>()
  readonly #seen = new Set<Node>()
  readonly #typeNames: ReadonlySet<string>

  constructor(
    readonly source: TSESLint.SourceCode,
    readonly origins: Origins,
    readonly options: ResolvedOptions,
    readonly types: TypeInfo | null
  ) {
    this.#typeNames = new Set(['RequestCtx', ...options.ctxTypes])
  }

  find(): readonly Handler[] {
    const scopes = scopesOf(this.source.scopeManager as TSESLint.Scope.ScopeManager)
    for (const scope of scopes) {
      for (const variable of scope.variables) this.#variable(variable)
    }
    const comments = this.source
      .getAllComments()
      .filter((comment) => /Request(Ctx|Handler)|Middleware/.test(comment.value))
    for (const scope of scopes) {
      if (scope.type === 'function' && isFunction(scope.block))
        this.#function(scope.block, comments)
    }
    return [...this.found.values()]
  }

  // ---- registration ----

  #variable(variable: Variable): void {
    const [def] = variable.defs
    if (!def) return
    const isImport = def.type === 'ImportBinding'
    const identifier = variable.identifiers[0]
    const path =
      isImport || def.type === 'Variable' ? identifier && this.origins.path(identifier) : null
    if (path && isPackage(path.split('.')[0] ?? '')) {
      for (const reference of variable.references) this.#packageUse(reference.identifier)
    }
    if (this.#isServing(variable)) {
      for (const reference of variable.references) this.#servingUse(reference.identifier)
    }
    if (this.options.handlers.length > 0) {
      for (const reference of variable.references) this.#optionUse(reference.identifier)
    }
  }

  /** A use of something imported from the package: a call or a construction. */
  #packageUse(identifier: Node): void {
    let callee: Node = identifier
    while (callee.parent?.type === 'MemberExpression' && callee.parent.object === callee) {
      callee = callee.parent
    }
    const call = callee.parent
    if (
      (call?.type !== 'CallExpression' && call?.type !== 'NewExpression') ||
      call.callee !== callee
    )
      return
    const name = lastName(this.origins.path(callee) ?? '')
    if (HANDLER_TAKERS.has(name)) {
      for (const argument of call.arguments) this.register(argument, 0)
    } else if (SERVING_CLASSES.has(name)) {
      this.#serverOptions(call.arguments)
      this.#servingUse(call)
      this.#servingField(call)
    }
  }

  #serverOptions(nodes: readonly Node[]): void {
    for (const node of nodes) {
      const options = unwrap(node)
      if (options.type !== 'ObjectExpression') {
        if (isFunction(options)) this.register(options, 0)
        continue
      }
      for (const property of options.properties) {
        if (property.type !== 'Property') continue
        if (SERVER_HANDLERS.has(keyName(property) ?? '')) this.register(property.value, 0)
      }
    }
  }

  /** `this.router = new Router()`, then `this.router.get(…)`. */
  #servingField(made: Node): void {
    const holder = made.parent
    const field =
      holder?.type === 'AssignmentExpression' && holder.left.type === 'MemberExpression'
        ? memberName(holder.left)
        : holder?.type === 'PropertyDefinition'
          ? keyName(holder)
          : null
    const cls = field && made.parent && enclosingClass(made)
    if (!cls) return
    this.#eachField(cls, field)
  }

  #eachField(cls: ClassNode, field: string): void {
    for (const scope of this.source.scopeManager?.scopes ?? []) {
      if (scope.type !== 'function' || enclosingClass(scope.block) !== cls) continue
      walk(scope.block, this.source.visitorKeys, (node) => {
        if (node.type !== 'MemberExpression' || node.object.type !== 'ThisExpression') return
        if (memberName(node) === field) this.#servingUse(node)
      })
    }
  }

  /** Is the variable a server, router or app of the package? */
  #isServing(variable: Variable): boolean {
    const [def] = variable.defs
    const id = variable.identifiers[0]
    if (!def || !id) return false
    if (id.type === 'Identifier' && id.typeAnnotation) {
      if (this.#isServingType(id.typeAnnotation.typeAnnotation)) return true
    }
    if (def.type !== 'Variable' || !def.node.init) return false
    const init = unwrap(def.node.init)
    if (init.type !== 'NewExpression' && init.type !== 'CallExpression') return false
    const path = this.origins.path(init.callee)
    if (!path) return this.#isRouteOf(init)
    const [from = ''] = path.split('.')
    return (
      isPackage(from) &&
      (SERVING_CLASSES.has(lastName(path)) || path === from || /[rR]outer$|[aA]pp$/.test(path))
    )
  }

  #isServingType(type: TSESTree.TypeNode): boolean {
    if (type.type !== 'TSTypeReference') return false
    const { typeName } = type
    const path = this.origins.path(typeName.type === 'TSQualifiedName' ? typeName.left : typeName)
    if (!path || !isPackage(path.split('.')[0] ?? '')) return false
    return SERVING_CLASSES.has(this.#typeNameOf(type) ?? '')
  }

  /** `const users = router.route('/users')`. */
  #isRouteOf(call: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
    const { callee } = call
    if (callee.type !== 'MemberExpression' || !/^(route|group)$/i.test(memberName(callee) ?? ''))
      return false
    const variable =
      callee.object.type === 'Identifier' ? this.origins.variable(callee.object) : null
    return variable !== null && this.#isServing(variable)
  }

  /** `router.get(path, …handlers)`, chains of them, and `server.handler = …`. */
  #servingUse(node: Node): void {
    const member = node.parent
    if (member?.type !== 'MemberExpression' || member.object !== node) return
    const name = memberName(member) ?? ''
    const holder = member.parent
    if (holder.type === 'AssignmentExpression' && holder.left === member) {
      if (SERVER_HANDLERS.has(name)) this.register(holder.right, 0)
      return
    }
    if (holder.type !== 'CallExpression' || holder.callee !== member) return
    if (REGISTRARS.has(name)) {
      const index = name === 'onError' ? 1 : 0
      for (const argument of holder.arguments) this.register(argument, index)
    }
    this.#servingUse(holder)
  }

  #optionUse(identifier: Node): void {
    let callee: Node = identifier
    while (callee.parent?.type === 'MemberExpression') callee = callee.parent
    const call = callee.parent
    if (call?.type !== 'CallExpression' || call.callee !== callee) return
    const name =
      callee.type === 'MemberExpression' ? memberName(callee) : (callee as TSESTree.Identifier).name
    if (!matches(this.options.handlers, name ?? '', this.origins.path(callee))) return
    for (const argument of call.arguments) this.register(argument, 0)
  }

  /** An expression in the place of a handler: the functions it may be. */
  register(node: Node, ctxIndex: number): void {
    const inner = unwrap(node)
    if (this.#seen.has(inner)) return
    this.#seen.add(inner)
    if (isFunction(inner)) {
      this.#add(inner, ctxIndex, true)
      return
    }
    switch (inner.type) {
      case 'Identifier': {
        const variable = this.origins.variable(inner)
        if (variable) this.#registerVariable(variable, ctxIndex, inner)
        return
      }
      case 'ArrayExpression':
        for (const element of inner.elements) if (element) this.register(element, ctxIndex)
        return
      case 'SpreadElement':
        this.register(inner.argument, ctxIndex)
        return
      case 'ConditionalExpression':
        this.register(inner.consequent, ctxIndex)
        this.register(inner.alternate, ctxIndex)
        return
      case 'LogicalExpression':
        this.register(inner.left, ctxIndex)
        this.register(inner.right, ctxIndex)
        return
      case 'CallExpression':
        this.#registerCall(inner, ctxIndex)
        return
      case 'MemberExpression':
        this.#registerMember(inner, ctxIndex)
    }
  }

  #registerVariable(variable: Variable, ctxIndex: number, place: Node): void {
    const [def] = variable.defs
    if (!def) return
    if (def.type === 'FunctionName' && isFunction(def.node))
      this.#add(def.node, ctxIndex, true, place)
    if (def.type !== 'Variable' || !def.node.init) return
    const init = unwrap(def.node.init)
    if (isFunction(init)) this.#add(init, ctxIndex, true, place)
    else this.register(init, ctxIndex)
  }

  /** A wrapper: what it is given are handlers, and so is what it returns. */
  #registerCall(call: TSESTree.CallExpression, ctxIndex: number): void {
    const { callee } = call
    if (callee.type === 'MemberExpression' && memberName(callee) === 'bind') {
      const shift = Math.max(0, call.arguments.length - 1)
      this.register(callee.object, ctxIndex + shift)
      return
    }
    // What adapt() wraps are handlers of node:http.
    if (/^fasthttp\/adaptor\.adapt/.test(this.origins.path(callee) ?? '')) return
    for (const argument of call.arguments) this.register(argument, ctxIndex)
    for (const fn of this.#functionsOf(callee)) this.#registerReturned(fn, ctxIndex)
  }

  #registerReturned(fn: FunctionNode, ctxIndex: number): void {
    for (const returned of returnedBy(fn, this.source.visitorKeys))
      this.register(returned, ctxIndex)
  }

  #functionsOf(callee: Node): FunctionNode[] {
    const inner = unwrap(callee)
    if (isFunction(inner)) return [inner]
    if (inner.type === 'Identifier') {
      const def = this.origins.variable(inner)?.defs[0]
      if (!def) return []
      if (isFunction(def.node)) return [def.node]
      const init = def.type === 'Variable' && def.node.init ? unwrap(def.node.init) : null
      return init && isFunction(init) ? [init] : []
    }
    if (inner.type !== 'MemberExpression') return []
    const fn = this.#memberFunction(inner)
    return fn && isFunction(fn) ? [fn] : []
  }

  #registerMember(node: TSESTree.MemberExpression, ctxIndex: number): void {
    const found = this.#memberFunction(node)
    if (found && isFunction(found)) this.#add(found, ctxIndex, true, node)
    else if (found) this.register(found, ctxIndex)
  }

  /** What `this.list`, `api.list` or `handlers.list` stand for in this file. */
  #memberFunction(node: TSESTree.MemberExpression): Node | null {
    const name = memberName(node)
    if (!name) return null
    const object = unwrap(node.object)
    let owner: Node | null = null
    if (object.type === 'ThisExpression') {
      owner = enclosingClass(node)
      if (!owner) owner = enclosingObject(node)
    } else if (object.type === 'NewExpression') {
      owner = this.#classOf(object)
    } else if (object.type === 'Identifier') {
      const def = this.origins.variable(object)?.defs[0]
      const init = def?.type === 'Variable' && def.node.init ? unwrap(def.node.init) : null
      if (isClass(def?.node)) owner = def.node
      else if (init?.type === 'NewExpression') owner = this.#classOf(init)
      else owner = init
    }
    return owner ? ownMember(owner, name) : null
  }

  #classOf(node: TSESTree.NewExpression): ClassNode | null {
    if (node.callee.type !== 'Identifier') return null
    const def = this.origins.variable(node.callee)?.defs[0]?.node
    return isClass(def) ? def : null
  }

  #add(fn: FunctionNode, ctxIndex: number, registered: boolean, place: Node = fn): void {
    const known = this.found.get(fn)
    if (known && (known.registered || !registered)) return
    if (fn.params.length <= ctxIndex) {
      // A handler without parameters may still be a factory: `router.get('/', make())`.
      return
    }
    const index =
      this.#typedParam(fn) ??
      (fn.params.length === 3 && ctxIndex === 0 && isErrorParam(fn) ? 1 : ctxIndex)
    const nodeStyle = ctxIndex === 0 && this.#typedParam(fn) === null && this.#isNodeStyle(fn)
    this.found.set(fn, { fn, place, ctxIndex: index, registered, nodeStyle })
    if (registered) this.#forwarded(fn, index)
  }

  /** `(req, res)` and `(req, res, next)`: typed so, or the second is used as a response. */
  #isNodeStyle(fn: FunctionNode): boolean {
    const [first, second] = fn.params
    if (first?.type === 'Identifier' && first.typeAnnotation) {
      const name = this.#typeNameOf(first.typeAnnotation.typeAnnotation)
      if (name && NODE_REQUESTS.test(name)) return true
    }
    if (second?.type !== 'Identifier') return false
    return (this.origins.variable(second)?.references ?? []).some(({ identifier }) => {
      const use = identifier.parent
      return use?.type === 'MemberExpression' && RESPONSE_MEMBERS.test(memberName(use) ?? '')
    })
  }

  /** `(ctx) => api.list(ctx)`: the function it forwards to is the handler. */
  #forwarded(fn: FunctionNode, ctxIndex: number): void {
    const param = fn.params[ctxIndex]
    const call = soleCall(fn)
    if (param?.type !== 'Identifier' || !call) return
    const index = call.arguments.findIndex(
      (argument) => argument.type === 'Identifier' && argument.name === param.name
    )
    if (index < 0) return
    for (const target of this.#functionsOf(call.callee)) this.#add(target, index, true)
  }

  // ---- types and members ----

  #typedParam(fn: FunctionNode): number | null {
    const index = fn.params.findIndex((param) => this.#isCtxParam(param))
    return index < 0 ? null : index
  }

  #isCtxParam(param: TSESTree.Parameter): boolean {
    const inner = param.type === 'TSParameterProperty' ? param.parameter : param
    const target = inner.type === 'AssignmentPattern' ? inner.left : inner
    if (!('typeAnnotation' in target) || !target.typeAnnotation) {
      return this.types !== null && target.type === 'Identifier' && this.#isTypedCtx(target)
    }
    return this.#isCtxType(target.typeAnnotation.typeAnnotation)
  }

  #isTypedCtx(target: TSESTree.Identifier): boolean {
    return this.#typeNames.has(this.types?.typeName(target) ?? '')
  }

  #isCtxType(type: TSESTree.TypeNode): boolean {
    if (type.type === 'TSUnionType' || type.type === 'TSIntersectionType') {
      return type.types.some((part) => this.#isCtxType(part))
    }
    if (type.type !== 'TSTypeReference') return false
    const name = this.#typeNameOf(type)
    if (name && this.#typeNames.has(name)) return true
    const alias = this.#aliasOf(type)
    return alias !== null && this.#isCtxType(alias)
  }

  /** The name a type reference has in the package, whatever it was imported as. */
  #typeNameOf(type: TSESTree.TypeNode): string | null {
    if (type.type === 'TSImportType')
      return type.qualifier?.type === 'Identifier' ? type.qualifier.name : null
    if (type.type !== 'TSTypeReference') return null
    const { typeName } = type
    if (typeName.type === 'TSQualifiedName') return typeName.right.name
    if (typeName.type !== 'Identifier') return null
    const path = this.origins.path(typeName)
    return path ? lastName(path) : typeName.name
  }

  #aliasOf(type: TSESTree.TSTypeReference): TSESTree.TypeNode | null {
    if (type.typeName.type !== 'Identifier') return null
    const def = this.origins.variable(type.typeName)?.defs[0]?.node
    return def?.type === 'TSTypeAliasDeclaration' ? def.typeAnnotation : null
  }

  #isHandlerType(type: TSESTree.TypeNode): boolean {
    switch (type.type) {
      case 'TSTypeReference': {
        const name = this.#typeNameOf(type)
        if (name === 'RequestHandler' || name === 'Middleware') return true
        const alias = this.#aliasOf(type)
        if (alias && this.#isHandlerType(alias)) return true
        return type.typeArguments?.params.some((param) => this.#isHandlerType(param)) ?? false
      }
      case 'TSImportType':
        return this.#typeNameOf(type) === 'RequestHandler'
      case 'TSArrayType':
        return this.#isHandlerType(type.elementType)
      case 'TSUnionType':
        return type.types.some((part) => this.#isHandlerType(part))
      case 'TSFunctionType':
        return false
      default:
        return false
    }
  }

  #function(fn: FunctionNode, comments: readonly TSESTree.Comment[]): void {
    if (this.found.has(fn) && this.found.get(fn)?.registered) return
    const typed = this.#typedParam(fn)
    if (typed !== null) this.#add(fn, typed, false)
    if (fn.returnType && this.#isHandlerType(fn.returnType.typeAnnotation))
      this.#registerReturned(fn, 0)
    if (this.#isInHandlerPlace(fn)) this.#add(fn, 0, false)
    if (comments.length > 0) this.#documented(fn, comments)
    if (this.found.has(fn)) return
    const index = this.#distinctiveParam(fn)
    if (index !== null) this.#add(fn, index, false)
  }

  /** Is the function, or the literal it sits in, declared as a handler by a type? */
  #isInHandlerPlace(fn: FunctionNode): boolean {
    let node: Node = fn
    for (let parent: Node | undefined = fn.parent; parent; node = parent, parent = parent.parent) {
      switch (parent.type) {
        case 'VariableDeclarator':
          return (
            parent.init === node &&
            !!parent.id.typeAnnotation &&
            this.#isHandlerType(parent.id.typeAnnotation.typeAnnotation)
          )
        case 'PropertyDefinition':
          return (
            !!parent.typeAnnotation && this.#isHandlerType(parent.typeAnnotation.typeAnnotation)
          )
        case 'TSSatisfiesExpression':
        case 'TSAsExpression':
          if (this.#isHandlerType(parent.typeAnnotation)) return true
          break
        case 'Property':
        case 'ObjectExpression':
        case 'ArrayExpression':
          break
        default:
          return false
      }
    }
    return false
  }

  #documented(fn: FunctionNode, comments: readonly TSESTree.Comment[]): void {
    const holder = documentedNode(fn)
    const comment = comments.find(
      (candidate) =>
        candidate.range[1] <= holder.range[0] &&
        /^\s*(export\s+(default\s+)?)?$/.test(
          this.source.text.slice(candidate.range[1], holder.range[0])
        )
    )
    if (!comment) return
    const text = comment.value
    if (/@(type|satisfies)\s*\{[^}]*\b(RequestHandler|Middleware)\b/.test(text))
      this.#add(fn, 0, false)
    if (/@returns?\s*\{[^}]*\bRequestHandler\b/.test(text)) this.#registerReturned(fn, 0)
    const named = /@param\s*\{[^}]*\b(\w*RequestCtx)\b[^}]*\}\s*\[?(\w+)/.exec(text)
    if (!named) return
    const index = fn.params.findIndex(
      (param) => param.type === 'Identifier' && param.name === named[2]
    )
    this.#add(fn, Math.max(0, index), false)
  }

  /** The parameter whose members no other framework's context has. */
  #distinctiveParam(fn: FunctionNode): number | null {
    for (const [index, param] of fn.params.entries()) {
      const target = param.type === 'AssignmentPattern' ? param.left : param
      if (target.type !== 'Identifier') continue
      const variable = this.origins.variable(target)
      if (variable && isDistinctive(variable)) return index
    }
    return null
  }
}
