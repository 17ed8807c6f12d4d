import type { TSESLint } from '@typescript-eslint/utils'
import type { Finding } from '../engine/analysis.js'
import { VIEW, type MessageId, type Node } from '../engine/model.js'

const CTX_MEND = 'Copy what you need first, or await the work.'
const REUSE = 'ctx may serve another request by then.'

/** What escapes, through what, when it runs, why it hurts, what to do. */
export const RETENTION_MESSAGES: Readonly<Record<MessageId, string>> = {
  timer: `{{use}} is used by a {{callee}} callback (line {{line}}) after the handler returned; ${REUSE} ${CTX_MEND}`,
  floating: `{{use}} is used (line {{line}}) by work whose promise nobody waits for, after the handler returned; ${REUSE} Await or return the promise, or copy what you need first.`,
  callback: `{{use}} is used by a callback of {{callee}} (line {{line}}) that runs after the handler returned; ${REUSE} ${CTX_MEND}`,
  stored: `{{use}} is stored where it outlives the handler (line {{line}}); ${REUSE} Store a copy of what you need.`,
  listener: `{{use}} is used by a listener (line {{line}}) that stays after the handler returned; ${REUSE} Copy what you need first, or remove the listener in a finally block.`,
  bodyWriter: `{{use}} is used while the body is streamed (line {{line}}), after the handler returned; ${REUSE} Copy what you need first.`,
  hijack: `{{use}} is used by the hijack handler (line {{line}}), which runs after the handler returned; ${REUSE} Copy what you need first.`,
  race: `{{use}} is used (line {{line}}) by a promise that may lose this race and go on after the handler returned; ${REUSE} Call ctx.timeoutError() on that way out, or wait for all of them.`,
  transfer: `{{use}} is given to {{callee}} (line {{line}}), which goes on with the memory after the handler returned; that memory is reused by then. Give it a copy.`,
  helper: `{{use}} is used by {{callee}} (line {{line}}) after the handler returned; ${REUSE} ${CTX_MEND}`,
  als: `{{use}} is put into the async context of everything that follows (line {{line}}), also after the handler returned; ${REUSE} Use run() and return its result, or keep copies.`,
  handler: `The promise of {{callee}} is dropped: that handler goes on using {{use}} (line {{line}}) after this one returned; ${REUSE} Return or await it.`,
  uncaught: `The promise of {{callee}} leaves this try block unsettled: the catch block never sees its rejection. Await it here.`,
}

/** The use as written, from its variable to the last member that is not called. */
function describe(source: TSESLint.SourceCode, use: Node): string {
  let node = use
  while (
    node.parent?.type === 'MemberExpression' &&
    node.parent.object === node &&
    !(node.parent.parent.type === 'CallExpression' && node.parent.parent.callee === node.parent)
  ) {
    node = node.parent
  }
  const text = source.getText(node as never).replace(/\s+/g, ' ')
  return text.length <= 40 ? `\`${text}\`` : `\`${text.slice(0, 39)}…\``
}

function calleeOf(source: TSESLint.SourceCode, node: Node): string {
  if (node.type !== 'CallExpression') return 'the callee'
  const text = source.getText(node.callee).replace(/\s+/g, ' ')
  const short =
    text.length <= 40 && !text.includes('=>') ? text : (/[\w$]+$/.exec(text)?.[0] ?? 'the call')
  return short
}

export function messageData(source: TSESLint.SourceCode, finding: Finding): Record<string, string> {
  const { use, node } = finding
  return {
    use: describe(source, use),
    line: String(use.loc.start.line),
    callee: calleeOf(source, node),
    kind: finding.kind === VIEW ? 'bytes' : 'context',
  }
}
