import type { TSESTree } from '@typescript-eslint/utils'
import { enclosingClass, isClass, isFunction, keyName, memberName, unwrap } from '../util/ast.js'
import { propertyRole } from '../util/fasthttp-api.js'
import { evaluateCall, evaluateNew } from './calls.js'
import { truthiness } from './guards.js'
import type { Interpreter } from './interpreter.js'
import { joinFlows } from './flow.js'
import {
  FREE,
  NOTHING,
  OUTER,
  borrowed,
  join,
  object,
  pendingOf,
  settledValue,
  value,
  type ClassNode,
  type Node,
  type Obj,
  type Value,
} from './model.js'
import { removeStored, storeInto } from './stores.js'

/** What an expression may be, with its effects on the current path. */
export function evaluate(run: Interpreter, node: Node): Value {
  if (!run.step()) return NOTHING
  switch (node.type) {
    case 'Identifier': {
      const of = run.read(node)
      run.touch(of, node)
      return of
    }
    case 'Literal':
    case 'MetaProperty':
      return NOTHING
    case 'ThisExpression':
    case 'Super':
      run.touch(run.frame.self, node)
      return run.frame.self
    case 'MemberExpression':
      return evaluateMember(run, node)
    case 'CallExpression':
      return evaluateCall(run, node)
    case 'NewExpression':
      return evaluateNew(run, node)
    case 'ArrowFunctionExpression':
      return run.closure(node)
    case 'FunctionExpression':
      return run.closure(node, NOTHING)
    case 'ClassExpression':
      return evaluateClass(run, node)
    case 'AwaitExpression': {
      const of = evaluate(run, node.argument)
      run.await(of)
      return settledValue(of)
    }
    case 'AssignmentExpression':
      return evaluateAssignment(run, node)
    case 'ObjectExpression':
      return evaluateObject(run, node)
    case 'ArrayExpression':
      return evaluateArray(run, node)
    case 'ConditionalExpression':
      return conditional(run, node)
    case 'LogicalExpression':
      return logical(run, node)
    case 'SequenceExpression':
      return node.expressions.reduce((_, part) => evaluate(run, part), NOTHING)
    case 'YieldExpression':
      return evaluateYield(run, node)
    case 'UnaryExpression':
      return evaluateUnary(run, node)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ChainExpression':
      return evaluate(run, node.expression)
    default:
      return evaluateParts(run, node)
  }
}

/** Operators, templates and whatever else gives a primitive: only the parts matter. */
function evaluateParts(run: Interpreter, node: Node): Value {
  for (const key of run.source.visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | Node[] | null>)[key]
    for (const part of Array.isArray(child) ? child : [child]) {
      if (part && !/^TS|^TemplateElement|^JSXIdentifier/.test(part.type)) evaluate(run, part)
    }
  }
  return NOTHING
}

function evaluateUnary(run: Interpreter, node: TSESTree.UnaryExpression): Value {
  const of = evaluate(run, node.argument)
  if (node.operator === 'void') for (const escape of pendingOf(of)) escape.latent = false
  if (node.operator === 'delete') removeStored(run, run.text(unwrap(node.argument)), node)
  return NOTHING
}

function evaluateYield(run: Interpreter, node: TSESTree.YieldExpression): Value {
  const of = node.argument ? evaluate(run, node.argument) : NOTHING
  if (node.delegate) for (const lazy of of.lazy) run.drain(lazy)
  return NOTHING
}

function evaluateMember(run: Interpreter, node: TSESTree.MemberExpression): Value {
  const of = evaluate(run, node.object)
  if (node.computed && memberName(node) === null) evaluate(run, node.property)
  const member = memberOf(run, of, memberName(node) ?? '[]', node)
  if (of.kind === FREE) run.touch(member, node)
  return member
}

/** What reading a member of a value gives. */
export function memberOf(run: Interpreter, of: Value, name: string, node: Node): Value {
  if (of.kind !== FREE && of.role) {
    const role = propertyRole(of.role, name)
    return role ? borrowed(role) : NOTHING
  }
  let member = of.outer ? OUTER : NOTHING
  for (const obj of of.objs) {
    const own = obj.props.get(name)
    if (own) member = join(member, own)
    // The methods of a foreign object are its own, not the callbacks it was given.
    else if (obj.foreign) member = join(member, { ...obj.elem, fns: [] })
    else member = join(member, join(obj.elem, classMember(run, obj, of, name, node)))
  }
  if (of.promises) member = join(member, value({ promises: true }))
  return member
}

