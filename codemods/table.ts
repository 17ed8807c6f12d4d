/** How sure a rewrite is, and what it needs at run time. */
export type RowClass = 'auto' | 'helper' | 'keep'

/** What a call does to the answer, as the flow analysis sees it. */
export type AnswerEvent = 'head' | 'write' | 'answer'

/** The runtime form of a member: a method of ctx, or a function of `fasthttp/compat`. */
export interface Emit {
  /** Text after `ctx.`; a call's own arguments replace the `()` at its end. */
  ctx?: string
  /** Name of a `fasthttp/compat` function that takes ctx first. */
  compat?: string
}

export interface Row {
  id: string
  /** The code a reader knows, node:http or Express. */
  from: string
  /** The code it becomes. */
  to: string
  class: RowClass
  /** What a reviewer checks by hand; empty when both sides mean the same. */
  check: string
}

export interface MemberRow extends Row {
  on: 'req' | 'res'
  member: string
  use: 'get' | 'call'
  flavor?: 'express' | 'node'
  emit: Emit
  /** Used with `--exact`: the byte-for-byte form. */
  exact?: Emit
  /** Used where a router cuts a prefix off the path. */
  mounted?: Emit
  /** A transform with its own logic handles it; `emit` is what it falls back to. */
  special?: true
  event?: AnswerEvent
  /** The runtime function returns a promise that must be returned or awaited. */
  promise?: true
  /** Express returns `res`, so another call may follow. */
  chains?: true
}

type Extra = Partial<Omit<MemberRow, 'on' | 'member' | 'use' | 'emit'>>

function get(on: 'req' | 'res', member: string, emit: Emit, extra: Extra = {}): MemberRow {
  return row(on, member, 'get', emit, `${on}.${member}`, extra)
}

function call(on: 'req' | 'res', member: string, emit: Emit, extra: Extra = {}): MemberRow {
  return row(on, member, 'call', emit, `${on}.${member}()`, extra)
}

function row(
  on: 'req' | 'res',
  member: string,
  use: 'get' | 'call',
  emit: Emit,
  from: string,
  extra: Extra
): MemberRow {
  const to = emit.ctx === undefined ? `${emit.compat}(ctx)` : `ctx.${emit.ctx}`
  const rowClass: RowClass = emit.ctx === undefined ? 'helper' : 'auto'
  const id = from.replace('()', '')
  return { id, from, to, class: rowClass, check: '', on, member, use, emit, ...extra }
}

const EXPRESS = { flavor: 'express' } as const
const HEAD = { ...EXPRESS, event: 'head', chains: true } as const
export const PATH_CHECK = 'ctx.path() is decoded and normalised: %2F, // and .. differ'
const PEER_CHECK = 'node may show an IPv4 peer as ::ffff:1.2.3.4'
const SOCKET = { special: true, check: PEER_CHECK } as const
const ANSWER = { ...EXPRESS, event: 'answer', chains: true } as const

