import type { RequestCtx } from '../../server/request-ctx.js'

/** What a handler gives back: nothing when it is done, or a promise that settles when it is. */
export type Outcome = void | Promise<void>

/**
 * Runs what is registered behind the calling handler. The promise settles when that is done and never rejects: errors go to the error
 * handlers. A handler need not await it; the response waits for it either way.
 *
 * @param signal - `'route'` skips the other handlers of the route, `'router'` leaves the router, anything else truthy is an error for the
 * next error handler
 */
export type Next = (signal?: unknown) => Promise<void>

/** Handles a request or passes it on with `next`. Not calling `next` ends the chain. */
export type Middleware<Ctx = RequestCtx> = (ctx: Ctx, next: Next) => Outcome

/** Handles what a handler in front of it threw or passed to `next`. */
export type ErrorHandler = (err: unknown, ctx: RequestCtx, next: Next) => Outcome

/** Sees the value of one parameter before the handlers of the path do; runs once per value and request. */
export type ParamHandler = (ctx: RequestCtx, next: Next, value: string, name: string) => Outcome

type Word =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 'i'
  | 'j'
  | 'k'
  | 'l'
  | 'm'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x'
  | 'y'
  | 'z'
  | '_'
  | '$'
  | Digit
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

/** Takes the name at the start of a path string. */
type NameOf<P extends string, Name extends string = ''> = P extends `${infer C}${infer Rest}`
  ? Lowercase<C> extends Word
    ? NameOf<Rest, `${Name}${C}`>
    : Name
  : Name

type NamesAfter<P extends string, Mark extends string> = P extends `${string}${Mark}${infer Rest}`
  ? NameOf<Rest> | NamesAfter<Rest, Mark>
  : never

/** Names of the parameters in a path string, such as `'id'` for `/users/:id`. */
export type ParamNames<P extends string> = Exclude<NamesAfter<P, ':' | '*' | '{'>, ''>

/** Whether a path string is plain enough for each of its parameters to have a value. */
type AllRequired<P extends string> = P extends `${string}${'?' | '{/' | '*' | '('}${string}`
  ? false
  : true

/** The ctx of a route whose path is known: `ctx.param('id')` of `/users/:id` is a string, not `string | undefined`. */
export type RouteCtx<P extends string> = string extends P
  ? RequestCtx
  : AllRequired<P> extends true
    ? { param(name: ParamNames<P>): string } & RequestCtx
    : RequestCtx
