import { ts } from 'ts-morph'
import { AppGraph, type RegisteredItem, type Registration } from './app-graph.js'
import { block, Candidates, type Candidate } from './candidates.js'
import { walk, type FunctionNode } from './ast.js'
import { CopyGroups, type CopyGroup } from './copy-groups.js'
import { ADAPT_ONLY, Decision, LEFT_OUT } from './decision.js'
import { Draft, FileContext } from './draft.js'
import { FlowAnalysis } from './flow.js'
import {
  BRIDGED_SUMMARY,
  HANDLER_SUMMARY,
  READER_SUMMARY,
  UNKNOWN_SUMMARY,
  type Summary,
} from './flow-state.js'
import { Replacements, REPLACED } from './replacements.js'
import { RouteParams } from './route-params.js'
import { members, Values, type Service } from './values.js'
import type { Workspace } from './workspace.js'
import { draftHandler } from '../transforms/handler.js'
import type { AppSettings } from '../transforms/scope.js'

export interface ProjectOptions {
  exact: boolean
  express: 4 | 5 | undefined
  /** Only serve what is there through adapt, and convert nothing. */
  adaptOnly: boolean
  /** Whether a registered handler is left as it is; helpers follow the handlers they serve. */
  isLeftOut: (candidate: Candidate) => boolean
}

/** Everything known about a project before a line is changed: what converts, and why not. */
export class ProjectPlan {
  readonly workspace: Workspace
  readonly values: Values
  readonly graph: AppGraph
  readonly candidates: Candidates
  readonly copies: CopyGroups
  readonly drafts = new Map<Candidate, Draft>()
  readonly options: ProjectOptions
  readonly #contexts = new Map<ts.SourceFile, FileContext>()
  readonly #summaries = new Map<FunctionNode, Summary>()
  readonly #routeParams: RouteParams
  readonly #decision: Decision
  readonly #replacements: Replacements
  readonly #again = new Set<Candidate>()

