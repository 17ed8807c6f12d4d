import * as compat from '../src/features/compat/index.js'
import type { RequestCtx } from '../src/server/request-ctx.js'
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
  params: (ctx) => ctx.params(),
  query: compat.query,
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
  for (const [name, value] of Object.entries(VALUES)) {
    let last: unknown
    Object.defineProperty(req, name, {
      get: () => (messages.isLive ? (last = value(ctx)) : last),
      set: overwrite(req, name),
      configurable: true,
    })
  }
  define(req, 'res', res)
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
      messages.answerWith(answer(ctx, ...args))
      return res
    })
  }
}

function define(target: Fields, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true })
}

function overwrite(target: Fields, name: string): (value: unknown) => void {
  return (value) => define(target, name, value)
}
