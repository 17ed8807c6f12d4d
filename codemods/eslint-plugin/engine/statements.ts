import type { TSESTree } from '@typescript-eslint/utils'
import { unwrap } from '../util/ast.js'
import { joinFlows, type Flow } from './flow.js'
import type { JumpTarget } from './frame.js'
import { NOTHING, pendingOf, type Escape, type Node, type Value } from './model.js'
import { assign, bindPattern, elementOf, evaluate, evaluateClass } from './expressions.js'
import { truthiness } from './guards.js'
import type { Interpreter } from './interpreter.js'

const LOOP_PASSES = 2

/** Function declarations are there before the first statement runs. */
export function hoist(run: Interpreter, body: readonly Node[]): void {
  for (const statement of body) {
    if (statement.type !== 'FunctionDeclaration' || !statement.id) continue
    const variable = run.origins.variable(statement.id)
    if (variable) run.flow.vars.set(variable, run.closure(statement))
  }
}

export function execute(run: Interpreter, node: Node): void {
  if (run.flow.dead || !run.step()) return
  switch (node.type) {
    case 'ExpressionStatement':
      evaluate(run, node.expression)
      return
    case 'VariableDeclaration':
      for (const declarator of node.declarations) declare(run, declarator, node.kind)
      return
    case 'ReturnStatement': {
      const result = node.argument ? evaluate(run, node.argument) : NOTHING
      if (node.argument) noteUncaught(run, node.argument)
      runFinalizers(run, 0)
      run.return(result)
      return
    }
    case 'BlockStatement':
      hoist(run, node.body)
      for (const statement of node.body) execute(run, statement)
      return
    case 'IfStatement':
      branch(run, node)
      return
    case 'TryStatement':
      tryStatement(run, node)
      return
    case 'ThrowStatement':
      evaluate(run, node.argument)
      throwStatement(run)
      return
    case 'BreakStatement':
    case 'ContinueStatement':
      jump(run, node)
      return
    case 'SwitchStatement':
      switchStatement(run, node)
      return
    case 'LabeledStatement':
      labelled(run, node)
      return
    case 'ClassDeclaration':
      evaluateClass(run, node)
      return
    default:
      executeLoop(run, node, null)
  }
}

/** A handler's promise that is returned from a `try` block settles when its `catch` is gone. */
function noteUncaught(run: Interpreter, returned: Node): void {
  if (!run.frame.tries.some((record) => record.catches)) return
  const node = unwrap(returned)
  if (node.type === 'ConditionalExpression') {
    noteUncaught(run, node.consequent)
    noteUncaught(run, node.alternate)
    return
  }
  for (const escape of run.escapes.get(node) ?? []) {
    if (escape.id === 'handler') escape.uncaught = true
  }
}

function executeLoop(run: Interpreter, node: Node, label: string | null): void {
  switch (node.type) {
    case 'ForStatement':
      if (node.init?.type === 'VariableDeclaration') execute(run, node.init)
      else if (node.init) evaluate(run, node.init)
      loop(run, label, () => {
        if (node.test) evaluate(run, node.test)
        execute(run, node.body)
        if (node.update) evaluate(run, node.update)
      })
      return
    case 'WhileStatement':
    case 'DoWhileStatement':
      loop(run, label, () => {
        evaluate(run, node.test)
        execute(run, node.body)
      })
      return
    case 'ForOfStatement':
    case 'ForInStatement':
      forEach(run, node, label)
  }
}

function forEach(
  run: Interpreter,
  node: TSESTree.ForOfStatement | TSESTree.ForInStatement,
  label: string | null
): void {
  const over = evaluate(run, node.right)
  const isOf = node.type === 'ForOfStatement'
  const drained = isOf ? over.lazy.map((lazy) => run.drain(lazy)) : []
  const elem = isOf ? elementOf(run, over) : NOTHING
  const ended = new Set<Escape>()
  if (isOf && node.await) run.await(over)
  loop(run, label, () => {
    if (isOf && node.await) run.await(elem)
    const { left } = node
    if (left.type === 'VariableDeclaration') bindPattern(run, left.declarations[0].id, elem)
    else assign(run, left, elem, node)
    execute(run, node.body)
    for (const escape of [...elem.clears, ...pendingOf(elem)]) {
      if (!run.flow.dead && !run.flow.armed.has(escape)) ended.add(escape)
    }
  })
  // A loop that awaits or clears each element has done so for all of them.
  for (const done of drained) run.end(pendingOf(done))
  run.end([...ended])
}

function loop(run: Interpreter, label: string | null, body: () => void): void {
  const target = openJump(run, label, true)
  for (let pass = 0; pass < LOOP_PASSES; pass++) {
    const before = run.flow.clone()
    target.continued = null
    run.flow.ask()
    body()
    run.flow = joinFlows(joinFlows(run.flow, target.continued), before) ?? before
  }
  closeJump(run, target)
}

function openJump(run: Interpreter, label: string | null, isLoop: boolean): JumpTarget {
  const target = {
    label,
    isLoop,
    depth: run.frame.tries.length,
    broken: null,
    continued: null,
  }
  run.frame.jumps.push(target)
  return target
}

function closeJump(run: Interpreter, target: JumpTarget): void {
  run.frame.jumps.pop()
  run.flow = joinFlows(run.flow, target.broken) ?? run.flow
}

function jump(run: Interpreter, node: TSESTree.BreakStatement | TSESTree.ContinueStatement): void {
  const isContinue = node.type === 'ContinueStatement'
  const target = run.frame.jumps.findLast((candidate) =>
    node.label ? candidate.label === node.label.name : !isContinue || candidate.isLoop
  )
  if (!target) return
  runFinalizers(run, target.depth)
  if (isContinue) target.continued = joinFlows(target.continued, run.flow.clone())
  else target.broken = joinFlows(target.broken, run.flow.clone())
  run.flow.dead = true
}

