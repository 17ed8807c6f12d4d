import { kParams, type RequestCtx } from './request-ctx.js'

/** What an application object offers to the code that handles its requests. */
export interface RoutingApp {
  /** Settings by name, those of the app it is mounted in behind them. */
  readonly settings: Record<string, unknown>
  /** Values for every view. */
  readonly locals: Record<string, unknown>
  /** Template engines by file extension, the dot included. */
  readonly engines: Record<string, unknown>
  /** Reads a setting. */
  get(name: string): unknown
  set(name: string, value: unknown): unknown
  enabled(name: string): boolean
  disabled(name: string): boolean
}

/** What a router notes on the ctx while it runs; replaced as a whole, never changed. */
export interface Routing {
  readonly app: RoutingApp | undefined
  /** The part of the path that mounts took away, without a slash at the end. */
  readonly mountPath: string
}

/** The user value under which a router keeps its {@link Routing}. */
const kRouting: unique symbol = Symbol.for('fasthttp.routing')

export function routingOf(ctx: RequestCtx): Routing | undefined {
  return ctx.userValue(kRouting) as Routing | undefined
}

export function setRouting(ctx: RequestCtx, routing: Routing | undefined): void {
  ctx.setUserValue(kRouting, routing)
}

/** The user value that says a helper with Express's semantics has given the response. */
const kAnswered: unique symbol = Symbol.for('fasthttp.answered')

export function isAnswered(ctx: RequestCtx): boolean {
  return ctx.userValue(kAnswered) === true
}

export function markAnswered(ctx: RequestCtx): void {
  ctx.setUserValue(kAnswered, true)
}

/** Lets another helper give the response anew. */
export function withdrawAnswer(ctx: RequestCtx): void {
  ctx.removeUserValue(kAnswered)
}

const kWildcards: unique symbol = Symbol.for('fasthttp.wildcards')

/** Keeps the segments of what named wildcards matched beside the parameters, out of sight. */
export function setWildcards(params: object, lists: Readonly<Record<string, string[]>>): void {
  Object.defineProperty(params, kWildcards, { value: lists })
}

export function wildcardsOf(params: object): Readonly<Record<string, string[]>> | undefined {
  return (params as { [kWildcards]?: Record<string, string[]> })[kWildcards]
}

/** The parameters of the matched path as Express 5 gives them: a named wildcard is a list of segments. A copy. */
export function expressParams(ctx: RequestCtx): Record<string, string | string[]> {
  const params = ctx.userValue(kParams) as Record<string, string> | undefined
  const lists = params && wildcardsOf(params)
  const copy: Record<string, string | string[]> = { ...params }
  for (const name in lists) copy[name] = [...lists[name]!]
  return copy
}
