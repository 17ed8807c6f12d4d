import type { TSESLint, TSESTree } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import type { FunctionNode, Node } from '../engine/model.js'
import { enclosingFunction, isFunction, memberName } from '../util/ast.js'
import { makeAsync, type Suggestion } from './suggestion.js'

/** Awaits or returns a promise that is dropped. */
export function awaitIt(source: TSESLint.SourceCode, finding: Finding): Suggestion[] | null {
  const { escape, messageId } = finding
  if (messageId === 'race') return awaitAll(finding)
  const isPromise = escape.id === 'floating' || escape.id === 'handler'
  // Awaiting a helper mends nothing when the promise is dropped inside of it.
  if (!isPromise || (messageId === 'helper' && !escape.awaitable && escape.node !== escape.source))
    return null
  const whole = collectionOf(chainOf(finding.node))
  const fn = enclosingFunction(whole)
  if (!fn) return null
  const holder = whole.parent
  const dropped = holder?.type === 'UnaryExpression' && holder.operator === 'void' ? holder : whole
  if (dropped.parent?.type === 'ExpressionStatement') {
    return inStatement(source, whole, dropped, dropped.parent, fn, finding)
  }
  const canAwait = fn.async || fn === finding.handler.fn
  if (!canAwait || dropped.parent?.type === 'ArrowFunctionExpression') return null
  const text = source.getText(whole as never)
  return isCollection(whole)
    ? [awaiting(source, fn, dropped, `Promise.all(${text})`, 'awaitAll')]
    : [awaiting(source, fn, dropped, text, 'await')]
}

/** The `list.map(…)` whose callback consists of the node. */
function collectionOf(node: Node): Node {
  const callback = node.parent
  if (callback?.type !== 'ArrowFunctionExpression' || callback.body !== node) return node
  return isCollection(callback.parent) ? callback.parent : node
}

/** The whole of `a.then(…).catch(…)` that starts with the node. */
function chainOf(node: Node): Node {
  let at = node
  for (;;) {
    const member = at.parent
    if (member?.type === 'ChainExpression') at = member
    else if (member?.type !== 'MemberExpression' || member.object !== at) return at
    else if (member.parent.type !== 'CallExpression' || member.parent.callee !== member) return at
    else at = member.parent
  }
}

function awaiting(
  source: TSESLint.SourceCode,
  fn: FunctionNode,
  replaced: Node,
  text: string,
  messageId: 'await' | 'awaitAll'
): Suggestion {
  return {
    messageId,
    fix: (fixer) => [
      ...(makeAsync(source, fn, fixer) ?? []),
      fixer.replaceText(replaced as never, `await ${text}`),
    ],
  }
}

function inStatement(
  source: TSESLint.SourceCode,
  whole: Node,
  dropped: Node,
  statement: Node,
  fn: FunctionNode,
  finding: Finding
): Suggestion[] | null {
  const text = source.getText(whole as never)
  const isHandler = fn === finding.handler.fn
  if (isCollection(whole)) {
    if (!isHandler && !fn.async) return null
    const all = awaiting(source, fn, dropped, `Promise.all(${text})`, 'awaitAll')
    const loop = forOf(source, whole, statement, fn)
    return /^(forEach|visitAll)$/.test(memberName((whole as TSESTree.CallExpression).callee) ?? '')
      ? loop
        ? [loop]
        : null
      : [all]
  }
  if (fn.async) return [awaiting(source, fn, dropped, text, 'await')]
  const block = statement.parent
  const isLast =
    block === fn.body && block.type === 'BlockStatement' && block.body.at(-1) === statement
  if (isLast && (isHandler || returnsToPromise(fn)) && !/: void/.test(returnText(source, fn))) {
    return [
      {
        messageId: 'return',
        fix: (fixer) => [fixer.replaceText(dropped as never, `return ${text}`)],
      },
    ]
  }
  return isHandler || returnsToPromise(fn) ? [awaiting(source, fn, dropped, text, 'await')] : null
}

const returnText = (source: TSESLint.SourceCode, fn: FunctionNode): string =>
  fn.returnType ? source.getText(fn.returnType) : ''

/** Is the function a callback whose result a promise chain takes over? */
function returnsToPromise(fn: FunctionNode): boolean {
  const call = fn.parent
  return (
    call.type === 'CallExpression' &&
    /^(then|catch|map|flatMap)$/.test(memberName(call.callee) ?? '')
  )
}

function isCollection(node: Node): boolean {
  return (
    node.type === 'CallExpression' &&
    /^(forEach|map|flatMap|filter|visitAll)$/.test(memberName(node.callee) ?? '')
  )
}

function forOf(
  source: TSESLint.SourceCode,
  whole: Node,
  statement: Node,
  fn: FunctionNode
): Suggestion | null {
  if (whole.type !== 'CallExpression' || whole.callee.type !== 'MemberExpression') return null
  const [callback] = whole.arguments
  const isVisit = memberName(whole.callee) === 'visitAll'
  if (!callback || !isFunction(callback) || callback.params.length !== (isVisit ? 2 : 1))
    return null
  const names = callback.params.map((each) => source.getText(each)).join(', ')
  const param = isVisit ? `[${names}]` : names
  const list = `${source.getText(whole.callee.object)}${isVisit ? '.all()' : ''}`
  const body = source.getText(callback.body)
  if (/\breturn\b/.test(body)) return null
  const isBlock = callback.body.type === 'BlockStatement'
  const inner = isBlock ? body : `{\n  await ${body}\n}`
  return {
    messageId: 'forOf',
    fix: (fixer) => [
      ...(makeAsync(source, fn, fixer) ?? []),
      fixer.replaceText(statement as never, `for (const ${param} of ${list}) ${inner}`),
    ],
  }
}

/** `Promise.race` becomes `Promise.allSettled`: the losers are waited for. */
function awaitAll(finding: Finding): Suggestion[] | null {
  const { node } = finding
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return null
  const { property } = node.callee
  return [{ messageId: 'awaitAll', fix: (fixer) => [fixer.replaceText(property, 'allSettled')] }]
}
