import { ts } from 'ts-morph'
import { contains, unwrap, walk, wrapOut } from './ast.js'
import type { Candidate } from './candidates.js'
import { splice, type Edit } from './edits.js'
import type { FileEdits } from './file-edits.js'
import { twinName } from './names.js'
import type { ProjectPlan } from './project.js'
import { indentAt } from './text.js'
import { twinSite, type TwinSite } from './twin-site.js'
import { isExportsObject } from './file-exports.js'

const REASON = 'for what stays on req and res; remove it with the last of that'

/** Keeps the old form of helpers that both native and other code calls, under a name of its own. */
export class TwinEmitter {
  readonly #plan: ProjectPlan
  readonly #fileOf: (node: ts.Node) => FileEdits

  constructor(plan: ProjectPlan, fileOf: (node: ts.Node) => FileEdits) {
    this.#plan = plan
    this.#fileOf = fileOf
    for (const candidate of plan.twins) {
      const site = twinSite(candidate, plan.workspace)
      if (site !== undefined) this.#twin(candidate, site)
    }
  }

  #twin(candidate: Candidate, site: TwinSite): void {
    this.#copy(site)
    let isShared = false
    for (const reference of this.#oldCalls(candidate)) {
      this.#rename(reference, candidate)
      isShared ||= reference.getSourceFile() !== candidate.fn.getSourceFile()
      isShared ||= ts.isPropertyAccessExpression(unwrap(reference))
    }
    if (isShared) this.#export(candidate, site)
  }

  /** Where code on (req, res) uses the helper, the old forms of other helpers left out. */
  #oldCalls(candidate: Candidate): ts.Expression[] {
    const found = new Set<ts.Expression>()
    for (const { node } of candidate.outside) found.add(node as ts.Expression)
    for (const caller of this.#plan.candidates.all.values()) {
      if (this.#plan.reasonOf(caller) === undefined) continue
      for (const helper of caller.helperCalls) {
        if (helper.targets.includes(candidate.fn)) found.add(helper.call.expression)
      }
    }
    return [...found]
  }

  #rename(reference: ts.Expression, candidate: Candidate): void {
    const token = nameToken(reference)
    if (token === undefined) return
    const file = this.#fileOf(token)
    const name = twinName(token.getText())
    file.rewrite({ start: token.getStart(), end: token.end }, [name])
    if (!ts.isIdentifier(token) || ts.isPropertyAccessExpression(token.parent)) return
    const binding = this.#plan.workspace.symbolOf(token)?.declarations?.[0]
    if (binding === undefined || binding === candidate.fn) return
    const specifier = specifierText(binding)
    if (specifier === undefined) return
    const imported = (binding as ts.ImportSpecifier | ts.BindingElement).propertyName ?? token
    file.needs.push({
      module: specifier,
      name: twinName(imported.getText()),
      local: name,
      typeOnly: false,
    })
  }

  /** The declaration once more, with every helper it calls in its old form. */
  #copy(site: TwinSite): void {
    const { declaration, name, separator } = site
    const file = this.#fileOf(declaration)
    const { text } = file.context.file
    const start = declaration.getStart()
    const renames: Edit[] = [renamed(name, start)]
    for (const twin of this.#plan.twins) {
      for (const reference of twin.references) {
        const token = nameToken(reference)
        const isInside = contains(declaration, reference) && token !== undefined && token !== name
        if (isInside && !isDeclared(reference)) renames.push(renamed(token, start))
      }
    }
    const unique = new Map(renames.map((each) => [each.start, each]))
    const copy = splice(text.slice(start, declaration.end), [...unique.values()])
    const { eol } = file.context.style
    const indent = indentAt(text, start)
    const gap = separator === '' ? eol + eol : separator + eol
    const mark = `// TODO(fh-migrate): ${REASON}`
    file.append(declaration, `${gap}${indent}${mark}${eol}${indent}${copy}`)
    walk(declaration, (node) => {
      if (ts.isIdentifier(node)) file.keeps.add(node.text)
    })
    file.found('adapt', declaration)
  }

  /** Offers the old form wherever the new one is offered. */
  #export({ fn, references }: Candidate, site: TwinSite): void {
    const { name } = site
    if (site.separator !== '' || ts.isClassElement(site.declaration)) return
    const source = fn.getSourceFile()
    const entries: ts.Node[] = source.statements.flatMap((each) =>
      ts.isExportDeclaration(each) &&
      each.moduleSpecifier === undefined &&
      each.exportClause !== undefined &&
      ts.isNamedExports(each.exportClause)
        ? each.exportClause.elements.filter(
            (element) => (element.propertyName ?? element.name).text === name.getText()
          )
        : []
    )
    for (const reference of references) {
      const { parent } = wrapOut(reference)
      if (reference.getSourceFile() !== source) continue
      if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent)) {
        entries.push(parent)
      } else if (ts.isBinaryExpression(parent) && parent.right === reference) {
        this.#exportAgain(parent, site)
      }
    }
    for (const entry of entries) {
      const file = this.#fileOf(entry)
      file.append(entry, `, ${this.#entryText(entry, name)}`)
    }
  }

  #entryText(entry: ts.Node, name: ts.Node): string {
    const local = twinName(name.getText())
    if (ts.isPropertyAssignment(entry)) return `${twinName(entry.name.getText())}: ${local}`
    if (ts.isExportSpecifier(entry) && entry.propertyName !== undefined) {
      return `${local} as ${twinName(entry.name.getText())}`
    }
    return local
  }

  /** `exports.sendJson = sendJson`. */
  #exportAgain(assignment: ts.BinaryExpression, site: TwinSite): void {
    const { left, parent } = assignment
    if (!ts.isPropertyAccessExpression(left) || !isExportsObject(left.expression)) return
    if (!ts.isExpressionStatement(parent)) return
    const file = this.#fileOf(parent)
    const { eol, semicolon } = file.context.style
    const target = `${left.expression.getText()}.${twinName(left.name.text)}`
    file.append(parent, `${eol}${target} = ${twinName(site.name.getText())}${semicolon}`)
  }
}

function renamed(token: ts.Node, base: number): Edit {
  const start = token.getStart() - base
  const end = token.end - base
  return { start, end, text: twinName(token.getText()), within: { start, end } }
}

/** The last name of `sendJson` or `respond.sendJson`. */
function nameToken(reference: ts.Expression): ts.Node | undefined {
  const node = unwrap(reference)
  if (ts.isPropertyAccessExpression(node)) return node.name
  return ts.isIdentifier(node) ? node : undefined
}

/** Whether the place declares the function rather than using it. */
function isDeclared(reference: ts.Expression): boolean {
  const { parent } = wrapOut(reference)
  return ts.isBinaryExpression(parent) && parent.left === reference
}

function specifierText(binding: ts.Declaration): string | undefined {
  if (ts.isImportSpecifier(binding)) {
    return (binding.parent.parent.parent.moduleSpecifier as ts.StringLiteral).text
  }
  const owner = ts.isBindingElement(binding) ? binding.parent.parent : undefined
  if (owner === undefined || !ts.isVariableDeclaration(owner)) return undefined
  const call = owner.initializer
  if (call === undefined || !ts.isCallExpression(call)) return undefined
  const [specifier] = call.arguments
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : undefined
}
