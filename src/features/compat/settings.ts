import { parse as parseSimple } from 'node:querystring'
import etag from 'etag'
import proxyAddr from 'proxy-addr'
import qs from 'qs'
import { InvalidOptionError } from '../../errors.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { routingOf, type RoutingApp } from '../../server/routing.js'

/** What applies where no app does: Express's defaults. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  etag: 'weak',
  'query parser': 'simple',
  'subdomain offset': 2,
  'trust proxy': false,
  'jsonp callback name': 'callback',
}

/**
 * The app that handles the request, `req.app` of Express: the innermost one that is mounted.
 *
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` when no App handles it
 */
export function appOf(ctx: RequestCtx): RoutingApp {
  const app = routingOf(ctx)?.app
  if (app === undefined) throw new InvalidOptionError('no App handles this request')
  return app
}

/** A setting of the app that handles the request, or Express's default. */
export function setting(ctx: RequestCtx, name: string): unknown {
  const app = routingOf(ctx)?.app
  return app === undefined ? DEFAULTS[name] : app.settings[name]
}

/** Makes an entity tag for a body, or none. */
export type ETagFn = (body: Buffer) => string | undefined

/** Tells whether to trust a proxy by its address and its distance. */
export type TrustFn = (address: string, distance: number) => boolean

/** Parses a query string without its question mark. */
export type QueryParser = (query: string) => Record<string, unknown>

/** The `etag` setting. */
export const etagFn = compiled(
  (value): ((body: string | Buffer) => string | undefined) | undefined => {
    if (typeof value === 'function') return (body) => (value as ETagFn)(Buffer.from(body))
    if (value === true || value === 'weak') return (body) => etag(body, { weak: true })
    if (value === 'strong') return (body) => etag(body, { weak: false })
    if (value === false || value === undefined) return undefined
    throw new InvalidOptionError(`the setting etag is ${String(value)}`)
  }
)

/** The `query parser` setting. */
export const queryParserFn = compiled((value): QueryParser | undefined => {
  if (typeof value === 'function') return value as QueryParser
  if (value === true || value === 'simple') return parseSimple
  if (value === 'extended') return (query) => qs.parse(query, { allowPrototypes: true })
  if (value === false || value === undefined) return undefined
  throw new InvalidOptionError(`the setting query parser is ${String(value)}`)
})

/** The `trust proxy` setting. */
export const trustFn = compiled((value): TrustFn => {
  if (typeof value === 'function') return value as TrustFn
  if (value === true) return () => true
  if (typeof value === 'number') return (_address, distance) => distance < value
  const list = typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value
  try {
    return proxyAddr.compile((list || []) as string[])
  } catch (cause) {
    throw new InvalidOptionError(`the setting trust proxy: ${(cause as Error).message}`, { cause })
  }
})

/** Compiles each value of a setting once. */
function compiled<T>(compile: (value: unknown) => T): (value: unknown) => T {
  const made = new Map<unknown, T>()
  return (value) => {
    if (!made.has(value)) made.set(value, compile(value))
    return made.get(value)!
  }
}
