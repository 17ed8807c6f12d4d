import { parse, serialize, type SerializeOptions } from 'cookie'
import { sign, unsign } from 'cookie-signature'
import { excerpt, InvalidOptionError } from '../../errors.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { getHeader } from './request-headers.js'
import { responseHeader } from './response-headers.js'

/** Secrets to sign and check cookies with; the first one signs. */
export type CookieSecret = string | readonly string[]

/** Options of {@link setCookie}. */
export interface CookieOptions {
  domain?: string
  /** @defaultValue `encodeURIComponent` */
  encode?: (value: string) => string
  expires?: Date
  httpOnly?: boolean
  /** Lifetime in milliseconds. */
  maxAge?: number | null
  partitioned?: boolean
  /** @defaultValue `'/'` */
  path?: string
  priority?: 'low' | 'medium' | 'high'
  sameSite?: boolean | 'lax' | 'strict' | 'none'
  secure?: boolean
  /** Sign the value with the secret given to `cookieParser`. */
  signed?: boolean
}

type Cookies = Record<string, unknown>

/**
 * Middleware that parses the cookies of a request, as the cookie-parser package does: `cookies(ctx)` and `signedCookies(ctx)` give them.
 *
 * @param secret - to check signed cookies with
 * @param options - `decode`: how to decode a value, `decodeURIComponent` by default
 */
export function cookieParser(
  secret?: CookieSecret,
  options?: { decode?: (value: string) => string }
): (ctx: RequestCtx, next: () => Promise<void>) => Promise<void> {
  const secrets = secretsOf(secret)
  return (ctx, next) => {
    if (ctx.userValue('cookies') === undefined) {
      ctx.setUserValue('secret', secrets[0])
      parseCookies(ctx, secrets, options)
    }
    return next()
  }
}

/** The cookies of the request by name, decoded, `j:` values parsed: `req.cookies` of cookie-parser. */
export function cookies(ctx: RequestCtx): Cookies {
  return (ctx.userValue('cookies') ?? parseCookies(ctx, []).cookies) as Cookies
}

/**
 * The cookies whose signature is right, and `false` for those whose is not: `req.signedCookies` of cookie-parser.
 *
 * @param secret - needed without `cookieParser`
 */
export function signedCookies(ctx: RequestCtx, secret?: CookieSecret): Cookies {
  const held = ctx.userValue('signedCookies') as Cookies | undefined
  return held !== undefined && secret === undefined
    ? held
    : parseCookies(ctx, secretsOf(secret)).signed
}

function secretsOf(secret: CookieSecret | undefined): readonly string[] {
  return secret ? [secret].flat() : []
}

function parseCookies(
  ctx: RequestCtx,
  secrets: readonly string[],
  options?: { decode?: (value: string) => string }
): { cookies: Cookies; signed: Cookies } {
  const all = Object.create(null) as Cookies
  const signed = Object.create(null) as Cookies
  for (const [name, value] of Object.entries(parse(getHeader(ctx, 'Cookie') ?? '', options))) {
    if (secrets.length === 0 || !value.startsWith('s:')) all[name] = jsonValue(value) || value
    else {
      const checked = check(value.slice(2), secrets)
      signed[name] = (checked !== false && jsonValue(checked)) || checked
    }
  }
  ctx.setUserValue('cookies', all)
  ctx.setUserValue('signedCookies', signed)
  return { cookies: all, signed }
}

function check(value: string, secrets: readonly string[]): string | false {
  for (const secret of secrets) {
    const checked = unsign(value, secret)
    if (checked !== false) return checked
  }
  return false
}

function jsonValue(value: string): unknown {
  if (!value.startsWith('j:')) return undefined
  try {
    return JSON.parse(value.slice(2))
  } catch {
    return undefined
  }
}

/**
 * Adds a cookie to the response: Express's `res.cookie`. Values that are objects are sent as JSON behind `j:`.
 *
 * @param options - the path is `/` by default
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for what may not stand in a cookie, or a signed cookie without a secret
 */
export function setCookie(
  ctx: RequestCtx,
  name: string,
  value: unknown,
  options: CookieOptions = {}
): void {
  const { signed, maxAge, ...rest } = options
  const text = typeof value === 'object' ? `j:${JSON.stringify(value)}` : String(value)
  const serialized: SerializeOptions = { ...rest, path: rest.path ?? '/' }
  if (maxAge !== undefined && maxAge !== null) {
    if (Number.isNaN(Number(maxAge))) throw new InvalidOptionError('maxAge is no number')
    serialized.expires = new Date(Date.now() + Number(maxAge))
    serialized.maxAge = Math.floor(Number(maxAge) / 1000)
  }
  const sent = signed ? `s:${sign(text, secretFor(ctx))}` : text
  responseHeader(ctx).add('Set-Cookie', serializeCookie(name, sent, serialized))
}

function serializeCookie(name: string, value: string, options: SerializeOptions): string {
  try {
    return serialize(name, value, options)
  } catch (cause) {
    throw new InvalidOptionError(`cookie ${excerpt(name)}: ${(cause as Error).message}`, { cause })
  }
}

function secretFor(ctx: RequestCtx): string {
  const secret = ctx.userValue('secret')
  if (typeof secret === 'string') return secret
  throw new InvalidOptionError('cookieParser(secret) is required for signed cookies')
}

/** Tells the client to forget a cookie: Express's `res.clearCookie`. The options must be those it was set with. */
export function clearCookie(ctx: RequestCtx, name: string, options: CookieOptions = {}): void {
  const { maxAge: _, ...rest } = options
  setCookie(ctx, name, '', { path: '/', ...rest, expires: new Date(1) })
}
