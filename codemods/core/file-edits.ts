import { ts } from 'ts-morph'
import type { FileContext, Finding, ImportNeed } from './draft.js'
import { rewrite, splice, type Edit, type Part, type Span } from './edits.js'
import { enclosingStatement, isStatementList } from './ast.js'
import { indentAt, statementEnd, wholeLines } from './text.js'

/** All edits of one file, from every handler and registration in it. */
export class FileEdits {
  readonly context: FileContext
  readonly edits: Edit[] = []
  readonly needs: ImportNeed[] = []
  readonly findings: Finding[] = []
  /** Names that text added to the file uses: their imports stay. */
  readonly keeps = new Set<string>()
  readonly #removed: Span[] = []
  readonly #copies: { node: ts.Node; gap: string; edits: Edit[] }[] = []
  readonly #todos = new Map<number, { indent: string; reasons: string[] }>()

  constructor(context: FileContext) {
    this.context = context
  }

  rewrite(range: Span, parts: readonly Part[]): void {
    this.edits.push(...rewrite(range.start, range.end, parts))
  }

  need(module: string, name: string, typeOnly = false): string {
    const local = this.context.localName(name, module)
    this.needs.push({ module, name, local, typeOnly })
    return local
  }

  found(row: string, node: ts.Node): void {
    this.findings.push({ row, node, note: undefined })
  }

  /** Marks the statement of `node` for a person, once for each reason. */
  todo(node: ts.Node, reason: string): void {
    const { text } = this.context.file
    let statement: ts.Node = enclosingStatement(node)
    // Above the whole `if (x) return call()`, and above what an arrow function is part of.
    while (!isStatementList(statement.parent)) statement = enclosingStatement(statement.parent)
    const start = statement.getStart()
    const marker = `TODO(fh-migrate): ${reason}`
    if (text.slice(statement.getFullStart(), start).includes(marker)) return
    const entry = this.#todos.get(start) ?? { indent: indentAt(text, start), reasons: [] }
    if (!entry.reasons.includes(marker)) entry.reasons.push(marker)
    this.#todos.set(start, entry)
  }

  /** Puts text behind a node, after all that other edits put there. */
  append(node: ts.Node, text: string): void {
    const { end } = node
    const within = { start: node.getStart(), end: Number.MAX_SAFE_INTEGER }
    this.edits.push({ start: end, end, text, within })
  }

  /**
   * Leaves a declaration as it is and puts a copy with all edits of it behind it.
   *
   * @param edits - what differs in the copy besides
   */
  copy(node: ts.Node, gap: string, edits: Edit[]): void {
    this.#copies.push({ node, gap, edits })
  }

  /** Takes out a whole statement, with its line when it stands alone on it. */
  remove(statement: ts.Statement): void {
    const start = statement.getStart()
    const end = statementEnd(statement)
    const [from, to] = wholeLines(this.context.file.text, start, end) ?? [start, end]
    const before = this.#removed.find((each) => each.end === from)
    const after = this.#removed.find((each) => each.start === to)
    if (before !== undefined) before.end = to
    else if (after !== undefined) after.start = from
    else this.#removed.push({ start: from, end: to })
  }

  /** Removed lines, with the blank one that would be left over between two. */
  #removals(): Edit[] {
    const { text } = this.context.file
    return this.#removed.flatMap(({ start, end }) => {
      const isParagraph = /(^|\n[ \t]*\r?\n)$/.test(text.slice(0, start))
      const blank = isParagraph ? (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0) : 0
      return rewrite(start, end + blank, [''])
    })
  }

  /** Drops the marks above the statement of `node`. */
  clearTodo(node: ts.Node): void {
    const { text } = this.context.file
    const statement = enclosingStatement(node)
    for (const comment of ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? []) {
      if (!text.slice(comment.pos, comment.end).includes('TODO(fh-migrate)')) continue
      const lines = wholeLines(text, comment.pos, comment.end)
      const isKnown = this.edits.some((edit) => edit.start === lines?.[0])
      if (lines !== undefined && !isKnown) this.rewrite({ start: lines[0], end: lines[1] }, [''])
    }
  }

  /** Every edit, the comments of {@link todo} included. */
  finish(): Edit[] {
    const { eol } = this.context.style
    const comments = [...this.#todos].flatMap(([start, { indent, reasons }]) =>
      rewrite(start, start, [reasons.map((each) => `// ${each}${eol}${indent}`).join('')]).map(
        (edit) => ({ ...edit, within: { start, end: Number.MAX_SAFE_INTEGER } })
      )
    )
    return this.#withCopies([...this.edits, ...this.#removals(), ...comments])
  }

  #withCopies(edits: Edit[]): Edit[] {
    const { text } = this.context.file
    let rest = edits
    for (const { node, gap, edits: own } of this.#copies) {
      const range = { start: node.getStart(), end: node.end }
      const inside = rest.filter((each) => isWithin(each.within, range))
      const copy = splice(
        text.slice(range.start, range.end),
        [...inside, ...own].map((each) => moved(each, -range.start))
      )
      rest = rest.filter((each) => !inside.includes(each))
      const within = { start: range.start, end: Number.MAX_SAFE_INTEGER }
      const lines = `${gap}${indentAt(text, range.start)}${copy}`
      rest.push({ start: range.end, end: range.end, text: lines, within })
    }
    return rest
  }
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

function moved(edit: Edit, by: number): Edit {
  const { start, end, within } = edit
  return {
    ...edit,
    start: start + by,
    end: end + by,
    within: { start: within.start + by, end: within.end + by },
  }
}
