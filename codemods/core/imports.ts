import { ts } from 'ts-morph'
import { isReference, walk } from './ast.js'
import { displacedName, displacedUses, isTypeUse } from './displaced.js'
import type { ImportNeed } from './draft.js'
import { rewrite, type Edit } from './edits.js'
import type { FileEdits } from './file-edits.js'
import { statementEnd, wholeLines } from './text.js'
import { requireSpecifier } from './values.js'

interface Binding {
  name: ts.Identifier
  /** The import, or the require declaration, that makes the name. */
  statement: ts.ImportDeclaration | ts.VariableStatement | ts.ImportEqualsDeclaration
  module: string
}

/**
 * Adds the imports the edits of a file need and drops those whose every use they replaced, in the
 * module system and style of the file. A dropped line is reused for the first added one. A name that
 * stays while one of ours takes its place, as in a file where one of two routers stays, gets another.
 */
export function importEdits(file: FileEdits, checker: ts.TypeChecker): Edit[] {
  const { context } = file
  const source = context.file
  const bindings = bindingsOf(source)
  const replaced = file.edits.filter((edit) => edit.end > edit.start)
  const unused = bindings.filter(
    (each) => !file.keeps.has(each.name.text) && isReplaced(each, source, replaced)
  )
  const displaced = bindings.filter(
    (each) => !unused.includes(each) && file.needs.some((need) => displaces(need, each))
  )
  const removals = new Map<Binding['statement'], Binding[]>()
  for (const each of displaced) removals.set(each.statement, [])
  for (const each of unused) {
    removals.set(each.statement, [...(removals.get(each.statement) ?? []), each])
  }
  const lines = importLines(file, bindings, unused)
  const edits = displaced.flatMap(({ name }) => displacedUses(name, replaced, checker))
  const nameOf = ({ name }: Binding) =>
    displaced.some((each) => each.name === name) ? displacedName(name) : name.text
  let pending = lines.added
  for (const [statement, gone] of removals) {
    const kept = bindings.filter((each) => each.statement === statement && !gone.includes(each))
    const added = lines.merged.get(statement) ?? []
    if (isList(statement) && gone.length < statement.declarationList.declarations.length) {
      edits.push(...trimList(statement, gone, kept, nameOf))
      continue
    }
    if (kept.length + added.length > 0) {
      edits.push(...trimStatement(statement, kept, added, nameOf))
      lines.merged.delete(statement)
      continue
    }
    const range = { start: statement.getStart(), end: statementEnd(statement) }
    if (pending.length > 0) {
      edits.push(...rewrite(range.start, range.end, [pending.join(context.style.eol)]))
      pending = []
    } else {
      const whole = wholeLines(source.text, range.start, range.end)
      edits.push(...rewrite(whole?.[0] ?? range.start, whole?.[1] ?? range.end, ['']))
    }
  }
  for (const [statement, names] of lines.merged) edits.push(...appendNames(statement, names))
  if (pending.length > 0) edits.push(...insertLines(file, bindings, pending))
  return edits
}

function bindingsOf(source: ts.SourceFile): Binding[] {
  const found: Binding[] = []
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const module = (statement.moduleSpecifier as ts.StringLiteral).text
      const clause = statement.importClause
      const named = clause?.namedBindings
      if (clause?.name !== undefined) found.push({ name: clause.name, statement, module })
      if (named !== undefined && ts.isNamespaceImport(named)) {
        found.push({ name: named.name, statement, module })
      } else if (named !== undefined) {
        for (const element of named.elements) found.push({ name: element.name, statement, module })
      }
    } else if (ts.isImportEqualsDeclaration(statement)) {
      const reference = statement.moduleReference
      if (ts.isExternalModuleReference(reference) && ts.isStringLiteralLike(reference.expression)) {
        found.push({ name: statement.name, statement, module: reference.expression.text })
      }
    } else if (ts.isVariableStatement(statement)) {
      found.push(...requireBindings(statement))
    }
  }
  return found
}

function requireBindings(statement: ts.VariableStatement): Binding[] {
  const { declarations } = statement.declarationList
  if (declarations.length === 1) return declaredBindings(declarations[0]!, statement)
  const all = declarations.flatMap((each) => declaredBindings(each, statement))
  return all.filter((each) => ts.isVariableDeclaration(each.name.parent))
}

function declaredBindings(
  declaration: ts.VariableDeclaration,
  statement: ts.VariableStatement
): Binding[] {
  const initial = declaration.initializer
  if (initial === undefined) return []
  const call = ts.isPropertyAccessExpression(initial) ? initial.expression : initial
  const specifier = ts.isCallExpression(call) ? requireSpecifier(call) : undefined
  if (specifier === undefined) return []
  const module = specifier.text
  if (ts.isIdentifier(declaration.name)) return [{ name: declaration.name, statement, module }]
  return declaration.name.elements.flatMap((element) =>
    ts.isBindingElement(element) && ts.isIdentifier(element.name)
      ? [{ name: element.name, statement, module }]
      : []
  )
}