/** Members of the request, in the order of the guide. */
export const REQUEST_ROWS: readonly MemberRow[] = [
  get('req', 'method', { ctx: 'method()' }),
  get('req', 'url', { ctx: 'requestURI()' }, { mounted: { compat: 'mountedUrl' } }),
  get('req', 'originalUrl', { ctx: 'requestURI()' }, EXPRESS),
  get('req', 'baseUrl', { compat: 'mountPath' }, EXPRESS),
  get(
    'req',
    'path',
    { ctx: 'path()' },
    {
      ...EXPRESS,
      exact: { ctx: 'uri().pathOriginal()' },
      mounted: { compat: 'mountedPath' },
      check: PATH_CHECK,
    }
  ),
  get(
    'req',
    'headers',
    { compat: 'headers' },
    { special: true, to: "ctx.request.header.peek('x')" }
  ),
  get('req', 'rawHeaders', { compat: 'rawHeaders' }),
  get('req', 'aborted', { ctx: 'signal.aborted' }),
  get('req', 'httpVersion', { ctx: 'request.header.protocol().slice(5)' }),
  get(
    'req',
    'params',
    { ctx: 'params()' },
    { ...EXPRESS, special: true, from: 'req.params.id', to: "ctx.param('id')" }
  ),
  get(
    'req',
    'query',
    { compat: 'query' },
    {
      ...EXPRESS,
      special: true,
      from: 'req.query.x',
      to: "ctx.queryArgs().peek('x')",
      check: 'a repeated key gives its first value, Express gives an array',
    }
  ),
  get('req', 'body', { compat: 'body' }, EXPRESS),
  get('req', 'cookies', { compat: 'cookies' }, EXPRESS),
  get('req', 'signedCookies', { compat: 'signedCookies' }, EXPRESS),
  get(
    'req',
    'ip',
    { ctx: 'remoteIP()' },
    { ...EXPRESS, exact: { compat: 'ip' }, check: PEER_CHECK }
  ),
  get('req', 'ips', { compat: 'ips' }, EXPRESS),
  get('req', 'hostname', { compat: 'hostname' }, EXPRESS),
  get('req', 'host', { compat: 'hostname' }, { ...EXPRESS, special: true }),
  get('req', 'protocol', { compat: 'protocol' }, EXPRESS),
  get('req', 'secure', { ctx: 'isTLS()' }, { ...EXPRESS, exact: { compat: 'secure' } }),
  get('req', 'subdomains', { compat: 'subdomains' }, EXPRESS),
  get('req', 'fresh', { compat: 'fresh' }, EXPRESS),
  get('req', 'stale', { compat: 'stale' }, EXPRESS),
  get('req', 'xhr', { compat: 'xhr' }, EXPRESS),
  get('req', 'app', { compat: 'appOf' }, EXPRESS),
  get('req', 'socket', { ctx: 'remoteIP()' }, { ...SOCKET, from: 'req.socket.remoteAddress' }),
  get(
    'req',
    'connection',
    { ctx: 'remoteIP()' },
    { ...SOCKET, from: 'req.connection.remoteAddress' }
  ),
  call('req', 'get', { compat: 'getHeader' }, { ...EXPRESS, special: true }),
  call('req', 'header', { compat: 'getHeader' }, { ...EXPRESS, special: true }),
  call('req', 'accepts', { compat: 'accepts' }, EXPRESS),
  call('req', 'acceptsEncodings', { compat: 'acceptsEncodings' }, EXPRESS),
  call('req', 'acceptsCharsets', { compat: 'acceptsCharsets' }, EXPRESS),
  call('req', 'acceptsLanguages', { compat: 'acceptsLanguages' }, EXPRESS),
  call('req', 'is', { compat: 'is' }, EXPRESS),
  call('req', 'range', { compat: 'range' }, EXPRESS),
  call('req', 'param', { compat: 'paramValue' }, EXPRESS),
  call('req', 'on', { compat: 'requestStream' }, { special: true, from: "req.on('data', ...)" }),
  call('req', 'once', { compat: 'requestStream' }, { special: true }),
  call('req', 'pipe', { compat: 'requestStream' }, { special: true }),
  call('req', 'setEncoding', { compat: 'requestStream' }, { special: true }),
  call('req', 'resume', { compat: 'requestStream' }, { special: true }),
  call('req', 'iterator', { compat: 'requestStream' }, { special: true }),
  call('req', 'toArray', { compat: 'requestStream' }, { special: true }),
]

