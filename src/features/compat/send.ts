import { STATUS_CODES } from 'node:http'
import { AlreadyAnsweredError, HttpStatusError, InvalidOptionError } from '../../errors.js'
import { escapeHtml } from '../../server/html-page.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { isAnswered, markAnswered } from '../../server/routing.js'
import { fresh } from './conditional.js'
import { withCharset } from './content-type.js'
import { lookupType, normalizeType } from './media-type.js'
import { accepts } from './negotiation.js'
import { getHeader } from './request-headers.js'
import { location, responseHeader, setHeader, setType, vary } from './response-headers.js'
import { etagFn, setting } from './settings.js'
import { query } from './url.js'

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Sets the status: Express's `res.status`. Without effect once the response was given.
 *
 * @param code - from 100 to 999
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for any other
 */
export function status(ctx: RequestCtx, code: number): void {
  if (!Number.isInteger(code) || code < 100 || code > 999) {
    throw new InvalidOptionError(`status code is ${JSON.stringify(code)}`)
  }
  if (!isAnswered(ctx)) ctx.setStatusCode(code)
}

/**
 * Answers with `body`: Express's `res.send`. Text is HTML unless a type was set, bytes are octets, anything else is JSON. Sets an entity
 * tag by the setting `etag` and answers 304 when the client's copy is fresh.
 *
 * @throws AlreadyAnsweredError `FH_ERR_ALREADY_ANSWERED` when the response was given before
 */
