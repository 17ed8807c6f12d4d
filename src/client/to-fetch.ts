import { Readable } from 'node:stream'
import { toText } from '../bytes/byte-string.js'
import {
  AbortError,
  BodyStreamConsumedError,
  InvalidURIError,
  TooManyRedirectsError,
} from '../errors.js'
import { Request } from '../http/request.js'
import { Response } from '../http/response.js'
import { statusMessage } from '../http/status.js'
import { CHUNKED } from '../wire/request-writer.js'
import type { BaseClient } from './base-client.js'
import { fetchBody } from './fetch-body.js'
import { requestBody } from './fetch-request-body.js'
import { matchesIntegrity } from './integrity.js'
import { statusCodeIsRedirect } from './redirect.js'

/** Redirects the Fetch standard allows for. */
const MAX_REDIRECTS = 20
/** Codings that are undone, as browsers and Node do. */
const ACCEPT_ENCODING = 'gzip, deflate, br'
/** Statuses whose Response must have no body (Fetch standard, "null body status"). */
const NULL_BODY = new Set([101, 103, 204, 205, 304])
/** Describe a body that a redirect drops (Fetch standard, "request-body-header name"). */
const BODY_FIELDS = [
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Content-Type',
  'Content-Length',
]
const NO_CACHE = [
  ['pragma', 'no-cache'],
  ['cache-control', 'no-cache'],
] as const
/** What the option `cache` tells the caches on the way (Fetch standard, "HTTP-network-or-cache fetch"). */
const CACHE_FIELDS: Partial<
  Record<globalThis.Request['cache'], readonly (readonly [name: string, value: string])[]>
> = {
  'no-store': NO_CACHE,
  reload: NO_CACHE,
  'no-cache': [['cache-control', 'max-age=0']],
}
/** For the origin they were meant for; Go lets sub-domains and other ports have them. */
const ORIGIN_FIELDS = ['Authorization', 'Proxy-Authorization', 'Cookie']

type Fetch = typeof globalThis.fetch
type FetchInput = Parameters<Fetch>[0]
type FetchInit = Parameters<Fetch>[1]
type ResponseType = globalThis.Response['type']
type BodyInit = NonNullable<ConstructorParameters<typeof globalThis.Response>[0]>

/**
 * A WHATWG `fetch` that sends through `client`: Request, Response and Headers are the platform's own, redirects, abort signals, streamed
 * bodies, compressed ones and `integrity` work as they do there. URLs that are neither `http:` nor `https:` are left to the platform.
 * Network errors are a TypeError with what is behind them as its `cause`, mostly a `FastHttpError`; an aborted call rejects with the reason of its signal.
 *
 * @example
 * const fetch = toFetch(new Client())
 * const data = await (await fetch('http://localhost:8080/data')).json()
 */
export function toFetch(client: BaseClient): Fetch {
  return async (input: FetchInput, init?: FetchInit) => {
    const request = new globalThis.Request(input, init)
    request.signal.throwIfAborted()
    const url = new URL(request.url)
    if (!isHTTP(url)) return globalThis.fetch(request)
    try {
      const req = toRequest(request, await requestBody(request, [input, init]))
      return await exchange(client, request, req, url)
    } catch (err) {
      if (err instanceof AbortError && request.signal.aborted) throw request.signal.reason
      throw new TypeError('fetch failed', { cause: err })
    }
  }
}

function isHTTP(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:'
}

function toRequest(request: globalThis.Request, body: Buffer | Readable | undefined): Request {
  const req = new Request()
  const { headers } = request
  req.header.setMethod(request.method)
  req.header.disableNormalizing()
  req.header.setNoDefaultContentType(true)
  for (const [name, value] of headers) req.header.add(name, value)
  if (!headers.has('accept')) req.header.add('accept', '*/*')
  if (!headers.has('accept-encoding')) req.header.add('accept-encoding', ACCEPT_ENCODING)
  for (const [name, value] of CACHE_FIELDS[request.cache] ?? []) {
    if (!headers.has(name)) req.header.add(name, value)
  }
  if (body instanceof Readable) req.setBodyStream(body)
  else if (body !== undefined) req.setBodyRaw(body)
  return req
}

