import { Readable } from 'node:stream'
import type { RequestHandler } from '../src/server/request-ctx.js'
import { detachedCtx, responseBody, responseFields } from './detached-ctx.js'

/** Answers a platform Request. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** Statuses for which a platform Response must have no body. */
const NO_BODY = new Set([101, 204, 205, 304])

/** Turns a RequestHandler into a function of the platform's Request and Response, as runtimes and test tools call them. */
export function toFetchHandler(handler: RequestHandler): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url)
    const headers = [...request.headers].flat()
    if (!request.headers.has('host')) headers.push('Host', url.host)
    const body = new Uint8Array(await request.arrayBuffer())
    // A platform Request has no length of its own; parsers take a message without one for a message without a body.
    if (body.length > 0 && !request.headers.has('content-length'))
      headers.push('Content-Length', String(body.length))
    const ctx = detachedCtx({
      method: request.method,
      target: url.pathname + url.search,
      headers,
      body,
    })
    await handler(ctx)
    const { header } = ctx.response
    const status = header.statusCode()
    const fields = responseFields(ctx)
    const pairs: [string, string][] = []
    for (let i = 0; i < fields.length; i += 2)
      pairs.push([fields[i] as string, fields[i + 1] as string])
    const content = responseBody(ctx)
    const empty = NO_BODY.has(status) || request.method === 'HEAD'
    return new Response(empty ? null : bodyInit(content), {
      status,
      statusText: header.statusMessage(),
      headers: pairs,
    })
  }
}

function bodyInit(content: Buffer | Readable): ConstructorParameters<typeof Response>[0] {
  if (content instanceof Readable)
    return Readable.toWeb(content) as ConstructorParameters<typeof Response>[0]
  return new Uint8Array(content)
}