/** A binding is gone when it had uses and the edits replaced them all. */
function isReplaced(binding: Binding, source: ts.SourceFile, edits: readonly Edit[]): boolean {
  let uses = 0
  let left = 0
  walk(source, (node) => {
    if (!ts.isIdentifier(node) || node.text !== binding.name.text || node === binding.name) return
    if (!isReference(node) && !isTypeUse(node)) return
    uses++
    const start = node.getStart()
    if (!edits.some((edit) => edit.start <= start && node.end <= edit.end)) left++
  })
  return uses > 0 && left === 0
}

interface Lines {
  added: string[]
  /** Names that join an import or require that is there already. */
  merged: Map<Binding['statement'], string[]>
}

function importLines(file: FileEdits, bindings: Binding[], unused: Binding[]): Lines {
  const byModule = new Map<string, ImportNeed[]>()
  for (const need of file.needs) {
    const list = byModule.get(need.module) ?? []
    const known = list.find((each) => each.name === need.name)
    if (known === undefined) list.push({ ...need })
    else known.typeOnly &&= need.typeOnly
    byModule.set(need.module, list)
  }
  const lines: Lines = { added: [], merged: new Map() }
  for (const [module, needs] of [...byModule].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const missing = needs.filter(
      (need) =>
        !bindings.some(
          (b) => b.module === module && b.name.text === need.local && !unused.includes(b)
        )
    )
    if (missing.length === 0) continue
    const existing = bindings.find((each) => each.module === module)
    const names = existing === undefined ? undefined : namesToMerge(existing.statement, missing)
    if (names === undefined) lines.added.push(importLine(file, module, missing))
    else lines.merged.set(existing!.statement, names)
  }
  return lines
}

function importLine(file: FileEdits, module: string, needs: ImportNeed[]): string {
  const { context } = file
  const { semicolon } = context.style
  const quoted = context.quote(module)
  if (isCommonJs(context.file)) {
    const names = needs.map((n) => (n.name === n.local ? n.name : `${n.name}: ${n.local}`))
    return `const { ${names.join(', ')} } = require(${quoted})${semicolon}`
  }
  const allTypes = needs.every((need) => need.typeOnly)
  const names = needs.map((need) => esmName(need, allTypes))
  return `import ${allTypes ? 'type ' : ''}{ ${names.join(', ')} } from ${quoted}${semicolon}`
}

function esmName(need: ImportNeed, allTypes: boolean): string {
  const name = need.name === need.local ? need.name : `${need.name} as ${need.local}`
  return need.typeOnly && !allTypes ? `type ${name}` : name
}

/** How the missing names read inside a statement, or `undefined` when it can take none. */
function namesToMerge(statement: Binding['statement'], needs: ImportNeed[]): string[] | undefined {
  if (ts.isImportDeclaration(statement)) {
    const named = statement.importClause?.namedBindings
    const isTypeOnly = statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    if (named === undefined || !ts.isNamedImports(named) || named.elements.length === 0) {
      return undefined
    }
    if (isTypeOnly && needs.some((need) => !need.typeOnly)) return undefined
    return needs.map((need) => esmName(need, isTypeOnly))
  }
  const pattern = requirePattern(statement)
  if (pattern === undefined || pattern.elements.length === 0) return undefined
  return needs.map((n) => (n.name === n.local ? n.name : `${n.name}: ${n.local}`))
}

function requirePattern(statement: Binding['statement']): ts.ObjectBindingPattern | undefined {
  if (!ts.isVariableStatement(statement)) return undefined
  const { declarations } = statement.declarationList
  const pattern = declarations.length === 1 ? declarations[0]!.name : undefined
  return pattern !== undefined && ts.isObjectBindingPattern(pattern) ? pattern : undefined
}

function appendNames(statement: Binding['statement'], names: string[]): Edit[] {
  const named = ts.isImportDeclaration(statement)
    ? statement.importClause?.namedBindings
    : undefined
  const list =
    named !== undefined && ts.isNamedImports(named)
      ? named.elements
      : requirePattern(statement)?.elements
  const end = list?.at(-1)?.end
  return end === undefined ? [] : rewrite(end, end, [`, ${names.join(', ')}`])
}

/** Whether an import takes the name of another module's. */
function displaces(need: ImportNeed, binding: Binding): boolean {
  return need.local === binding.name.text && need.module !== binding.module
}

