import { ts } from 'ts-morph'
import type { AppGraph, Registration } from './app-graph.js'
import { unwrap, walk } from './ast.js'
import type { Candidate, Candidates } from './candidates.js'
import { members, type Service, type Values } from './values.js'
import type { Workspace } from './workspace.js'

const WILDCARD = '*'
const VERBS = /^(all|get|post|put|patch|delete|head|options|trace)$/

/**
 * Which route parameters a handler may see. A user value that is not set reads as the parameter of
 * its name, so an own property of `req` by that name needs another form.
 */
export class RouteParams {
  readonly #workspace: Workspace
  readonly #values: Values
  readonly #graph: AppGraph
  /** Functions that others call, too. */
  readonly #called: ReadonlySet<ts.Node>
  readonly #seen = new Map<Candidate, ReadonlySet<string>>()
  #all: ReadonlySet<string> | undefined

  constructor(workspace: Workspace, values: Values, graph: AppGraph, candidates: Candidates) {
    this.#workspace = workspace
    this.#values = values
    this.#graph = graph
    this.#called = new Set(
      [...candidates.all.values()].flatMap((each) =>
        each.helperCalls.flatMap((helper) => helper.targets)
      )
    )
  }

  sees(candidate: Candidate, name: string): boolean {
    const names = this.#namesOf(candidate)
    return names.has(name) || names.has(WILDCARD + name)
  }

  /** Whether a parameter, or any without a name, may be a wildcard such as `*path`. */
  seesWildcard(candidate: Candidate, name: string | undefined): boolean {
    const names = this.#namesOf(candidate)
    if (name !== undefined) return names.has(WILDCARD + name)
    return [...names].some((each) => each.startsWith(WILDCARD))
  }

  #namesOf(candidate: Candidate): ReadonlySet<string> {
    const known = this.#seen.get(candidate)
    const names = known ?? this.#namesFor(candidate)
    if (known === undefined) this.#seen.set(candidate, names)
    return names
  }

  #namesFor(candidate: Candidate): ReadonlySet<string> {
    const { fn, registrations } = candidate
    if (registrations.length === 0 || this.#called.has(fn)) return this.#everyName()
    const names = registrations.map(({ registration }) => this.#namesAt(registration))
    const isKnown = names.every((each) => each !== undefined)
    return isKnown ? new Set(names.flat()) : this.#everyName()
  }

  /** `undefined` when they cannot be told. */
  #namesAt(registration: Registration): string[] | undefined {
    if (registration.method === 'createServer') return []
    // What middleware does later, as when the answer is sent, sees the parameters of any route behind it.
    if (!VERBS.test(registration.method)) return undefined
    const path = registration.path ?? routePath(registration.call)
    const own = path === undefined ? undefined : this.#namesIn(path)
    const outer = this.#namesAbove(registration.owner, new Set())
    return own === undefined || outer === undefined ? undefined : [...own, ...outer]
  }

  /** Parameters of the paths a router is mounted at, which it may merge into its own. */
  #namesAbove(service: Service, seen: Set<Service>): string[] | undefined {
    if (seen.has(service)) return []
    seen.add(service)
    const names: string[] = []
    for (const mount of this.#graph.registrations) {
      if (!mount.items.some((item) => item.services.includes(service))) continue
      const own = mount.path === undefined ? [] : this.#namesIn(mount.path)
      const outer = this.#namesAbove(mount.owner, seen)
      if (own === undefined || outer === undefined) return undefined
      names.push(...own, ...outer)
    }
    return names
  }

  #namesIn(path: ts.Expression): string[] | undefined {
    const node = unwrap(path)
    if (isText(node)) return namesOf(node)
    if (ts.isArrayLiteralExpression(node)) return this.#join(node.elements)
    if (ts.isTemplateExpression(node)) {
      const rest = this.#join(node.templateSpans.map((span) => span.expression))
      const own = [node.head, ...node.templateSpans.map((span) => span.literal)].flatMap(namesOf)
      return rest === undefined ? undefined : [...own, ...rest]
    }
    if (ts.isBinaryExpression(node)) return this.#join([node.left, node.right])
    const texts = members(this.#values.of(node)).map((each) =>
      each.kind === 'text' && each.node !== node ? each.node : undefined
    )
    return texts.every((each) => each !== undefined) ? this.#join(texts) : undefined
  }

  #join(nodes: readonly ts.Expression[]): string[] | undefined {
    const names = nodes.map((each) => this.#namesIn(each))
    return names.every((each) => each !== undefined) ? names.flat() : undefined
  }

  /** Everything in the project that reads like a parameter of a path. */
  #everyName(): ReadonlySet<string> {
    if (this.#all !== undefined) return this.#all
    const names = new Set<string>()
    for (const file of this.#workspace.files) {
      if (this.#workspace.isReadonly(file)) continue
      walk(file, (node) => {
        if (isText(node)) for (const name of namesOf(node)) names.add(name)
      })
    }
    return (this.#all = names)
  }
}

type Text = ts.StringLiteralLike | ts.RegularExpressionLiteral | ts.TemplateLiteralToken

function isText(node: ts.Node): node is Text {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isRegularExpressionLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddleOrTemplateTail(node)
  )
}

/** `user` of `/:user`, `*rest` of `/*rest` and `year` of `/(?<year>\d+)/`. */
function namesOf(node: Text): string[] {
  const pattern = ts.isRegularExpressionLiteral(node)
    ? /\(\?<([A-Za-z_$][\w$]*)>/g
    : /(?:^|[^\w:]):([A-Za-z_$][\w$]*)|(\*[A-Za-z_$][\w$]*)/g
  return [...node.text.matchAll(pattern)].map((match) => (match[1] ?? match[2])!)
}

/** The path of `app.route(path).get(...).post(...)`. */
function routePath(call: Registration['call']): ts.Expression | undefined {
  let at: ts.Expression = call
  while (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression)) {
    if (at.expression.name.text === 'route') return at.arguments[0]
    at = unwrap(at.expression.expression)
  }
  return undefined
}
