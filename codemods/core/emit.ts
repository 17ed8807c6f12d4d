import { ts } from 'ts-morph'
import { isFunctionNode, unwrap, type FunctionNode } from './ast.js'
import type { RegisteredItem, Registration } from './app-graph.js'
import type { Candidate, HelperCall } from './candidates.js'
import { argumentsSpan, spanOf } from './draft.js'
import { CopyEmitter } from './emit-copies.js'
import { TwinEmitter } from './emit-twins.js'
import { TypeEmitter } from './emit-types.js'
import { FileEdits } from './file-edits.js'
import { isQuiet, LEFT_OUT } from './decision.js'
import { servicesOf, type ProjectPlan } from './project.js'
import { members, type Service, type Value } from './values.js'

/** Express's own middleware and the packages it came from, and what stands for each. */
const PRESETS: Record<string, string> = {
  'express.json': 'jsonBody',
  'express.urlencoded': 'urlencodedBody',
  'express.text': 'textBody',
  'express.raw': 'rawBody',
  'express.static': 'staticFiles',
  'body-parser.json': 'jsonBody',
  'body-parser.urlencoded': 'urlencodedBody',
  'body-parser.text': 'textBody',
  'body-parser.raw': 'rawBody',
  'cookie-parser': 'cookieParser',
  'serve-static': 'staticFiles',
}
const ERROR_MIDDLEWARE = /error/i

/** Turns the decisions of a plan into edits, file by file. */
export class Emitter {
  readonly #plan: ProjectPlan
  readonly #files = new Map<ts.SourceFile, FileEdits>()
  readonly #adapted = new Set<ts.Node>()