export function send(ctx: RequestCtx, body?: unknown): void {
  expectUnanswered(ctx)
  if (typeof body === 'string') {
    const type = responseHeader(ctx).peek('Content-Type')
    if (type === undefined) ctx.setContentType('text/html; charset=utf-8')
    else if (type !== JSON_TYPE) ctx.setContentType(withCharset(type, 'utf-8'))
    finish(ctx, body)
  } else if (ArrayBuffer.isView(body)) {
    if (!responseHeader(ctx).peek('Content-Type')) ctx.setContentType('application/octet-stream')
    finish(ctx, Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  } else if (body === null) {
    finish(ctx, '')
  } else if (body === undefined) {
    responseHeader(ctx)
    finish(ctx, undefined)
  } else if (typeof body === 'object' || typeof body === 'boolean' || typeof body === 'number') {
    json(ctx, body)
  } else {
    throw new InvalidOptionError(`body is a ${typeof body}`)
  }
}

/** Answers with JSON: Express's `res.json`. The settings `json replacer`, `json spaces` and `json escape` apply. */
export function json(ctx: RequestCtx, value?: unknown): void {
  expectUnanswered(ctx)
  const text = stringify(ctx, value)
  if (!responseHeader(ctx).peek('Content-Type')) ctx.setContentType(JSON_TYPE)
  send(ctx, text)
}

/** Answers with a call of the function that the query names in `callback`, else with JSON: Express's `res.jsonp`. */
export function jsonp(ctx: RequestCtx, value?: unknown): void {
  expectUnanswered(ctx)
  const given = query(ctx)[setting(ctx, 'jsonp callback name') as string]
  const callback: unknown = Array.isArray(given) ? given[0] : given
  if (typeof callback !== 'string' || callback === '') {
    if (!responseHeader(ctx).peek('Content-Type'))
      setHeader(ctx, 'X-Content-Type-Options', 'nosniff')
    return json(ctx, value)
  }
  const name = callback.replace(/[^[\]\w$.]/g, '')
  // Line separators are text in JSON, but ended a line of JavaScript.
  const argument = (stringify(ctx, value) ?? '').replace(/[\u2028\u2029]/g, (char) =>
    char === '\u2028' ? '\\u2028' : '\\u2029'
  )
  setHeader(ctx, 'X-Content-Type-Options', 'nosniff')
  ctx.setContentType('text/javascript; charset=utf-8')
  // The comment keeps a chosen name from being the first bytes of the answer.
  send(ctx, `/**/ typeof ${name} === 'function' && ${name}(${argument});`)
}

/** Answers with a status and its reason phrase: Express's `res.sendStatus`. */
export function sendStatus(ctx: RequestCtx, code: number): void {
  expectUnanswered(ctx)
  status(ctx, code)
  setType(ctx, 'txt')
  send(ctx, STATUS_CODES[code] ?? String(code))
}

/**
 * Redirects: Express's `res.redirect`, with a short text or page as the client prefers.
 *
 * @param statusOrUrl - the status when `url` is given; it is 302 otherwise
 * @param url - sent as it is, but for what may not stand in a URL
 */
export function redirect(ctx: RequestCtx, url: string): void
export function redirect(ctx: RequestCtx, status: number, url: string): void
export function redirect(ctx: RequestCtx, statusOrUrl: number | string, url?: string): void {
  expectUnanswered(ctx)
  const code = typeof statusOrUrl === 'number' ? statusOrUrl : 302
  const target = String(typeof statusOrUrl === 'number' ? url : statusOrUrl)
  location(ctx, isBack(ctx, target) ? getHeader(ctx, 'Referrer') || '/' : target)
  const sent = responseHeader(ctx).peek('Location') ?? ''
  const reason = STATUS_CODES[code]
  let body = ''
  void format(ctx, {
    text: () => (body = `${reason}. Redirecting to ${sent}`),
    html: () => {
      const text = `${reason}. Redirecting to ${escapeHtml(sent)}`
      body = `<!DOCTYPE html><head><title>${reason}</title></head><body><p>${text}</p></body>`
    },
    default: () => {},
  })
  status(ctx, code)
  ctx.setBody(body)
  markAnswered(ctx)
}

/** `res.redirect('back')` of Express 4. */
function isBack(ctx: RequestCtx, target: string): boolean {
  return target === 'back' && setting(ctx, 'express version') === 4
}

/** What answers in one of several forms, by media type or file extension. */
export type Formats = Readonly<Record<string, (ctx: RequestCtx) => unknown>>

/**
 * Calls what gives the form the client prefers and sets its content type: Express's `res.format`. Without a match `default` is called.
 *
 * @returns what the function returned
 * @throws HttpStatusError `FH_ERR_HTTP_STATUS` with status 406 when nothing matches and there is no `default`
 */
export function format(ctx: RequestCtx, formats: Formats): unknown {
  const types = Object.keys(formats).filter((type) => type !== 'default')
  const type = types.length > 0 ? (accepts(ctx, types) as string | false) : false
  vary(ctx, 'Accept')
  if (type) {
    ctx.setContentType(lookupType(normalizeType(type)))
    return formats[type]!(ctx)
  }
  if (formats['default'] !== undefined) return formats['default'](ctx)
  const error = new HttpStatusError(406, 'Not Acceptable')
  throw Object.assign(error, { types: types.map(normalizeType) })
}

export function expectUnanswered(ctx: RequestCtx): void {
  if (isAnswered(ctx)) throw new AlreadyAnsweredError()
}

/** Completes a response whose fields are set. */
function finish(ctx: RequestCtx, body: string | Buffer | undefined): void {
  const { header } = ctx.response
  const makeTag =
    body === undefined || header.peek('ETag') ? undefined : etagFn(setting(ctx, 'etag'))
  const tag = makeTag?.(body!)
  if (tag) header.set('ETag', tag)
  if (fresh(ctx)) ctx.setStatusCode(304)
  const code = ctx.response.statusCode()
  if (code === 204 || code === 304) {
    header.del('Content-Type')
    header.del('Content-Length')
    ctx.resetBody()
  } else {
    ctx.setBody(code === 205 ? '' : (body ?? ''))
  }
  markAnswered(ctx)
}

function stringify(ctx: RequestCtx, value: unknown): string | undefined {
  const replacer = setting(ctx, 'json replacer') as
    ((key: string, value: unknown) => unknown) | undefined
  const spaces = setting(ctx, 'json spaces') as string | number | undefined
  const text = replacer || spaces ? JSON.stringify(value, replacer, spaces) : JSON.stringify(value)
  if (!setting(ctx, 'json escape') || typeof text !== 'string') return text
  return text.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
}
