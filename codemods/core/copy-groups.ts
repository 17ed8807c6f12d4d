import { ts } from 'ts-morph'
import type { AppGraph } from './app-graph.js'
import {
  callOf,
  contains,
  isFunctionNode,
  isReference,
  unwrap,
  walk,
  type FunctionNode,
} from './ast.js'
import { block, type Candidate, type Candidates } from './candidates.js'
import { copySite, renamingOf, type CopySite, type Renaming } from './copy-site.js'
import { References } from './references.js'
import { members, requireSpecifier, type Value, type Values } from './values.js'
import type { Workspace } from './workspace.js'

/**
 * Handlers that tests call on a `req` and `res` of their own, with all they need in that form: each
 * declaration keeps its form and gets a native copy, which the application uses.
 */
export interface CopyGroup {
  /** Whose tests asked for it. */
  tested: Candidate
  sites: Map<FunctionNode, CopySite>
  /** What the declarations contain. */
  candidates: Set<Candidate>
}

/** Finds what has to be there in both forms, and blocks tested handlers that cannot be. */
export class CopyGroups {
  readonly all: CopyGroup[] = []
  /** What becomes of every place that names a declaration, tests left out. */
  readonly renamings = new Map<FunctionNode, Map<ts.Expression, Renaming>>()
  readonly #workspace: Workspace
  readonly #values: Values
  readonly #graph: AppGraph
  readonly #candidates: Candidates
  readonly #references: References

  constructor(workspace: Workspace, values: Values, graph: AppGraph, candidates: Candidates) {
    this.#workspace = workspace
    this.#values = values
    this.#graph = graph
    this.#candidates = candidates
    this.#references = new References(workspace, values)
    const found = [...candidates.all.values()].filter((each) => each.tests.length > 0)
    for (const candidate of found) {
      const group = this.#group(candidate)
      if (group === undefined) block(candidate, candidate.tests[0]!.node, reasonOf(candidate))
      else this.all.push(group)
    }
    this.#findRenamings()
    this.all = this.all.filter((group) => {
      const isSound = this.#isSound(group)
      if (!isSound) block(group.tested, group.tested.tests[0]!.node, reasonOf(group.tested))
      return isSound
    })
  }

  #group(tested: Candidate): CopyGroup | undefined {
    const group: CopyGroup = { tested, sites: new Map(), candidates: new Set() }
    const queue: FunctionNode[] = []
    for (const { node } of tested.tests) {
      const root = this.#rootOf(node as ts.Expression, tested)
      if (root === undefined) return undefined
      queue.push(root)
    }
    for (let fn = queue.pop(); fn !== undefined; fn = queue.pop()) {
      if (group.sites.has(fn)) continue
      const site = copySite(fn, this.#workspace)
      if (site === undefined) return undefined
      group.sites.set(fn, site)
      const needed = this.#neededBy(site)
      if (needed === undefined) return undefined
      queue.push(...needed)
    }
    for (const each of this.#candidates.all.values()) {
      const isInside = [...group.sites.values()].some((s) => contains(s.declaration, each.fn))
      if (isInside) group.candidates.add(each)
    }
    return group.candidates.has(tested) ? group : undefined
  }

  /** The declared function by which a test gets at a handler: itself, or what makes it. */
  #rootOf(expression: ts.Expression, tested: Candidate): FunctionNode | undefined {
    const node = unwrap(expression)
    if (this.#references.names(node, tested.fn) && copySite(tested.fn, this.#workspace)) {
      return tested.fn
    }
    if (ts.isCallExpression(node)) {
      const [whole, ...others] = this.#values.functionsOf(node)
      if (requireSpecifier(node) !== undefined) return others.length === 0 ? whole : undefined
      const [fn, ...more] = this.#values.functionsOf(node.expression)
      const isNamed = fn !== undefined && this.#references.names(node.expression, fn)
      return isNamed && more.length === 0 ? fn : undefined
    }
    if (!ts.isIdentifier(node) || !this.#workspace.isReadonly(node.getSourceFile()))
      return undefined
    const symbol = this.#workspace.symbolOf(node)
    const declaration = symbol?.declarations?.[0]
    if (symbol === undefined || declaration === undefined) return undefined
    const assigned = this.#values.assignmentsTo(symbol)
    const roots = [...this.#given(declaration, tested), ...assigned].map((each) =>
      this.#rootOf(each, tested)
    )
    return roots.every((each) => each === roots[0]) ? roots[0] : undefined
  }