/** Members of the response, in the order of the guide. */
export const RESPONSE_ROWS: readonly MemberRow[] = [
  call('res', 'status', { ctx: 'setStatusCode()' }, HEAD),
  call(
    'res',
    'json',
    { ctx: 'setJSON()' },
    {
      ...ANSWER,
      exact: { compat: 'json' },
      class: 'helper',
      check: 'no ETag; --exact keeps it, and `json spaces`, `json replacer`, `json escape`',
    }
  ),
  call('res', 'jsonp', { compat: 'jsonp' }, ANSWER),
  call('res', 'send', { compat: 'send' }, { ...ANSWER, special: true }),
  call('res', 'sendStatus', { compat: 'sendStatus' }, ANSWER),
  call('res', 'end', { compat: 'end' }, { special: true, event: 'answer', to: 'ctx.write(x)' }),
  call('res', 'write', { ctx: 'write()' }, { event: 'write', special: true }),
  call('res', 'redirect', { compat: 'redirect' }, { ...EXPRESS, event: 'answer' }),
  call('res', 'render', { compat: 'render' }, { ...EXPRESS, event: 'answer', promise: true }),
  call('res', 'sendFile', { compat: 'sendFile' }, { ...EXPRESS, event: 'answer', promise: true }),
  call('res', 'download', { compat: 'download' }, { ...EXPRESS, event: 'answer', promise: true }),
  call('res', 'format', { compat: 'format' }, { ...EXPRESS, event: 'answer', special: true }),
  call('res', 'set', { compat: 'set' }, { ...HEAD, special: true }),
  call('res', 'header', { compat: 'set' }, { ...HEAD, special: true }),
  call(
    'res',
    'setHeader',
    { compat: 'setHeader' },
    { event: 'head', special: true, chains: true, to: 'ctx.response.header.set(k, v)' }
  ),
  call('res', 'writeHead', { compat: 'writeHead' }, { event: 'head', special: true, chains: true }),
  call('res', 'append', { compat: 'append' }, HEAD),
  call('res', 'vary', { compat: 'vary' }, HEAD),
  call('res', 'links', { compat: 'links' }, HEAD),
  call('res', 'location', { compat: 'location' }, HEAD),
  call('res', 'attachment', { compat: 'attachment' }, HEAD),
  call('res', 'type', { compat: 'setType' }, { ...HEAD, special: true }),
  call('res', 'contentType', { compat: 'setType' }, { ...HEAD, special: true }),
  call('res', 'cookie', { compat: 'setCookie' }, HEAD),
  call('res', 'clearCookie', { compat: 'clearCookie' }, HEAD),
  call('res', 'removeHeader', { ctx: 'response.header.del()' }, { event: 'head' }),
  call('res', 'getHeaders', { compat: 'responseHeaders' }),
  call('res', 'getHeader', { ctx: 'response.header.peek()' }),
  call('res', 'get', { ctx: 'response.header.peek()' }, EXPRESS),
  call('res', 'hasHeader', { ctx: 'response.header.peek()' }, { special: true }),
  call('res', 'on', { compat: 'onFinish' }, { special: true, from: "res.on('finish', fn)" }),
  call('res', 'once', { compat: 'onFinish' }, { special: true }),
  get('res', 'statusCode', { ctx: 'response.statusCode()' }, { special: true }),
  get(
    'res',
    'statusMessage',
    { ctx: 'response.header.statusMessage()' },
    { special: true, from: 'res.statusMessage = s', to: 'ctx.response.header.setStatusMessage(s)' }
  ),
  get('res', 'locals', { compat: 'locals' }, EXPRESS),
  get('res', 'app', { compat: 'appOf' }, EXPRESS),
  get('res', 'headersSent', { compat: 'responded' }),
  get('res', 'writableEnded', { compat: 'responded' }),
  get('res', 'finished', { compat: 'responded' }),
]

/** What becomes of code around the members of req and res. */
const HANDLER_ROWS: readonly Row[] = [
  other('req.own', 'req.user, req.session, any own property', "ctx.userValue('user')", 'auto'),
  other('req.own=', 'req.user = v', "ctx.setUserValue('user', v)", 'auto'),
  other('req.own()', 'req.isAuthenticated(), req.flash()', 'nodeRequest(ctx).flash()', 'helper'),
  other('req.file', 'req.file, req.files of multer', "ctx.userValue('file')", 'auto'),
  other('req.package', 'validationResult(req)', 'validationResult(nodeRequest(ctx))', 'helper'),
  other('req.close', "req.on('close', fn), onFinished(res, fn)", 'onClose(ctx, fn)', 'helper'),
  other('body.collect', 'for await (const chunk of req)', 'requestStream(ctx)', 'helper'),
  other('url.whole', 'url.parse(req.url)', 'url.parse(ctx.requestURI())', 'auto'),
  other('url.pathname', 'new URL(req.url, base).pathname', 'ctx.path()', 'auto', PATH_CHECK),
  other('pipe', 'stream.pipe(res)', 'ctx.setBodyStream(stream, -1)', 'auto'),
  other('next', 'next()', 'return next()', 'auto'),
  other('next.route', "next('route'), next('router')", "return next('route')", 'auto'),
  other('next.err', 'next(err)', 'return next(err) or throw err', 'auto'),
  other(
    'callback',
    'db.query(q, (err, rows) => res.json(rows))',
    'return whenCalled((done) => db.query(q, done(...)))',
    'helper'
  ),
  other(
    'timer',
    'setTimeout(() => res.end(), n)',
    'return whenCalled((done) => setTimeout(done(...), n))',
    'helper'
  ),
  other('helper', 'helper(req, res)', 'helper(ctx)', 'auto'),
]

