import type http from 'node:http'
import net from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { classesFor, type MessageClasses } from './message-classes.js'
import {
  kNeedDrain,
  type RequestInternals,
  type ResponseInternals,
  type SocketInternals,
  type WriteCallback,
} from './node-internals.js'

/** Fields that the server decides on when it writes `ctx.response`. */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'transfer-encoding', 'trailer'])

const plain = classesFor(undefined)

/**
 * node:http messages over a ctx rather than a connection: the request reads `ctx.request`, and what the response sends becomes
 * `ctx.response`. A response that begins before its end is known becomes a body stream.
 */
export class CtxMessages {
  readonly req: RequestInternals
  readonly res: ResponseInternals
  /** Resolves when `ctx.response` is set, be it with a stream that goes on; rejects when setting it failed. */
  readonly answered: Promise<void>
  /** The ctx is still this request's: nothing may read it afterwards. */
  isLive = true
  /** `ctx.response` was given through the methods of Express's view. */
  isAnswered = false
  /** Express's view of a router has been added, with these functions that answer. */
  routerAnswers: Readonly<Record<string, unknown>> | undefined = undefined
  /** A middleware takes part, which lets the answer go through `res`. */
  hasMiddleware = false
  /** Told when the answer is there, and at the latest when the ctx is over; `ctx` can be read then. */
  onAnswer: ((ctx: RequestCtx) => void) | undefined = undefined
  /** Told when what is behind a middleware goes on with the ctx. */
  onPublish: (() => void) | undefined = undefined
  readonly #ctx: RequestCtx
  /** As the ctx and the request last had it in common. */
  #method: string
  #resolve!: (settled?: unknown) => void
  #chunks: Uint8Array[] = []
  #stream: PassThrough | undefined
  #headApplied = false
  #isMirrored = false

