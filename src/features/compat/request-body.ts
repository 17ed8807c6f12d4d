import { Readable } from 'node:stream'
import type { RequestCtx } from '../../server/request-ctx.js'

/** What a body middleware parsed: Express's `req.body`; `undefined` when none did. */
export function body<T = unknown>(ctx: RequestCtx): T {
  return ctx.userValue('body') as T
}

/** The request body as a stream, whether or not the server has read it already. */
export function requestStream(ctx: RequestCtx): Readable {
  return (
    ctx.requestBodyStream() ??
    Readable.from([Buffer.from(ctx.postBodyBytes())], { objectMode: false })
  )
}
