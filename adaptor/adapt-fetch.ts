import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { RequestCtx, RequestHandler } from '../src/server/request-ctx.js'
import type { FetchHandler } from './to-fetch-handler.js'

/** Methods that the Fetch standard forbids in a Request. */
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * Turns a function of the platform's Request and Response (Hono, itty-router, SvelteKit and others export one) into a RequestHandler. The
 * request's signal aborts when the client goes away; a body stream is sent with back-pressure.
 */
export function adaptFetch(handler: FetchHandler): RequestHandler {
  return async (ctx) => {
    if (FORBIDDEN.has(ctx.method())) {
      ctx.error('Not Implemented', 501)
      return
    }
    await respond(ctx, await handler(requestOf(ctx)))
  }
}

function requestOf(ctx: RequestCtx): Request {
  const headers = new Headers()
  ctx.request.header.visitAll((name, value) => headers.append(name, value))
  const method = ctx.method()
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const url = new URL(
    ctx.requestURI(),
    `${ctx.isTLS() ? 'https' : 'http'}://${ctx.host() || 'localhost'}`
  )
  return new Request(url, {
    method,
    headers,
    signal: ctx.signal,
    ...(hasBody ? { body: new Uint8Array(ctx.postBodyBytes()) } : {}),
  })
}

async function respond(ctx: RequestCtx, response: Response): Promise<void> {
  const { header } = ctx.response
  header.setStatusCode(response.status)
  if (response.statusText !== '') header.setStatusMessage(response.statusText)
  header.setNoDefaultContentType(true)
  let length = -1
  for (const [name, value] of response.headers) {
    if (name === 'content-length') length = Number(value)
    else if (name !== 'transfer-encoding' && name !== 'connection') header.add(name, value)
  }
  if (response.body === null) return
  if (length >= 0) ctx.setBody(new Uint8Array(await response.arrayBuffer()))
  else ctx.setBodyStream(Readable.fromWeb(response.body as ReadableStream))
}
