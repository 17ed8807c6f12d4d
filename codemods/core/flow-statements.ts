import { ts } from 'ts-morph'
import { unwrap, walk, type FunctionNode } from './ast.js'
import type { Draft } from './draft.js'
import {
  join,
  OPEN,
  SETTLED,
  state,
  UNREACHABLE,
  type FlowState,
  type Summary,
} from './flow-state.js'
import type { Values } from './values.js'
import type { Workspace } from './workspace.js'

export interface FlowHost {
  workspace: Workspace
  values: Values
  /** What calling a handler or helper leads to. */
  summaryOf(fn: FunctionNode): Summary
  /** Whether everything a helper does to the response minds what was sent before. */
  mindsAnswer(fn: FunctionNode): boolean
}

interface Target {
  label: string | undefined
  isLoop: boolean
  breaks: FlowState
  continues: FlowState
}

/** Follows control flow through statements; what expressions do is left to the subclass. */
export abstract class StatementFlow {
  protected readonly draft: Draft
  protected readonly host: FlowHost
  protected state: FlowState = state(OPEN)
  /** Everything that was true at a point where an error can start. */
  protected throws = 0
  protected exits: { truthy: number; falsy: number } = { truthy: 0, falsy: 0 }
  protected returnsAnswer = false
  protected targets: Target[] = []

  constructor(draft: Draft, host: FlowHost) {
    this.draft = draft
    this.host = host
  }

  /** Runs an expression for what it does. */
  protected abstract visit(node: ts.Node): void

  /** Runs an expression and splits what happened by whether it is truthy. */
  protected abstract condition(node: ts.Expression): [FlowState, FlowState]

  protected statements(list: readonly ts.Statement[]): void {
    for (const statement of list) this.statement(statement)
  }

  protected statement(node: ts.Statement): void {
    if (ts.isBlock(node)) this.statements(node.statements)
    else if (ts.isExpressionStatement(node)) this.visit(node.expression)
    else if (ts.isVariableStatement(node)) this.variables(node.declarationList)
    else if (ts.isReturnStatement(node)) this.#return(node)
    else if (ts.isIfStatement(node)) this.#if(node)
    else if (ts.isThrowStatement(node)) this.#throw(node)
    else if (ts.isTryStatement(node)) this.#try(node)
    else if (ts.isSwitchStatement(node)) this.#switch(node)
    else if (ts.isLabeledStatement(node)) this.#labeled(node)
    else if (ts.isIterationStatement(node, false)) this.#loop(node, undefined)
    else if (ts.isBreakStatement(node)) this.#jump(node.label?.text, 'breaks')
    else if (ts.isContinueStatement(node)) this.#jump(node.label?.text, 'continues')
    else if (!ts.isFunctionDeclaration(node) && !ts.isClassDeclaration(node)) this.children(node)
  }

  protected variables(list: ts.VariableDeclarationList): void {
    for (const declaration of list.declarations) {
      if (declaration.initializer === undefined) continue
      const [truthy, falsy] = this.condition(declaration.initializer)
      const merged = join(truthy, falsy)
      const differs = truthy.bits !== falsy.bits
      const symbol = differs ? this.host.workspace.symbolOf(declaration.name) : undefined
      this.state =
        symbol === undefined || this.host.values.assignmentsTo(symbol).length > 0
          ? merged
          : state(merged.bits, { symbol, truthy: truthy.bits, falsy: falsy.bits })
    }
  }