/** Keeps the names that are still used and removes the others from one statement. */
function trimStatement(
  statement: Binding['statement'],
  kept: Binding[],
  added: string[],
  nameOf: (binding: Binding) => string
): Edit[] {
  const names = new Map<ts.Node, string>(kept.map((each) => [each.name, nameOf(each)]))
  if (ts.isImportDeclaration(statement)) {
    const clause = statement.importClause!
    const parts: string[] = []
    const whole = clause.name === undefined ? undefined : names.get(clause.name)
    if (whole !== undefined) parts.push(whole)
    const named = clause.namedBindings
    if (named !== undefined && ts.isNamedImports(named)) {
      const elements = named.elements.filter((element) => names.has(element.name))
      const all = [...elements.map((e) => specifierText(e, names.get(e.name)!)), ...added]
      if (all.length > 0) parts.push(`{ ${all.join(', ')} }`)
    } else if (named !== undefined && names.has(named.name)) {
      parts.push(`* as ${names.get(named.name)!}`)
    }
    const start = clause.name?.getStart() ?? named!.getStart()
    return rewrite(start, clause.end, [parts.join(', ')])
  }
  const name = ts.isImportEqualsDeclaration(statement)
    ? statement.name
    : statement.declarationList.declarations[0]!.name
  if (!ts.isObjectBindingPattern(name)) {
    return rewrite(name.getStart(), name.end, [names.get(name) ?? name.getText()])
  }
  const elements = name.elements.filter((element) => names.has(element.name))
  return rewrite(name.getStart(), name.end, [
    `{ ${[...elements.map((e) => elementText(e, names.get(e.name)!)), ...added].join(', ')} }`,
  ])
}

/** `var express = require('express'), path = require('path')`. */
function isList(statement: Binding['statement']): statement is ts.VariableStatement {
  return ts.isVariableStatement(statement) && statement.declarationList.declarations.length > 1
}

/** Takes the imports that are gone out of a list, and gives those that stay their names. */
function trimList(
  statement: ts.VariableStatement,
  gone: Binding[],
  stays: Binding[],
  nameOf: (binding: Binding) => string
): Edit[] {
  const { text } = statement.getSourceFile()
  const { declarations } = statement.declarationList
  const edits = stays
    .filter((each) => nameOf(each) !== each.name.text)
    .flatMap((each) => rewrite(each.name.getStart(), each.name.end, [nameOf(each)]))
  let isFirst = true
  declarations.forEach((each, index) => {
    if (!gone.some(({ name }) => name === each.name)) {
      isFirst = false
      return
    }
    const range = isFirst
      ? { start: each.getStart(), end: declarations[index + 1]?.getStart() ?? each.end }
      : { start: declarations[index - 1]!.end, end: each.end }
    // A comment beside it may be about its neighbour.
    const isPlain = !/\/[/*]/.test(text.slice(range.start, range.end))
    if (isPlain) edits.push(...rewrite(range.start, range.end, ['']))
  })
  return edits
}

function specifierText(element: ts.ImportSpecifier, name: string): string {
  if (name === element.name.text) return element.getText()
  const imported = (element.propertyName ?? element.name).getText()
  return `${element.isTypeOnly ? 'type ' : ''}${imported} as ${name}`
}

function elementText(element: ts.BindingElement, name: string): string {
  if (name === element.name.getText()) return element.getText()
  return `${(element.propertyName ?? element.name).getText()}: ${name}`
}

function insertLines(file: FileEdits, bindings: Binding[], lines: string[]): Edit[] {
  const { eol } = file.context.style
  const source = file.context.file
  const imports = source.statements.filter(ts.isImportDeclaration)
  // A require runs where it stands: it must come before everything that uses its names.
  const firstUse = Math.min(...file.edits.map((edit) => edit.start))
  const requires = bindings.map((each) => each.statement).filter((each) => each.end <= firstUse)
  const anchor = imports.at(-1) ?? requires.sort((a, b) => a.pos - b.pos).at(-1)
  if (anchor !== undefined) {
    const end = statementEnd(anchor)
    return rewrite(end, end, [eol + lines.join(eol)])
  }
  const first = firstCodePosition(source)
  return rewrite(first, first, [lines.join(eol) + eol])
}

/** After a shebang, a licence comment and `'use strict'`. */
function firstCodePosition(source: ts.SourceFile): number {
  const statement = source.statements.find(
    (each) => !(ts.isExpressionStatement(each) && ts.isStringLiteral(each.expression))
  )
  return statement?.getStart() ?? source.text.length
}

function isCommonJs(source: ts.SourceFile): boolean {
  if (/\.cjs$/.test(source.fileName)) return true
  if (/\.(mjs|mts)$/.test(source.fileName)) return false
  const isEsm = source.statements.some(
    (each) =>
      ts.isImportDeclaration(each) ||
      ts.isExportDeclaration(each) ||
      ts.isExportAssignment(each) ||
      (ts.canHaveModifiers(each) &&
        (ts.getModifiers(each)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) ?? false))
  )
  return !isEsm
}
