import { ts } from 'ts-morph'
import { shortText } from '../core/app-graph.js'
import { isFunctionNode, unwrap, wrapOut } from '../core/ast.js'
import { argumentsSpan, spanOf, type Draft } from '../core/draft.js'
import type { Part, Span } from '../core/edits.js'
import { members } from '../core/values.js'
import { literalText, type Scope } from './scope.js'

/** `res.on('finish', fn)` and `res.on('close', fn)`. */
export function responseListener(call: ts.CallExpression, scope: Scope): Part[] {
  const { draft } = scope
  const [event, callback] = call.arguments
  const name = literalText(event)
  if (callback === undefined || (name !== 'finish' && name !== 'close')) {
    const method = (call.expression as ts.PropertyAccessExpression).name.text
    draft.block(call, `res.${method}(${shortText(event ?? call)}) has no counterpart`)
    return []
  }
  return hook(name === 'finish' ? 'onFinish' : 'onClose', call, draft)
}

/** `req.on('close', fn)` and `req.on('aborted', fn)`; `false` for any other event. */
export function requestListener(call: ts.CallExpression, scope: Scope): boolean {
  const { draft } = scope
  const event = literalText(call.arguments[0])
  const isPlain = call.arguments.length === 2 && ts.isExpressionStatement(wrapOut(call).parent)
  if (!isPlain || (event !== 'close' && event !== 'aborted')) return false
  const parts =
    event === 'close'
      ? hook('onClose', call, draft)
      : [`${draft.ctx}.signal.addEventListener('abort', `, secondArgument(call), ')']
  draft.rewrite(spanOf(call), parts)
  draft.found('req.close', call)
  return true
}

/** `onFinished(res, fn)` of the package on-finished. */
export function isOnFinished(call: ts.CallExpression, scope: Scope): boolean {
  const callees = members(scope.values.of(call.expression))
  return (
    call.arguments.length === 2 &&
    callees.every((each) => each.kind === 'module' && each.name === 'on-finished')
  )
}

export function rewriteOnFinished(call: ts.CallExpression, { draft }: Scope): void {
  draft.rewrite(spanOf(call), hook('onClose', call, draft))
  draft.found('req.close', call)
}

/** Ours is given the context, node's listeners nothing. */
function hook(name: string, call: ts.CallExpression, draft: Draft): Part[] {
  const callback = unwrap(call.arguments[1]!)
  const isInline = isFunctionNode(callback)
  if (isInline ? callback.parameters.length > 0 : !ts.isIdentifier(callback)) {
    draft.block(
      call,
      `${shortText(call.expression)}() is called with a listener that takes arguments`
    )
    return []
  }
  const listener = isInline ? [secondArgument(call)] : ['() => ', spanOf(callback), '()']
  return [`${draft.compat(name)}(${draft.ctx}, `, ...listener, ')']
}

function secondArgument(call: ts.CallExpression): Span {
  return { start: call.arguments[1]!.getStart(), end: argumentsSpan(call).end }
}
