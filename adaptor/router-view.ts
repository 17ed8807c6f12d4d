import * as compat from '../src/features/compat/index.js'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { withdrawAnswer } from '../src/server/routing.js'
import { paramsView, queryView } from './changed-values.js'
import { copyHeaders, type CtxMessages } from './ctx-messages.js'

type Fields = Record<string, unknown>
type Helper = (ctx: RequestCtx, ...args: never[]) => unknown

/** Methods of Express's response that answer. */
const ANSWERS: Record<string, Helper> = {
  send: compat.send,
  json: compat.json,
  jsonp: compat.jsonp,
  sendStatus: compat.sendStatus,
  redirect: compat.redirect,
  render: compat.render,
  sendFile: compat.sendFile,
  download: compat.download,
}

/** Methods of Express's response that set something and return the response. */
const SETTERS: Record<string, Helper> = {
  status: compat.status,
  set: compat.set,
  header: compat.set,
  type: compat.setType,
  contentType: compat.setType,
  append: compat.append,
  vary: compat.vary,
  links: compat.links,
  location: compat.location,
  attachment: compat.attachment,
  cookie: compat.setCookie,
  clearCookie: compat.clearCookie,
}

/** Methods of Express's request. */
const READERS: Record<string, Helper> = {
  get: compat.getHeader,
  header: compat.getHeader,
  accepts: compat.accepts,
  acceptsEncodings: compat.acceptsEncodings,
  acceptsCharsets: compat.acceptsCharsets,
  acceptsLanguages: compat.acceptsLanguages,
  is: compat.is,
  range: compat.range,
}

/** Values of Express's request that stay the same; read at once, since loggers ask for them when the ctx is gone. */
const FIXED: Record<string, (ctx: RequestCtx) => unknown> = {
  originalUrl: (ctx) => ctx.requestURI(),
  hostname: compat.hostname,
  protocol: compat.protocol,
  secure: compat.secure,
  ip: compat.ip,
}

/** Values of Express's request that depend on the route, or are seldom asked for. */
const VALUES: Record<string, (ctx: RequestCtx) => unknown> = {
  path: compat.mountedPath,
  baseUrl: compat.mountPath,
  ips: compat.ips,
  subdomains: compat.subdomains,
  xhr: compat.xhr,
  fresh: compat.fresh,
  stale: compat.stale,
}

/**
 * Gives the messages of a ctx that a router serves what Express handlers find on theirs: parameters, query, the methods of Express's
 * request and response. So handlers that were left as they are when their app moved to the router go on working.
 */
export function addRouterView(ctx: RequestCtx, messages: CtxMessages): void {
  const req = messages.req as unknown as Fields
  const res = messages.res as unknown as Fields
  for (const [name, read] of Object.entries(READERS)) {
    define(req, name, (...args: never[]) => read(ctx, ...args))
  }
  for (const [name, value] of Object.entries(FIXED)) define(req, name, value(ctx))
  const keepValues = defineValues(ctx, req)
  const keepChanges = defineChanges(ctx, messages)
  define(req, 'res', res)
  const keepUrl = defineUrl(ctx, messages)
  messages.onAnswer = (live) => {
    keepUrl(live)
    keepValues(live)
    keepChanges()
  }
  define(res, 'get', (name: string) => messages.res.getHeader(name))
  Object.defineProperty(res, 'locals', { get: () => compat.locals(ctx), configurable: true })
  for (const [name, set] of Object.entries(SETTERS)) {
    define(res, name, (...args: never[]) => {
      messages.publish()
      set(ctx, ...args)
      copyHeaders(ctx, messages.res)
      messages.res.statusCode = ctx.response.statusCode()
      return res
    })
  }
  for (const [name, answer] of Object.entries(ANSWERS)) {
    define(res, name, (...args: never[]) => {
      messages.publish()
      const settled = answer(ctx, ...args)
      // Express's own hand their text to `send`, which somebody may have replaced.
      if (SENDERS.has(name) && isReplaced(messages, 'send'))
        return callReplaced(ctx, messages, 'send')
      messages.answerWith(settled)
      return res
    })
  }
  define(res, 'format', (formats: Record<string, ViewHandler>) => {
    messages.publish()
    compat.format(ctx, withMessages(formats, ctx, messages))
    return res
  })
  messages.routerAnswers = { send: res['send'], json: res['json'] }
}

type Keep = (ctx: RequestCtx) => void

