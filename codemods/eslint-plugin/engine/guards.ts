import { unwrap } from '../util/ast.js'
import { NOTHING, pendingOf, type Node } from './model.js'
import type { Interpreter } from './interpreter.js'

/** What a test says about the variables it asks for. */
export interface Guard {
  whenTrue(run: Interpreter): void
  whenFalse(run: Interpreter): void
}

const nothing = (): void => undefined

/** A variable that is empty on a path holds no timer, subscription or promise there. */
function isEmpty(node: Node): (run: Interpreter) => void {
  return (run) => {
    if (node.type !== 'Identifier') return
    const variable = run.origins.variable(node)
    const known = variable && run.flow.vars.get(variable)
    if (!known) return
    for (const escape of [...known.clears, ...pendingOf(known)]) run.flow.armed.delete(escape)
    run.flow.vars.set(variable, NOTHING)
  }
}

const isNullish = (node: Node): boolean =>
  (node.type === 'Literal' && node.value === null) ||
  (node.type === 'Identifier' && node.name === 'undefined')

export function truthiness(node: Node): Guard {
  const test = unwrap(node)
  if (test.type === 'Identifier') return { whenTrue: nothing, whenFalse: isEmpty(test) }
  if (test.type === 'UnaryExpression' && test.operator === '!') {
    const inner = truthiness(test.argument)
    return { whenTrue: inner.whenFalse, whenFalse: inner.whenTrue }
  }
  if (test.type === 'BinaryExpression' && isNullish(test.right)) {
    const empty = isEmpty(unwrap(test.left))
    if (test.operator.startsWith('==')) return { whenTrue: empty, whenFalse: nothing }
    if (test.operator.startsWith('!=')) return { whenTrue: nothing, whenFalse: empty }
  }
  return { whenTrue: nothing, whenFalse: nothing }
}