  constructor(plan: ProjectPlan) {
    this.#plan = plan
    for (const candidate of plan.candidates.all.values()) this.#handler(candidate)
    for (const service of plan.graph.services) this.#service(service)
    for (const registration of plan.graph.registrations) this.#registration(registration)
    new TwinEmitter(plan, (node) => this.#file(node))
    new CopyEmitter(plan, (node) => this.#file(node))
    new TypeEmitter(plan, (node) => this.#file(node))
  }

  get files(): ReadonlyMap<ts.SourceFile, FileEdits> {
    return this.#files
  }

  #file(node: ts.Node): FileEdits {
    const source = node.getSourceFile()
    const known = this.#files.get(source)
    if (known !== undefined) return known
    const edits = new FileEdits(this.#plan.context(node))
    this.#files.set(source, edits)
    return edits
  }

  #handler(candidate: Candidate): void {
    const draft = this.#plan.drafts.get(candidate)
    if (draft === undefined || this.#plan.reasonOf(candidate) !== undefined) return
    const file = this.#file(candidate.fn)
    file.edits.push(...draft.edits)
    file.needs.push(...draft.needs)
    file.findings.push(...draft.findings)
    for (const name of draft.keeps) file.keeps.add(name)
    for (const helper of candidate.helperCalls) {
      if (helper.parameter) this.#adaptPassed(helper.targets)
      else for (const target of helper.targets) this.#bridge(helper, target)
    }
  }

  /** Marks the call of what stays, or wraps it where native code is given it. */
  #bridge(helper: HelperCall, target: FunctionNode): void {
    const callee = this.#plan.candidates.get(target)
    const reason = callee === undefined ? undefined : this.#plan.reasonOf(callee)
    if (callee === undefined || reason === undefined) return
    if (helper.direct) {
      if (!isQuiet(reason)) this.#file(helper.call).todo(helper.call, reason)
      return
    }
    for (const place of this.#plan.passesOf(callee)) {
      if (this.#adapted.has(place)) continue
      this.#adapted.add(place)
      const name = callee.roleAt.includes('next') ? 'adaptMiddleware' : 'adaptHandler'
      this.#wrap(place, name)
      this.#file(place).found('adapt', place)
      if (!isQuiet(reason)) this.#file(place).todo(place, reason)
    }
  }

  /** Handlers that stay but are given to a native wrapper: `asyncHandler(adaptMiddleware(h))`. */
  #adaptPassed(targets: Iterable<ts.Node>): void {
    for (const target of targets) {
      const candidate = isFunctionNode(target) ? this.#plan.candidates.get(target) : undefined
      const reason = candidate === undefined ? undefined : this.#plan.reasonOf(candidate)
      if (candidate === undefined || reason === undefined) continue
      for (const call of this.#plan.values.allCalls) {
        for (const argument of call.arguments ?? []) {
          if (this.#passes(argument, candidate, call)) this.#adapt(argument, candidate, reason)
        }
      }
    }
  }

  #passes(argument: ts.Expression, candidate: Candidate, call: ts.Node): boolean {
    const isLocalCall =
      (ts.isCallExpression(call) || ts.isNewExpression(call)) &&
      members(this.#plan.values.of(call.expression)).some((each) => each.kind === 'function')
    if (!isLocalCall) return false
    const functions = this.#plan.values.functionsOf(argument)
    return functions.includes(candidate.fn) && !ts.isIdentifier(unwrap(argument))
      ? true
      : functions.length === 1 && functions[0] === candidate.fn
  }

  #adapt(node: ts.Expression, candidate: Candidate, reason: string): void {
    if (this.#adapted.has(node)) return
    this.#adapted.add(node)
    const file = this.#file(node)
    const isFinal =
      candidate.kind === 'handler' &&
      !candidate.roleAt.includes('next') &&
      candidate.registrations.every(({ registration }) => registration.method !== 'use') &&
      candidate.registrations.length > 0
    const name = isFinal ? 'adapt' : 'adaptMiddleware'
    this.#wrap(node, name)
    file.found('adapt', node)
    if (!isQuiet(reason)) file.todo(node, reason)
  }

  #wrap(node: ts.Expression, name: string): void {
    const file = this.#file(node)
    const local = file.need('fasthttp/adaptor', name)
    const key = ts.isShorthandPropertyAssignment(node.parent) ? `${node.getText()}: ` : ''
    file.rewrite(spanOf(node), [`${key}${local}(`, spanOf(node), ')'])
  }

  #service(service: Service): void {
    const { node } = service
    if (this.#plan.workspace.isReadonly(node.getSourceFile())) return
    if (service.kind === 'server') {
      if (service.flavor === 'node') this.#nodeServer(service)
      else if (service.flavor !== 'fasthttp') this.#listen(service)
      return
    }
    if (!this.#plan.isConverted(service)) return
    const file = this.#file(node)
    const local = this.#type(service, file)
    file.rewrite(spanOf(node), [
      `new ${local}(`,
      ...this.#options(service),
      argumentsSpan(node),
      ')',
      // Defaults of Express 4 that its code may rely on.
      service.kind === 'app' && this.#plan.options.express === 4
        ? `.set(${file.context.quote('express version')}, 4)`
        : '',
    ])
    file.found(service.kind, node)
  }

  #type(service: Service, file: FileEdits): string {
    if (service.kind === 'router') return file.need('fasthttp/router', 'Router')
    return this.#plan.graph.callsApps
      ? file.need('fasthttp/adaptor', 'CallableApp')
      : file.need('fasthttp/router', 'App')
  }

  /** The time-outs set on what `app.listen()` gave are options of the app. */
  #options(app: Service): string[] {
    const limits: string[] = []
    for (const [server, timeouts] of this.#plan.graph.timeouts) {
      const call = server.node
      if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) continue
      if (!servicesOf(this.#plan.values, call.expression.expression).includes(app)) continue
      for (const { option, value, statement } of timeouts) {
        limits.push(`${option}: ${value}`)
        this.#file(statement).remove(statement)
      }
    }
    return limits.length === 0 ? [] : [`{ ${limits.join(', ')} }`]
  }

  /** `app.listen()` of an app that stays on Express is served by our engine through adapt. */
  #listen(server: Service): void {
    const call = server.node
    if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return
    const app = call.expression.expression
    const [owner] = members(this.#plan.values.of(app))
    if (owner?.kind !== 'service' || owner.service.kind !== 'app') return
    const reason = this.#plan.blockerOf(owner.service)
    if (reason === undefined || !this.#plan.isConverted(server)) return
    const file = this.#file(call)
    const adapt = file.need('fasthttp/adaptor', 'adapt')
    const type = file.need('fasthttp', 'Server')
    file.rewrite(spanOf(app), [`new ${type}({ handler: ${adapt}(`, spanOf(app), ') })'])
    file.found('adapt', call)
    if (!isQuiet(reason)) file.todo(call, `the app stays on Express: ${reason}`)
  }

  #nodeServer(server: Service): void {
    const registration = this.#plan.graph.registrationsOf(server)[0]
    const item = registration?.items[0]
    if (item === undefined || item.adapted) return
    const timeouts = this.#plan.graph.timeouts.get(server) ?? []
    const call = server.node as ts.CallExpression
    const [app] = item.services
    if (!this.#plan.isConverted(server)) {
      if (app !== undefined && this.#plan.isConverted(app)) this.#toNodeHandler(item)
      return
    }
    if (app === undefined && item.functions.length === 0) return
    const handler = this.#serverHandler(item, app)
    if (handler === undefined) return
    const file = this.#file(call)
    const type = file.need('fasthttp', 'Server')
    const options = call.arguments.length > 1 ? call.arguments[0] : undefined
    const tls = options === undefined ? [] : ['tls: ', spanOf(options), ', ']
    // node sends no field that the handler has not set.
    const plain =
      app === undefined ? 'noDefaultContentType: true, noDefaultServerHeader: true, ' : ''
    const limits = timeouts.map((each) => `${each.option}: ${each.value}, `).join('')
    const gone = [...timeouts.map((each) => each.statement), ...this.#plan.graph.droppedOf(server)]
    for (const statement of gone) this.#file(statement).remove(statement)
    file.rewrite(spanOf(call), [
      `new ${type}({ `,
      ...tls,
      `${limits}${plain}handler: `,
      ...handler,
      ' })',
    ])
    file.found(options === undefined ? 'server' : 'server.tls', call)
    if (limits !== '') file.found('server.limits', call)
  }

  #serverHandler(
    item: RegisteredItem,
    app: Service | undefined
  ): (string | { start: number; end: number })[] | undefined {
    const span = spanOf(item.node)
    const file = this.#file(item.node)
    if (app !== undefined) {
      if (this.#plan.isConverted(app) || app.flavor === 'fasthttp') return [span, '.handler']
      const reason = this.#plan.blockerOf(app) ?? ''
      if (!isQuiet(reason)) file.todo(item.node, `the app stays on Express: ${reason}`)
      return [`${file.need('fasthttp/adaptor', 'adapt')}(`, span, ')']
    }
    const reasons = item.functions.map((fn) => this.#reasonOf(fn))
    if (reasons.every((reason) => reason === undefined)) return [span]
    const reason = reasons.find((each) => each !== undefined)!
    if (reason === LEFT_OUT) return undefined
    if (!isQuiet(reason)) file.todo(item.node, reason)
    file.found('adapt', item.node)
    return [`${file.need('fasthttp/adaptor', 'adapt')}(`, span, ')']
  }

  #toNodeHandler(item: RegisteredItem): void {
    const file = this.#file(item.node)
    const local = file.need('fasthttp/adaptor', 'toNodeHandler')
    file.rewrite(spanOf(item.node), [`${local}(`, spanOf(item.node), '.handler)'])
    file.found('server', item.node)
  }

  #reasonOf(fn: ts.Node): string | undefined {
    const candidate = isFunctionNode(fn) ? this.#plan.candidates.get(fn) : undefined
    return candidate === undefined
      ? 'its parameters cannot be followed'
      : this.#plan.reasonOf(candidate)
  }

  #registration(registration: Registration): void {
    const { owner, call, method } = registration
    if (this.#plan.workspace.isReadonly(call.getSourceFile())) return
    if (owner.flavor === 'fasthttp') {
      for (const item of registration.items) if (item.adapted) this.#unadapt(item, registration)
      return
    }
    if (owner.kind === 'server' || !this.#plan.isConverted(owner)) return
    const isError = registration.items.some((item) => this.#isErrorItem(item))
    if (isError && method === 'use') this.#onError(registration)
    for (const item of registration.items) this.#item(item)
  }

  /** What an earlier run adapted and can be native now loses its wrapper and its mark. */
  #unadapt(item: RegisteredItem, registration: Registration): void {
    const app = item.services[0]
    const isReady =
      item.foreign === undefined &&
      item.functions.every((fn) => this.#plan.isNative(fn)) &&
      item.services.every((service) => this.#plan.isConverted(service))
    const call = unwrap(item.node)
    if (!isReady || !ts.isCallExpression(call) || call.arguments[0] === undefined) return
    const file = this.#file(item.node)
    const suffix = registration.method === 'createServer' && app !== undefined ? '.handler' : ''
    file.rewrite(spanOf(item.node), [spanOf(call.arguments[0]), suffix])
    file.clearTodo(item.node)
  }

  #onError(registration: Registration): void {
    const access = (registration.call as ts.CallExpression).expression
    if (!ts.isPropertyAccessExpression(access)) return
    const file = this.#file(access)
    file.rewrite(spanOf(access.name), ['onError'])
    file.found('error', access)
  }

  #isErrorItem(item: RegisteredItem): boolean {
    if (item.functions.some((fn) => this.#plan.candidates.get(fn)?.kind === 'error')) return true
    const { foreign } = item
    const callee = foreign?.kind === 'result' ? foreign.callee : foreign
    if (callee?.kind === 'export') return ERROR_MIDDLEWARE.test(callee.name)
    return callee?.kind === 'module' && ERROR_MIDDLEWARE.test(callee.name)
  }

  #item(item: RegisteredItem): void {
    if (item.adapted) return
    if (item.foreign !== undefined) {
      this.#foreign(item, item.foreign)
      return
    }
    for (const service of item.services) {
      if (this.#plan.isConverted(service) || service.flavor === 'fasthttp') continue
      if (this.#adapted.has(item.node)) continue
      this.#adapted.add(item.node)
      this.#wrap(item.node, 'adaptMiddleware')
      this.#file(item.node).todo(item.node, this.#plan.blockerOf(service) ?? '')
    }
    for (const fn of item.functions) {
      const candidate = this.#plan.candidates.get(fn)
      const reason = candidate === undefined ? undefined : this.#plan.reasonOf(candidate)
      if (candidate !== undefined && reason !== undefined) {
        this.#adapt(item.node, candidate, reason)
        return
      }
    }
  }

  #foreign(item: RegisteredItem, value: Value): void {
    const preset = PRESETS[presetName(value) ?? '']
    const file = this.#file(item.node)
    const isPreset = preset !== undefined && item.functions.length === 0
    if (isPreset && value.kind === 'result' && contains(item.node, value.node)) {
      if (this.#adapted.has(value.node)) return
      this.#adapted.add(value.node)
      const local = file.need('fasthttp/compat', preset)
      file.rewrite(spanOf(value.node.expression), [local])
      // Without options, forms were nested in Express 4.
      if (preset === 'urlencodedBody' && this.#plan.options.express === 4 && isBare(value.node)) {
        file.rewrite(argumentsSpan(value.node), ['{ extended: true }'])
      }
      file.found(presetName(value)!, item.node)
      return
    }
    if (this.#adapted.has(item.node)) return
    this.#adapted.add(item.node)
    const target = ts.isSpreadElement(item.node) ? item.node.expression : item.node
    if (ts.isSpreadElement(item.node)) {
      const local = file.need('fasthttp/adaptor', 'adaptMiddleware')
      file.rewrite(spanOf(target), [spanOf(target), `.map((each) => ${local}(each))`])
    } else {
      this.#wrap(target, 'adaptMiddleware')
    }
    file.found('middleware', item.node)
    // What stays beside it is a handler of the project.
    for (const fn of item.functions) {
      const reason = this.#reasonOf(fn)
      if (reason !== undefined && !isQuiet(reason)) file.todo(item.node, reason)
    }
  }
}

function contains(outer: ts.Node, inner: ts.Node): boolean {
  return (
    outer.getSourceFile() === inner.getSourceFile() &&
    outer.pos <= inner.pos &&
    inner.end <= outer.end
  )
}

function isBare(call: ts.CallExpression | ts.NewExpression): boolean {
  return call.arguments?.length === 0
}

function presetName(value: Value): string | undefined {
  if (value.kind !== 'result') return undefined
  const { callee } = value
  if (callee.kind === 'export') return `${callee.module}.${callee.name}`
  return callee.kind === 'module' ? callee.name : undefined
}
