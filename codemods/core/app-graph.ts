import { ts } from 'ts-morph'
import { isReference, unwrap, walk, wrapOut, type FunctionNode } from './ast.js'
import { isComputedLoad } from './computed-require.js'
import { isExportsObject } from './file-exports.js'
import { isNodeServer, members, type Service, type Value, type Values } from './values.js'
import type { Workspace } from './workspace.js'

const VERBS = new Set('get post put patch delete head options trace all'.split(' '))
const SETTINGS = new Set('set enable disable enabled disabled engine'.split(' '))
const APP_MEMBERS = new Set(['listen', 'route', 'locals', 'address', 'close', 'handler', 'onError'])
/** What means something in Express or in ours: code that puts its own in its place changes that. */
const OTHER_MEMBERS = new Set(
  `group handle path render mountpath engines settings parent cache request response router stack
  _router lazyrouter init defaultConfiguration del connections listening getConnections
  maxConnections on once off emit addListener removeListener call apply bind`.split(/\s+/)
)
const SERVER_MEMBERS = new Set(
  'listen close address on once off removeListener listening ref unref'.split(' ')
)
const SERVER_EVENTS = new Set(['listening', 'error', 'close'])
/** How settings that hold a mount path are called, where their value cannot be seen. */
const NAMES_A_PATH = /(path|prefix|url|base|root|route|endpoint|version)s?$/i
/** Test tools that take an app or server and only need `address`, `listen` and `close`. */
const TEST_CLIENTS = new Set(
  'supertest supertest-session supertest-as-promised superagent chai chai-http'.split(' ')
)
/** What looks at values without calling them. */
const LOOKS = /^(console|expect|assert|should|t|test)\b/

export interface RegisteredItem {
  node: ts.Expression
  functions: FunctionNode[]
  services: Service[]
  /** Set when the item is neither a local function nor a service. */
  foreign: Value | undefined
  /** The item is wrapped in `adapt` or `adaptMiddleware` already. */
  adapted: boolean
}

/** One call that hands handlers to an app, a router, a route or a node server. */
export interface Registration {
  owner: Service
  call: ts.CallExpression | ts.NewExpression
  method: string
  path: ts.Expression | undefined
  items: RegisteredItem[]
}

export interface Blocker {
  node: ts.Node
  reason: string
}

/** A time-out that the code sets on a node server and ours takes as an option. */
export interface ServerTimeout {
  option: string
  value: string
  statement: ts.ExpressionStatement
}

const TIMEOUTS: Record<string, string> = {
  keepAliveTimeout: 'idleTimeout',
  headersTimeout: 'readHeaderTimeout',
  requestTimeout: 'readTimeout',
}

/** Every app, router and server of the project, what is registered on it and how it is used. */
export class AppGraph {
  readonly services = new Set<Service>()
  readonly registrations: Registration[] = []
  readonly blockers = new Map<Service, Blocker[]>()
  readonly timeouts = new Map<Service, ServerTimeout[]>()
  /** Code that stays calls an app as a function, or hands it to what does: `http.createServer(app)` of a test. */
  callsApps = false
  /** Statements that say what our server does by itself. */
  readonly #dropped = new Map<Service, ts.ExpressionStatement[]>()
  readonly #values: Values
  readonly #workspace: Workspace
  readonly #mounted = new Map<Service, boolean>()

  constructor(workspace: Workspace, values: Values) {
    this.#workspace = workspace
    this.#values = values
    for (const file of workspace.files) {
      walk(file, (node) => {
        if (ts.isTypeNode(node)) return false
        if (isServiceExpression(node)) this.#visit(node)
        return true
      })
    }
  }

  registrationsOf(service: Service): Registration[] {
    return this.registrations.filter((each) => each.owner === service)
  }

  droppedOf(service: Service): readonly ts.ExpressionStatement[] {
    return this.#dropped.get(service) ?? []
  }