  constructor(ctx: RequestCtx, classes: MessageClasses = plain) {
    this.#ctx = ctx
    const socket = (ctx.conn()?.stream ?? new net.Socket()) as SocketInternals
    this.req = requestOf(ctx, classes, socket)
    this.#method = this.req.method as string
    this.res = new classes.Response(this.req, {})
    this.answered = new Promise(
      (resolve) => (this.#resolve = resolve as (settled?: unknown) => void)
    )
    const { res } = this
    ;(res as { socket: unknown }).socket = socket
    socket._httpMessage = res
    res._writeRaw = (data, encoding, callback) => this.#write(data, encoding, callback)
    res._finish = () => this.#finish()
    const store = res._storeHeader
    res._storeHeader = (firstLine, headers) => {
      store.call(res, firstLine, headers)
      // The chunks are framed when ctx.response is written.
      res.chunkedEncoding = false
      res._headerSent = true
    }
  }

  /** Has the response sent anything? */
  get hasBegun(): boolean {
    return this.#headApplied
  }

  /** Makes status, headers and a rewritten target or method visible on the ctx. */
  publish(): void {
    const { req, res } = this
    const ctx = this.#ctx
    if (this.routerAnswers === undefined && req.url !== ctx.requestURI())
      ctx.request.setRequestURI(req.url as string)
    if (req.method !== this.#method) {
      this.#method = req.method as string
      ctx.request.header.setMethod(this.#method)
    }
    if (res.statusCode !== 200) ctx.setStatusCode(res.statusCode)
    for (const name of res.getHeaderNames()) this.#publishField(name)
    this.onPublish?.()
  }

  #publishField(name: string): void {
    const { header } = this.#ctx.response
    header.del(name)
    const value = this.res.getHeader(name)
    if (value === undefined) return
    for (const one of Array.isArray(value) ? value : [value]) header.add(name, String(one))
  }

  /** Gives the response the status and headers of `ctx.response`; what is set on it from here on is set there too. */
  mirror(): void {
    const { res } = this
    if (this.#headApplied) return
    copyHeaders(this.#ctx, res)
    res.statusCode = this.#ctx.response.statusCode()
    if (this.#isMirrored) return
    this.#isMirrored = true
    for (const method of ['setHeader', 'appendHeader', 'removeHeader'] as const) {
      const own = res[method] as (name: string, ...rest: unknown[]) => unknown
      const mirrored = (name: string, ...rest: unknown[]): unknown => {
        const result = own.call(res, name, ...rest)
        if (this.#isOpen) this.#publishField(name)
        return result
      }
      Object.assign(res, { [method]: mirrored })
    }
    let { statusCode } = res
    Object.defineProperty(res, 'statusCode', {
      get: () => statusCode,
      set: (status: number) => {
        statusCode = status
        if (this.#isOpen) this.#ctx.setStatusCode(status)
      },
    })
  }

  /** May the head of `ctx.response` be changed? */
  get #isOpen(): boolean {
    return this.isLive && !this.#headApplied
  }

  /** The ctx is over. */
  [Symbol.dispose](ctx = this.#ctx): void {
    this.onAnswer?.(ctx)
    this.isLive = false
  }

  /** `ctx.response` is the answer once `settled` is. */
  answerWith(settled: unknown): void {
    this.isAnswered = true
    this.onAnswer?.(this.#ctx)
    this.#resolve(settled)
  }

  #write(
    data: string | Uint8Array,
    encoding?: BufferEncoding | WriteCallback | null,
    callback?: WriteCallback | null
  ): boolean {
    this.#applyHead()
    if (typeof encoding === 'function') {
      callback = encoding
      encoding = undefined
    }
    if (typeof callback === 'function') process.nextTick(callback, null)
    if (data.length === 0) return true
    const bytes = typeof data === 'string' ? Buffer.from(data, encoding ?? 'utf8') : data
    if (this.#stream !== undefined) return this.#stream.write(bytes)
    this.#chunks.push(bytes)
    // Whether this is all is known when the current turn of the handler is over.
    if (this.#chunks.length === 1) process.nextTick(() => this.#startStream())
    return true
  }

  #startStream(): void {
    if (this.res.writableEnded || this.#stream !== undefined) return
    const { res } = this
    const stream = (this.#stream = new PassThrough())
    for (const bytes of this.#chunks.splice(0)) stream.write(bytes)
    stream.on('drain', () => {
      if (!res.writableNeedDrain) return
      ;(res as unknown as Record<symbol, unknown>)[kNeedDrain] = false
      res.emit('drain')
    })
    stream.on('close', () => {
      if (!res.writableEnded) res.destroy()
    })
    const length = res.getHeader('content-length')
    this.#ctx.setBodyStream(stream, length === undefined ? -1 : Number(length))
    this.#resolve()
  }

  #finish(): void {
    this.onAnswer?.(this.#ctx)
    this.#applyHead()
    this.res.emit('prefinish')
    if (this.#stream !== undefined) this.#stream.end()
    else {
      if (this.#chunks.length > 0) this.#ctx.setBody(Buffer.concat(this.#chunks))
      this.#resolve()
    }
  }

  #applyHead(): void {
    if (this.#headApplied) return
    this.#headApplied = true
    const { res } = this
    const response = this.#ctx.response
    response.reset()
    const { header } = response
    header.setStatusCode(res.statusCode)
    header.setStatusMessage(res.statusMessage)
    header.setNoDefaultContentType(true)
    for (const line of (res._header as string).split('\r\n').slice(1)) {
      const colon = line.indexOf(':')
      if (colon > 0) this.#applyField(line.slice(0, colon), line.slice(colon + 2))
    }
  }

  #applyField(name: string, value: string): void {
    const { header } = this.#ctx.response
    const lower = name.toLowerCase()
    if (lower === 'connection' && /\bclose\b/i.test(value)) header.setConnectionClose()
    if (CONNECTION_FIELDS.has(lower) || (lower === 'date' && !this.res.hasHeader('date'))) return
    if (lower === 'content-length' && this.res._hasBody) return
    header.add(name, value)
  }
}

function requestOf(
  ctx: RequestCtx,
  classes: MessageClasses,
  socket: SocketInternals
): RequestInternals {
  const req = new classes.Request(socket)
  const { header } = ctx.request
  const minor = header.protocol() === 'HTTP/1.0' ? 0 : 1
  req.httpVersionMajor = 1
  req.httpVersionMinor = minor
  req.httpVersion = `1.${minor}`
  req.method = ctx.method()
  req.url = ctx.requestURI()
  req.upgrade = false
  const lines: string[] = []
  header.visitAllInOrder((name, value) => lines.push(name, value))
  req._addHeaderLines(lines, lines.length)
  req.complete = true
  const source = ctx.requestBodyStream()
  if (source === undefined) pushWhole(req, ctx)
  else pushFrom(req, source)
  return req
}

function pushWhole(req: RequestInternals, ctx: RequestCtx): void {
  const body = ctx.postBodyBytes()
  if (body.length > 0) req.push(Buffer.from(body))
  req.push(null)
  req._read = () => {
    req._consuming = true
  }
}

function pushFrom(req: RequestInternals, source: Readable): void {
  source.on('data', (chunk: Buffer) => {
    if (!req.push(chunk)) source.pause()
  })
  source.on('end', () => req.push(null))
  source.on('error', (err) => req.destroy(err))
  source.pause()
  req._read = () => {
    req._consuming = true
    source.resume()
  }
}

/** Values of a header of the response as `setHeader` takes them. */
export function copyHeaders(from: RequestCtx, to: http.ServerResponse): void {
  // Taken first: a mirrored response changes them as it changes itself.
  const lines = [...from.response.header.all()]
  for (const name of to.getHeaderNames()) to.removeHeader(name)
  for (const [name, value] of lines) {
    if (!CONNECTION_FIELDS.has(name.toLowerCase())) to.appendHeader(name, value)
  }
}