/** Values of the request; what is returned keeps them as they are then. */
function defineValues(ctx: RequestCtx, req: Fields): Keep {
  let kept: Fields | undefined
  for (const [name, value] of Object.entries(VALUES)) {
    Object.defineProperty(req, name, {
      get: () => (kept === undefined ? value(ctx) : kept[name]),
      set: overwrite(req, name),
      configurable: true,
    })
  }
  return (ctx) => {
    kept ??= Object.fromEntries(Object.entries(VALUES).map(([name, read]) => [name, read(ctx)]))
  }
}

/** `req.query` and `req.params`, which middlewares change in place or replace; what is returned keeps them as they are then. */
function defineChanges(ctx: RequestCtx, messages: CtxMessages): () => void {
  const views = { query: queryView(ctx), params: paramsView(ctx) }
  let kept: Fields | undefined
  const entries = Object.entries(views)
  const open = ([name, view]: (typeof entries)[number]): void => {
    Object.defineProperty(messages.req, name, {
      get: () => (kept === undefined ? view.read() : kept[name]),
      set: (value) => (kept === undefined ? view.write(value) : (kept[name] = value)),
      configurable: true,
    })
  }
  entries.forEach(open)
  messages.onPublish = () => {
    for (const entry of entries) {
      const [name, view] = entry
      // Express 5 has a getter only, which some define anew.
      const own = Object.getOwnPropertyDescriptor(messages.req, name)
      if (own !== undefined && 'value' in own) {
        view.write(own.value)
        open(entry)
      }
      view.publish()
    }
  }
  return () => {
    kept ??= { query: views.query.read(), params: views.params.read() }
  }
}

type ViewHandler = (req: unknown, res: unknown) => unknown

/** What `res.format` chooses from, on the messages and with the fields it has set. */
function withMessages(
  formats: Record<string, ViewHandler>,
  ctx: RequestCtx,
  { req, res }: CtxMessages
): compat.Formats {
  return Object.fromEntries(
    Object.entries(formats).map(([type, answer]) => [
      type,
      () => {
        copyHeaders(ctx, res)
        answer(req, res)
      },
    ])
  )
}

const SENDERS = new Set(['json', 'jsonp', 'sendStatus'])

function isReplaced({ res, routerAnswers }: CtxMessages, name: 'send' | 'json'): boolean {
  return routerAnswers !== undefined && (res as unknown as Fields)[name] !== routerAnswers[name]
}

/** Gives the body of `ctx.response` to what a middleware has put in the place of `res.send` or `res.json`. */
function callReplaced(ctx: RequestCtx, messages: CtxMessages, name: 'send' | 'json'): unknown {
  const { response } = ctx
  const text = response.body()
  // Of the body that is about to change.
  response.header.del('ETag')
  withdrawAnswer(ctx)
  messages.mirror()
  const replaced = (messages.res as unknown as Record<string, (body: unknown) => unknown>)[name]
  return replaced?.call(messages.res, name === 'json' ? JSON.parse(text) : text)
}

/**
 * Lets middlewares that have replaced `res.send` or `res.json` revise the answer of handlers behind them that set `ctx.response`. Resolves
 * when they have sent it, be it as it was.
 */
export async function reviseAnswer(ctx: RequestCtx, messages: CtxMessages): Promise<void> {
  const { response } = ctx
  if (messages.isAnswered || response.isBodyStream()) return
  const isJSON = /^application\/json\b/i.test(response.header.contentType())
  const name = isJSON && isReplaced(messages, 'json') ? 'json' : 'send'
  if (!isReplaced(messages, name)) return
  callReplaced(ctx, messages, name)
  await messages.answered
}

/** `req.url` is what is left of the target in the router; changing it sends the request another way. */
function defineUrl(ctx: RequestCtx, messages: CtxMessages): Keep {
  let last = messages.req.url
  Object.defineProperty(messages.req, 'url', {
    get: () => (messages.isLive ? (last = compat.mountedUrl(ctx)) : last),
    set: (url: string) => {
      last = url
      if (messages.isLive) ctx.request.setRequestURI(compat.mountPath(ctx) + url)
    },
    configurable: true,
    enumerable: true,
  })
  return (live) => {
    last = compat.mountedUrl(live)
  }
}

function define(target: Fields, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true })
}

function overwrite(target: Fields, name: string): (value: unknown) => void {
  return (value) => define(target, name, value)
}
