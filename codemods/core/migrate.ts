import { ts } from 'ts-morph'
import type { Registration } from './app-graph.js'
import { position, type FunctionNode } from './ast.js'
import type { Candidate } from './candidates.js'
import { OverlapError, splice } from './edits.js'
import { Emitter } from './emit.js'
import { importEdits } from './imports.js'
import { isQuiet } from './decision.js'
import { nameOf } from './names.js'
import { ProjectPlan } from './project.js'
import { Workspace, type SourceInput, type SyntaxProblem } from './workspace.js'

export interface MigrateOptions {
  /** Choose the byte-for-byte form of every row that has one. @default false */
  exact?: boolean
  /** The major version of Express the code is written for: some members mean different things in them. */
  express?: ExpressVersion | undefined
  /** Absolute path of a tsconfig.json whose `paths` name modules. */
  tsconfig?: string | undefined
  /** Serve what is there through `adapt()` and convert nothing. @default false */
  adaptOnly?: boolean
  /** Says which registered handlers to migrate; helpers follow. @default all */
  select?: ((handler: HandlerInfo) => boolean) | undefined
}

export type ExpressVersion = 4 | 5

/** What a kind of registration is called on the command line. */
export type HandlerGroup = 'routes' | 'middleware' | 'errors' | 'params' | 'servers'

export interface HandlerInfo {
  path: string
  line: number
  name: string
  group: HandlerGroup
  /** Such as `GET /users/:id`, without the paths of the routers around. */
  routes: string[]
}

/** `asked`: left as it is because the options said so. */
export type HandlerStatus = 'native' | 'adapted' | 'asked'

/** One handler or helper of the project and what became of it. */
export interface HandlerReport extends HandlerInfo {
  kind: Candidate['kind']
  status: HandlerStatus
  reason: string | undefined
}

export interface ServiceReport {
  path: string
  line: number
  kind: string
  status: HandlerStatus
  reason: string | undefined
}

export interface SiteReport {
  path: string
  line: number
  /** Id of a row of the conversion table. */
  row: string
  note: string | undefined
}

export interface FileChange {
  path: string
  before: string
  after: string
  /** Packages the new text imports and the nearest package.json has to name. */
  packages: string[]
}

export interface MigrationResult {
  changes: FileChange[]
  /** What earlier runs or people made ours: handlers on `(ctx)`, and registrations on adapt. */
  present: { native: HandlerInfo[]; adapted: number }
  handlers: HandlerReport[]
  services: ServiceReport[]
  sites: SiteReport[]
  /** Files that do not parse: left as they are. */
  problems: SyntaxProblem[]
  /** Files whose result would not have parsed: left as they are. A defect of this tool. */
  dropped: SyntaxProblem[]
}

const BOM = '\uFEFF'
const MAX_DROPS = 5

/** Migrates a set of sources: reads no file and writes none. */
export function migrate(
  sources: readonly SourceInput[],
  options: MigrateOptions = {}
): MigrationResult {
  let result = migrateOnce(sources, options)
  const dropped = [...result.dropped]
  // A file that cannot be written must not be relied on by the others: plan again without it.
  for (let left = MAX_DROPS; result.dropped.length > 0 && left > 0; left--) {
    const paths = new Set(dropped.map((each) => each.path))
    result = migrateOnce(
      sources.map((each) => (paths.has(each.path) ? { ...each, readonly: true } : each)),
      options
    )
    dropped.push(...result.dropped)
  }
  return { ...result, dropped }
}

function migrateOnce(sources: readonly SourceInput[], options: MigrateOptions): MigrationResult {
  const workspace = new Workspace(sources, { tsconfig: options.tsconfig })
  const plan = planOf(workspace, options)
  const emitter = new Emitter(plan)
  const result: MigrationResult = {
    changes: [],
    present: presentOf(plan),
    handlers: handlerReports(plan),
    services: serviceReports(plan),
    sites: [],
    problems: workspace.problems,
    dropped: [],
  }
  for (const [source, file] of emitter.files) {
    if (workspace.isReadonly(source)) continue
    const edits = file.finish()
    if (edits.length === 0) continue
    const input = workspace.input(source)
    const bom = input.text.startsWith(BOM) ? BOM : ''
    try {
      const after = splice(source.text, [...edits, ...importEdits(file, workspace.checker)])
      const problem = syntaxProblem(source.fileName, after)
      if (problem !== undefined) {
        result.dropped.push({ ...problem, path: input.path })
      } else if (bom + after !== input.text) {
        const isOurs = file.needs.some((need) => need.module.startsWith('fasthttp'))
        const packages = isOurs ? ['fasthttp'] : []
        result.changes.push({ path: input.path, before: input.text, after: bom + after, packages })
      }
    } catch (error) {
      if (!(error instanceof OverlapError)) throw error
      result.dropped.push({ path: input.path, line: 1, column: 1, message: error.message })
    }
    for (const finding of file.findings) {
      const { line } = position(finding.node)
      result.sites.push({ path: input.path, line, row: finding.row, note: finding.note })
    }
  }
  return result
}

