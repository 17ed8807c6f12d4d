import type { TSESLint } from '@typescript-eslint/utils'
import type { Node } from '../engine/model.js'

export type VisitorKeys = TSESLint.SourceCode.VisitorKeys

/** Visits a node and all nodes in it; a visitor that returns false leaves out the inner ones. */
export function walk(node: Node, keys: VisitorKeys, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return
  for (const key of keys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | Node[] | null>)[key]
    if (Array.isArray(child))
      for (const part of child) {
        if (part) walk(part, keys, visit)
      }
    else if (child) walk(child, keys, visit)
  }
}
