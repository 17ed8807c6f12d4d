import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import { contains, enclosingClass } from '../util/ast.js'
import { HandlerFinder, type Handler } from '../util/handlers.js'
import { DEFAULT_OPTIONS, type ResolvedOptions } from '../util/options.js'
import { Origins } from '../util/origins.js'
import { importsOf, mayHoldHandlers } from '../util/package-names.js'
import { typeInfoOf } from '../util/type-info.js'
import { Interpreter } from './interpreter.js'
import {
  NOTHING,
  object,
  value,
  type Escape,
  type FunctionNode,
  type MessageId,
  type Node,
} from './model.js'

/** A way out of a handler that no path closes. */
export interface Finding {
  readonly messageId: MessageId
  readonly node: Node
  readonly use: Node
  readonly kind: number
  readonly escape: Escape
  readonly handler: Handler
}

export interface Analysis {
  readonly handlers: readonly Handler[]
  readonly origins: Origins | null
  readonly findings: readonly Finding[]
  /** Changes of a response after `timeoutError*`. */
  readonly ignored: readonly IgnoredChange[]
}

/** A change of a response after `timeoutError*`. */
export interface IgnoredChange {
  readonly node: Node
  /** The call that gave the context up on only one of the paths that lead here; null when all do. */
  readonly by: Node | null
}

const EMPTY: Analysis = { handlers: [], origins: null, findings: [], ignored: [] }
const cache = new WeakMap<TSESLint.SourceCode, Map<string, Analysis>>()

/** The analysis of a file, made once for all rules that ask with the same options. */
export function analyse(source: TSESLint.SourceCode, options: ResolvedOptions): Analysis {
  if (!isWorthALook(source, options)) return EMPTY
  let known = cache.get(source)
  if (!known) cache.set(source, (known = new Map()))
  const key = options === DEFAULT_OPTIONS ? '' : JSON.stringify(options)
  let analysis = known.get(key)
  if (!analysis) known.set(key, (analysis = analyseFile(source, options)))
  return analysis
}

/** The cheap test: may the analysis find anything? */
export function isWorthALook(source: TSESLint.SourceCode, options: ResolvedOptions): boolean {
  return mayHoldHandlers(source, namedIn(options))
}

function analyseFile(source: TSESLint.SourceCode, options: ResolvedOptions): Analysis {
  if (!source.scopeManager) return EMPTY
  const imports = importsOf(source.ast as TSESTree.Program, source.text)
  if (imports.foreign && !imports.fromPackage) return EMPTY
  const types = typeInfoOf(source)
  const origins = new Origins(source.scopeManager)
  const handlers = new HandlerFinder(source, origins, options, types).find()
  const registered = new Set(handlers.filter((each) => each.registered).map((each) => each.fn))
  const runs = handlers
    .filter((each) => !each.nodeStyle)
    .map((handler) => {
      const run = new Interpreter(source, origins, options, types, handler.fn, registered)
      const escapes = run.run(selfOf(handler.fn), handler.ctxIndex)
      return { handler, escapes, entered: run.entered, ignored: run.ignored }
    })
  const kept = withoutCalled(runs)
  const ignored = new Map(runs.flatMap((run) => [...run.ignored]))
  return {
    handlers,
    origins,
    findings: kept.flatMap(findingsOf),
    ignored: [...ignored].map(([node, by]) => ({ node, by })),
  }
}

/** Names of the options that alone may make a file worth looking at. */
function namedIn({ ctxTypes, handlers }: ResolvedOptions): readonly string[] {
  return [...ctxTypes, ...handlers.map((each) => (typeof each === 'string' ? each : each.name))]
}

interface Run {
  readonly handler: Handler
  readonly escapes: readonly Escape[]
  readonly entered: ReadonlySet<FunctionNode>
  readonly ignored: ReadonlyMap<Node, Node | null>
}

/** A function that another handler of the file calls is judged at that call. */
function withoutCalled(runs: readonly Run[]): readonly Run[] {
  const kept = runs.filter(
    (run) =>
      run.handler.registered ||
      !runs.some((other) => other !== run && other.entered.has(run.handler.fn))
  )
  const reached = new Set<FunctionNode>()
  const reach = (run: Run): void => {
    for (const fn of run.entered) {
      if (reached.has(fn)) continue
      reached.add(fn)
    }
  }
  kept.forEach(reach)
  // Functions that only call each other: the first stands for all.
  const result = [...kept]
  for (const run of runs) {
    if (result.includes(run) || reached.has(run.handler.fn)) continue
    result.push(run)
    reach(run)
  }
  return result
}

function findingsOf(run: Run): Finding[] {
  const found: Finding[] = []
  const seen = new Set<Node>()
  for (const escape of run.escapes) {
    const isKept = escape.leaked || (escape.skipped && escape.removal !== null)
    if (escape.latent || !(isKept || escape.uncaught)) continue
    const node = escape.race ?? escape.droppedAt ?? escape.node
    if (seen.has(node)) continue
    seen.add(node)
    const isHelper = !escape.race && escape.node !== escape.source
    const messageId = !isKept ? 'uncaught' : escape.race ? 'race' : isHelper ? 'helper' : escape.id
    found.push({
      messageId,
      node,
      use: escape.use,
      kind: escape.kind,
      escape,
      handler: run.handler,
    })
  }
  return found.filter((one) => !found.some((other) => other !== one && isInside(one, other)))
}

/** What happens inside of something that already escapes is reported after that is mended. */
function isInside(one: Finding, other: Finding): boolean {
  return one.node !== other.node && contains(other.node, one.node)
}

/** What `this` is in a handler: an instance of its class, which outlives the request. */
function selfOf(fn: FunctionNode): ReturnType<typeof value> {
  const cls = enclosingClass(fn)
  return cls
    ? value({ objs: [object({ cls, outer: true })], outer: true })
    : { ...NOTHING, outer: true }
}
