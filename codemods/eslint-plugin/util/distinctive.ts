import type { TSESTree } from '@typescript-eslint/utils'
import type { Variable } from '../engine/model.js'
import { memberName } from './ast.js'
import { DISTINCTIVE, UNMISTAKABLE } from './fasthttp-api.js'

/** Do the members of a parameter tell that it is a request context? */
export function isDistinctive(variable: Variable): boolean {
  const members = new Set<string>()
  for (const { identifier } of variable.references) {
    const member = identifier.parent
    if (member?.type !== 'MemberExpression' || member.object !== identifier) continue
    const name = memberName(member)
    if (name === null) continue
    const isCalled = member.parent.type === 'CallExpression' && member.parent.callee === member
    if (isCalled && UNMISTAKABLE.has(name)) return true
    if (isCalled && DISTINCTIVE.has(name)) members.add(name)
    if ((name === 'request' || name === 'response') && isHeaderCall(member)) return true
  }
  return members.size >= 2
}

/** `c.request.header.peek(…)`, `c.response.setStatusCode(…)`. */
function isHeaderCall(member: TSESTree.MemberExpression): boolean {
  const next = member.parent
  if (next.type !== 'MemberExpression') return false
  const name = memberName(next) ?? ''
  if (next.parent.type === 'CallExpression') return UNMISTAKABLE.has(name) || name === 'copyTo'
  if (name !== 'header' || next.parent.type !== 'MemberExpression') return false
  const last = memberName(next.parent) ?? ''
  return (
    next.parent.parent.type === 'CallExpression' &&
    /^(peek\w*|visitAll|setCookie|copyTo)$/.test(last)
  )
}
