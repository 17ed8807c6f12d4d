import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import zlib from 'node:zlib'
import { AbortError } from '../errors.js'
import { Request } from '../http/request.js'
import { Response } from '../http/response.js'
import { statusMessage } from '../http/status.js'
import type { BaseClient } from './base-client.js'
import { followRedirect, originOf, statusCodeIsRedirect } from './redirect.js'

/** Redirects the Fetch standard allows for. */
const MAX_REDIRECTS = 20
/** Codings that are undone, as browsers and Node do. */
const ACCEPT_ENCODING = 'gzip, deflate, br'
/** Statuses whose Response must have no body (Fetch standard, "null body status"). */
const NULL_BODY = new Set([101, 103, 204, 205, 304])

type Fetch = typeof globalThis.fetch
type FetchInput = Parameters<Fetch>[0]
type FetchInit = Parameters<Fetch>[1]
type ResponseType = globalThis.Response['type']
type BodyInit = NonNullable<ConstructorParameters<typeof globalThis.Response>[0]>

/**
 * A WHATWG `fetch` that sends through `client`: Request, Response and Headers are the platform's own, redirects, abort signals, streamed
 * bodies and compressed ones work as they do there. Only `http:` and `https:` URLs are served. Network errors are a TypeError with the
 * client's error as its `cause`; an aborted call rejects with the reason of its signal.
 *
 * @example
 * const fetch = toFetch(new Client())
 * const data = await (await fetch('http://localhost:8080/data')).json()
 */
export function toFetch(client: BaseClient): Fetch {
  return async (input: FetchInput, init?: FetchInit) => {
    const request = new globalThis.Request(input, init)
    request.signal.throwIfAborted()
    const req = toRequest(request, await bodyOf(request, input, init))
    try {
      return await exchange(client, request, req)
    } catch (err) {
      if (err instanceof AbortError && request.signal.aborted) throw request.signal.reason
      if (err instanceof TypeError) throw err
      throw new TypeError('fetch failed', { cause: err })
    }
  }
}

/** A body that is in memory already stays there, and can be sent again after a redirect. */
async function bodyOf(
  request: globalThis.Request,
  input: FetchInput,
  init: FetchInit
): Promise<Buffer | Readable | undefined> {
  if (request.body === null) return undefined
  const source = init?.body
  const streamed = source === undefined ? input instanceof globalThis.Request : isStream(source)
  if (streamed) return Readable.fromWeb(request.body as NodeReadableStream)
  return Buffer.from(await request.arrayBuffer())
}

function isStream(source: unknown): boolean {
  return (
    source instanceof ReadableStream ||
    (typeof source === 'object' && source !== null && Symbol.asyncIterator in source)
  )
}

function toRequest(request: globalThis.Request, body: Buffer | Readable | undefined): Request {
  const req = new Request()
  req.header.setMethod(request.method)
  req.header.disableNormalizing()
  req.header.setNoDefaultContentType(true)
  req.setRequestURI(request.url)
  for (const [name, value] of request.headers) req.header.add(name, value)
  if (!request.headers.has('accept')) req.header.add('accept', '*/*')
  if (!request.headers.has('accept-encoding')) req.header.add('accept-encoding', ACCEPT_ENCODING)
  if (body instanceof Readable) req.setBodyStream(body)
  else if (body !== undefined) req.setBodyRaw(body)
  return req
}

async function exchange(
  client: BaseClient,
  request: globalThis.Request,
  req: Request
): Promise<globalThis.Response> {
  const origin = originOf(req.uri())
  let type: ResponseType = 'basic'
  for (let redirects = 0; ; redirects++) {
    const resp = new Response()
    resp.streamBody = true
    await client.do(req, resp, { signal: request.signal })
    const location = resp.header.peek('Location')
    const redirected = statusCodeIsRedirect(resp.statusCode()) && location !== undefined
    if (!redirected || request.redirect === 'manual')
      return toResponse(resp, req, redirects > 0, type)
    resp.closeBodyStream()
    if (request.redirect === 'error') throw new TypeError('fetch failed: unexpected redirect')
    if (redirects >= MAX_REDIRECTS) throw new TypeError('fetch failed: redirect count exceeded')
    const status = redirectStatus(resp.statusCode(), req.header.method())
    const from = fetchOrigin(req)
    followRedirect(req, status, location, origin)
    if (status === 303) for (const name of BODY_FIELDS) req.header.del(name)
    if (from === fetchOrigin(req)) continue
    type = 'cors'
    leaveOrigin(req)
  }
}

