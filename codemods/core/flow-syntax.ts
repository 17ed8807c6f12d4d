import { ts } from 'ts-morph'
import { callOf, isAsync, isFunctionNode, unwrap, wrapOut, type FunctionNode } from './ast.js'

const SYNC_METHODS = new Set(
  `forEach map filter some every reduce reduceRight find findIndex findLast flatMap sort from each
  replace replaceAll sortBy groupBy orderBy mapValues pickBy omitBy`.split(/\s+/)
)
export function promiseMethod(node: ts.CallExpression): string | undefined {
  if (!ts.isPropertyAccessExpression(node.expression)) return undefined
  const name = node.expression.name.text
  return name === 'then' || name === 'catch' || name === 'finally' ? name : undefined
}

/**
 * Calls that run their callback at once, by their name and form: `list.map(fn)`, `_.map(list, fn)`,
 * `text.replace(pattern, fn)`. A callback that takes an error first belongs to something later.
 */
export function isIteration(
  node: ts.CallExpression,
  callbacks: ts.Expression[],
  functions: FunctionNode[]
): boolean {
  const name = calleeName(node)
  if (!SYNC_METHODS.has(name) || functions.some((fn) => isAsync(fn))) return false
  if (functions.some((fn) => /^(err|error|e)$/.test(fn.parameters[0]?.name.getText() ?? ''))) {
    return false
  }
  if (callbacks[0] === node.arguments[0] || name.startsWith('replace')) return true
  return /^(_|lodash|R|Array)\./.test(node.expression.getText())
}

export function isTimer(node: ts.CallExpression): boolean {
  return /^(setTimeout|setImmediate|nextTick|queueMicrotask)$/.test(calleeName(node))
}

function calleeName(node: ts.CallExpression): string {
  const callee = unwrap(node.expression)
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text
  return ts.isIdentifier(callee) ? callee.text : ''
}

/** Whether the promise of an expression is awaited or handed to the caller. */
export function isAwaited(node: ts.Expression): boolean {
  const outer = wrapOut(node)
  const { parent } = outer
  if (ts.isAwaitExpression(parent) || ts.isReturnStatement(parent)) return true
  if (ts.isArrowFunction(parent)) return parent.body === outer
  if (ts.isConditionalExpression(parent)) return parent.condition !== outer && isAwaited(parent)
  if (ts.isArrayLiteralExpression(parent)) {
    const call = parent.parent
    return (
      ts.isCallExpression(call) &&
      /^Promise\.(all|allSettled)$/.test(call.expression.getText()) &&
      isAwaited(call)
    )
  }
  if (ts.isPropertyAccessExpression(parent)) {
    // The chain that continues a promise is waited for as a whole.
    const call = callOf(parent)
    return call !== undefined && promiseMethod(call) !== undefined
  }
  if (
    ts.isCallExpression(parent) &&
    /^Promise\.(resolve|all|allSettled)$/.test(parent.expression.getText())
  ) {
    return isAwaited(parent)
  }
  return false
}

export function isReturned(node: ts.Expression): boolean {
  const outer = wrapOut(node)
  const { parent } = outer
  if (ts.isConditionalExpression(parent) && parent.condition !== outer) return isReturned(parent)
  return ts.isReturnStatement(parent) || ts.isArrowFunction(parent)
}

export function isValueUsed(node: ts.Expression): boolean {
  const outer = wrapOut(node)
  const { parent } = outer
  // `ok ? a(res) : b(res)`: as the whole is used.
  if (ts.isConditionalExpression(parent) && parent.condition !== outer) return isValueUsed(parent)
  if (ts.isPropertyAccessExpression(parent)) {
    const call = callOf(parent)
    const method = call === undefined ? undefined : promiseMethod(call)
    return method === undefined || (method === 'then' && takesValue(call!.arguments[0]))
  }
  return !(
    ts.isExpressionStatement(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isArrowFunction(parent) ||
    ts.isAwaitExpression(parent) ||
    ts.isVoidExpression(parent)
  )
}

function takesValue(callback: ts.Expression | undefined): boolean {
  if (callback === undefined) return false
  const inner = unwrap(callback)
  return !isFunctionNode(inner) || inner.parameters.length > 0
}

export function isLogical(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  )
}

/** A callback that only logs or gives back a value cannot fail in a way that matters. */
export function isHarmlessBody(fn: FunctionNode): boolean {
  return fn.body !== undefined && !ts.isBlock(fn.body) && !ts.isCallExpression(unwrap(fn.body))
}