async function exchange(
  client: BaseClient,
  request: globalThis.Request,
  req: Request,
  start: URL
): Promise<globalThis.Response> {
  const { redirect, signal } = request
  let url = start
  let type: ResponseType = 'basic'
  for (let redirects = 0; ; redirects++) {
    setURL(req, url)
    const resp = new Response()
    resp.streamBody = true
    await client.do(req, resp, { signal })
    const status = resp.statusCode()
    const redirected = statusCodeIsRedirect(status)
    const location = redirected ? resp.header.peek('Location') : undefined
    if (!redirected || redirect === 'manual' || (location === undefined && redirect === 'follow')) {
      try {
        return await toResponse(resp, request, { url, redirected: redirects > 0, type })
      } catch (err) {
        resp.closeBodyStream()
        throw err
      }
    }
    resp.closeBodyStream()
    if (location === undefined || redirect === 'error') throw new Error('unexpected redirect')
    if (redirects >= MAX_REDIRECTS) throw new TooManyRedirectsError()
    const next = resolveLocation(location, url)
    followRedirect(req, status)
    if (next.origin !== url.origin) {
      type = 'cors'
      leaveOrigin(req, next)
    }
    url = next
  }
}

/** The URL is sent as the platform writes it. */
function setURL(req: Request, url: URL): void {
  req.setRequestURI(url.origin + url.pathname + url.search)
  req.uri().disablePathNormalizing = true
}

/** @param location - value of Location, as a byte string */
function resolveLocation(location: string, base: URL): URL {
  const url = new URL(toText(location), base)
  if (!isHTTP(url)) throw new InvalidURIError('a redirect to a URL that is not HTTP')
  return url
}

/** Makes `req` the one that follows a redirect (Fetch standard, "HTTP-redirect fetch"). */
function followRedirect(req: Request, status: number): void {
  const { header } = req
  const becomesGet =
    status === 303 ? !header.isGet() && !header.isHead() : status <= 302 && header.isPost()
  if (becomesGet) {
    header.setMethod('GET')
    req._resetBody()
    for (const name of BODY_FIELDS) header.del(name)
  } else if (req.isBodyStream()) {
    throw new BodyStreamConsumedError('it cannot be sent again to follow a redirect')
  }
}

/** Drops what must not go with a redirect to another origin. */
function leaveOrigin(req: Request, next: URL): void {
  for (const name of ORIGIN_FIELDS) req.header.del(name)
  if (next.username !== '' || next.password !== '')
    throw new InvalidURIError('credentials in the URL of another origin')
}

/** What the constructor of Response leaves out. */
interface ResponseExtras {
  url: URL
  redirected: boolean
  type: ResponseType
}

async function toResponse(
  resp: Response,
  request: globalThis.Request,
  extras: ResponseExtras
): Promise<globalThis.Response> {
  const status = resp.statusCode()
  const headers = new Headers()
  for (const [name, value] of resp.header.all()) headers.append(name, value)
  const length = resp.header.contentLength()
  if (length >= 0) headers.set('content-length', String(length))
  else if (length === CHUNKED) headers.set('transfer-encoding', 'chunked')
  let body: BodyInit | null = null
  if (NULL_BODY.has(status)) resp.closeBodyStream()
  else body = fetchBody(resp, request.signal)
  if (request.integrity !== '') body = await checked(body, request.integrity)
  const response = new globalThis.Response(body, {
    status,
    statusText: resp.header.statusMessage() || statusMessage(status),
    headers,
  })
  return describe(response, extras)
}

/** The body, once all of it was found to be the one that is asked for. */
async function checked(body: BodyInit | null, integrity: string): Promise<BodyInit> {
  const bytes = Buffer.from(await new globalThis.Response(body).arrayBuffer())
  if (!matchesIntegrity(bytes, integrity)) throw new Error('integrity mismatch')
  return bytes
}

/** Sets what the constructor of Response leaves out, on clones too. */
function describe(response: globalThis.Response, extras: ResponseExtras): globalThis.Response {
  const clone = (): globalThis.Response =>
    describe(globalThis.Response.prototype.clone.call(response), extras)
  const { url, redirected, type } = extras
  return Object.defineProperties(response, {
    url: { value: url.href.replace(/#.*/, ''), enumerable: true },
    redirected: { value: redirected, enumerable: true },
    type: { value: type, enumerable: true },
    clone: { value: clone },
  })
}
