import type http from 'node:http'
import { pipeline } from 'node:stream/promises'
import { checkOptionNames, type OptionNames } from '../src/option-names.js'
import type { RequestHandler } from '../src/server/request-ctx.js'
import { adaptedTarget } from './adapt.js'
import { detachedCtx, responseBody, responseFields } from './detached-ctx.js'

/** Options of {@link toNodeHandler}. */
export interface ToNodeHandlerOptions {
  /** Largest request body in bytes; more is answered with 413. @default 4194304 */
  maxRequestBodySize?: number
}

const NAMES: OptionNames<ToNodeHandlerOptions> = { maxRequestBodySize: true }

const MAX_BODY_BYTES = 4 * 1024 * 1024

/**
 * Turns a RequestHandler into a node:http listener or Express middleware, to be mounted in an existing server.
 * Errors go to `next` where there is one, else the client gets 500.
 */
export function toNodeHandler(
  handler: RequestHandler,
  options: ToNodeHandlerOptions = {}
): (
  req: http.IncomingMessage,
  res: http.ServerResponse,
  next?: (err?: unknown) => void
) => Promise<void> {
  checkOptionNames('toNodeHandler', options, NAMES, { bodyLimit: 'maxRequestBodySize' })
  const adapted = adaptedTarget(handler)
  const limit = options.maxRequestBodySize ?? MAX_BODY_BYTES
  return async (req, res, next) => {
    if (adapted !== undefined) {
      adapted.emit('request', req, res)
      return
    }
    try {
      await serve(handler, req, res, limit)
    } catch (err) {
      if (next !== undefined) next(err)
      else if (res.headersSent) res.destroy()
      else res.writeHead(500).end('Internal Server Error')
    }
  }
}

async function serve(
  handler: RequestHandler,
  req: http.IncomingMessage,
  res: http.ServerResponse,
  limit: number
): Promise<void> {
  const body = await readBody(req, limit)
  if (body === undefined) {
    res.writeHead(413, { Connection: 'close' }).end('Request body too large')
    return
  }
  const { remoteAddress: address = '', remotePort: port = 0 } = req.socket
  const ctx = detachedCtx({
    method: req.method as string,
    target: req.url as string,
    headers: req.rawHeaders,
    body,
    remote: { address, port },
    isTLS: 'encrypted' in req.socket,
  })
  await handler(ctx)
  const { header } = ctx.response
  const content = responseBody(ctx)
  const fields = responseFields(ctx)
  if (content instanceof Buffer) fields.push('Content-Length', String(content.length))
  for (let i = 0; i < fields.length; i += 2)
    res.appendHeader(fields[i] as string, fields[i + 1] as string)
  res.writeHead(header.statusCode(), header.statusMessage() || undefined)
  if (content instanceof Buffer) res.end(content)
  else await pipeline(content, res)
}

/** The whole body; `undefined` when it is over the limit. A body that Express's parsers have read is taken from `req.body`. */
async function readBody(
  req: http.IncomingMessage & { body?: unknown },
  limit: number
): Promise<Uint8Array | undefined> {
  if (req.readableEnded) return parsedBody(req.body)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req) {
    length += (chunk as Buffer).length
    if (length > limit) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function parsedBody(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array()
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
