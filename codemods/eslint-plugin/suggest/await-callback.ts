import type { TSESLint } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import type { FunctionNode, Node } from '../engine/model.js'
import { isClass, isFunction, memberName } from '../util/ast.js'
import { walk } from '../util/walk.js'
import { isDirectlyIn, makeAsync, type Suggestion } from './suggestion.js'

const REPEATED = /^(setInterval|on|addListener|addEventListener|subscribe|observe|watch)$/

/** Wraps a timer or callback in a promise that the handler awaits and the callback resolves. */
export function awaitCallback(
  source: TSESLint.SourceCode,
  finding: Finding,
  isTypeScript: boolean
): Suggestion[] | null {
  const { node, messageId, handler } = finding
  if (!/^(timer|callback|listener|transfer)$/.test(messageId) || node.type !== 'CallExpression')
    return null
  const { callee, parent } = node
  const name = callee.type === 'Identifier' ? callee.name : (memberName(callee) ?? '')
  if (REPEATED.test(name) || parent.type !== 'ExpressionStatement') return null
  if (!isDirectlyIn(handler.fn, node)) return null
  const resolve = /\bresolve\b/.test(source.getText(handler.fn)) ? 'settle' : 'resolve'
  const callback = node.arguments.find((argument) => isFunction(argument))
  const edits =
    callback && isFunction(callback)
      ? resolveInside(source, callback, resolve)
      : resolveAfter(source, finding, resolve)
  if (!edits) return null
  const type = isTypeScript ? '<void>' : ''
  return [
    {
      messageId: 'awaitCallback',
      fix: (fixer) => [
        ...(makeAsync(source, handler.fn, fixer) ?? []),
        fixer.insertTextBefore(node, `await new Promise${type}((${resolve}) => `),
        ...edits(fixer),
        fixer.insertTextAfter(node, ')'),
      ],
    },
  ]
}

type Edits = (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix[]

function resolveInside(source: TSESLint.SourceCode, fn: FunctionNode, resolve: string): Edits {
  const { body } = fn
  if (body.type !== 'BlockStatement') {
    const text = source.getText(body)
    const wait = fn.async ? 'await ' : ''
    return (fixer) => [fixer.replaceText(body, `{ ${wait}${text}; ${resolve}() }`)]
  }
  const [open, close] = [source.getFirstToken(body), source.getLastToken(body)]
  if (!open || !close) return () => []
  if (!leavesEarly(body, source)) {
    return (fixer) => [fixer.insertTextBefore(close, `; ${resolve}() `)]
  }
  return (fixer) => [
    fixer.insertTextAfter(open, ' try {'),
    fixer.insertTextBefore(close, `} finally { ${resolve}() } `),
  ]
}

function leavesEarly(body: Node, source: TSESLint.SourceCode): boolean {
  let found = false
  walk(body, source.visitorKeys, (node) => {
    if (isFunction(node) || isClass(node)) return false
    if (node.type === 'ReturnStatement' || node.type === 'ThrowStatement') found = true
  })
  return found
}

/** `setTimeout(log, 10, ctx)`: the named function is called in an own callback. */
function resolveAfter(
  source: TSESLint.SourceCode,
  finding: Finding,
  resolve: string
): Edits | null {
  const { node } = finding
  if (node.type !== 'CallExpression') return null
  if (finding.messageId === 'callback') return passOn(source, node.arguments.at(-1), resolve)
  if (finding.messageId !== 'timer') return null
  const [callback, ...rest] = node.arguments
  if (!callback || rest.some((argument) => argument.type === 'SpreadElement')) return null
  const hasDelay = /Timeout$/.test(source.getText(node.callee))
  const given = (hasDelay ? rest.slice(1) : rest).map((argument) => source.getText(argument))
  const name = source.getText(callback)
  const call = /^[\w.$]+$/.test(name) ? name : `(${name})`
  const delay = hasDelay && rest[0] ? `, ${source.getText(rest[0])}` : ''
  const args = `() => { ${call}(${given.join(', ')}); ${resolve}() }${delay}`
  const last = node.arguments.at(-1) ?? callback
  return (fixer) => [fixer.replaceTextRange([callback.range[0], last.range[1]], args)]
}

/** `db.query(text, done)`: the named callback is called in an own one. */
function passOn(
  source: TSESLint.SourceCode,
  callback: Node | undefined,
  resolve: string
): Edits | null {
  if (callback?.type !== 'Identifier' && callback?.type !== 'CallExpression') return null
  const text = source.getText(callback)
  return (fixer) => [fixer.replaceText(callback, `(...args) => { ${text}(...args); ${resolve}() }`)]
}
