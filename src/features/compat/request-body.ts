import { Readable } from 'node:stream'
import type { RequestCtx } from '../../server/request-ctx.js'
import { perRequest } from './state.js'

/** What a body middleware parsed: Express's `req.body`; `undefined` when none did. */
export function body<T = unknown>(ctx: RequestCtx): T {
  return ctx.userValue('body') as T
}

/** The request body as a stream, whether or not the server has read it already: the same one each time it is asked for. */
export const requestStream = perRequest(
  'requestStream',
  (ctx): Readable =>
    ctx.requestBodyStream() ??
    Readable.from([Buffer.from(ctx.postBodyBytes())], { objectMode: false })
)
