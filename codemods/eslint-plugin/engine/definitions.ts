import { contains, isClass, isFunction, unwrap } from '../util/ast.js'
import { evaluate } from './expressions.js'
import type { Interpreter } from './interpreter.js'
import {
  NOTHING,
  OUTER,
  object,
  value,
  type ClassNode,
  type FunctionNode,
  type Obj,
  type Value,
  type Variable,
} from './model.js'

/** What the variables and classes of the file were before the handler ran. */
export class Definitions {
  readonly #outer = new Map<Variable, Value>()
  readonly #classes = new Map<ClassNode, Value>()

  constructor(readonly run: Interpreter) {}

  /** What a variable is that the handler has not bound itself. */
  of(variable: Variable): Value {
    const known = this.#outer.get(variable)
    if (known) return known
    this.#outer.set(variable, OUTER)
    const found = this.#define(variable)
    this.#outer.set(variable, found)
    return found
  }

  #define(variable: Variable): Value {
    const [def] = variable.defs
    if (!def) return OUTER
    if (isFunction(def.node) && def.type === 'FunctionName') return this.#outerFunction(def.node)
    if (isClass(def.node)) return this.ofClass(def.node)
    if (def.type !== 'Variable' || def.node.id.type !== 'Identifier' || !def.node.init) return OUTER
    const init = unwrap(def.node.init)
    if (isFunction(init)) return this.#outerFunction(init)
    if (contains(init, this.run.root)) return OUTER
    if (!/^(Object|Array|New|Call|Class|Member|Identifier)/.test(init.type)) return OUTER
    if (contains(this.run.root, def.node)) return NOTHING
    return this.run.outside(() => markOuter(evaluate(this.run, init)))
  }

  /** What is put on a function that outlives the handler outlives it too. */
  #outerFunction(fn: FunctionNode): Value {
    const outer = fn === this.run.root || !contains(this.run.root, fn)
    return { ...this.run.closure(fn, NOTHING), outer }
  }

  ofClass(cls: ClassNode): Value {
    let known = this.#classes.get(cls)
    if (!known) {
      const outer = !contains(this.run.root, cls)
      known = value({ objs: [object({ cls, isClass: true, outer })], outer })
      this.#classes.set(cls, known)
    }
    return known
  }
}

/** Everything a value refers to lives longer than the handler. */
export function markOuter(of: Value, seen = new Set<Obj>()): Value {
  for (const obj of of.objs) {
    if (seen.has(obj)) continue
    seen.add(obj)
    obj.outer = true
    markOuter(obj.elem, seen)
    for (const prop of obj.props.values()) markOuter(prop, seen)
  }
  return of.outer ? of : { ...of, outer: true }
}
