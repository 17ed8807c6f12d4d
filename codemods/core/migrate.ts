import { ts } from 'ts-morph'
import { position, type FunctionNode } from './ast.js'
import type { Candidate } from './candidates.js'
import { OverlapError, splice } from './edits.js'
import { Emitter } from './emit.js'
import { importEdits } from './imports.js'
import { nameOf, ProjectPlan } from './project.js'
import { Workspace, type SourceInput, type SyntaxProblem } from './workspace.js'

export interface MigrateOptions {
  /** Choose the byte-for-byte form of every row that has one. @default false */
  exact?: boolean
  /** Absolute path of a tsconfig.json whose `paths` name modules. */
  tsconfig?: string | undefined
  /** Gives a reason to leave a handler as it is, or `undefined` to migrate it. */
  exclude?: ((fn: FunctionNode) => string | undefined) | undefined
}

export type HandlerStatus = 'native' | 'adapted'

/** One handler or helper of the project and what became of it. */
export interface HandlerReport {
  path: string
  line: number
  name: string
  kind: Candidate['kind']
  status: HandlerStatus
  reason: string | undefined
  routes: string[]
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
}

export interface MigrationResult {
  changes: FileChange[]
  handlers: HandlerReport[]
  services: ServiceReport[]
  sites: SiteReport[]
  /** Files that do not parse: left as they are. */
  problems: SyntaxProblem[]
  /** Files whose result would not have parsed: left as they are. A defect of this tool. */
  dropped: SyntaxProblem[]
  /** Packages the changed files import and a package.json has to name. */
  packages: string[]
}

const BOM = '\uFEFF'

/** Migrates a set of sources: reads no file and writes none. */
export function migrate(
  sources: readonly SourceInput[],
  options: MigrateOptions = {}
): MigrationResult {
  const workspace = new Workspace(sources, { tsconfig: options.tsconfig })
  const plan = new ProjectPlan(workspace, {
    exact: options.exact ?? false,
    exclude: options.exclude,
  })
  const emitter = new Emitter(plan)
  const result: MigrationResult = {
    changes: [],
    handlers: handlerReports(plan),
    services: serviceReports(plan),
    sites: [],
    problems: workspace.problems,
    dropped: [],
    packages: [],
  }
  for (const [source, file] of emitter.files) {
    if (workspace.isReadonly(source)) continue
    const edits = file.finish()
    if (edits.length === 0) continue
    const input = workspace.input(source)
    const bom = input.text.startsWith(BOM) ? BOM : ''
    try {
      const after = splice(source.text, [...edits, ...importEdits(file)])
      const problem = syntaxProblem(source.fileName, after)
      if (problem !== undefined) {
        result.dropped.push(problem)
      } else if (bom + after !== input.text) {
        result.changes.push({ path: input.path, before: input.text, after: bom + after })
        if (file.needs.length > 0) result.packages = ['fasthttp']
      }
    } catch (error) {
      if (!(error instanceof OverlapError)) throw error
      result.dropped.push({ path: source.fileName, line: 1, column: 1, message: error.message })
    }
    for (const finding of file.findings) {
      const { line } = position(finding.node)
      result.sites.push({ path: input.path, line, row: finding.row, note: finding.note })
    }
  }
  return result
}

function handlerReports(plan: ProjectPlan): HandlerReport[] {
  return [...plan.candidates.all.values()].map((candidate) => {
    const reason = plan.reasonOf(candidate)
    return {
      path: candidate.fn.getSourceFile().fileName,
      line: position(candidate.fn).line,
      name: nameOf(candidate.fn),
      kind: candidate.kind,
      status: reason === undefined ? 'native' : 'adapted',
      reason,
      routes: candidate.registrations.flatMap(({ registration }) => routeOf(registration)),
    }
  })
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
        path: service.node.getSourceFile().fileName,
        line: position(service.node).line,
        kind: service.kind,
        status: reason === undefined ? 'native' : 'adapted',
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
