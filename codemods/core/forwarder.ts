import { ts } from 'ts-morph'
import { isReference, unwrap, walk, type FunctionNode } from './ast.js'

/**
 * The call of a wrapper that hands on all it is given, whatever that is:
 * `(...args) => Promise.resolve(fn(...args)).catch(args[args.length - 1])`. Such a wrapper fits handlers of
 * either form. `undefined` for any other function.
 */
export function forwardedCall(fn: FunctionNode): ts.CallExpression | undefined {
  const [rest, ...more] = fn.parameters
  if (rest?.dotDotDotToken === undefined || more.length > 0 || fn.body === undefined)
    return undefined
  if (!ts.isIdentifier(rest.name) || rest.type !== undefined) return undefined
  const shape = new Shape(rest.name.text)
  const last = ts.isBlock(fn.body) ? fn.body.statements.at(-1) : undefined
  const result = ts.isBlock(fn.body)
    ? last !== undefined && ts.isReturnStatement(last)
      ? last.expression
      : undefined
    : fn.body
  if (result === undefined) return undefined
  const before = ts.isBlock(fn.body) ? fn.body.statements.slice(0, -1) : []
  const isPlain = before.every((each) => shape.declares(each)) && shape.settles(result)
  return isPlain && usesOf(fn.body, rest.name.text) === shape.uses ? shape.call : undefined
}

function usesOf(body: ts.Node, name: string): number {
  let count = 0
  walk(body, (node) => {
    if (ts.isIdentifier(node) && node.text === name && isReference(node)) count++
  })
  return count
}

/** What the parts of a forwarding function stand for. */
class Shape {
  call: ts.CallExpression | undefined
  /** How often what it knows names the arguments. */
  uses = 0
  readonly #args: string
  #result: string | undefined
  #next: string | undefined

  constructor(args: string) {
    this.#args = args
  }

  /** `const result = fn(...args)` and `const next = args[args.length - 1]`. */
  declares(statement: ts.Statement): boolean {
    if (!ts.isVariableStatement(statement)) return false
    return statement.declarationList.declarations.every((each) => {
      if (!ts.isIdentifier(each.name) || each.initializer === undefined) return false
      if (this.#isCall(each.initializer)) this.#result = each.name.text
      else if (this.#isLast(each.initializer)) this.#next = each.name.text
      else return false
      return true
    })
  }

  /** `Promise.resolve(result).catch(next)`. */
  settles(expression: ts.Expression): boolean {
    const node = unwrap(expression)
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
    const [handler, ...more] = node.arguments
    if (node.expression.name.text !== 'catch' || handler === undefined || more.length > 0)
      return false
    return this.#isResult(node.expression.expression) && this.#isNext(handler)
  }

  #isResult(expression: ts.Expression): boolean {
    const node = unwrap(expression)
    if (ts.isIdentifier(node)) return node.text === this.#result
    if (!ts.isCallExpression(node)) return false
    const [value] = node.arguments
    const isResolve = node.expression.getText() === 'Promise.resolve' && node.arguments.length === 1
    return isResolve && value !== undefined ? this.#isResult(value) : this.#isCall(node)
  }

  #isNext(expression: ts.Expression): boolean {
    const node = unwrap(expression)
    return ts.isIdentifier(node) ? node.text === this.#next : this.#isLast(node)
  }

  #isCall(expression: ts.Expression): boolean {
    const node = unwrap(expression)
    if (!ts.isCallExpression(node) || this.call !== undefined) return false
    const [spread, ...more] = node.arguments
    const isForward =
      spread !== undefined &&
      more.length === 0 &&
      ts.isSpreadElement(spread) &&
      spread.expression.getText() === this.#args
    if (!isForward || !ts.isIdentifier(unwrap(node.expression))) return false
    this.call = node
    this.uses++
    return true
  }

  /** `args[args.length - 1]` and `args.at(-1)`. */
  #isLast(expression: ts.Expression): boolean {
    const text = expression.getText().replace(/\s/g, '')
    const args = this.#args
    if (text === `${args}[${args}.length-1]`) this.uses += 2
    else if (text === `${args}.at(-1)`) this.uses++
    else return false
    return true
  }
}
