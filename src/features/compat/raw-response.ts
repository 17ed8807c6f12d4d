import type { RequestCtx } from '../../server/request-ctx.js'
import { isAnswered, markAnswered } from '../../server/routing.js'
import { responseHeader, setHeader, type HeaderValue } from './response-headers.js'

/** Fields in the forms that node:http's `writeHead` takes. */
export type HeadFields =
  | Readonly<Record<string, HeaderValue | undefined>>
  | readonly HeaderValue[]
  | readonly (readonly [string, HeaderValue])[]

/** Sets status and fields: node:http's `res.writeHead`. Nothing is sent before the handler settles. */
export function writeHead(ctx: RequestCtx, code: number, fields?: HeadFields): void
export function writeHead(
  ctx: RequestCtx,
  code: number,
  message?: string,
  fields?: HeadFields
): void
export function writeHead(
  ctx: RequestCtx,
  code: number,
  message?: string | HeadFields,
  fields?: HeadFields
): void {
  ctx.setStatusCode(code)
  if (typeof message === 'string') responseHeader(ctx).setStatusMessage(message)
  for (const [name, value] of pairs((typeof message === 'object' ? message : fields) ?? {})) {
    setHeader(ctx, name, value)
  }
}

function pairs(fields: HeadFields): [string, HeaderValue][] {
  if (!Array.isArray(fields)) {
    return Object.entries(fields).filter(
      (entry): entry is [string, HeaderValue] => entry[1] !== undefined
    )
  }
  const list = (Array.isArray(fields[0]) ? fields.flat() : fields) as readonly HeaderValue[]
  const lines = new Map<string, string[]>()
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = String(list[i])
    lines.set(name, [...(lines.get(name) ?? []), ...[list[i + 1]!].flat().map(String)])
  }
  return [...lines]
}

/** Appends to the body and completes the response: node:http's `res.end`. Without effect once the response was given. */
export function end(ctx: RequestCtx, data?: string | Uint8Array, encoding?: BufferEncoding): void {
  if (isAnswered(ctx)) return
  responseHeader(ctx)
  if (data !== undefined) {
    ctx.write(
      typeof data === 'string' && encoding !== undefined ? Buffer.from(data, encoding) : data
    )
  }
  markAnswered(ctx)
}

/** Whether the response was given, or has a body so far: what Express code asks `res.headersSent` for. */
export function responded(ctx: RequestCtx): boolean {
  return isAnswered(ctx) || !ctx.response._body.isEmpty
}