/** `super.name` in a class of the file. */
export function superMember(run: Interpreter, self: Value, name: string, node: Node): Value {
  const own = enclosingClass(node)
  const base = own && superClassOf(run, own)
  if (!base) return NOTHING
  return self.objs.reduce(
    (member, obj) => join(member, classMember(run, obj, self, name, node, base)),
    NOTHING
  )
}

function classMember(
  run: Interpreter,
  obj: Obj,
  self: Value,
  name: string,
  node: Node,
  from: ClassNode | null = obj.cls
): Value {
  for (let cls = from, hops = 0; cls && hops < 8; cls = superClassOf(run, cls), hops++) {
    for (const member of cls.body.body) {
      if (!('key' in member) || keyName(member) !== name || member.static !== obj.isClass) continue
      if (member.type === 'MethodDefinition' && member.value.body) {
        const method = { fn: member.value as TSESTree.FunctionExpression, self, bound: [] }
        if (member.kind === 'get') return run.invoke(method, [], node)
        if (member.kind === 'method') return value({ fns: [method] })
      }
      if (member.type === 'PropertyDefinition' && member.value) {
        const init = unwrap(member.value)
        if (isFunction(init)) return run.closure(init, self)
      }
    }
  }
  return NOTHING
}

export function superClassOf(run: Interpreter, cls: ClassNode): ClassNode | null {
  if (cls.superClass?.type !== 'Identifier') return null
  const def = run.origins.variable(cls.superClass)?.defs[0]?.node
  return isClass(def) ? def : null
}

/** An element of a collection, for iteration and destructuring. */
export function elementOf(run: Interpreter, of: Value): Value {
  if (of.kind !== FREE && of.role) return memberOf(run, of, '[]', of as never)
  let elem = of.outer ? OUTER : NOTHING
  for (const obj of of.objs) elem = join(elem, obj.elem)
  return elem
}

function evaluateObject(run: Interpreter, node: TSESTree.ObjectExpression): Value {
  const obj = object()
  const self = value({ objs: [obj] })
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const spread = evaluate(run, property.argument)
      if (spread.kind !== FREE) obj.elem = join(obj.elem, spread)
      for (const from of spread.objs) {
        obj.elem = join(obj.elem, from.elem)
        for (const [name, prop] of from.props) obj.props.set(name, prop)
      }
      continue
    }
    const name = keyName(property)
    if (property.computed) evaluate(run, property.key)
    const isMethod = property.value.type === 'FunctionExpression'
    const of = isMethod
      ? run.closure(property.value as TSESTree.FunctionExpression, self)
      : evaluate(run, property.value)
    if (name === null) obj.elem = join(obj.elem, of)
    else obj.props.set(name, of)
  }
  return self
}

function evaluateArray(run: Interpreter, node: TSESTree.ArrayExpression): Value {
  const obj = object()
  for (const element of node.elements) {
    if (!element) continue
    if (element.type !== 'SpreadElement') {
      obj.elem = join(obj.elem, evaluate(run, element))
      continue
    }
    const spread = evaluate(run, element.argument)
    for (const lazy of spread.lazy) run.drain(lazy)
    if ((spread.kind & ~4) !== FREE) obj.elem = join(obj.elem, spread)
    const elem = elementOf(run, spread)
    obj.elem = join(obj.elem, elem.outer ? { ...elem, outer: false } : elem)
  }
  return value({ objs: [obj] })
}

function conditional(run: Interpreter, node: TSESTree.ConditionalExpression): Value {
  evaluate(run, node.test)
  const guard = truthiness(node.test)
  run.flow.ask()
  const otherwise = run.flow.clone()
  guard.whenTrue(run)
  const a = evaluate(run, node.consequent)
  const then = run.flow
  run.flow = otherwise
  guard.whenFalse(run)
  const b = evaluate(run, node.alternate)
  run.flow = joinFlows(then, run.flow) ?? then
  return join(a, b)
}

function logical(run: Interpreter, node: TSESTree.LogicalExpression): Value {
  const left = evaluate(run, node.left)
  const guard = truthiness(node.left)
  run.flow.ask()
  const skipped = run.flow.clone()
  if (node.operator === '&&') {
    guard.whenTrue(run)
    const right = evaluate(run, node.right)
    const taken = run.flow
    run.flow = skipped
    guard.whenFalse(run)
    run.flow = joinFlows(taken, run.flow) ?? taken
    return right
  }
  const right = evaluate(run, node.right)
  run.flow = joinFlows(run.flow, skipped) ?? skipped
  return join(left, right)
}