  /** Whether requests reach this service with a part of their path cut off. */
  isMounted(service: Service): boolean {
    const known = this.#mounted.get(service)
    if (known !== undefined) return known
    this.#mounted.set(service, false)
    const mounted = this.registrations.some(
      (each) =>
        each.items.some((item) => item.services.includes(service)) &&
        (cutsPath(each) || this.isMounted(each.owner))
    )
    this.#mounted.set(service, mounted)
    return mounted
  }

  isMountedAt(registration: Registration): boolean {
    return cutsPath(registration) || this.isMounted(registration.owner)
  }

  block(service: Service, node: ts.Node, reason: string): void {
    const list = this.blockers.get(service) ?? []
    if (!list.some((each) => each.reason === reason)) list.push({ node, reason })
    this.blockers.set(service, list)
  }

  #visit(node: ts.Expression): void {
    for (const value of members(this.#values.of(node))) {
      if (value.kind === 'service') {
        if (value.service.node === node) this.#create(value.service)
        if (!continuesChain(node)) this.#use(value.service, node)
        else this.#method(value.service, node)
      } else if (value.kind === 'route' && continuesChain(node)) {
        this.#method(value.service, node)
      }
    }
  }

  #create(service: Service): void {
    this.services.add(service)
    if (service.kind === 'server' && service.flavor === 'node') this.#createServer(service)
    if (service.kind === 'server' && service.flavor === 'fasthttp') this.#ownServer(service)
    if (service.flavor === 'connect') {
      this.block(service, service.node, 'connect applications are adapted as a whole')
    }
  }

  #createServer(service: Service): void {
    const call = service.node
    const args = [...(call.arguments ?? [])]
    const handler = args.at(-1)
    if (handler === undefined || ts.isObjectLiteralExpression(unwrap(handler))) {
      this.block(service, call, 'its request listener is attached later')
      return
    }
    const callee = this.#values.of(call.expression)
    const isPlain = callee.kind === 'export' && callee.module === 'http'
    if (isPlain && args.length > 1) {
      this.block(service, call, 'the options of http.createServer have no counterpart')
    }
    this.registrations.push({
      owner: service,
      call,
      method: 'createServer',
      path: undefined,
      items: [this.#item(handler)],
    })
  }

  /** `new Server({ handler: adapt(target) })` of an earlier run. */
  #ownServer(service: Service): void {
    const options = service.node.arguments?.[0]
    if (options === undefined || !ts.isObjectLiteralExpression(options)) return
    for (const property of options.properties) {
      if (!ts.isPropertyAssignment(property) || property.name.getText() !== 'handler') continue
      const item = this.#item(property.initializer)
      if (!item.adapted) continue
      this.registrations.push({
        owner: service,
        call: service.node,
        method: 'createServer',
        path: undefined,
        items: [item],
      })
    }
  }

  /** `node.name(...)` or `node.name`, where node is a service or a route. */
  #method(service: Service, node: ts.Expression): void {
    const outer = wrapOut(node)
    const access = outer.parent as ts.PropertyAccessExpression
    const name = access.name.text
    const call = ts.isCallExpression(access.parent) && access.parent.expression === access
    if (service.kind === 'server') {
      this.#serverMethod(service, access, name)
      return
    }
    if (SETTINGS.has(name) || APP_MEMBERS.has(name)) return
    if (call && (VERBS.has(name) || name === 'use' || name === 'param')) {
      this.#register(service, access.parent as ts.CallExpression, name, node)
      return
    }
    // What the code itself keeps on the app is kept on ours.
    if (this.#values.hasOwnMember(service, name) && !OTHER_MEMBERS.has(name)) return
    if (service.kind === 'app' && (name === 'call' || name === 'apply' || name === 'bind')) {
      this.callsApps = true
      return
    }
    this.block(service, access, `${service.kind}.${name} has no counterpart`)
  }

  #serverMethod(service: Service, access: ts.PropertyAccessExpression, name: string): void {
    const { parent } = access
    if (SERVER_MEMBERS.has(name)) {
      const event = ts.isCallExpression(parent) ? parent.arguments[0] : undefined
      const isEvent = name === 'on' || name === 'once'
      if (!isEvent || (event && ts.isStringLiteralLike(event) && SERVER_EVENTS.has(event.text)))
        return
    }
    if (this.#timeout(service, access, name) || this.#refusal(service, access)) return
    this.block(service, access, `server.${name} has no counterpart`)
  }

  /** A 'clientError' listener that only answers 400 and closes: our server does that by itself. */
  #refusal(service: Service, access: ts.PropertyAccessExpression): boolean {
    const call = access.parent
    const statement = call.parent
    if (!ts.isCallExpression(call) || !ts.isExpressionStatement(statement)) return false
    if (this.#workspace.isReadonly(statement.getSourceFile())) return false
    const [event, listener] = call.arguments
    if (event === undefined || listener === undefined) return false
    if (!ts.isStringLiteralLike(event) || event.text !== 'clientError') return false
    if (!onlyRefuses(listener)) return false
    this.#dropped.set(service, [...(this.#dropped.get(service) ?? []), statement])
    return true
  }

  /** `server.keepAliveTimeout = 5000` is an option of our server. */
  #timeout(service: Service, access: ts.PropertyAccessExpression, name: string): boolean {
    const option = TIMEOUTS[name]
    const assignment = access.parent
    if (option === undefined || !ts.isBinaryExpression(assignment)) return false
    const statement = assignment.parent
    if (assignment.left !== access || !ts.isExpressionStatement(statement)) return false
    if (!isConstant(assignment.right)) return false
    if (this.#workspace.isReadonly(statement.getSourceFile())) return false
    const list = this.timeouts.get(service) ?? []
    list.push({ option, value: assignment.right.getText(), statement })
    this.timeouts.set(service, list)
    return true
  }

  #register(service: Service, call: ts.CallExpression, method: string, receiver: ts.Node): void {
    const args = [...call.arguments]
    if (method === 'get' && args.length === 1 && this.#isSetting(args[0]!, receiver)) return
    const isRoute = this.#values.of(receiver).kind === 'route'
    let pathArgument: ts.Expression | undefined
    if (!isRoute && args.length > 0 && (method !== 'use' || this.#isPath(args[0]!))) {
      pathArgument = args.shift()
    }
    this.registrations.push({
      owner: service,
      call,
      method,
      path: pathArgument,
      items: args.flatMap((each) => this.#items(each)),
    })
  }

  #isSetting(argument: ts.Expression, receiver: ts.Node): boolean {
    return this.#values.of(receiver).kind !== 'route' && this.#isPath(argument)
  }

  #isPath(node: ts.Expression): boolean {
    const inner = unwrap(node)
    if (ts.isStringLiteralLike(inner) || ts.isTemplateExpression(inner)) return true
    if (ts.isRegularExpressionLiteral(inner)) return true
    if (ts.isBinaryExpression(inner)) return true
    if (ts.isArrayLiteralExpression(inner)) {
      const [first] = inner.elements
      return first !== undefined && this.#isPath(first)
    }
    const values = members(this.#values.of(inner))
    if (values.some((each) => each.kind === 'text')) return true
    // A setting has no value that can be seen, or that of a package: `config.get('api.prefix')`.
    if (!values.every((each) => each.kind === 'unknown' || each.kind === 'result')) return false
    // `express.static('base')` names none: only a setting that is asked for by its name does.
    const isAsked = !ts.isCallExpression(inner) || /\bget\w*$/.test(inner.expression.getText())
    if (isAsked && NAMES_A_PATH.test(inner.getText().replace(/[\]'"`)]+$/, ''))) return true
    const type = this.#workspace.checker.getTypeAtLocation(inner)
    return (type.flags & ts.TypeFlags.StringLike) !== 0
  }

  #items(node: ts.Expression): RegisteredItem[] {
    const inner = unwrap(node)
    if (ts.isArrayLiteralExpression(inner)) return inner.elements.flatMap((e) => this.#items(e))
    if (ts.isSpreadElement(node)) {
      const value = this.#values.of(node.expression)
      if (value.kind === 'array') return value.node.elements.flatMap((e) => this.#items(e))
    }
    const value = this.#values.of(inner)
    if (value.kind === 'array') return value.node.elements.flatMap((e) => this.#items(e))
    return [this.#item(node)]
  }

  #item(node: ts.Expression): RegisteredItem {
    const outer = this.#values.of(node)
    const adapted = isAdapted(outer)
    const inner = outer.kind === 'result' ? outer.node.arguments?.[0] : undefined
    const value = adapted && inner !== undefined ? this.#values.of(inner) : outer
    const item: RegisteredItem = { node, functions: [], services: [], foreign: undefined, adapted }
    for (const each of members(value)) {
      if (each.kind === 'function') item.functions.push(each.node)
      else if (each.kind === 'service') item.services.push(each.service)
      else item.foreign = each
    }
    if (isComputedLoad(node, this.#workspace)) this.#onlyServices(item, value)
    return item
  }

  /** Of a folder whose files are registered by a loop, those count that can be: routers. */
  #onlyServices(item: RegisteredItem, value: Value): void {
    const isSure = item.services.length > 0 && item.functions.length === 0
    item.functions = []
    item.foreign = isSure ? undefined : value
  }

  /** A use of a service as a whole: allowed where the value can be followed. */
  #use(service: Service, node: ts.Expression): void {
    const outer = wrapOut(node)
    const { parent } = outer
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
      if (parent.expression !== outer) this.#argument(service, outer, parent)
      else if (service.kind === 'app' && (parent.arguments?.length ?? 0) > 1) this.callsApps = true
      else this.block(service, parent, `the ${service.kind} is called as a function`)
      return
    }
    if (service.kind === 'app' && ts.isTypeOfExpression(parent)) {
      this.callsApps = true
      return
    }
    if (this.#isFollowed(outer, parent)) return
    this.block(service, outer, `the ${service.kind} is used in a way that cannot be followed`)
  }

  #isFollowed(outer: ts.Expression, parent: ts.Node): boolean {
    if (ts.isExpressionStatement(parent) || ts.isReturnStatement(parent)) return true
    if (ts.isAwaitExpression(parent) || ts.isExportAssignment(parent)) return true
    if (ts.isExportSpecifier(parent) || ts.isVoidExpression(parent)) return true
    if (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) return true
    if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) return true
    if (ts.isArrayLiteralExpression(parent) || ts.isConditionalExpression(parent)) return true
    if (ts.isArrowFunction(parent) && parent.body === outer) return true
    if (ts.isIfStatement(parent) || ts.isPrefixUnaryExpression(parent)) return true
    return ts.isBinaryExpression(parent)
  }

  #argument(
    service: Service,
    node: ts.Expression,
    call: ts.CallExpression | ts.NewExpression
  ): void {
    if (isExportsObject(call.expression)) return
    const callees = members(this.#values.of(call.expression))
    const isTest = this.#workspace.isReadonly(node.getSourceFile())
    // Files of a folder that a loop calls with the app: those that are functions.
    const isLoop =
      isComputedLoad(call.expression, this.#workspace) &&
      callees.some((callee) => callee.kind === 'function')
    for (const callee of callees) {
      if (callee.kind === 'function' || callee.kind === 'class' || isLoop) continue
      if (this.#isTestClient(callee) || isAdaptor(callee)) continue
      if (isNodeServer(callee) && !isTest) continue
      if (service.kind === 'app' && (isTest || this.#isRequestListener(call))) {
        // Whatever tool it is: an app that can be called is all that `express()` was from outside.
        if (isNodeServer(callee) || !onlyLooks(call)) this.callsApps = true
        continue
      }
      if (isTest && !isNodeServer(callee)) continue
      if (isNodeServer(callee)) {
        this.block(service, node, `a test hands the ${service.kind} to http.createServer`)
        continue
      }
      if (service.kind !== 'server' && this.#isRegistrationCall(call)) continue
      if (service.kind === 'router' && call.expression.getText() === 'console.log') continue
      this.block(service, node, `the ${service.kind} is passed to ${shortText(call.expression)}`)
    }
  }

  /** `server.on('request', app)`. */
  #isRequestListener(call: ts.CallExpression | ts.NewExpression): boolean {
    const { expression: callee } = call
    const [event] = call.arguments ?? []
    if (!ts.isPropertyAccessExpression(callee) || event === undefined) return false
    if (!/^(on|once|addListener|prependListener)$/.test(callee.name.text)) return false
    return ts.isStringLiteralLike(event) && event.text === 'request'
  }

  #isRegistrationCall(call: ts.CallExpression | ts.NewExpression): boolean {
    if (!ts.isPropertyAccessExpression(call.expression)) return false
    const receiver = this.#values.of(call.expression.expression)
    return members(receiver).some((each) => each.kind === 'service' || each.kind === 'route')
  }

  #isTestClient(callee: Value): boolean {
    if (callee.kind === 'module') return TEST_CLIENTS.has(callee.name)
    if (callee.kind === 'export') return TEST_CLIENTS.has(callee.module)
    return false
  }
}

/** `expect(app).toBeDefined()`, not `expect(app).to.be.a('function')`. */
function onlyLooks(call: ts.CallExpression | ts.NewExpression): boolean {
  if (!LOOKS.test(call.expression.getText())) return false
  const statement = ts.findAncestor(call, ts.isStatement)
  return !/function/i.test(statement?.getText() ?? '')
}

/** A number, or a product of numbers: safe to move to another place. */
function isConstant(node: ts.Expression): boolean {
  const inner = unwrap(node)
  if (ts.isNumericLiteral(inner)) return true
  return ts.isBinaryExpression(inner) && isConstant(inner.left) && isConstant(inner.right)
}

/** `(err, socket) => socket.end('HTTP/1.1 400 ...')`, with or without a guard before it. */
function onlyRefuses(listener: ts.Expression): boolean {
  const fn = unwrap(listener)
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return false
  const socket = fn.parameters[1]?.name.getText()
  const isRefusal = (node: ts.Node): boolean => {
    if (ts.isExpressionStatement(node)) return isRefusal(node.expression)
    if (ts.isIfStatement(node))
      return isRefusal(node.thenStatement) && node.elseStatement === undefined
    if (ts.isReturnStatement(node))
      return node.expression === undefined || isRefusal(node.expression)
    if (ts.isBlock(node)) return node.statements.every(isRefusal)
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
    if (node.expression.expression.getText() !== socket) return false
    const [text] = node.arguments
    if (node.expression.name.text === 'destroy') return true
    return (
      node.expression.name.text === 'end' &&
      text !== undefined &&
      ts.isStringLiteralLike(text) &&
      text.text.startsWith('HTTP/1.1 400')
    )
  }
  return isRefusal(fn.body)
}

function cutsPath(registration: Registration): boolean {
  if (registration.method !== 'use' || registration.path === undefined) return false
  const node = unwrap(registration.path)
  return !(ts.isStringLiteralLike(node) && (node.text === '/' || node.text === ''))
}

function isServiceExpression(node: ts.Node): node is ts.Expression {
  if (ts.isIdentifier(node)) return isReference(node)
  return (
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isCallExpression(node) ||
    ts.isNewExpression(node)
  )
}

function continuesChain(node: ts.Expression): boolean {
  const outer = wrapOut(node)
  return ts.isPropertyAccessExpression(outer.parent) && outer.parent.expression === outer
}

function isAdaptor(value: Value): boolean {
  return value.kind === 'export' && value.module === 'fasthttp/adaptor'
}

function isAdapted(value: Value): boolean {
  return value.kind === 'result' && isAdaptor(value.callee)
}

export function shortText(node: ts.Node): string {
  const text = node.getText().replace(/\s+/g, ' ')
  return text.length > 48 ? `${text.slice(0, 45)}...` : text
}