function labelled(run: Interpreter, node: TSESTree.LabeledStatement): void {
  const label = node.label.name
  if (/^(For|While|DoWhile)/.test(node.body.type)) {
    executeLoop(run, node.body, label)
    return
  }
  const target = openJump(run, label, false)
  execute(run, node.body)
  closeJump(run, target)
}

function declare(run: Interpreter, node: TSESTree.VariableDeclarator, kind: string): void {
  if (!node.init) {
    // The variable of `for (const x of y)` is bound by its loop.
    if (kind !== 'var') bindPattern(run, node.id, NOTHING)
    else if (node.id.type === 'Identifier') bindPattern(run, node.id, run.read(node.id))
    return
  }
  const init = evaluate(run, node.init)
  bindPattern(run, node.id, init)
  if (kind !== 'using' && kind !== 'await using') return
  run.remove(init.clears)
}

function branch(run: Interpreter, node: TSESTree.IfStatement): void {
  const test = evaluate(run, node.test)
  const guard = truthiness(node.test)
  run.flow.ask()
  const otherwise = run.flow.clone()
  guard.whenTrue(run)
  execute(run, node.consequent)
  const then = run.flow
  run.flow = otherwise
  guard.whenFalse(run)
  if (node.alternate) execute(run, node.alternate)
  const otherEnd = run.flow
  endRace(raceOf(run, node.test, test), then, otherEnd)
  run.flow = joinFlows(then, otherEnd) ?? otherEnd
}

/** The losers whose race the test asks about. */
function raceOf(run: Interpreter, test: Node, of: Value): readonly Escape[] {
  if (of.race.length > 0) return of.race
  switch (test.type) {
    case 'Identifier':
      return run.read(test).race
    case 'CallExpression':
      return run.races.get(test) ?? []
    case 'UnaryExpression':
    case 'AwaitExpression':
      return raceOf(run, test.argument, NOTHING)
    case 'MemberExpression':
      return raceOf(run, test.object, NOTHING)
    case 'BinaryExpression': {
      const left = raceOf(run, test.left, NOTHING)
      return left.length > 0 ? left : raceOf(run, test.right, NOTHING)
    }
    default:
      return []
  }
}

/** Where one outcome of a race gives the context up, the other means that the work has won. */
function endRace(race: readonly Escape[], a: Flow, b: Flow): void {
  for (const escape of race) {
    if (a.abandoned) b.armed.delete(escape)
    else if (b.abandoned) a.armed.delete(escape)
  }
}

function throwStatement(run: Interpreter): void {
  const record = run.frame.tries.at(-1)
  if (record) {
    record.thrown = joinFlows(record.thrown, run.flow.clone())
  } else if (run.frame.parent) {
    run.mayThrow()
  } else {
    run.leave(run.flow)
  }
  run.flow.dead = true
}

/** Runs the `finally` blocks between here and an exit, innermost first. */
function runFinalizers(run: Interpreter, depth: number): void {
  const { tries } = run.frame
  const open = tries.slice(depth)
  for (let index = open.length - 1; index >= 0; index--) {
    const finalizer = open[index]?.finalizer
    if (!finalizer) continue
    tries.length = depth + index
    execute(run, finalizer)
  }
  tries.length = depth
  tries.push(...open)
}

function tryStatement(run: Interpreter, node: TSESTree.TryStatement): void {
  const { tries } = run.frame
  const entry = run.flow.clone()
  const { finalizer } = node
  const record = { finalizer, catches: node.handler !== null, thrown: null as Flow | null }
  tries.push(record)
  execute(run, node.block)
  tries.pop()
  let thrown = record.thrown
  let normal = run.flow
  if (node.handler) {
    const outer = { finalizer, catches: false, thrown: null as Flow | null }
    run.flow = thrown ?? joinFlows(normal.clone(), entry) ?? entry
    tries.push(outer)
    if (node.handler.param) bindPattern(run, node.handler.param, NOTHING)
    execute(run, node.handler.body)
    tries.pop()
    if (run.flow.abandoned) endRaces(run, normal)
    normal = joinFlows(normal, run.flow) ?? run.flow
    thrown = outer.thrown
  }
  run.flow = normal
  if (!node.finalizer) {
    if (thrown) rethrow(run, thrown)
    return
  }
  if (thrown) {
    run.flow = thrown
    execute(run, node.finalizer)
    rethrow(run, run.flow)
    run.flow = normal
  }
  run.flow.ask()
  execute(run, node.finalizer)
}

/** A race that rejects on time-out and gives the context up in `catch` has no loser otherwise. */
function endRaces(run: Interpreter, normal: Flow): void {
  for (const list of run.escapes.values()) {
    for (const escape of list) if (escape.race) normal.armed.delete(escape)
  }
}

function rethrow(run: Interpreter, thrown: Flow): void {
  if (thrown.dead) return
  const { flow } = run
  run.flow = thrown
  run.mayThrow()
  run.flow = flow
}

function switchStatement(run: Interpreter, node: TSESTree.SwitchStatement): void {
  evaluate(run, node.discriminant)
  run.flow.ask()
  const target = openJump(run, null, false)
  const entry = run.flow.clone()
  let hasDefault = false
  run.flow.dead = true
  for (const clause of node.cases) {
    if (!clause.test) hasDefault = true
    run.flow = joinFlows(entry.clone(), run.flow) ?? entry
    if (clause.test) evaluate(run, clause.test)
    for (const statement of clause.consequent) execute(run, statement)
  }
  if (!hasDefault) run.flow = joinFlows(run.flow, entry) ?? entry
  closeJump(run, target)
}