/** Binds names of a declaration, a parameter or a `catch`. */
export function bindPattern(run: Interpreter, pattern: Node, of: Value): void {
  destructure(run, pattern, of, (target, part) => {
    if (target.type !== 'Identifier') return
    const variable = run.origins.variable(target)
    if (variable) run.flow.vars.set(variable, part)
  })
}

function destructure(
  run: Interpreter,
  pattern: Node,
  of: Value,
  bind: (target: Node, part: Value) => void
): void {
  switch (pattern.type) {
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') {
          destructure(run, property.argument, of, bind)
          continue
        }
        if (property.computed) evaluate(run, property.key)
        const part = memberOf(run, of, keyName(property) ?? '[]', property)
        run.touch(part, property)
        destructure(run, property.value, part, bind)
      }
      return
    case 'ArrayPattern':
      for (const element of pattern.elements) {
        if (element) destructure(run, element, elementOf(run, of), bind)
      }
      return
    case 'AssignmentPattern': {
      const fallback = run.maybe(() => evaluate(run, pattern.right))
      destructure(run, pattern.left, join(of, fallback), bind)
      return
    }
    case 'RestElement':
      destructure(
        run,
        pattern.argument,
        value({ objs: [object({ elem: elementOf(run, of) })] }),
        bind
      )
      return
    case 'TSParameterProperty': {
      destructure(run, pattern.parameter, of, bind)
      const { parameter } = pattern
      const name = parameter.type === 'AssignmentPattern' ? parameter.left : parameter
      if (name.type === 'Identifier') setMember(run.frame.self, name.name, of)
      return
    }
    default:
      bind(pattern, of)
  }
}

function setMember(target: Value, name: string, of: Value): void {
  for (const obj of target.objs) {
    if (!obj.outer) obj.props.set(name, of)
  }
}

function evaluateAssignment(run: Interpreter, node: TSESTree.AssignmentExpression): Value {
  const isPlain = node.operator === '='
  if (!isPlain) evaluate(run, node.left)
  const right = evaluate(run, node.right)
  if (!isPlain && !/^(\|\||&&|\?\?)=$/.test(node.operator)) return NOTHING
  assign(run, node.left, right, node)
  return right
}

/** `target = of`, where the target may be a pattern; `node` is what a report points at. */
export function assign(run: Interpreter, target: Node, of: Value, node: Node): void {
  destructure(run, target, of, (inner, part) => {
    const place = unwrap(inner)
    if (place.type === 'Identifier') assignVariable(run, place, part, node)
    else if (place.type === 'MemberExpression') assignMember(run, place, part, node)
  })
}

function assignVariable(
  run: Interpreter,
  target: TSESTree.Identifier,
  of: Value,
  node: Node
): void {
  const variable = run.origins.variable(target)
  if (variable && run.isLocal(variable)) {
    run.flow.vars.set(variable, of)
    return
  }
  storeInto(run, { node, target: target.name, key: '' }, of)
}

function assignMember(
  run: Interpreter,
  target: TSESTree.MemberExpression,
  of: Value,
  node: Node
): void {
  const into = evaluate(run, target.object)
  if (target.computed) evaluate(run, target.property)
  // What is kept in the context itself lives as long as it.
  if (into.kind !== FREE) return
  const name = memberName(target) ?? '[]'
  const isForeign = into.objs.every((obj) => obj.foreign)
  if (/^on[a-z]/.test(name) && of.fns.length > 0 && isForeign) {
    const late = run.late(of.fns, [])
    if (late.borrow) {
      const { ties } = late.frame
      run.arm({ id: 'listener', node, borrow: late.borrow, ties, target: run.text(target) })
    }
    return
  }
  if (into.outer || into.objs.some((obj) => obj.outer)) {
    storeInto(run, { node, target: run.text(target), key: '' }, of)
    return
  }
  for (const obj of into.objs) {
    if (name === '[]') obj.elem = join(obj.elem, of)
    else obj.props.set(name, of)
  }
}

export function evaluateClass(run: Interpreter, node: ClassNode): Value {
  const of = run.classValue(node)
  const variable = node.id && run.origins.variable(node.id)
  if (variable && run.isLocal(variable)) run.flow.vars.set(variable, of)
  return of
}