  constructor(workspace: Workspace, options: ProjectOptions) {
    this.workspace = workspace
    this.options = options
    this.values = new Values(workspace)
    this.graph = new AppGraph(workspace, this.values)
    this.#replacements = new Replacements(workspace, this.values)
    this.candidates = new Candidates(workspace, this.values, this.graph, this.#replacements)
    this.copies = new CopyGroups(workspace, this.values, this.graph, this.candidates)
    this.#routeParams = new RouteParams(workspace, this.values, this.graph, this.candidates)
    this.#blockServices()
    this.#decision = new Decision(this.candidates, this.copies, workspace)
    const settings = this.#settings()
    // What stays changes how its callers are converted: repeated until nothing more stays.
    do this.#draft(settings)
    while (this.#decision.update((candidate) => this.#ownReason(candidate)) || this.#findAgain())
  }

  /**
   * Handlers of which a path answers twice, what they call, and the error handlers that get to see what
   * the second answer throws.
   *
   * @returns whether there are more than before
   */
  #findAgain(): boolean {
    const before = this.#again.size
    const queue = [...this.candidates.all.values()].filter(
      (each) => this.drafts.get(each)!.answersAgain
    )
    if (queue.length === 0) return false
    for (const each of this.candidates.all.values()) if (each.kind === 'error') queue.push(each)
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (this.#again.has(next)) continue
      this.#again.add(next)
      for (const target of next.helperCalls.flatMap((each) => each.targets)) {
        const callee = this.candidates.get(target)
        if (callee !== undefined) queue.push(callee)
      }
    }
    return this.#again.size > before
  }

  #mindsAnswer(fn: FunctionNode): boolean {
    const candidate = this.candidates.get(fn)
    const draft = candidate === undefined ? undefined : this.drafts.get(candidate)
    if (candidate === undefined || draft === undefined) return false
    if (this.#decision.stays(candidate) || this.#ownReason(candidate) !== undefined) return false
    return [...draft.events.values()].every((each) => 'again' in each)
  }

  /** Writes the native form of every handler, as if all that is not known to stay converted. */
  #draft(settings: AppSettings): void {
    this.drafts.clear()
    this.#summaries.clear()
    for (const candidate of this.candidates.all.values()) {
      const draft = new Draft(this.context(candidate.fn), this.#ctxName(candidate))
      this.drafts.set(candidate, draft)
      draftHandler({
        candidate,
        draft,
        workspace: this.workspace,
        values: this.values,
        settings,
        routeParams: this.#routeParams,
        decision: this.#decision,
        exact: this.options.exact,
        express: this.options.express,
        answersAgain: this.#again.has(candidate),
      })
    }
    for (const candidate of this.candidates.all.values()) this.#summaryOf(candidate.fn)
  }

  context(node: ts.Node): FileContext {
    const file = node.getSourceFile()
    const known = this.#contexts.get(file)
    if (known !== undefined) return known
    const context = new FileContext(file)
    this.#contexts.set(file, context)
    return context
  }

  /** Why a handler stays on (req, res); `undefined` when it becomes native. */
  reasonOf(candidate: Candidate): string | undefined {
    return this.#decision.reasonOf(candidate)
  }

  /** Helpers that are native and keep their old form for what stays. */
  get twins(): ReadonlySet<Candidate> {
    return this.#decision.twins
  }

  /** What is native in a copy and keeps its form for tests. */
  get copyGroups(): CopyGroup[] {
    return this.copies.all.filter((each) => this.#decision.isCopied(each))
  }

  /** Where a handler that stays is given to native code that calls it. */
  passesOf(candidate: Candidate): readonly ts.Expression[] {
    return this.#decision.passesOf(candidate) ?? []
  }

  isNative(fn: FunctionNode): boolean {
    const candidate = this.candidates.get(fn)
    return candidate !== undefined && !this.#decision.stays(candidate)
  }

  /** Whether a converted function gives back a promise its caller has to wait for. */
  givesPromise(fn: FunctionNode): boolean {
    return this.#summaries.get(fn)?.promise ?? false
  }

  blockerOf(service: Service): string | undefined {
    return this.graph.blockers.get(service)?.[0]?.reason
  }

  /** Whether an app, router or server becomes ours. */
  isConverted(service: Service): boolean {
    return service.flavor !== 'fasthttp' && !this.graph.blockers.has(service)
  }

  #blockServices(): void {
    const { graph } = this
    for (const service of graph.services) {
      if (this.options.adaptOnly && service.kind !== 'server') {
        graph.blockers.set(service, [{ node: service.node, reason: ADAPT_ONLY }])
      }
      if (this.workspace.isReadonly(service.node.getSourceFile())) {
        graph.block(service, service.node, 'it is created in a file that is not migrated')
      }
    }
    for (const service of graph.services) {
      if (this.#replacements.hasService(service)) graph.block(service, service.node, REPLACED)
    }
    const foreign = this.#itemsOfTests()
    for (const registration of graph.registrations) this.#checkRegistration(registration, foreign)
    // A router is ours only where everything that mounts it is; repeated until nothing changes.
    for (let before = -1; before !== graph.blockers.size;) {
      before = graph.blockers.size
      for (const service of graph.services) this.#blockByMounts(service)
      for (const { items } of graph.registrations)
        for (const each of items) this.#blockTogether(each)
    }
  }

  /** What files that are not migrated register: lists of middlewares that they share with others. */
  #itemsOfTests(): ReadonlySet<ts.Node> {
    const tests = this.graph.registrations.filter(({ call }) =>
      this.workspace.isReadonly(call.getSourceFile())
    )
    return new Set(tests.flatMap(({ items }) => items.map((item) => item.node)))
  }

  #checkRegistration(registration: Registration, foreign: ReadonlySet<ts.Node>): void {
    const { owner, call, items, method } = registration
    const { graph } = this
    if (owner.flavor === 'fasthttp') {
      for (const item of items) if (item.adapted && isMixed(item)) this.#blockFunctions(item)
      return
    }
    if (this.workspace.isReadonly(call.getSourceFile())) {
      graph.block(owner, call, 'a file that is not migrated registers handlers on it')
    } else if (items.some((item) => foreign.has(item.node))) {
      graph.block(owner, call, 'a file that is not migrated uses the same list of middlewares')
    }
    const errors = items.filter((item) => item.functions.some((fn) => fn.parameters.length >= 4))
    if (method !== 'param' && errors.length > 0 && errors.length < items.length) {
      graph.block(owner, call, 'error middleware is registered together with other middleware')
    }
    for (const item of items) {
      const mixed = isMixed(item)
      if (mixed && isOfPackage(item)) this.#blockFunctions(item)
      else if (mixed) graph.block(owner, item.node, 'a handler may be one of several kinds')
      if (item.foreign !== undefined && isDynamicRequire(item.node)) {
        graph.block(owner, item.node, 'routes are loaded from files by a computed name')
      }
    }
  }

