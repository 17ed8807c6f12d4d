import { basename, extname } from 'node:path'
import { create as contentDisposition } from 'content-disposition'
import mime from 'mime-types'
import { InvalidOptionError } from '../../errors.js'
import type { ResponseHeader } from '../../http/response-header.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { encodeUrl } from './encode-url.js'

/** Value of a response field; a list makes several lines. */
export type HeaderValue = string | number | readonly string[]

const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** The response fields, without a content type of the server's own: node:http sends none. */
export function responseHeader(ctx: RequestCtx): ResponseHeader {
  const { header } = ctx.response
  header.setNoDefaultContentType(true)
  return header
}

/**
 * Replaces a response field, with a line for each value of a list: node:http's `res.setHeader`.
 *
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a name that is no token or a missing value
 */
export function setHeader(ctx: RequestCtx, name: string, value: HeaderValue): void {
  if (!FIELD_NAME.test(name)) throw new InvalidOptionError(`field name is ${JSON.stringify(name)}`)
  if (value === undefined) throw new InvalidOptionError(`value of the field ${name} is undefined`)
  const header = responseHeader(ctx)
  header.del(name)
  if (typeof value === 'object') for (const one of value) header.add(name, String(one))
  else header.set(name, String(value))
}

/** A response field as node:http's `res.getHeader`: a list when it has several lines. */
export function responseHeaderValue(ctx: RequestCtx, name: string): string | string[] | undefined {
  const values = responseHeader(ctx).peekAll(name)
  return values.length > 1 ? values : values[0]
}

/** All response fields by name in lower case: node:http's `res.getHeaders`. A copy. */
export function responseHeaders(ctx: RequestCtx): Record<string, string | string[]> {
  const fields = Object.create(null) as Record<string, string | string[]>
  for (const name of responseHeader(ctx).peekKeys()) {
    fields[name.toLowerCase()] = responseHeaderValue(ctx, name)!
  }
  return fields
}

/** Sets response fields as Express's `res.set`: a content type gets its charset, and is looked up when it is a file extension. */
export function set(ctx: RequestCtx, name: string, value: HeaderValue): void
export function set(ctx: RequestCtx, fields: Readonly<Record<string, HeaderValue>>): void
export function set(
  ctx: RequestCtx,
  name: string | Readonly<Record<string, HeaderValue>>,
  value?: HeaderValue
): void {
  if (typeof name === 'object') {
    for (const [one, its] of Object.entries(name)) set(ctx, one, its)
  } else if (name.toLowerCase() !== 'content-type') {
    setHeader(ctx, name, typeof value === 'object' ? value : String(value))
  } else if (typeof value === 'object') {
    throw new InvalidOptionError('Content-Type cannot be set to a list')
  } else {
    const type = String(value)
    setHeader(ctx, name, mime.contentType(type) || type)
  }
}

/** Adds values to a response field: Express's `res.append`. */
export function append(ctx: RequestCtx, name: string, value: string | readonly string[]): void {
  if (name.toLowerCase() === 'content-type') return set(ctx, name, value)
  setHeader(ctx, name, [...responseHeader(ctx).peekAll(name), value].flat())
}

/** Sets the content type from a media type or a file extension: Express's `res.type`. */
export function setType(ctx: RequestCtx, type: string): void {
  set(
    ctx,
    'Content-Type',
    type.includes('/') ? type : mime.contentType(type) || 'application/octet-stream'
  )
}

/** Adds field names to `Vary` unless they stand there. (RFC 9110, section 12.5.5) */
export function vary(ctx: RequestCtx, field: string | readonly string[]): void {
  const names = typeof field === 'string' ? listOf(field) : field
  const bad = names.find((name) => !FIELD_NAME.test(name))
  if (names.length === 0 || bad !== undefined) {
    throw new InvalidOptionError(`field name is ${JSON.stringify(bad ?? '')}`)
  }
  const current = responseHeader(ctx).peekAll('Vary').join(', ')
  const held = listOf(current.toLowerCase())
  if (held.includes('*')) return setHeader(ctx, 'Vary', '*')
  if (names.includes('*')) return setHeader(ctx, 'Vary', '*')
  const values = current === '' ? [] : [current]
  for (const name of names) {
    if (held.includes(name.toLowerCase())) continue
    held.push(name.toLowerCase())
    values.push(name)
  }
  setHeader(ctx, 'Vary', values.join(', '))
}

function listOf(value: string): string[] {
  return value === '' ? [] : value.split(',').map((one) => one.trim())
}

/** Adds links to `Link`: Express's `res.links`. (RFC 8288) */
export function links(
  ctx: RequestCtx,
  targets: Readonly<Record<string, string | readonly string[]>>
): void {
  const current = responseHeader(ctx).peekAll('Link')
  const added = Object.entries(targets).flatMap(([rel, urls]) =>
    [urls].flat().map((url) => `<${url}>; rel="${rel}"`)
  )
  setHeader(ctx, 'Link', [...current, ...added].join(', '))
}

/** Sets `Location`, escaping what may not stand in a URL: Express's `res.location`. */
export function location(ctx: RequestCtx, url: string): void {
  setHeader(ctx, 'Location', encodeUrl(url))
}

/** Sets `Content-Disposition` to `attachment`, with a file name and its content type when one is given. (RFC 6266) */
export function attachment(ctx: RequestCtx, filename?: string): void {
  const name = filename === undefined ? undefined : basename(filename)
  if (name) setType(ctx, extname(name))
  setHeader(ctx, 'Content-Disposition', contentDisposition(name))
}
