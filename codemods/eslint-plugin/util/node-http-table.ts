/** How a member of node:http, Express or Koa handlers reads on a request context. */
export interface NodeHttpMember {
  /** What to write instead, for the message. */
  readonly use: string
  /**
   * A rewrite with the same meaning, applied by `--fix`: `$ctx` is the context and `$1`, `$2` are the
   * arguments, the key of an indexed read, or the assigned value.
   */
  readonly fix?: string
  /** A rewrite whose meaning depends on the code around it, offered as a suggestion. */
  readonly suggest?: string
}

/** Members that are read without a call. */
export const READ: Readonly<Record<string, NodeHttpMember>> = {
  url: { use: '$ctx.requestURI()', fix: '$ctx.requestURI()' },
  originalUrl: { use: '$ctx.requestURI()', fix: '$ctx.requestURI()' },
  method: { use: '$ctx.method()', fix: '$ctx.method()' },
  path: { use: '$ctx.path()', fix: '$ctx.path()' },
  host: { use: '$ctx.host()', fix: '$ctx.host()' },
  hostname: { use: '$ctx.host()', suggest: '$ctx.host()' },
  ip: { use: '$ctx.remoteIP()', suggest: '$ctx.remoteIP()' },
  secure: { use: '$ctx.isTLS()', fix: '$ctx.isTLS()' },
  headers: { use: '$ctx.request.header' },
  params: { use: '$ctx.params()', fix: '$ctx.params()' },
  query: { use: '$ctx.queryArgs()' },
  body: { use: '$ctx.postBody()', suggest: '$ctx.postBody()' },
  rawBody: { use: '$ctx.postBody()', suggest: '$ctx.postBody()' },
  cookies: { use: '$ctx.request.header.cookie(name)' },
  req: { use: 'the members of $ctx' },
  res: { use: 'the members of $ctx' },
  socket: { use: '$ctx.conn()', suggest: '$ctx.conn()' },
  connection: { use: '$ctx.conn()', suggest: '$ctx.conn()' },
  headersSent: { use: 'nothing: the response is sent after the handler settles' },
  statusCode: {
    use: '$ctx.response.statusCode()',
    fix: '$ctx.response.statusCode()',
  },
}

/** Members that are read with a key: `ctx.headers['x-y']`, `ctx.params.id`. */
export const READ_KEY: Readonly<Record<string, NodeHttpMember>> = {
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
export const ASSIGN: Readonly<Record<string, NodeHttpMember>> = {
  statusCode: { use: '$ctx.setStatusCode($1)', fix: '$ctx.setStatusCode($1)' },
  status: { use: '$ctx.setStatusCode($1)', fix: '$ctx.setStatusCode($1)' },
  body: { use: '$ctx.setBodyString($1)', suggest: '$ctx.setBodyString($1)' },
  type: { use: '$ctx.setContentType($1)', suggest: '$ctx.setContentType($1)' },
}

/** Members that are called. */
export const CALL: Readonly<Record<string, NodeHttpMember>> = {
  json: { use: '$ctx.setJSON($1)', suggest: '$ctx.setJSON($1)' },
  status: { use: '$ctx.setStatusCode($1)', fix: '$ctx.setStatusCode($1)' },
  sendStatus: { use: '$ctx.error(statusMessage($1), $1)' },
  send: { use: '$ctx.setBody($1)', suggest: '$ctx.setBody($1)' },
  end: { use: '$ctx.setBodyString($1)', suggest: '$ctx.setBodyString($1)' },
  setHeader: {
    use: '$ctx.response.header.set($1, $2)',
    fix: '$ctx.response.header.set($1, $2)',
  },
  getHeader: { use: '$ctx.response.header.peek($1)', fix: '$ctx.response.header.peek($1)' },
  removeHeader: { use: '$ctx.response.header.del($1)', fix: '$ctx.response.header.del($1)' },
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
  render: { use: 'render() of fasthttp/compat' },
  cookie: { use: '$ctx.response.header.setCookie(cookie)' },
  clearCookie: { use: '$ctx.response.header.delClientCookie($1)' },
}