  /** As a whole, what may be either is adapted. */
  #blockFunctions({ node, functions }: RegisteredItem): void {
    for (const fn of functions) {
      const candidate = this.candidates.get(fn)
      if (candidate === undefined) continue
      block(candidate, node, 'a middleware of a package may stand in its place')
    }
  }

  #blockByMounts(service: Service): void {
    const { graph } = this
    if (service.kind === 'server' || graph.blockers.has(service) || service.flavor === 'fasthttp')
      return
    const mounts = graph.registrations.filter((each) =>
      each.items.some((item) => item.services.includes(service))
    )
    for (const mount of mounts) {
      if (mount.method === 'createServer') continue
      const reason = this.blockerOf(mount.owner)
      if (reason !== undefined)
        graph.block(service, mount.call, `it is mounted by an app that stays: ${reason}`)
    }
    if (service.kind === 'router' && mounts.length === 0) {
      graph.block(service, service.node, 'no app mounts this router where it can be seen')
    }
  }

  /** Routers of which one or another is registered become ours together. */
  #blockTogether({ node, services }: RegisteredItem): void {
    const stays = services.find((each) => this.blockerOf(each) !== undefined)
    if (stays === undefined) return
    for (const each of services) {
      if (this.isConverted(each)) {
        this.graph.block(each, node, `another in its place stays: ${this.blockerOf(stays)}`)
      }
    }
  }

  #settings(): AppSettings {
    const settings: AppSettings = { trustProxy: false, json: false }
    for (const call of this.values.allCalls) {
      if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) continue
      const [name] = call.arguments
      if (name === undefined || !ts.isStringLiteralLike(name)) continue
      if (!/^(set|enable)$/.test(call.expression.name.text)) continue
      if (name.text === 'trust proxy') settings.trustProxy = true
      if (/^json (spaces|replacer|escape)$/.test(name.text)) settings.json = true
    }
    return settings
  }

  /** `ctx`, unless the handler can see another thing of that name. */
  #ctxName(candidate: Candidate): string {
    const { fn } = candidate
    let taken = false
    walk(fn, (node) => {
      if (
        ts.isIdentifier(node) &&
        node.text === 'ctx' &&
        !ts.isPropertyAccessExpression(node.parent)
      ) {
        taken = true
      }
    })
    return taken ? 'fhCtx' : 'ctx'
  }

  #summaryOf(fn: FunctionNode): Summary {
    const known = this.#summaries.get(fn)
    if (known !== undefined) return known
    this.#summaries.set(fn, UNKNOWN_SUMMARY)
    const candidate = this.candidates.get(fn)
    const draft = candidate === undefined ? undefined : this.drafts.get(candidate)
    if (candidate === undefined || draft === undefined) return UNKNOWN_SUMMARY
    const host = {
      workspace: this.workspace,
      values: this.values,
      summaryOf: (target: FunctionNode) => this.#summaryOf(target),
      mindsAnswer: (target: FunctionNode) => this.#mindsAnswer(target),
    }
    const summary = candidate.forwards
      ? HANDLER_SUMMARY
      : new FlowAnalysis(candidate, draft, host).run()
    // What stays is called through adaptHandler, which waits for its answer.
    const stays = this.#decision.stays(candidate) || this.#ownReason(candidate) !== undefined
    const seen = stays && candidate.kind === 'helper' ? summaryAsIs(candidate) : summary
    this.#summaries.set(fn, seen)
    return seen
  }

  #ownReason(candidate: Candidate): string | undefined {
    if (this.options.adaptOnly) return ADAPT_ONLY
    if (candidate.registrations.length > 0 && this.options.isLeftOut(candidate)) return LEFT_OUT
    const own = [...candidate.blockers, ...this.drafts.get(candidate)!.blockers]
    if (own[0] !== undefined) return own[0].reason
    for (const { registration } of candidate.registrations) {
      const reason = this.blockerOf(registration.owner)
      if (reason !== undefined) return `its ${registration.owner.kind} stays: ${reason}`
    }
    return undefined
  }
}

/** What a helper that stays does to the answer of a native caller. */
function summaryAsIs({ roleAt }: Candidate): Summary {
  return roleAt.includes('res') || roleAt.includes('next') ? BRIDGED_SUMMARY : READER_SUMMARY
}

function isMixed({ functions, services, foreign }: RegisteredItem): boolean {
  return functions.length > 0 && (services.length > 0 || foreign !== undefined)
}

function isOfPackage({ services, foreign }: RegisteredItem): boolean {
  return services.length === 0 && /^(result|export|module)$/.test(foreign?.kind ?? '')
}

function isDynamicRequire(node: ts.Expression): boolean {
  let found = false
  walk(node, (each) => {
    if (!ts.isCallExpression(each)) return
    const isLoad =
      each.expression.getText() === 'require' ||
      each.expression.kind === ts.SyntaxKind.ImportKeyword
    const [name] = each.arguments
    if (isLoad && name !== undefined && !ts.isStringLiteralLike(name)) found = true
  })
  return found
}

export function servicesOf(values: Values, node: ts.Node): Service[] {
  return members(values.of(node)).flatMap((each) => (each.kind === 'service' ? [each.service] : []))
}