function planOf(workspace: Workspace, options: MigrateOptions): ProjectPlan {
  const { select } = options
  return new ProjectPlan(workspace, {
    exact: options.exact ?? false,
    express: options.express,
    adaptOnly: options.adaptOnly ?? false,
    isLeftOut: (candidate) => select !== undefined && !select(infoOf(candidate, workspace)),
  })
}

function infoOf(candidate: Candidate, workspace: Workspace): HandlerInfo {
  return {
    path: workspace.pathOf(candidate.fn.getSourceFile()),
    line: position(candidate.fn).line,
    name: nameOf(candidate.fn),
    group: groupOf(candidate),
    routes: candidate.registrations.flatMap(({ registration }) => routeOf(registration)),
  }
}

function groupOf(candidate: Candidate): HandlerGroup {
  if (candidate.kind === 'error') return 'errors'
  if (candidate.kind === 'param') return 'params'
  return groupOfMethods(candidate.registrations.map(({ registration }) => registration.method))
}

function groupOfMethods(methods: readonly string[]): HandlerGroup {
  if (methods.includes('onError')) return 'errors'
  if (methods.includes('param')) return 'params'
  if (methods.includes('createServer')) return 'servers'
  return methods.includes('use') ? 'middleware' : 'routes'
}

function presentOf(plan: ProjectPlan): MigrationResult['present'] {
  const native = new Map<FunctionNode, HandlerInfo>()
  let adapted = 0
  for (const registration of plan.graph.registrations) {
    if (registration.owner.flavor !== 'fasthttp') continue
    for (const item of registration.items) {
      if (item.adapted) adapted++
      else for (const fn of item.functions) addPresent(native, fn, registration, plan.workspace)
    }
  }
  return { native: [...native.values()], adapted }
}

function addPresent(
  native: Map<FunctionNode, HandlerInfo>,
  fn: FunctionNode,
  registration: Registration,
  workspace: Workspace
): void {
  const known = native.get(fn)
  if (known !== undefined) {
    known.routes.push(...routeOf(registration))
    return
  }
  native.set(fn, {
    path: workspace.pathOf(fn.getSourceFile()),
    line: position(fn).line,
    name: nameOf(fn),
    group: groupOfMethods([registration.method]),
    routes: routeOf(registration),
  })
}

function handlerReports(plan: ProjectPlan): HandlerReport[] {
  const { workspace } = plan
  // Handlers of tests are nobody's to migrate.
  const own = [...plan.candidates.all.values()].filter(
    ({ fn }) => !workspace.isReadonly(fn.getSourceFile())
  )
  return own.map((candidate) => {
    const reason = plan.reasonOf(candidate)
    return {
      ...infoOf(candidate, plan.workspace),
      kind: candidate.kind,
      status: statusOf(reason),
      reason,
    }
  })
}

function statusOf(reason: string | undefined): HandlerStatus {
  if (reason === undefined) return 'native'
  return isQuiet(reason) ? 'asked' : 'adapted'
}

function routeOf(registration: { method: string; path: ts.Expression | undefined }): string[] {
  const { path, method } = registration
  if (path === undefined) return []
  const text = ts.isStringLiteralLike(path) ? path.text : path.getText()
  return [`${method.toUpperCase()} ${text}`]
}

function serviceReports(plan: ProjectPlan): ServiceReport[] {
  return [...plan.graph.services]
    .filter(
      (service) =>
        service.flavor !== 'fasthttp' && !plan.workspace.isReadonly(service.node.getSourceFile())
    )
    .map((service) => {
      const reason = plan.blockerOf(service)
      return {
        path: plan.workspace.pathOf(service.node.getSourceFile()),
        line: position(service.node).line,
        kind: service.kind,
        status: statusOf(reason),
        reason,
      }
    })
}

function syntaxProblem(path: string, text: string): SyntaxProblem | undefined {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const { parseDiagnostics } = file as ts.SourceFile & {
    parseDiagnostics: ts.DiagnosticWithLocation[]
  }
  const [first] = parseDiagnostics
  if (first === undefined) return undefined
  const at = file.getLineAndCharacterOfPosition(first.start)
  const message = ts.flattenDiagnosticMessageText(first.messageText, ' ')
  return { path, line: at.line + 1, column: at.character + 1, message }
}
