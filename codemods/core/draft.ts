import { ts } from 'ts-morph'
import type { Blocker } from './app-graph.js'
import { walk, type FunctionNode } from './ast.js'
import { rewrite, type Edit, type Part, type Span } from './edits.js'
import { styleOf, type TextStyle } from './text.js'

export interface ImportNeed {
  module: string
  name: string
  local: string
  typeOnly: boolean
}

/** What happens to the answer at one node, in the order the code runs. */
export type FlowEvent =
  | {
      kind: 'head' | 'write' | 'answer'
      promise: boolean
      rejection?: ts.Expression
      /** What it does to a response that was given before, in the form that minds it. */
      again?: 'throws' | 'ignored'
    }
  /** One of several functions answers: `res.format({ ... })`. */
  | { kind: 'choice'; functions: FunctionNode[] }
  /** Middleware of a package runs and answers or calls `then`. */
  | { kind: 'foreign'; then: ts.Expression }
  | { kind: 'next'; call: ts.CallExpression }
  | { kind: 'responded' }
  | { kind: 'helper'; call: ts.CallExpression }

export interface Finding {
  /** Id of a row of the conversion table. */
  row: string
  node: ts.Node
  /** A sentence for the report when a person should look at this place. */
  note: string | undefined
}

/** Names and style of one file, shared by every draft that edits it. */
export class FileContext {
  readonly file: ts.SourceFile
  readonly style: TextStyle
  readonly isTypeScript: boolean
  readonly #declared = new Map<string, ts.Node[]>()

  constructor(file: ts.SourceFile) {
    this.file = file
    this.style = styleOf(file)
    this.isTypeScript = /\.[mc]?tsx?$/.test(file.fileName)
    walk(file, (node) => {
      const name = declaredName(node)
      if (name === undefined) return
      const list = this.#declared.get(name) ?? []
      list.push(node)
      this.#declared.set(name, list)
    })
  }

  /** A local name for an imported one, changed only where the file uses that name already. */
  localName(name: string, module: string): string {
    const clashes = (this.#declared.get(name) ?? []).filter((node) => !isImportOf(node, module))
    return clashes.length === 0 ? name : `fh${name[0]!.toUpperCase()}${name.slice(1)}`
  }

  declares(name: string): boolean {
    return this.#declared.has(name)
  }

  quote(text: string): string {
    const { quote } = this.style
    return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote
  }

  /** The text in the quotes that `node` has in the source. */
  quoteAs(node: ts.Node, text: string): string {
    return ts.isStringLiteral(node) && node.text === text ? node.getText() : this.quote(text)
  }
}

/** The edits one handler would need, collected without changing anything. */
export class Draft {
  readonly context: FileContext
  /** The name of the context parameter in this handler. */
  readonly ctx: string
  readonly edits: Edit[] = []
  readonly needs: ImportNeed[] = []
  readonly findings: Finding[] = []
  readonly blockers: Blocker[] = []
  readonly events = new Map<ts.Node, FlowEvent>()
  /** A path answers twice: every call has to mind what was sent before. */
  answersAgain = false
  /** Names that the new text uses, besides those it imports. */
  readonly keeps = new Set<string>()
  /** Stretches of the old text of which nothing is carried over. */
  readonly gone: Span[] = []
  readonly #sequences = new Map<ts.Node, { edits: Edit[]; given: Edit[] }>()

  constructor(context: FileContext, ctx: string) {
    this.context = context
    this.ctx = ctx
  }

  get text(): string {
    return this.context.file.text
  }

  rewrite(range: Span, parts: readonly Part[]): void {
    this.edits.push(...rewrite(range.start, range.end, parts))
  }

  replace(node: ts.Node, text: string): void {
    const guarded = text.startsWith('(') && startsStatement(node)
    for (const edit of rewrite(node.getStart(), node.end, [text])) {
      this.edits.push(guarded ? { ...edit, guarded } : edit)
    }
  }

  insert(position: number, text: string): void {
    this.rewrite({ start: position, end: position }, [text])
  }

  /**
   * Puts several statements where one stood.
   *
   * @param build - the text, with a keyword in front of the last of them
   */
  replaceStatement(statement: ts.Node, range: Span, build: (keyword: string) => Part[]): void {
    const textWith = (keyword: string): Edit[] => rewrite(range.start, range.end, build(keyword))
    const edits = textWith('')
    this.#sequences.set(statement, { edits, given: textWith('return ') })
    this.edits.push(...edits)
  }

  /** Hands the value of an expression statement on; comments put above it stay above. */
  giveBack(statement: ts.Node): void {
    const sequence = this.#sequences.get(statement)
    if (sequence !== undefined) {
      this.edits.splice(this.edits.indexOf(sequence.edits[0]!), sequence.edits.length)
      this.edits.push(...sequence.given)
      return
    }
    const start = statement.getStart()
    // Outside of all that the statement's own expression turns into.
    this.edits.push({
      start,
      end: start,
      text: 'return ',
      within: { start, end: statement.end + 1 },
    })
  }

  found(row: string, node: ts.Node, note?: string): void {
    this.findings.push({ row, node, note })
  }

  block(node: ts.Node, reason: string): void {
    if (!this.blockers.some((each) => each.reason === reason)) this.blockers.push({ node, reason })
  }

  /** Asks for an import and returns the name it has in this file. */
  need(module: string, name: string, typeOnly = false): string {
    const local = this.context.localName(name, module)
    this.needs.push({ module, name, local, typeOnly })
    return local
  }

  compat(name: string): string {
    return this.need('fasthttp/compat', name)
  }
}

export function spanOf(node: ts.Node): Span {
  return { start: node.getStart(), end: node.end }
}

/** Everything between the parentheses of a call. */
export function argumentsSpan(call: ts.CallExpression | ts.NewExpression): Span {
  const list = call.arguments
  if (list === undefined) return { start: call.end, end: call.end }
  return { start: list.pos, end: call.end - 1 }
}

function startsStatement(node: ts.Node): boolean {
  return ts.findAncestor(node, ts.isExpressionStatement)?.getStart() === node.getStart()
}

function declaredName(node: ts.Node): string | undefined {
  const named =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isClassLike(node) ||
    ts.isImportSpecifier(node) ||
    ts.isImportClause(node) ||
    ts.isNamespaceImport(node) ||
    ts.isImportEqualsDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node)
  if (!named) return undefined
  return node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : undefined
}

/** Packages whose imported names give way to ours of the same name. */
const REPLACED = /^(node:)?(express|http|https|cookie-parser|body-parser)$|^fasthttp(\/|$)/

function isImportOf(node: ts.Node, module: string): boolean {
  const from = importedFrom(node)
  if (from === undefined) return false
  return from === module || REPLACED.test(from)
}

function importedFrom(node: ts.Node): string | undefined {
  if (ts.isImportSpecifier(node)) return literal(node.parent.parent.parent.moduleSpecifier)
  if (ts.isImportClause(node)) return literal(node.parent.moduleSpecifier)
  if (ts.isVariableDeclaration(node)) return requiredFrom(node.initializer)
  if (ts.isBindingElement(node)) {
    const owner = node.parent.parent
    return ts.isVariableDeclaration(owner) ? requiredFrom(owner.initializer) : undefined
  }
  return undefined
}

function requiredFrom(node: ts.Expression | undefined): string | undefined {
  if (node === undefined || !ts.isCallExpression(node)) return undefined
  if (node.expression.getText() !== 'require' || node.arguments[0] === undefined) return undefined
  return literal(node.arguments[0])
}

function literal(node: ts.Expression): string | undefined {
  return ts.isStringLiteralLike(node) ? node.text : undefined
}