  #return(node: ts.ReturnStatement): void {
    if (node.expression === undefined) this.exits.falsy |= this.state.bits
    else this.returned(node.expression)
    this.state = UNREACHABLE
  }

  protected returned(expression: ts.Expression): void {
    const inner = unwrap(expression)
    const [truthy, falsy] = this.condition(expression)
    const call = ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner
    const event = this.draft.events.get(call)
    if (event !== undefined && event.kind !== 'helper' && event.kind !== 'responded') {
      this.returnsAnswer = true
    }
    if (inner.kind === ts.SyntaxKind.TrueKeyword || ts.isObjectLiteralExpression(inner)) {
      this.exits.truthy |= truthy.bits
    } else if (isFalsyLiteral(inner)) {
      this.exits.falsy |= falsy.bits
    } else {
      this.exits.truthy |= truthy.bits
      this.exits.falsy |= falsy.bits
    }
    this.state = UNREACHABLE
  }

  #if(node: ts.IfStatement): void {
    const [truthy, falsy] = this.condition(node.expression)
    this.state = truthy
    this.statement(node.thenStatement)
    const after = this.state
    this.state = falsy
    if (node.elseStatement !== undefined) this.statement(node.elseStatement)
    this.state = join(after, this.state)
  }

  #throw(node: ts.ThrowStatement): void {
    this.visit(node.expression)
    if ((this.state.bits & SETTLED) !== 0) {
      this.draft.block(node, 'an error is thrown after the answer')
    }
    this.throws |= this.state.bits
    this.state = UNREACHABLE
  }

  #try(node: ts.TryStatement): void {
    const outer = this.throws
    this.throws = 0
    const exits = { ...this.exits }
    this.statements(node.tryBlock.statements)
    let after = this.state
    const thrown = this.throws
    this.throws = node.catchClause === undefined ? outer | thrown : outer
    if (node.catchClause !== undefined) {
      this.state = state(thrown)
      this.statements(node.catchClause.block.statements)
      after = join(after, this.state)
    }
    if (node.finallyBlock !== undefined) {
      const returned = (this.exits.truthy | this.exits.falsy) & ~(exits.truthy | exits.falsy)
      this.state = state(after.bits | returned | thrown)
      const before = this.draft.blockers.length
      this.statements(node.finallyBlock.statements)
      if (this.draft.blockers.length === before && this.state.bits !== 0) {
        const answered = this.#hasEvent(node.finallyBlock)
        this.state = answered ? this.state : after
      }
    } else {
      this.state = after
    }
  }

  #hasEvent(node: ts.Node): boolean {
    let found = false
    walk(node, (each) => {
      if (this.draft.events.has(each)) found = true
    })
    return found
  }

  #switch(node: ts.SwitchStatement): void {
    this.visit(node.expression)
    const target: Target = {
      label: undefined,
      isLoop: false,
      breaks: UNREACHABLE,
      continues: UNREACHABLE,
    }
    this.targets.push(target)
    const entry = this.state
    let hasDefault = false
    this.state = UNREACHABLE
    for (const clause of node.caseBlock.clauses) {
      hasDefault ||= ts.isDefaultClause(clause)
      this.state = join(this.state, entry)
      this.statements(clause.statements)
    }
    this.targets.pop()
    if (!hasDefault) this.state = join(this.state, entry)
    this.state = join(this.state, target.breaks)
  }

  #labeled(node: ts.LabeledStatement): void {
    if (ts.isIterationStatement(node.statement, false)) {
      this.#loop(node.statement, node.label.text)
      return
    }
    const target = {
      label: node.label.text,
      isLoop: false,
      breaks: UNREACHABLE,
      continues: UNREACHABLE,
    }
    this.targets.push(target)
    this.statement(node.statement)
    this.targets.pop()
    this.state = join(this.state, target.breaks)
  }

  #loop(node: ts.IterationStatement, label: string | undefined): void {
    if (ts.isForStatement(node)) {
      if (node.initializer !== undefined) {
        if (ts.isVariableDeclarationList(node.initializer)) this.variables(node.initializer)
        else this.visit(node.initializer)
      }
    } else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
      this.visit(node.expression)
    }
    const target: Target = { label, isLoop: true, breaks: UNREACHABLE, continues: UNREACHABLE }
    this.targets.push(target)
    let entry = this.state
    let exit: FlowState = UNREACHABLE
    // Twice is enough: the second turn starts from everything the first can lead to.
    for (let turn = 0; turn < 2; turn++) {
      let [truthy, falsy] = this.#loopCondition(node)
      if (ts.isDoStatement(node)) [truthy, falsy] = [entry, UNREACHABLE]
      exit = join(exit, falsy)
      this.state = truthy
      this.statement(node.statement)
      this.state = join(this.state, target.continues)
      if (ts.isForStatement(node) && node.incrementor !== undefined) this.visit(node.incrementor)
      if (ts.isDoStatement(node)) exit = join(exit, this.state)
      entry = join(entry, this.state)
      this.state = entry
    }
    this.targets.pop()
    const [, last] = this.#loopCondition(node)
    this.state = join(join(exit, target.breaks), last)
  }

  #loopCondition(node: ts.IterationStatement): [FlowState, FlowState] {
    const condition = ts.isForStatement(node)
      ? node.condition
      : ts.isWhileStatement(node) || ts.isDoStatement(node)
        ? node.expression
        : undefined
    if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return [this.state, this.state]
    if (condition === undefined || condition.kind === ts.SyntaxKind.TrueKeyword) {
      return [this.state, UNREACHABLE]
    }
    return this.condition(condition)
  }

  #jump(label: string | undefined, kind: 'breaks' | 'continues'): void {
    for (let at = this.targets.length - 1; at >= 0; at--) {
      const target = this.targets[at]!
      const matches =
        label === undefined ? kind === 'breaks' || target.isLoop : target.label === label
      if (matches) {
        target[kind] = join(target[kind], this.state)
        break
      }
    }
    this.state = UNREACHABLE
  }

  protected children(node: ts.Node): void {
    ts.forEachChild(node, (child) => {
      if (!ts.isTypeNode(child)) this.visit(child)
    })
  }
}

export function isFalsyLiteral(node: ts.Expression): boolean {
  return (
    node.kind === ts.SyntaxKind.FalseKeyword ||
    node.kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(node) && node.text === 'undefined') ||
    (ts.isNumericLiteral(node) && node.text === '0')
  )
}