/** Describe a body that a redirect drops. */
const BODY_FIELDS = ['Content-Encoding', 'Content-Language', 'Content-Location']
/** For the origin they were meant for; Go lets sub-domains and other ports have them. */
const ORIGIN_FIELDS = ['Authorization', 'Proxy-Authorization', 'Cookie', 'Host']

function fetchOrigin(req: Request): string {
  return new URL(req.uri().fullURI()).origin
}

/** Drops what must not go with a redirect to another origin (Fetch standard, "HTTP-redirect fetch"). */
function leaveOrigin(req: Request): void {
  for (const name of ORIGIN_FIELDS) req.header.del(name)
  const uri = req.uri()
  if (uri.username() !== '' || uri.password() !== '')
    throw new TypeError('fetch failed: credentials in the URL of another origin')
}

/** A POST that is moved becomes a GET without its body, which is what 303 asks for; where 303 changes no method it drops nothing. */
function redirectStatus(status: number, method: string): number {
  if (status === 303 && (method === 'GET' || method === 'HEAD')) return 302
  return (status === 301 || status === 302) && method === 'POST' ? 303 : status
}

function toResponse(
  resp: Response,
  req: Request,
  redirected: boolean,
  type: ResponseType
): globalThis.Response {
  const status = resp.statusCode()
  const headers = new Headers()
  for (const [name, value] of resp.header.all()) headers.append(name, value)
  const length = resp.header.contentLength()
  if (length >= 0) headers.set('content-length', String(length))
  let body: BodyInit | null = null
  if (NULL_BODY.has(status)) resp.closeBodyStream()
  else body = bodyInit(resp)
  const response = new globalThis.Response(body, {
    status,
    statusText: resp.header.statusMessage() || statusMessage(status),
    headers,
  })
  return describe(response, req.uri().fullURI(), redirected, type)
}

/** Sets what the constructor of Response leaves out, on clones too. */
function describe(
  response: globalThis.Response,
  url: string,
  redirected: boolean,
  type: ResponseType
): globalThis.Response {
  const clone = (): globalThis.Response =>
    describe(globalThis.Response.prototype.clone.call(response), url, redirected, type)
  return Object.defineProperties(response, {
    url: { value: url, enumerable: true },
    redirected: { value: redirected, enumerable: true },
    type: { value: type, enumerable: true },
    clone: { value: clone },
  })
}

function bodyInit(resp: Response): BodyInit | null {
  const stream = resp.bodyStream()
  if (stream === undefined) return resp.bodyBytes().length === 0 ? null : resp.bodyBytes()
  const decoders = resp.header
    .contentEncoding()
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .reverse()
    .map(decoderOf)
  let source: Readable = stream
  for (const decoder of decoders) {
    if (decoder === undefined) continue
    const from = source
    from.on('error', (err) => decoder.destroy(err))
    decoder.on('close', () => from.destroy())
    source = from.pipe(decoder)
  }
  return toWeb(source)
}

/** As `Readable.toWeb`, which throws out of an event when a body is cancelled while data is on its way. */
function toWeb(source: Readable): ReadableStream {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      },
      cancel() {
        source.destroy()
      },
    },
    { highWaterMark: 0 }
  )
}

function decoderOf(coding: string): zlib.Gunzip | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH })
    case 'deflate':
      return zlib.createInflate()
    case 'br':
      return zlib.createBrotliDecompress()
    default:
      return undefined
  }
}