/** Apps, routers, servers and what is registered on them. */
const SERVICE_ROWS: readonly Row[] = [
  other('app', 'express()', 'new App()', 'helper'),
  other('router', 'express.Router(options)', 'new Router(options)', 'helper'),
  other('route', 'app.get(path, handler), app.route(path)', 'the same', 'auto'),
  other('mount', "app.use('/prefix', router)", 'the same', 'auto'),
  other('param', "app.param('id', (req, res, next, id) => ...)", '(ctx, next, id) => ...', 'auto'),
  other('settings', 'app.set, app.enable, app.locals, app.engine', 'the same', 'auto'),
  other('listen', 'app.listen(port), server.close()', 'the same', 'auto'),
  other('exports', 'module.exports = app, as supertest takes it', 'the same', 'auto'),
  other('server', 'http.createServer(handler)', 'new Server({ handler })', 'auto'),
  other('server.tls', 'https.createServer(options, h)', 'new Server({ tls: options, … })', 'auto'),
  other('server.limits', 'server.requestTimeout = n', 'new Server({ readTimeout: n, … })', 'auto'),
  other('error', '(err, req, res, next)', 'router.onError((err, ctx) => ...)', 'auto'),
  other('express.json', 'express.json()', 'jsonBody()', 'helper'),
  other('express.urlencoded', 'express.urlencoded()', 'urlencodedBody()', 'helper'),
  other('express.text', 'express.text()', 'textBody()', 'helper'),
  other('express.raw', 'express.raw()', 'rawBody()', 'helper'),
  other('express.static', 'express.static(root)', 'staticFiles(root)', 'helper'),
  other('cookie-parser', 'cookieParser()', 'cookieParser()', 'helper'),
  other('middleware', 'app.use(helmet())', 'app.use(adaptMiddleware(helmet()))', 'helper'),
  other('types', 'Request, Response, NextFunction', 'RequestCtx, Next', 'auto'),
]

/** What stays as it is, and what a person may write instead. */
const KEPT_ROWS: readonly Row[] = [
  kept('keep.stream', 'res.write() in a timer, res.flushHeaders()', 'ctx.setBodyStreamWriter(fn)'),
  kept('keep.upgrade', "server.on('upgrade', fn)", 'ctx.hijack(fn)'),
  kept('keep.socket', 'req.socket, res.socket as a whole', 'ctx.conn()'),
  kept('keep.patch', 'res.send = ..., res.end = ...', 'a handler around the others'),
  kept('keep.stored', 'clients.push(res), this.res = res', 'data that a handler waits for'),
  kept('keep.foreign', 'proxy.web(req, res)', 'the handler stays adapted'),
  kept('keep.interim', 'res.writeContinue(), res.addTrailers()', 'ctx.earlyHints()'),
  kept('keep.late', 'an answer after the handler has returned', 'await the work, then answer'),
  kept('keep.connect', 'connect()', 'new App()'),
  kept('adapt', 'anything not provable', 'a form that can be followed'),
]

function kept(id: string, from: string, by: string): Row {
  return {
    id,
    from,
    to: 'adapt(handler), adaptMiddleware(handler)',
    class: 'keep',
    check: `by hand: ${by}`,
  }
}

function other(id: string, from: string, to: string, rowClass: RowClass, check = ''): Row {
  return { id, from, to, class: rowClass, check }
}

/** The whole conversion table: it drives the transforms, the report and the documentation. */
export const CONVERSION_TABLE: readonly Row[] = [
  ...REQUEST_ROWS,
  ...RESPONSE_ROWS,
  ...HANDLER_ROWS,
  ...SERVICE_ROWS,
  ...KEPT_ROWS,
]

const BY_MEMBER = new Map<string, MemberRow>()
for (const each of [...REQUEST_ROWS, ...RESPONSE_ROWS]) {
  BY_MEMBER.set(`${each.on}.${each.member}.${each.use}`, each)
}

export function memberRow(
  on: 'req' | 'res',
  member: string,
  use: 'get' | 'call',
  flavor: 'express' | 'node'
): MemberRow | undefined {
  const found = BY_MEMBER.get(`${on}.${member}.${use}`)
  if (found === undefined) return undefined
  return found.flavor === undefined || found.flavor === flavor ? found : undefined
}