  /** What a variable starts with, or what a parameter of a test's own function is given. */
  #given(declaration: ts.Declaration, { fn }: Candidate): ts.Expression[] {
    if (ts.isVariableDeclaration(declaration)) {
      return declaration.initializer === undefined ? [] : [declaration.initializer]
    }
    const owner = declaration.parent
    if (!ts.isParameter(declaration) || !isFunctionNode(owner)) return []
    const index = owner.parameters.indexOf(declaration)
    const given = this.#values.callsOf(owner).map((call) => call.arguments?.[index])
    return given.filter(
      (each) => each !== undefined && this.#values.functionsOf(each).includes(fn)
    ) as ts.Expression[]
  }

  /** Declarations elsewhere that the old form of this one calls in their old form. */
  #neededBy({ declaration }: CopySite): FunctionNode[] | undefined {
    const found: FunctionNode[] = []
    let isKnown = true
    walk(declaration, (node) => {
      if (ts.isTypeNode(node)) return false
      if (!isName(node)) return true
      const functions = this.#values.functionsOf(node)
      const handlers = functions.filter((fn) => this.#leads(fn, node))
      const outer = handlers.filter((fn) => !contains(declaration, fn))
      if (outer.length > 0 && functions.length > 1) isKnown = false
      found.push(...outer)
      return true
    })
    return isKnown ? found : undefined
  }

  #leads(fn: FunctionNode, node: ts.Expression): boolean {
    if (this.#candidates.get(fn) !== undefined) return true
    const call = callOf(node)
    return call !== undefined && this.#holdsCandidate(this.#values.of(call))
  }

  #holdsCandidate(value: Value): boolean {
    return members(value).some((each) => {
      if (each.kind === 'function') return this.#candidates.get(each.node) !== undefined
      return each.kind === 'array' && this.#holdsCandidate(this.#values.elements(each))
    })
  }

  #findRenamings(): void {
    const sites = new Map<FunctionNode, CopySite>()
    for (const group of this.all) for (const [fn, site] of group.sites) sites.set(fn, site)
    if (sites.size === 0) return
    for (const file of this.#workspace.files) {
      if (this.#workspace.isReadonly(file)) continue
      walk(file, (node) => {
        if (ts.isTypeNode(node)) return false
        if (isName(node) || isInlineRequire(node)) this.#findRenaming(node, sites)
        return true
      })
    }
  }

  #findRenaming(node: ts.Expression, sites: Map<FunctionNode, CopySite>): void {
    const [fn, ...more] = this.#values.functionsOf(node)
    const site = fn === undefined || more.length > 0 ? undefined : sites.get(fn)
    if (fn === undefined || site === undefined) return
    if (!ts.isCallExpression(node) && !this.#references.names(node, fn)) return
    const renaming = renamingOf(node, site, this.#workspace, this.#values)
    if (renaming === 'own') return
    const known = this.renamings.get(fn) ?? new Map<ts.Expression, Renaming>()
    this.renamings.set(fn, known)
    if (renaming !== undefined) known.set(node, renaming)
    else this.#lost.add(fn)
  }

  /** Functions with a place that cannot be given the copy. */
  readonly #lost = new Set<FunctionNode>()

  /** Whether native code gets the copies only, and tests the old forms. */
  #isSound(group: CopyGroup): boolean {
    if ([...group.sites.keys()].some((fn) => this.#lost.has(fn))) return false
    for (const caller of this.#candidates.all.values()) {
      const byValue = caller.helperCalls.filter((each) => !each.direct)
      const reaches = byValue.some((each) =>
        each.targets.some((fn) => isOf(group, this.#candidates.get(fn)))
      )
      if (reaches && byValue.some((each) => !each.parameter)) return false
      // The old form of a wrapper would be given what is native.
      if (isOf(group, caller) && byValue.length > 0) return false
    }
    return this.#graph.registrations.every(
      (registration) =>
        this.#workspace.isReadonly(registration.call.getSourceFile()) ||
        registration.items.every(
          ({ node, functions }) =>
            functions.every((fn) => !isOf(group, this.#candidates.get(fn))) || this.#isRenamed(node)
        )
    )
  }

  /** Whether a registered item becomes the copy by the renaming of what it names. */
  #isRenamed(item: ts.Expression): boolean {
    const node = unwrap(item)
    if (ts.isConditionalExpression(node)) {
      return this.#isRenamed(node.whenTrue) && this.#isRenamed(node.whenFalse)
    }
    for (const renamings of this.renamings.values()) if (renamings.has(node)) return true
    if (!ts.isCallExpression(node)) return false
    const callee = unwrap(node.expression)
    const isBind = ts.isPropertyAccessExpression(callee) && callee.name.text === 'bind'
    return this.#isRenamed(isBind ? callee.expression : callee)
  }
}

function isOf(group: CopyGroup, candidate: Candidate | undefined): boolean {
  return candidate !== undefined && group.candidates.has(candidate)
}

function isName(node: ts.Node): node is ts.Identifier | ts.PropertyAccessExpression {
  return ts.isPropertyAccessExpression(node) || (ts.isIdentifier(node) && isReference(node))
}

/** `app.get('/', require('./list'))`. */
function isInlineRequire(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    requireSpecifier(node) !== undefined &&
    !ts.isVariableDeclaration(node.parent)
  )
}

/** Why a handler stays that tests call by hand and that cannot be there in both forms. */
export function reasonOf({ tests }: Candidate): string {
  return tests[0]!.reason
}
