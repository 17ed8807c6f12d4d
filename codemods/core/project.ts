import { ts } from 'ts-morph'
import { AppGraph, type Registration } from './app-graph.js'
import { Candidates, type Candidate } from './candidates.js'
import { position, walk, type FunctionNode } from './ast.js'
import { Draft, FileContext } from './draft.js'
import { FlowAnalysis } from './flow.js'
import { UNKNOWN_SUMMARY, type Summary } from './flow-state.js'
import { members, Values, type Service } from './values.js'
import type { Workspace } from './workspace.js'
import { draftHandler } from '../transforms/handler.js'
import type { AppSettings } from '../transforms/scope.js'

export interface ProjectOptions {
  exact: boolean
  /** Only serve what is there through adapt, and convert nothing. */
  adaptOnly: boolean
  /** Whether a registered handler is left as it is; helpers follow the handlers they serve. */
  isLeftOut: (candidate: Candidate) => boolean
}

/** Starts the reason of what was asked to stay: such code is not marked. */
export const LEFT_OUT = 'left out'
/** The reason of everything in the first stage: served by our engine, otherwise as it was. */
export const ADAPT_ONLY = 'this stage adapts and converts nothing'

/** Whether code with this reason gets no mark: nobody has anything to do about it. */
export function isQuiet(reason: string): boolean {
  return reason === LEFT_OUT || reason === ADAPT_ONLY
}

/** Everything known about a project before a line is changed: what converts, and why not. */
export class ProjectPlan {
  readonly workspace: Workspace
  readonly values: Values
  readonly graph: AppGraph
  readonly candidates: Candidates
  readonly drafts = new Map<Candidate, Draft>()
  readonly options: ProjectOptions
  readonly #contexts = new Map<ts.SourceFile, FileContext>()
  readonly #summaries = new Map<FunctionNode, Summary>()
  readonly #reasons = new Map<Candidate, string>()
  readonly #roots = new Map<Candidate, string>()
  /** How many blockers a draft had before its flow was analysed. */
  readonly #certain = new Map<Candidate, number>()

  constructor(workspace: Workspace, options: ProjectOptions) {
    this.workspace = workspace
    this.options = options
    this.values = new Values(workspace)
    this.graph = new AppGraph(workspace, this.values)
    this.candidates = new Candidates(workspace, this.values, this.graph)
    this.#blockServices()
    const settings = this.#settings()
    for (const candidate of this.candidates.all.values()) {
      const draft = new Draft(this.context(candidate.fn), this.#ctxName(candidate))
      this.drafts.set(candidate, draft)
      draftHandler({
        candidate,
        draft,
        workspace,
        values: this.values,
        settings,
        exact: options.exact,
      })
    }
    for (const [candidate, draft] of this.drafts) {
      this.#certain.set(candidate, candidate.blockers.length + draft.blockers.length)
    }
    for (const candidate of this.candidates.all.values()) this.#summaryOf(candidate.fn)
    this.#decide()
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
    return this.#reasons.get(candidate)
  }

  isNative(fn: FunctionNode): boolean {
    const candidate = this.candidates.get(fn)
    return candidate !== undefined && !this.#reasons.has(candidate)
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
    for (const registration of graph.registrations) this.#checkRegistration(registration)
    // A router is ours only where everything that mounts it is; repeated until nothing changes.
    for (let before = -1; before !== graph.blockers.size;) {
      before = graph.blockers.size
      for (const service of graph.services) this.#blockByMounts(service)
    }
  }

  #checkRegistration(registration: Registration): void {
    const { owner, call, items, method } = registration
    const { graph } = this
    if (owner.flavor === 'fasthttp') return
    const errors = items.filter((item) => item.functions.some((fn) => fn.parameters.length >= 4))
    if (method !== 'param' && errors.length > 0 && errors.length < items.length) {
      graph.block(owner, call, 'error middleware is registered together with other middleware')
    }
    for (const item of items) {
      const mixed = item.functions.length > 0 && (item.services.length > 0 || item.foreign)
      if (mixed) graph.block(owner, item.node, 'a handler may be one of several kinds')
      if (item.foreign !== undefined && isDynamicRequire(item.node)) {
        graph.block(owner, item.node, 'routes are loaded from files by a computed name')
      }
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
    }
    const summary = new FlowAnalysis(candidate, draft, host).run()
    this.#summaries.set(fn, summary)
    return summary
  }

  /** Leaves what cannot be proved, then everything that depends on it, until nothing changes. */
  #decide(): void {
    for (const candidate of this.candidates.all.values()) {
      const reason = this.#ownReason(candidate)
      if (reason !== undefined) this.#reasons.set(candidate, reason)
    }
    for (let before = -1; before !== this.#reasons.size;) {
      before = this.#reasons.size
      for (const candidate of this.candidates.all.values()) this.#spread(candidate)
    }
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

  /** The reason of one that stays only because another does names the first in the row. */
  #follow(candidate: Candidate, cause: Candidate, link: string): void {
    const root = this.#roots.get(cause) ?? this.#reasons.get(cause)!
    this.#roots.set(candidate, root)
    if (isQuiet(root)) this.#reasons.set(candidate, root)
    else this.#reasons.set(candidate, `${link} and stays on req and res: ${root}`)
  }

  #spread(caller: Candidate): void {
    for (const helper of caller.helperCalls) {
      for (const target of helper.targets) {
        const callee = this.candidates.get(target)
        if (callee === undefined) continue
        const calleeReason = this.#reasons.get(callee)
        const callerReason = this.#reasons.get(caller)
        // A wrapper can be given an adapted handler; a helper that is called by name cannot stay.
        if (calleeReason !== undefined && callerReason === undefined && !helper.parameter) {
          this.#follow(caller, callee, `it calls ${nameOf(target)}`)
        } else if (callerReason !== undefined && calleeReason === undefined) {
          this.#follow(callee, caller, `${nameOf(caller.fn)} calls it`)
        }
      }
    }
  }
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

/** A short name for the report: the declared one, or the place. */
export function nameOf(fn: FunctionNode): string {
  if (fn.name !== undefined) return fn.name.getText()
  let at: ts.Node = fn
  while (ts.isParenthesizedExpression(at.parent) || ts.isCallExpression(at.parent)) at = at.parent
  const { parent } = at
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent))
    return parent.name.getText()
  if (ts.isPropertyDeclaration(parent)) return parent.name.getText()
  if (ts.isBinaryExpression(parent) && ts.isPropertyAccessExpression(parent.left)) {
    return parent.left.name.text
  }
  return `the function at line ${position(fn).line}`
}

export function servicesOf(values: Values, node: ts.Node): Service[] {
  return members(values.of(node)).flatMap((each) => (each.kind === 'service' ? [each.service] : []))
}
