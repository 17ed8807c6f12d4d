import { markOuter } from './definitions.js'
import type { Interpreter } from './interpreter.js'
import type { Escape, Node, Value } from './model.js'

export interface StorePlace {
  readonly node: Node
  /** Text of what it is stored in, and of its key, to recognise the removal. */
  readonly target: string
  readonly key: string
}

/** Something is put where it outlives the handler. Returns the escape when it borrows. */
export function storeInto(run: Interpreter, place: StorePlace, of: Value): Escape | null {
  removeStored(run, place.target, place.node, place.key)
  const borrow = run.borrow(of, storedNode(place.node))
  markOuter(of)
  if (!borrow) return null
  return run.arm({ id: 'stored', borrow, needsRemoval: true, ties: borrow.ties ?? [], ...place })
}

function storedNode(node: Node): Node {
  return node.type === 'AssignmentExpression' ? node.right : node
}

/** Takes out again what was stored in `target`; without a key, whatever it was. */
export function removeStored(
  run: Interpreter,
  target: string,
  by: Node,
  key: string | null = null
): void {
  const found = [...run.flow.armed].filter(
    (escape) =>
      escape.id === 'stored' && escape.target === target && (key === null || escape.key === key)
  )
  run.remove(found, by)
}
