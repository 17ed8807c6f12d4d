import type { RequestCtx } from '../../server/request-ctx.js'
import { expressParams, routingOf } from '../../server/routing.js'
import { queryParserFn, setting, type QueryParser } from './settings.js'

/** The path at which the running router or middleware is mounted: Express's `req.baseUrl`. */
export function mountPath(ctx: RequestCtx): string {
  return routingOf(ctx)?.mountPath ?? ''
}

/** The request target without the path of the mount: Express's `req.url`. */
export function mountedUrl(ctx: RequestCtx): string {
  const target = ctx.requestURI()
  const mounted = mountPath(ctx)
  if (mounted === '') return target
  const start = originLength(target)
  const rest = target.slice(start + mounted.length)
  return target.slice(0, start) + (rest.startsWith('/') ? rest : `/${rest}`)
}

/** The path without that of the mount, neither decoded nor normalised: Express's `req.path`. */
export function mountedPath(ctx: RequestCtx): string {
  const url = mountedUrl(ctx)
  const path = url.slice(originLength(url)).replace(/[?#].*$/s, '')
  return path === '' ? '/' : path
}

/** Length of the scheme and authority of a target in absolute form. */
function originLength(target: string): number {
  if (target.startsWith('/')) return 0
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)?.[0].length ?? 0
}

const kQuery: unique symbol = Symbol.for('fasthttp.query')

/**
 * The parsed query string: Express's `req.query`. How depends on the setting `query parser`: `'simple'` (the default), `'extended'` for
 * nested keys, a function, or `false` for none. Parsed once per request.
 */
export function query(ctx: RequestCtx): Record<string, unknown> {
  const parser = queryParserFn(setting(ctx, 'query parser'))
  const held = ctx.userValue(kQuery) as
    { parser: QueryParser | undefined; value: Record<string, unknown> } | undefined
  if (held !== undefined && held.parser === parser) return held.value
  const value =
    parser === undefined
      ? (Object.create(null) as Record<string, unknown>)
      : parser(queryString(ctx))
  ctx.setUserValue(kQuery, { parser, value })
  return value
}

/** Puts another value in the place of the parsed query string. @internal */
export function setQuery(ctx: RequestCtx, value: Record<string, unknown>): void {
  ctx.setUserValue(kQuery, { parser: queryParserFn(setting(ctx, 'query parser')), value })
}

function queryString(ctx: RequestCtx): string {
  return /^[^?#]*\?([^#]*)/.exec(ctx.requestURI())?.[1] ?? ''
}

/** The parameters of the matched path: Express's `req.params`, where a named wildcard such as `*path` is a list of segments. A copy. */
export function params<P = Record<string, string | string[]>>(ctx: RequestCtx): P {
  return expressParams(ctx) as P
}

/** Express 4's `req.param(name)`: from the path, else the parsed body, else the query. */
export function paramValue(ctx: RequestCtx, name: string, fallback?: unknown): unknown {
  const own = (source: unknown): unknown =>
    typeof source === 'object' && source !== null && Object.hasOwn(source, name)
      ? (source as Record<string, unknown>)[name]
      : undefined
  return own(ctx.params()) ?? own(ctx.userValue('body')) ?? own(query(ctx)) ?? fallback
}
