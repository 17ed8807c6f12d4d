import { ts } from 'ts-morph'
import { contains, walk, type FunctionNode } from './ast.js'
import type { Candidate } from './candidates.js'
import { rewrite, type Edit } from './edits.js'
import type { CopySite, Renaming } from './copy-site.js'
import type { FileEdits } from './file-edits.js'
import { nativeName } from './names.js'
import type { ProjectPlan } from './project.js'

const REASON =
  'for code that calls it with req and res, such as tests; remove it with the last of that'

/** Puts native copies beside what tests call in its old form, and has the application use them. */
export class CopyEmitter {
  readonly #fileOf: (node: ts.Node) => FileEdits

  constructor(plan: ProjectPlan, fileOf: (node: ts.Node) => FileEdits) {
    this.#fileOf = fileOf
    const sites = new Map<FunctionNode, CopySite>()
    for (const group of plan.copyGroups) for (const [fn, site] of group.sites) sites.set(fn, site)
    const staying = [...plan.candidates.all.values()].filter((each) => plan.reasonOf(each))
    for (const [fn, site] of sites) {
      this.#copy(site)
      const outside = plan.candidates.get(fn)?.outside.map((each) => each.node) ?? []
      for (const [node, renaming] of plan.copies.renamings.get(fn) ?? []) {
        if (!outside.includes(node) && !isOld(node, fn, staying)) this.#rename(renaming, site)
      }
    }
  }

  #copy({ declaration, name, separator, isDefault }: CopySite): void {
    const file = this.#fileOf(declaration)
    const { eol } = file.context.style
    const edits: Edit[] = []
    if (name === undefined) {
      const { left } = (declaration as ts.ExpressionStatement).expression as ts.BinaryExpression
      edits.push(...rewrite(left.end, left.end, ['.native']))
    } else {
      edits.push(...rewrite(name.getStart(), name.end, [nativeName(name.getText())]))
    }
    if (isDefault) edits.push(...withoutDefault(declaration))
    file.copy(declaration, separator === '' ? eol + eol : separator + eol, edits)
    file.todo(declaration, REASON)
    walk(declaration, (node) => {
      if (ts.isIdentifier(node)) file.keeps.add(node.text)
    })
  }

  #rename(renaming: Renaming, site: CopySite): void {
    switch (renaming.kind) {
      case 'token':
      case 'import':
        this.#renameToken(renaming)
        break
      case 'member':
        this.#fileOf(renaming.node).append(renaming.node, '.native')
        break
      case 'entry':
        this.#addEntry(renaming.node, site)
        break
      case 'exports':
        this.#exportAgain(renaming, site)
        break
      case 'default': {
        const file = this.#fileOf(renaming.statement)
        const { eol, semicolon } = file.context.style
        const name = nativeName(site.name!.getText())
        file.append(renaming.statement, `${eol}export { ${name} }${semicolon}`)
      }
    }
  }

  #renameToken(renaming: Extract<Renaming, { kind: 'token' | 'import' }>): void {
    const { token } = renaming
    const file = this.#fileOf(token)
    const local = nativeName(token.getText())
    const { parent } = token
    const key =
      ts.isShorthandPropertyAssignment(parent) && parent.name === token
        ? `${token.getText()}: `
        : ''
    file.rewrite({ start: token.getStart(), end: token.end }, [key + local])
    if (renaming.kind === 'token') return
    const { module, name } = renaming
    file.needs.push({ module, name, local, typeOnly: false })
  }

  /** `module.exports = { list }` offers the copy too. */
  #addEntry(entry: ts.ObjectLiteralElementLike, site: CopySite): void {
    const local = nativeName(site.name!.getText())
    const key = nativeName(entry.name!.getText())
    this.#fileOf(entry).append(entry, `, ${key === local ? local : `${key}: ${local}`}`)
  }

  #exportAgain(
    { statement, target }: Extract<Renaming, { kind: 'exports' }>,
    site: CopySite
  ): void {
    const file = this.#fileOf(statement)
    const { eol, semicolon } = file.context.style
    const isMember = ts.isPropertyAccessExpression(target) && target.name.text !== 'exports'
    const left = isMember
      ? `${target.expression.getText()}.${nativeName(target.name.text)}`
      : `${target.getText()}.native`
    const value = nativeName(site.name!.getText())
    file.append(statement, `${eol}${left} = ${value}${semicolon}`)
  }
}

/** `export default function list() {}` exports its copy by name. */
function withoutDefault(declaration: ts.Node): Edit[] {
  const modifiers = ts.canHaveModifiers(declaration) ? ts.getModifiers(declaration) : undefined
  const found = modifiers?.find((each) => each.kind === ts.SyntaxKind.DefaultKeyword)
  return found === undefined ? [] : rewrite(found.getStart(), found.end + 1, [''])
}

/** Whether code that stays on req and res names it here: that goes on with the old form. */
function isOld(node: ts.Node, fn: FunctionNode, staying: Candidate[]): boolean {
  return staying.some((each) => each.fn !== fn && contains(each.fn, node))
}
