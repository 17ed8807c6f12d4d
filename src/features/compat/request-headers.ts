import type { RequestCtx } from '../../server/request-ctx.js'
import { perRequest } from './state.js'

/** Fields of which node:http keeps the first only. */
const SINGLE = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since last-modified location ' +
    'max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' ')
)

/** Request fields in the form of node:http's `req.headers`. */
export type NodeHeaders = Record<string, string | undefined> & { 'set-cookie'?: string[] }

/**
 * All request fields as node:http's `req.headers`: names in lower case, repeated fields joined, the first kept of those that may not
 * repeat. The object is the request's own, made once.
 */
export const headers = perRequest('headers', (ctx): NodeHeaders => {
  const fields = Object.create(null) as Record<string, string | string[]>
  const lines = rawHeaders(ctx)
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i]!.toLowerCase()
    const value = lines[i + 1]!
    const held = fields[name]
    if (name === 'set-cookie') fields[name] = [...((held as string[] | undefined) ?? []), value]
    else fields[name] = held === undefined ? value : joined(name, [held as string, value])
  }
  return fields as NodeHeaders
})

/** Names and values by turns as sent, as node:http's `req.rawHeaders`. */
export function rawHeaders(ctx: RequestCtx): string[] {
  return ctx._owner?.rawHeaders() ?? [...ctx.request.header.all()].flat()
}

/**
 * One request field as Express's `req.get(name)`: repeated ones joined, `Referer` and `Referrer` alike.
 *
 * @returns `undefined` when there is none
 */
export function getHeader(ctx: RequestCtx, name: string): string | undefined {
  const lower = name.toLowerCase()
  if (lower === 'referer' || lower === 'referrer') {
    return field(ctx, 'referrer') || field(ctx, 'referer')
  }
  return field(ctx, lower)
}

function field(ctx: RequestCtx, name: string): string | undefined {
  const values = ctx.request.header.peekAll(name)
  return values.length < 2 ? values[0] : joined(name, values)
}

function joined(name: string, values: readonly string[]): string {
  return SINGLE.has(name) ? values[0]! : values.join(name === 'cookie' ? '; ' : ', ')
}

/** Whether `X-Requested-With` is `XMLHttpRequest`: Express's `req.xhr`. */
export function xhr(ctx: RequestCtx): boolean {
  return getHeader(ctx, 'X-Requested-With')?.toLowerCase() === 'xmlhttprequest'
}
