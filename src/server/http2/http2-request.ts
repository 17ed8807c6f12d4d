import type { ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import {
  BadRequestError,
  BodyTooLargeError,
  ConnectionClosedError,
  FastHttpError,
  GetOnlyError,
  HandlerFailedError,
  HijackedError,
  RequestTimeoutError,
  SmallBufferError,
  UnexpectedEOFError,
} from '../../errors.js'
import { NO_LENGTH } from '../../http/framing.js'
import type { Response } from '../../http/response.js'
import type { ResponseHeader } from '../../http/response-header.js'
import type { Conn } from '../../net/conn.js'
import { BodyCollector } from '../../wire/body-collector.js'
import { pumpStream, pumpWriter, type BodyPump } from '../../wire/body-pump.js'
import { statusHasBody } from '../../wire/head-writer.js'
import type { RequestParser } from '../../wire/request-parser.js'
import type { BodySink, Exchange } from '../exchange.js'
import { handleForm, isLargeForm } from '../form-handler.js'
import { headError } from '../head-errors.js'
import { RequestBodyStream } from '../request-body-stream.js'
import type { CtxOwner, Logger, RequestCtx } from '../request-ctx.js'
import type { Http2Conn } from './http2-conn.js'
import { Http2Exchange } from './http2-exchange.js'
import { requestHead } from './request-head.js'
import { responseFields } from './response-fields.js'

/** Codes of RST_STREAM (RFC 9113, section 7). */
const NO_ERROR = 0x0
const INTERNAL_ERROR = 0x2
const CANCEL = 0x8
const HTTP_1_1_REQUIRED = 0xd

const END_STREAM = 0x1
/** Larger bodies are written piece by piece, so that it shows whether the client takes them. */
const PIECE_BYTES = 256 * 1024

/** One request of an HTTP/2 connection, from its head to the end of its stream. */
export class Http2Request implements CtxOwner {
  readonly conn: Conn
  readonly connID: number
  readonly requestNum: number
  readonly connTime: number
  readonly requestTime: number
  readonly logger: Logger
  /** When the request's time is up, in milliseconds since the epoch; 0 for never. */
  deadline = 0
  readonly hasBody: boolean
  readonly stream: ServerHttp2Stream

  readonly #session: Http2Conn
  readonly #parser: RequestParser
  #ctx: RequestCtx | null = null
  #maxBody: number
  #readBy: number
  #writeTimeout: number
  #sendBy = 0
  #bodyDone: boolean
  #sink: BodySink | null = null
  #exchange: Http2Exchange | null = null
  #isDispatched = false
  #isAnswered = false
  /** A ctx that was given up holds what the parser has parsed. */
  #isAbandoned = false
  #pump: BodyPump | null = null
  #abort: AbortController | null = null

  constructor(session: Http2Conn, stream: ServerHttp2Stream, flags: number, now: number) {
    const { options, logger } = session.core
    this.#session = session
    this.stream = stream
    this.conn = session.conn
    this.connID = session.connID
    this.connTime = session.connTime
    this.requestNum = session.requestNum
    this.requestTime = now
    this.logger = logger
    this.hasBody = (flags & END_STREAM) === 0
    this.#bodyDone = !this.hasBody
    this.#parser = session.takeParser()
    this.#maxBody = options.maxRequestBodySize
    this.#writeTimeout = options.writeTimeout
    this.#readBy = options.readTimeout > 0 ? now + options.readTimeout : 0
    stream.on('error', () => {})
    stream.on('drain', () => this.#drained())
  }

  // Input

  /** @param raw - the fields, names and values by turns */
  start(raw: readonly string[]): void {
    const { core } = this.#session
    const ctx = (this.#ctx = core.acquireCtx(this))
    if (this.hasBody) this.deadline = this.#readBy
    const err = this.#parse(ctx, raw)
    if (err !== undefined) return this.#fail(err)
    try {
      this.#begin(ctx)
    } catch (failure) {
      this.#handlerFailed(failure)
    }
  }

  #parse(ctx: RequestCtx, raw: readonly string[]): FastHttpError | undefined {
    const parser = this.#parser
    const text = requestHead(raw, this.hasBody)
    if (text === undefined) return new BadRequestError('malformed pseudo-header fields')
    const { readBufferSize } = this.#session.core.options
    // Before it knows the server's settings, a client may send more than they allow.
    if (text.length > readBufferSize) return new SmallBufferError(readBufferSize)
    const head = Buffer.from(text, 'latin1')
    parser.fields.anyHost = this.#session.core.answersErrors !== undefined
    const result = parser.parse(head, 0, head.length)
    parser.endOfRead(true)
    if (result < 0) return headError(result)
    const { header } = ctx.request
    header._setParsed(parser.method, parser.target, 1, parser.fields)
    header.setProtocol('HTTP/2.0')
    ctx.request._isTLS = this.conn.encrypted
    return undefined
  }

  #begin(ctx: RequestCtx): void {
    const { options, takesExchange } = this.#session.core
    const { header } = ctx.request
    const { fields, method } = this.#parser
    if (options.getOnly && method !== 'GET' && method !== 'HEAD') {
      return this.#fail(new GetOnlyError())
    }
    const config = options.headerReceived?.(header)
    if ((config?.maxRequestBodySize ?? 0) > 0) this.#maxBody = config!.maxRequestBodySize!
    if ((config?.writeTimeout ?? 0) > 0) this.#writeTimeout = config!.writeTimeout!
    if ((config?.readTimeout ?? 0) > 0) this.#readBy = this.requestTime + config!.readTimeout!
    // What a CONNECT may send is no body.
    if (!this.hasBody || method === 'CONNECT') return this.#dispatch(ctx)
    this.deadline = this.#readBy
    const length = fields.contentLength
    if (typeof takesExchange === 'function' ? takesExchange(header) : takesExchange) {
      return this.#dispatch(ctx)
    }
    const streams = options.streamRequestBody || isLargeForm(options, header, length, this.#maxBody)
    if (!streams && length > this.#maxBody) return this.#fail(new BodyTooLargeError(this.#maxBody))
    if (fields.expectsContinue && !this.#mayContinue(ctx)) return
    if (streams) {
      const onTrailers = (trailers: string[]): void => {
        header._trailerFields = trailers
      }
      ctx.request._body.setStream(new RequestBodyStream(this, onTrailers), length)
      return this.#dispatch(ctx)
    }
    this.#collect(ctx, length)
  }

  /** Settles `Expect: 100-continue`; `false` when the request was answered. */
  #mayContinue(ctx: RequestCtx): boolean {
    const { options } = this.#session.core
    let status = 100
    if (options.expectHandler !== undefined) status = options.expectHandler(ctx)
    else if (options.continueHandler !== undefined) {
      status = options.continueHandler(ctx.request.header) ? 100 : 417
    }
    if (status === 100) {
      this.stream.additionalHeaders({ ':status': 100 })
      return true
    }
    ctx.setStatusCode(status)
    this.#finish()
    return false
  }

  #collect(ctx: RequestCtx, length: number): void {
    const collector = new BodyCollector(Math.max(length, 0))
    this.readBody({
      onData: (chunk) => {
        collector.onChunkData(chunk, 0, chunk.length)
        if (collector.length > this.#maxBody) this.#fail(new BodyTooLargeError(this.#maxBody))
        return true
      },
      onEnd: (trailers) => {
        ctx.request._body.setRaw(collector.take())
        ctx.request.header._trailerFields = trailers
        this.#dispatch(ctx)
      },
      // Nobody is left to be answered.
      onError: () => this.#release(),
    })
  }

  /** Starts the body; called once at most. */
  readBody(sink: BodySink): void {
    const { stream } = this
    this.#sink = sink
    const held = this.#ctx?.request._body
    if (held !== undefined && !held.isStream && !held.isEmpty) {
      sink.onData(Buffer.from(held.toBytes()))
      this.#bodyDone = true
    }
    if (this.#bodyDone) return this.#endSink(this.#ctx?.request.header._trailerFields ?? [])
    let trailers: string[] = []
    stream.on('trailers', (_fields: unknown, _flags: number, raw: string[] = []) => {
      trailers = raw
    })
    stream.on('data', (chunk: Buffer) => {
      if (this.#sink?.onData(chunk) === false) stream.pause()
    })
    stream.on('end', () => {
      if (stream.aborted) return
      this.#bodyDone = true
      if (!this.#isAnswered) this.deadline = 0
      this.#endSink(trailers)
    })
  }

  resumeBody(): void {
    this.stream.resume()
  }

  #endSink(trailers: string[]): void {
    const sink = this.#sink
    this.#sink = null
    sink?.onEnd(trailers)
  }

  #failSink(err: Error): void {
    const sink = this.#sink
    this.#sink = null
    sink?.onError(err)
  }

  // The handler

  #dispatch(ctx: RequestCtx): void {
    const { core } = this.#session
    this.#isDispatched = true
    let settled: unknown
    try {
      settled = this.#parser.fields.multipart
        ? handleForm(core, ctx, this.#maxBody)
        : core.handler(ctx)
    } catch (err) {
      return this.#handlerFailed(err)
    }
    if (settled === undefined || settled === null) return this.#finish()
    ;(settled as Promise<void>).then(
      () => this.#finish(),
      (err: unknown) => this.#handlerFailed(err)
    )
  }

  #handlerFailed(err: unknown): void {
    const { core } = this.#session
    const ctx = this.#ctx
    if (ctx === null) return
    const { panicHandler } = core.options
    if (panicHandler === undefined || this.#exchange !== null) {
      core.logError(this.conn, new HandlerFailedError(undefined, { cause: err }), err)
      if (this.#exchange !== null) return this.#break(INTERNAL_ERROR)
      ctx.error('Internal Server Error', 500)
    } else {
      ctx.response.reset()
      ctx.setStatusCode(500)
      try {
        panicHandler(ctx, err)
      } catch (failure) {
        core.logError(this.conn, new HandlerFailedError('panicHandler'), failure)
      }
    }
    ctx._hijackHandler = null
    this.#finish()
  }

  /** Answers a request that cannot be served. */
  #fail(err: FastHttpError): void {
    const ctx = this.#ctx
    if (ctx === null || this.#isAnswered) return
    const { core } = this.#session
    this.#sink = null
    core.logError(this.conn, err, err)
    core.answerError(ctx, err)
    this.#respond(ctx, ctx.response)
  }

  /** The handler has settled: sends its answer. */
  #finish(): void {
    const ctx = this.#ctx
    if (ctx === null || this.stream.destroyed) return this.#release()
    if (this.#exchange !== null) {
      this.#isAnswered = true
      if (this.#exchange.isEnded) return this.#answered()
      const { core } = this.#session
      core.logError(this.conn, new HandlerFailedError('no answer was given'), undefined)
      return this.#break(INTERNAL_ERROR)
    }
    const late = ctx._timeoutResponse
    if (late !== null) {
      const isHead = ctx.isHead()
      this.#isAbandoned = true
      this.#ctx = this.#session.core.acquireCtx(this)
      this.#ctx.request.header.setMethod(isHead ? 'HEAD' : 'GET')
      ctx.setRemoteAddr(ctx.remoteAddr())
      ctx._owner = null
      return this.#respond(this.#ctx, late)
    }
    if (ctx.hijacked()) {
      const err = new HijackedError('a stream of HTTP/2 cannot be hijacked')
      this.#session.core.logError(this.conn, err, err)
      return this.#break(HTTP_1_1_REQUIRED)
    }
    this.#respond(ctx, ctx.response)
  }

  // Output

  #respond(ctx: RequestCtx, response: Response): void {
    const { stream } = this
    const { header, _body: body } = response
    this.#startSending()
    const status = header.statusCode()
    const hasBody = statusHasBody(status)
    const withoutBody = !hasBody || response.skipBody || ctx.isHead()
    let length = hasBody ? body.byteLength() : NO_LENGTH
    const announced = header.contentLength()
    if (withoutBody && hasBody && announced >= 0 && body.isEmpty) length = announced
    // Nor has the answer that opens a tunnel a length (RFC 9110, section 9.3.6).
    if (length < 0 || (this.#parser.method === 'CONNECT' && status < 300)) length = NO_LENGTH
    const lines = this.#session.core.heads.write(header, length, '')
    const trailers = withoutBody ? '' : header._trailerSection()
    const sendsTrailers = trailers.length > 2
    const endStream = withoutBody || (body.isEmpty && !sendsTrailers)
    try {
      stream.respond(
        { ':status': status, ...responseFields(lines) },
        { endStream, waitForTrailers: sendsTrailers }
      )
    } catch (err) {
      // A status or fields that HTTP/2 does not have.
      this.#session.core.logError(this.conn, new HandlerFailedError(undefined, { cause: err }), err)
      return this.#break(INTERNAL_ERROR)
    }
    if (sendsTrailers) {
      stream.once('wantTrailers', () => {
        // Its last piece may have been the end of the stream.
        if (!stream.closed) stream.sendTrailers(responseFields(trailers))
      })
    }
    if (endStream) {
      body.reset()
      return this.#answered()
    }
    if (body.isStream) return this.#pumpBody(response)
    const bytes = body.toBytes()
    if (bytes.length <= PIECE_BYTES) {
      stream.end(bytes)
      return this.#answered()
    }
    response.setBodyStream(Readable.from(pieces(bytes), { objectMode: false }), bytes.length)
    this.#pumpBody(response)
  }

  #pumpBody(response: Response): void {
    const { stream } = this
    const size = response._body.streamSize
    const source = response._body.takeSource()!
    const target = {
      write: (data: string | Uint8Array) => stream.write(data),
      signal: () => this.signalOf(),
    }
    const done = (err: Error | undefined): void => {
      this.#pump = null
      if (err === undefined && !stream.destroyed) {
        stream.end()
        return this.#answered()
      }
      if (err !== undefined && !stream.destroyed) {
        this.#session.core.logError(this.conn, err, err)
        return this.#break(INTERNAL_ERROR)
      }
      this.#release()
    }
    this.#pump =
      typeof source === 'function'
        ? pumpWriter(source, false, target, done)
        : pumpStream(source, size, false, target, done)
  }

  #startSending(): void {
    this.#isAnswered = true
    this.#sendBy = this.#writeTimeout > 0 ? Date.now() + this.#writeTimeout : 0
    this.#extendDeadline()
  }

  /** The client takes its answer: it has that long for more of it. */
  #extendDeadline(): void {
    const { idleTimeout, readTimeout } = this.#session.core.options
    const patience = idleTimeout || readTimeout
    const progressBy = patience > 0 ? Date.now() + patience : Infinity
    const deadline = Math.min(this.#sendBy || Infinity, progressBy)
    this.deadline = deadline === Infinity ? 0 : deadline
  }

  #drained(): void {
    if (this.#isAnswered) this.#extendDeadline()
    this.#pump?.onDrain()
    this.#exchange?.drained()
  }

  /** All of the answer is given to the stream. */
  #answered(): void {
    this.#release()
    const { stream } = this
    if (this.#bodyDone || stream.destroyed) return
    // The rest of the body is of no use: the client need not send it (RFC 9113, section 8.1).
    this.#sink = null
    stream.resume()
    // Not in the same turn: a reset overtakes a head that is not sent yet.
    const stop = (): void => void setImmediate(() => stream.close(NO_ERROR))
    if (stream.writableFinished) stop()
    else stream.once('finish', stop)
  }

  #break(code: number): void {
    if (!this.stream.destroyed) this.stream.close(code)
    this.#release()
  }

  #release(): void {
    const ctx = this.#ctx
    if (ctx === null) return
    this.#ctx = null
    this.#session.core.releaseCtx(ctx)
    if (!this.#isAbandoned) this.#session.giveParserBack(this.#parser)
  }

  // Ends

  onDeadline(): void {
    this.deadline = 0
    if (this.#isAnswered) return this.#break(CANCEL)
    const err = new RequestTimeoutError()
    if (this.#isDispatched) this.#failSink(err)
    else this.#fail(err)
  }

  /** Tells a handler that nobody waits for it any more. */
  abort(reason: Error): void {
    this.#abort?.abort(reason)
  }

  /** The stream is closed, properly or not. */
  onClose(): void {
    this.deadline = 0
    const { failure } = this.#session
    const reason = new ConnectionClosedError(
      undefined,
      failure === undefined ? undefined : { cause: failure }
    )
    if (!this.#bodyDone) this.#failSink(new UnexpectedEOFError())
    if (this.#ctx !== null || this.#pump !== null) this.abort(reason)
    this.#pump?.abort()
    this.#exchange?.aborted(failure)
  }

  // What ctx asks for

  signalOf(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController()
      if (this.stream.destroyed || this.#session.core.shuttingDown) {
        this.#abort.abort(new ConnectionClosedError())
      }
    }
    return this.#abort.signal
  }

  earlyHints(header: ResponseHeader): void {
    if (!this.stream.headersSent && !this.stream.destroyed) {
      this.stream.additionalHeaders({ ':status': 103, link: header.peekAll('Link') })
    }
  }

  onShutdown(hook: () => void): () => void {
    return this.#session.core.onShutdown(hook)
  }

  rawHeaders(): string[] {
    const { fields } = this.#parser
    const list: string[] = []
    for (let i = 0; i < fields.count; i++) list.push(fields.name(i), fields.value(i))
    return list
  }

  take(): Exchange {
    return (this.#exchange ??= new Http2Exchange(this, this.#parser))
  }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES)
  }
}
