import { REQUEST_ROWS, RESPONSE_ROWS, type MemberRow } from '../../table.js'

/** How a member of node:http, Express or Koa handlers reads on a request context. */
export interface NodeHttpMember {
  /** What to write instead, for the message. */
  readonly use: string
  /**
   * A rewrite with the same meaning, applied by `--fix`: `$ctx` is the context and `$1`, `$2` are the
   * arguments, the key of an indexed read, or the assigned value; `$args` are all arguments.
   */
  readonly fix?: string
  /** A rewrite whose meaning depends on the code around it, offered as a suggestion. */
  readonly suggest?: string
}

type Members = Readonly<Record<string, NodeHttpMember>>

/** Calls that a context has itself, under the same name. */
const OWN_CALLS: ReadonlySet<string> = new Set(['param', 'redirect', 'sendFile', 'write'])

/** What fh-migrate's conversion table says of a member. */
function fromRow({
  member,
  use,
  emit,
  special,
  check,
  class: rowClass,
}: MemberRow): NodeHttpMember {
  if (emit.ctx === undefined) return { use: `${emit.compat}($ctx) of fasthttp/compat` }
  const text = `$ctx.${use === 'call' ? emit.ctx.replace(/\(\)$/, '($args)') : emit.ctx}`
  // `ctx.path` is the method: nothing but its call can be meant.
  const isRename =
    emit.ctx === `${member}()` || (rowClass === 'auto' && special === undefined && check === '')
  return isRename ? { use: text, fix: text } : { use: text, suggest: text }
}

/** The rows of the conversion table, and over them what is special to a context. */
function members(kind: MemberRow['use'], special: Members): Members {
  const all: Record<string, NodeHttpMember> = {}
  for (const row of [...REQUEST_ROWS, ...RESPONSE_ROWS]) {
    if (row.use !== kind || (kind === 'call' && OWN_CALLS.has(row.member))) continue
    all[row.member] ??= fromRow(row)
  }
  return { ...all, ...special }
}

/** Members that are read without a call. */
export const READ = members('get', {
  host: { use: '$ctx.host()', fix: '$ctx.host()' },
  hostname: { use: '$ctx.host()', suggest: '$ctx.host()' },
  headers: { use: '$ctx.request.header' },
  query: { use: '$ctx.queryArgs()' },
  body: { use: '$ctx.postBody()', suggest: '$ctx.postBody()' },
  rawBody: { use: '$ctx.postBody()', suggest: '$ctx.postBody()' },
  cookies: { use: '$ctx.request.header.cookie(name)' },
  req: { use: 'the members of $ctx' },
  res: { use: 'the members of $ctx' },
  socket: { use: '$ctx.conn()', suggest: '$ctx.conn()' },
  connection: { use: '$ctx.conn()', suggest: '$ctx.conn()' },
  headersSent: { use: 'nothing: the response is sent after the handler settles' },
  statusCode: { use: '$ctx.response.statusCode()', fix: '$ctx.response.statusCode()' },
})

/** Members that are read with a key: `ctx.headers['x-y']`, `ctx.params.id`. */
export const READ_KEY: Members = {
  headers: { use: '$ctx.request.header.peek($1)', fix: '$ctx.request.header.peek($1)' },
  params: { use: '$ctx.param($1)', fix: '$ctx.param($1)' },
  query: { use: '$ctx.queryArgs().peek($1)', suggest: '$ctx.queryArgs().peek($1)' },
  cookies: {
    use: '$ctx.request.header.cookie($1)',
    suggest: '$ctx.request.header.cookie($1)',
  },
  body: { use: '$ctx.formValue($1)', suggest: '$ctx.formValue($1)' },
}

/** Members that are assigned. */
export const ASSIGN: Members = {
  statusCode: { use: '$ctx.setStatusCode($1)', fix: '$ctx.setStatusCode($1)' },
  status: { use: '$ctx.setStatusCode($1)', fix: '$ctx.setStatusCode($1)' },
  body: { use: '$ctx.setBodyString($1)', suggest: '$ctx.setBodyString($1)' },
  type: { use: '$ctx.setContentType($1)', suggest: '$ctx.setContentType($1)' },
  statusMessage: {
    use: '$ctx.response.header.setStatusMessage($1)',
    fix: '$ctx.response.header.setStatusMessage($1)',
  },
}

/** Members that are called. */
export const CALL = members('call', {
  sendStatus: { use: '$ctx.error(statusMessage($1), $1)' },
  send: { use: '$ctx.setBody($1)', suggest: '$ctx.setBody($1)' },
  end: { use: '$ctx.setBodyString($1)', suggest: '$ctx.setBodyString($1)' },
  setHeader: {
    use: '$ctx.response.header.set($1, $2)',
    fix: '$ctx.response.header.set($1, $2)',
  },
  writeHead: { use: '$ctx.setStatusCode($1)', suggest: '$ctx.setStatusCode($1)' },
  header: { use: '$ctx.request.header.peek($1)', suggest: '$ctx.request.header.peek($1)' },
  get: { use: '$ctx.request.header.peek($1)', suggest: '$ctx.request.header.peek($1)' },
  set: {
    use: '$ctx.response.header.set($1, $2)',
    suggest: '$ctx.response.header.set($1, $2)',
  },
  type: { use: '$ctx.setContentType($1)', suggest: '$ctx.setContentType($1)' },
  on: { use: '$ctx.postBody(), $ctx.requestBodyStream() or $ctx.signal' },
  once: { use: '$ctx.postBody(), $ctx.requestBodyStream() or $ctx.signal' },
  pipe: { use: '$ctx.requestBodyStream().pipe($1)', suggest: '$ctx.requestBodyStream().pipe($1)' },
  cookie: { use: '$ctx.response.header.setCookie(cookie)' },
  clearCookie: { use: '$ctx.response.header.delClientCookie($1)' },
})
