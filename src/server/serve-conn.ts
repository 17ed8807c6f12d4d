import type { Duplex } from 'node:stream'
import {
  BodyTooLargeError,
  BrokenChunkError,
  ConnectionClosedError,
  FastHttpError,
  GetOnlyError,
  HandlerFailedError,
  RequestTimeoutError,
  SmallBufferError,
  UnexpectedEOFError,
} from '../errors.js'
import { NEED_MORE } from '../http/field-block.js'
import type { ResponseHeader } from '../http/response-header.js'
import type { Response } from '../http/response.js'
import type { Conn, ConnReceiver } from '../net/conn.js'
import { pumpStream, pumpWriter, type BodyPump } from '../wire/body-pump.js'
import type { RequestParser } from '../wire/request-parser.js'
import { BODY_TOO_LARGE, BodyIntake, TOO_MUCH_UNREAD } from './body-intake.js'
import { ConnDeadlines } from './conn-deadlines.js'
import { ConnExchange, type ExchangeOwner } from './conn-exchange.js'
import { nextConnID } from './conn-id.js'
import {
  BODY,
  CLOSED,
  DRAIN,
  FREE,
  HANDLER,
  HEAD,
  HIJACKED,
  LINGER,
  RESPONSE,
} from './conn-phase.js'
import type { BodySink, ErrorAnswer, Exchange } from './exchange.js'
import { handleForm, isLargeForm } from './form-handler.js'
import { headError } from './head-errors.js'
import { runHijack } from './hijack.js'
import { InputStash } from './input-stash.js'
import { Output, type OutputOwner } from './output.js'
import { RequestBodyStream } from './request-body-stream.js'
import type { CtxOwner, Logger, RequestCtx } from './request-ctx.js'
import { writeResponse, type StreamingResponse } from './response-writer.js'
import type { ServerCore } from './server-core.js'
import { Settlement } from './settlement.js'

/** Input kept while a handler runs; reading pauses above. */
const MAX_STASH_BYTES = 64 * 1024
const CR = 13
const LF = 10

/**
 * Serves one connection: reads requests, runs the handler and writes the answers, one after the other and in order. Purely
 * event-driven; a synchronous handler is called from within the read callback and all answers of one read leave in one write.
 *
 * The object serves one connection after the other, unless it was lent to what may outlive its connection.
 */
export class ServeConn implements ConnReceiver, CtxOwner, ExchangeOwner, OutputOwner {
  connID = 0
  connTime = 0
  requestNum = 0
  requestTime = 0
  readonly #server: ServerCore
  #conn: Conn | null = null
  /** Held while there is input to look at or a request to answer. */
  #parser: RequestParser | null = null
  readonly #body = new BodyIntake()
  readonly #stash = new InputStash()
  readonly #out = new Output(this)
  readonly #deadlines: ConnDeadlines
  #state = FREE
  #ctx: RequestCtx | null = null
  /** Inside the loop over a read: output is gathered until its end. */
  #running = false
  #peerEnded = false

  /** Input under way: `#input[#pos, #inputEnd)` comes after the current request; `null` outside the loop. */
  #input: Buffer | null = null
  #pos = 0
  #inputEnd = 0
  /** Input that came from within the loop, through `Conn.resume`. */
  #late: Buffer | null = null
  /** Time of the read under way. */
  #now = 0

  #keepAlive = true
  #maxBody = 0
  #exchange: ConnExchange | null = null
  /** The handler writes the answer's bytes itself, through the exchange. */
  #taken = false
  #pump: BodyPump | null = null
  #abort: AbortController | null = null
  /** Somebody may use this object after the connection's end: it serves no other one. */
  #lent = false
  #onSettled: (() => void) | null = null
  #onRejected: ((err: unknown) => void) | null = null
  #onAnswered: (() => void) | null = null

  constructor(server: ServerCore) {
    this.#server = server
    this.#deadlines = new ConnDeadlines(server.options)
  }

  /** Serves `conn` from here on, which `start` opens. */
  attach(conn: Conn): void {
    this.connID = nextConnID()
    this.connTime = Date.now()
    this.requestNum = 0
    this.requestTime = 0
    this.#conn = conn
    this.#out.reset(conn)
    this.#deadlines.accepted(this.connTime)
    this.#state = HEAD
    this.#peerEnded = false
    this.#keepAlive = true
  }

  /** Lets go of a closed connection as soon as nothing here is needed for it any more. */
  #retire(): void {
    if (this.#state !== CLOSED || this.#running || this.#ctx !== null || this.#lent) return
    this.#state = FREE
    this.#releaseParser()
    this.#conn = null
    this.#out.reset(null)
    this.#body.clear()
    this.#abort = null
    this.#server.reuse(this)
  }

  get conn(): Conn {
    return this.#conn!
  }

  get parser(): RequestParser {
    return this.#parser!
  }

  #releaseParser(): void {
    const parser = this.#parser
    if (parser === null) return
    this.#parser = null
    this.#server.releaseParser(parser)
  }

  /** When this connection's time is up, in milliseconds since the epoch; 0 for never. */
  get deadline(): number {
    return this.#deadlines.current
  }

  get logger(): Logger {
    return this.#server.logger
  }

  /** Between two requests, with nothing of the next one read? */
  get isIdle(): boolean {
    return this.#state === HEAD && this.#stash.isEmpty
  }

  start(): void {
    this.conn.open(this)
  }

  // Input

  onRead(chunk: Buffer, length: number): void {
    if (this.#input !== null) {
      const late = Buffer.from(chunk.subarray(0, length))
      this.#late = this.#late === null ? late : Buffer.concat([this.#late, late])
    } else if (this.#stash.isEmpty) this.#run(chunk, 0, length)
    else {
      this.#stash.append(chunk, 0, length)
      this.#runStash()
    }
  }

  #runStash(): void {
    const { bytes, start, end } = this.#stash
    this.#run(bytes, start, end)
  }

  /** Handles `buf[start, end)` as far as that goes, keeps the rest and sends what was answered. */
  #run(buf: Buffer, start: number, end: number): void {
    if (this.#running) {
      if (buf !== this.#stash.bytes) this.#stash.append(buf, start, end)
      return
    }
    this.#running = this.#out.held = true
    const now = Date.now()
    this.#now = now
    this.#server.heads.tick(now)
    if (this.#state === HEAD && this.#deadlines.headStarted === 0)
      this.#server.stateChanged(this, 'active')
    this.#parser ??= this.#server.acquireParser()
    this.#input = buf
    this.#inputEnd = end
    const rest = this.#consume(buf, start, end)
    this.#input = null
    this.parser.endOfRead(this.#state !== HEAD && this.#ctx !== null)
    if (rest < end && this.#state < LINGER) this.#keep(buf, rest, end)
    else this.#stash.clear()
    if (this.#late !== null) return this.#runLate(this.#late)
    this.#endRun(now)
  }

  #runLate(late: Buffer): void {
    this.#late = null
    if (this.#state < LINGER) this.#stash.append(late, 0, late.length)
    this.#running = this.#out.held = false
    this.#runStash()
  }

  /** Nothing more can be done now: sends what was answered. */
  #endRun(now: number): void {
    if (this.#state === HEAD) this.#betweenReads(now)
    if (this.#peerEnded) this.#inputEnded()
    this.#running = this.#out.held = false
    this.#out.flush()
    if (this.#state === CLOSED) this.#retire()
  }

  #consume(buf: Buffer, start: number, end: number): number {
    let p = start
    while (p < end && (!this.#out.blocked || this.#isAnswering)) {
      switch (this.#state) {
        case HEAD: {
          const next = this.#readHead(buf, p, end)
          if (next === p) return p
          p = next
          break
        }
        case BODY:
        case DRAIN:
          p = this.#readBody(buf, p, end)
          break
        case HANDLER:
        case RESPONSE: {
          if (this.#body.broken) return end
          if (this.#body.done) {
            const next = this.#readPipelined(buf, p, end)
            if (next === p) return p
            p = next
            break
          }
          if (!this.#body.flows) return p
          p = this.#readBody(buf, p, end)
          break
        }
        default:
          return end
      }
    }
    return p
  }

  /** A handler has the request, and may still take its body. */
  get #isAnswering(): boolean {
    return this.#state === HANDLER || this.#state === RESPONSE
  }

  /** Parses a head at `p` and starts its request: the position behind it, or `p` when it is not complete. */
  #readHead(buf: Buffer, p: number, end: number): number {
    const parser = this.parser
    // Empty lines before a request are nothing (RFC 9112, section 2.2): a connection that got them is as idle as before.
    const start = p
    while (buf[p] === CR && p + 1 < end && buf[p + 1] === LF) p += 2
    if (p > start) return p
    const result = parser.parse(buf, p, end)
    const limit = this.#server.options.readBufferSize
    if (result < 0) {
      if (result === NEED_MORE) {
        if (end - p <= limit) return p
        this.#fail(new SmallBufferError())
      } else {
        this.#fail(headError(result))
      }
      return end
    }
    if (parser.next - p > limit) {
      this.#fail(new SmallBufferError())
      return end
    }
    this.#pos = parser.next
    try {
      this.#begin(buf, parser.next, end)
    } catch (err) {
      this.#hookFailed(err)
    }
    return this.#pos
  }

  /** A head is complete: what follows depends on the body and on what the handler asks for. */
  #begin(buf: Buffer, p: number, end: number): void {
    const { options } = this.#server
    const parser = this.parser
    const fields = parser.fields
    this.#state = BODY
    let ctx = this.#ctx
    if (ctx === null) ctx = this.#ctx = this.#server.acquireCtx(this)
    else ctx.reset()
    const header = ctx.request.header
    header._setParsed(parser.method, parser.target, parser.minorVersion, fields)
    ctx.request._isTLS = this.conn.encrypted
    this.requestNum++
    this.requestTime = this.#now
    this.#keepAlive = !header.connectionClose()
    this.#maxBody = options.maxRequestBodySize
    this.#deadlines.requestStarted(this.#now)

    if (options.getOnly && parser.method !== 'GET' && parser.method !== 'HEAD') {
      return this.#fail(new GetOnlyError())
    }
    if (options.headerReceived !== undefined) this.#configure(options.headerReceived(header))

    const length = fields.contentLength
    if (!fields.chunked && length <= 0) {
      this.#body.start(false, 0, 0)
      return this.#dispatch()
    }
    this.#body.start(fields.chunked, length, options.readBufferSize)
    const takes = this.#server.takesExchange
    if (typeof takes === 'function' ? takes(header) : takes) return this.#dispatch()
    if (options.streamRequestBody || isLargeForm(options, header, length, this.#maxBody)) {
      if (this.expectsContinue && !this.#mayContinue(ctx)) return
      return this.#dispatchStreaming(ctx)
    }
    if (length > this.#maxBody) return this.#fail(new BodyTooLargeError(this.#maxBody))
    if (this.expectsContinue && !this.#mayContinue(ctx)) return
    if (!fields.chunked && end - p >= length) {
      // The whole body is here: no copy unless somebody keeps it.
      ctx.request._body.borrow(buf, p, p + length)
      this.#body.start(false, 0, 0)
      this.#pos = p + length
      return this.#dispatch()
    }
    this.#body.gather(fields.chunked ? 0 : length, this.#maxBody)
  }

  /** Gives a further request to a handler that holds answers back; what cannot be served like that waits for its turn. */
  #readPipelined(buf: Buffer, p: number, end: number): number {
    // Only the server's own handler may take what comes: one behind a router has been chosen for its request alone.
    if (this.#server.takesExchange !== true) return p
    const exchange = this.#taken ? this.#exchange! : null
    const listener = exchange?.listener
    if (listener?.takesPipelined !== true || exchange!.ended || !this.#keepAlive) return p
    const parser = this.parser
    const { readBufferSize } = this.#server.options
    if (parser.parse(buf, p, end) < 0 || parser.next - p > readBufferSize || this.isUpgrade) {
      return p
    }
    const { chunked, contentLength, closes, keepsAlive } = parser.fields
    this.requestNum++
    this.#keepAlive = !closes && (parser.minorVersion === 1 || keepsAlive)
    this.#body.start(chunked, chunked ? 0 : Math.max(contentLength, 0), readBufferSize)
    this.#deadlines.pipelined(this.#now, this.#body.done)
    this.#pos = parser.next
    listener.pipelined()
    return this.#pos
  }

  #configure(config: ReturnType<NonNullable<ServerCore['options']['headerReceived']>>): void {
    if (config === undefined) return
    if ((config.maxRequestBodySize ?? 0) > 0) this.#maxBody = config.maxRequestBodySize!
    if ((config.writeTimeout ?? 0) > 0) this.#deadlines.writeTimeout = config.writeTimeout!
    if ((config.readTimeout ?? 0) > 0) this.#deadlines.limitRead(this.#now, config.readTimeout!)
  }

  /** Settles `Expect: 100-continue`; `false` when the request was answered. */
  #mayContinue(ctx: RequestCtx): boolean {
    const { options } = this.#server
    let status = 100
    if (options.expectHandler !== undefined) status = options.expectHandler(ctx)
    else if (options.continueHandler !== undefined) {
      status = options.continueHandler(ctx.request.header) ? 100 : 417
    }
    if (status === 100) {
      this.#out.add('HTTP/1.1 100 Continue\r\n\r\n')
      return true
    }
    // The client may send the body all the same: only closing tells it from a next request.
    ctx.setStatusCode(status)
    ctx.setConnectionClose()
    this.#state = HANDLER
    this.#finish()
    return false
  }

  /** Reads body bytes: the position reached. */
  #readBody(buf: Buffer, p: number, end: number): number {
    const next = this.#body.read(buf, p, end)
    if (next < 0) {
      if (next === BODY_TOO_LARGE) this.#fail(new BodyTooLargeError(this.#maxBody))
      else if (next === TOO_MUCH_UNREAD) this.#close()
      else this.#bodyFailed(new BrokenChunkError())
      return end
    }
    this.#pos = next
    if (this.#body.done) this.#bodyDone()
    return next
  }

  #bodyDone(): void {
    switch (this.#state) {
      case BODY: {
        const ctx = this.#ctx!
        ctx.request._body.setRaw(this.#body.takeGathered())
        ctx.request.header._trailerFields = this.#body.trailers
        this.#dispatch()
        break
      }
      case DRAIN:
        this.#nextRequest()
        break
      default:
        this.#endSink()
    }
  }

  #endSink(): void {
    if (!this.#out.blocked) this.#deadlines.current = this.#deadlines.sendBy
    this.#body.endSink()
  }

  #bodyFailed(err: FastHttpError): void {
    if (this.#state === BODY) return this.#fail(err)
    this.#keepAlive = false
    if (this.#state === DRAIN) return this.#close()
    // The handler may still answer.
    this.#body.breakOff(err)
  }

  onEnd(): void {
    if (this.#peerEnded) return
    this.#peerEnded = true
    switch (this.#state) {
      case HEAD:
      case BODY:
        this.#inputEnded()
        break
      case DRAIN:
      case LINGER:
        this.conn.close()
        break
      case HANDLER:
      case RESPONSE:
        if (!this.#body.done) this.#bodyFailed(new UnexpectedEOFError())
        this.#abort?.abort(new ConnectionClosedError())
        if (this.#taken) this.#exchange!.listener?.peerEnded()
        break
    }
  }

  /** There is no more input than what is stashed: a request that is not complete never will be. */
  #inputEnded(): void {
    if (this.#out.blocked) return
    if (this.isIdle) this.#closeNow()
    else if (this.#state <= BODY) this.#fail(new UnexpectedEOFError())
  }

  // Running the handler

  #dispatchStreaming(ctx: RequestCtx): void {
    this.#lent = true
    const stream = new RequestBodyStream(this.#ownExchange(), (trailers) => {
      ctx.request.header._trailerFields = trailers
    })
    const { chunked, contentLength } = this.parser.fields
    ctx.request._body.setStream(stream, chunked ? -1 : contentLength)
    this.#dispatch()
  }

  #dispatch(): void {
    this.#state = HANDLER
    const ctx = this.#ctx!
    let settled: unknown
    try {
      settled = this.parser.fields.multipart
        ? handleForm(this.#server, ctx, this.#maxBody)
        : this.#server.handler(ctx)
    } catch (err) {
      this.#handlerFailed(err)
      return
    }
    if (
      settled === undefined ||
      settled === null ||
      typeof (settled as Promise<void>).then !== 'function'
    ) {
      this.#finish()
      return
    }
    ctx.request._body.settle()
    if (this.#body.done) this.#deadlines.current = 0
    this.#onSettled ??= () => {
      const entered = this.#enter()
      this.#finish()
      if (entered) this.#leave()
    }
    this.#onRejected ??= (err) => {
      const entered = this.#enter()
      this.#handlerFailed(err)
      if (entered) this.#leave()
    }
    if (settled instanceof Settlement)
      return settled.notify((this.#onAnswered ??= () => this.#answeredLater()))
    // Of any thenable a promise: these functions serve all requests, and a thenable may call them twice.
    void Promise.resolve(settled).then(this.#onSettled, this.#onRejected)
  }

  /** An answer is complete whose handler had gone on: in the middle of a run, nothing else begins. */
  #answeredLater(): void {
    if (this.#running || !this.#stash.isEmpty) queueMicrotask(this.#onSettled!)
    else this.#onSettled!()
  }

  /** Begins to go on after a handler or a body stream; `false` within the loop, which goes on by itself. */
  #enter(): boolean {
    if (this.#running) return false
    this.#running = this.#out.held = true
    this.#now = Date.now()
    this.#server.heads.tick(this.#now)
    return true
  }

  /** Handles the input that came meanwhile. */
  #leave(): void {
    this.#running = this.#out.held = false
    if (!this.#stash.isEmpty && (!this.#isAnswering || this.#body.hasSink)) this.#runStash()
    else this.#endRun(this.#now)
    this.#resumeInput()
  }

  /** Reads on, unless enough was read or the peer does not read itself. */
  #resumeInput(): void {
    if (this.#state >= LINGER || this.#stash.length >= MAX_STASH_BYTES) return
    if (!this.#out.blocked || (this.#isAnswering && !this.#body.done)) this.conn.resume()
  }

  /** A function of the server's options threw, before the handler ran or behind its answer. */
  #hookFailed(err: unknown): void {
    if (this.#state === BODY) {
      this.#state = HANDLER
      return this.#handlerFailed(err)
    }
    this.#server.logError(this.conn, new HandlerFailedError(undefined, { cause: err }), err)
    this.#destroy()
  }

  #handlerFailed(err: unknown): void {
    if (this.#state === CLOSED || this.#state === HIJACKED) {
      this.#server.logError(this.conn, new HandlerFailedError(undefined, { cause: err }), err)
      return this.#release()
    }
    const ctx = this.#ctx!
    if (this.#server.options.panicHandler !== undefined && !this.#taken) {
      ctx.response.reset()
      ctx.setStatusCode(500)
      try {
        this.#server.options.panicHandler(ctx, err)
      } catch (failure) {
        this.#server.logError(this.conn, new HandlerFailedError('panicHandler'), failure)
      }
    } else {
      this.#server.logError(this.conn, new HandlerFailedError(undefined, { cause: err }), err)
      if (this.#taken) return this.#destroy()
      ctx.error('Internal Server Error', 500)
    }
    ctx._hijackHandler = null
    ctx.setConnectionClose()
    this.#finish()
  }

  /** The handler has settled: sends its answer. */
  #finish(): void {
    if (this.#state === CLOSED || this.#state === HIJACKED) return this.#release()
    const ctx = this.#ctx!
    this.#deadlines.sending()
    if (!this.#out.blocked) this.#deadlines.current = this.#deadlines.sendBy
    if (this.#taken) {
      const { ended, closes } = this.#exchange!
      if (ended) return this.#answered(closes)
      // Handlers of the socket's events may have been told of its end before us.
      if (!this.conn.stream.destroyed) {
        this.#server.logError(this.conn, new HandlerFailedError('no answer was given'), undefined)
      }
      return this.#destroy()
    }
    if (ctx._timeoutResponse !== null) return this.#finishTimedOut(ctx)
    const response = ctx.response
    if (ctx._hijackHandler !== null && ctx._hijackNoResponse) return this.#hijack(ctx)
    this.#respond(response, ctx)
  }

  /** Answers for a ctx that its handler gave up; the ctx never serves again. */
  #finishTimedOut(ctx: RequestCtx): void {
    const response = ctx._timeoutResponse!
    const isHead = ctx.isHead()
    this.parser.abandonFields()
    ctx.request._body.settle()
    ctx.setRemoteAddr(ctx.remoteAddr())
    ctx._owner = null
    this.#ctx = this.#server.acquireCtx(this)
    this.#ctx.request.header.setMethod(isHead ? 'HEAD' : 'GET')
    this.#respond(response, this.#ctx)
  }

  #respond(response: Response, ctx: RequestCtx): void {
    const { options, heads, shuttingDown, draining } = this.#server
    const { maxRequestsPerConn } = options
    const close =
      !this.#keepAlive ||
      response.header.connectionClose() ||
      options.disableKeepalive ||
      (this.#peerEnded && !this.#hasInput) ||
      (maxRequestsPerConn > 0 && this.requestNum >= maxRequestsPerConn) ||
      // An interim status answers nothing, and after 101 the connection is another protocol's.
      (response.statusCode() < 200 && ctx._hijackHandler === null) ||
      (options.closeOnShutdown && shuttingDown) ||
      draining
    const { minorVersion } = this.parser
    const sent = writeResponse(this.#out, heads, response, ctx.isHead(), minorVersion, close)
    if (typeof sent === 'boolean') this.#sent(ctx, sent)
    else this.#stream(response, sent, ctx)
  }

  /** Bytes behind the current request were read. */
  get #hasInput(): boolean {
    return this.#input === null ? !this.#stash.isEmpty : this.#pos < this.#inputEnd
  }

  #stream(response: Response, { size, chunked, close }: StreamingResponse, ctx: RequestCtx): void {
    this.#state = RESPONSE
    this.#lent = true
    const source = response._body.takeSource()!
    const target = {
      write: (data: string | Uint8Array) => this.write(data),
      signal: () => this.signalOf(),
    }
    const done = (err: Error | undefined): void => {
      this.#pump = null
      const entered = this.#enter()
      if (this.#state === CLOSED) this.#release()
      else if (err !== undefined) {
        this.#server.logError(this.conn, err, err)
        this.#destroy()
      } else {
        if (chunked) this.#out.add('0\r\n' + response.header._trailerSection())
        this.#sent(ctx, close)
      }
      if (entered) this.#leave()
    }
    if (typeof source === 'function') this.#pump = pumpWriter(source, chunked, target, done)
    else this.#pump = pumpStream(source, size, chunked, target, done)
  }

  /** The response is on its way. */
  #sent(ctx: RequestCtx, close: boolean): void {
    if (ctx._hijackHandler !== null && !close) return this.#hijack(ctx)
    this.#answered(close)
  }

  #answered(close: boolean): void {
    if (close || !this.#keepAlive || this.#server.shuttingDown) {
      this.#release()
      return this.#close()
    }
    if (!this.#body.done) {
      this.#state = DRAIN
      this.#body.reset()
      this.#deadlines.draining()
      if (this.#peerEnded) this.#close()
      else this.#release()
      return
    }
    this.#nextRequest()
  }

  /** Ready for the next request of this connection. */
  #nextRequest(): void {
    this.#state = HEAD
    this.#deadlines.headStarted = 0
    this.#body.reset()
    this.#abort = null
    if (!this.#taken) return
    this.#taken = false
    this.#exchange!.reset()
  }

  /** All of a read is handled: an idle connection holds no ctx and no text. */
  #betweenReads(now: number): void {
    this.#release()
    this.#releaseParser()
    // The time of a client that does not read is watched already.
    if (this.#out.blocked) return
    if (!this.#stash.isEmpty) {
      this.#deadlines.headPending(now)
      return
    }
    if (this.requestNum === 0) return
    this.#deadlines.idle(now)
    this.#server.stateChanged(this, 'idle')
  }

  #release(): void {
    const ctx = this.#ctx
    if (ctx === null) return
    this.#ctx = null
    this.#server.releaseCtx(ctx)
  }

  #hijack(ctx: RequestCtx): void {
    const handler = ctx._hijackHandler!
    this.#out.flush()
    this.#release()
    this.#state = HIJACKED
    this.#deadlines.current = 0
    const { conn } = this
    const stream = conn.detach(this.#takeInput())
    this.#server.stateChanged(this, 'hijacked')
    const { keepHijackedConns } = this.#server.options
    runHijack(handler, stream, keepHijackedConns, (err, cause) => {
      this.#server.logError(conn, err, cause)
    })
  }

  /** Input read but not handled. */
  #takeInput(): Buffer {
    const rest =
      this.#input === null
        ? this.#stash.bytes.subarray(this.#stash.start, this.#stash.end)
        : this.#input.subarray(this.#pos, this.#inputEnd)
    const input = Buffer.from(rest)
    this.#stash.drop()
    return input
  }

  // Output

  /** A client that does not read its answers gets no more of them, and no further request of it is read. */
  onOutputBlocked(): void {
    if (this.#state === CLOSED) return
    if (!this.#isAnswering || this.#body.done) this.conn.pause()
    this.#watchOutput()
  }

  /** Looks whether the peer takes its output, and when to look again. */
  #watchOutput(): void {
    if (!this.#deadlines.watchOutput(this.conn)) this.conn.destroy()
  }

  onWritable(): void {
    if (!this.#out.blocked) return
    this.#out.blocked = false
    if (this.#state >= LINGER) return
    const { sendBy, readBy } = this.#deadlines
    this.#deadlines.current = this.#body.done ? sendBy : readBy
    this.#out.notifyDrain()
    if (this.#enter()) this.#leave()
  }

  onOutputDrained(): void {
    this.#pump?.onDrain()
    if (this.#taken) this.#exchange!.listener?.drained()
  }

  // Ends

  /** Answers a request that cannot be served and closes. */
  #fail(err: FastHttpError): void {
    const ctx = (this.#ctx ??= this.#server.acquireCtx(this))
    // What is still there is of the request before.
    if (this.#state === HEAD) ctx.reset()
    this.#server.logError(this.conn, err, err)
    if (this.#state === HANDLER && this.#taken) return this.#destroy()
    this.#state = HANDLER
    if (this.#server.answersErrors !== undefined) {
      return this.#failAs(this.#server.answersErrors, err)
    }
    this.#server.answerError(ctx, err)
    const response = ctx.response
    if (response.isBodyStream()) response.resetBody()
    this.#keepAlive = false
    writeResponse(this.#out, this.#server.heads, response, ctx.isHead(), 1, true)
    this.#release()
    this.#linger()
  }

  #failAs(answersErrors: ErrorAnswer, err: FastHttpError): void {
    this.#release()
    this.#out.flush()
    this.#state = LINGER
    this.#deadlines.lingering()
    const text = answersErrors(this.conn, err)
    if (text === undefined) return
    this.#out.add(text)
    this.#linger()
  }

  #linger(): void {
    this.#state = LINGER
    this.#stash.drop()
    this.#out.flush()
    this.#watchOutput()
    if (this.#peerEnded) this.conn.close()
    else {
      this.conn.end()
      this.conn.resume()
    }
  }

  /** Closes after what was written is sent; lingers when the client may still be sending (RFC 9112, section 9.6). */
  #close(): void {
    this.#release()
    if (this.#keepAlive || this.#body.broken || !this.#body.done || this.#hasInput) this.#linger()
    else this.#closeNow()
  }

  #closeNow(): void {
    this.#release()
    this.#state = LINGER
    this.#out.flush()
    this.#watchOutput()
    this.conn.close()
  }

  #destroy(): void {
    this.#out.flush()
    this.conn.destroy()
  }

  /** Closes an idle connection; others close after their request. */
  shutdown(): void {
    if (this.isIdle) this.#closeNow()
    else this.#abort?.abort(new ConnectionClosedError('server is shutting down'))
  }

  /** Closes at once. */
  kill(): void {
    this.conn.destroy()
  }

  onDeadline(): void {
    this.#deadlines.current = 0
    switch (this.#state) {
      case HEAD:
        if (this.#out.blocked) this.#watchOutput()
        else if (this.requestNum > 0 && this.isIdle) this.#closeNow()
        else this.#fail(new RequestTimeoutError())
        break
      case BODY:
        this.#fail(new RequestTimeoutError())
        break
      case HANDLER:
      case RESPONSE:
        if (this.#out.blocked) this.#watchOutput()
        else if (this.#body.done) this.#destroy()
        else this.#bodyFailed(new RequestTimeoutError())
        break
      default:
        if (this.conn.unsentBytes > 0) this.#watchOutput()
        else this.conn.destroy()
    }
  }

  onClose(err: Error | undefined): void {
    const state = this.#state
    this.#state = CLOSED
    this.#deadlines.current = 0
    this.#out.drop()
    this.#stash.drop()
    this.#server.closed(this, state === HIJACKED)
    if (state !== HANDLER && state !== RESPONSE) {
      this.#release()
      this.#retire()
      return
    }
    // The handler still owns ctx; it is released when that settles.
    this.#abort?.abort(
      new ConnectionClosedError(undefined, err === undefined ? undefined : { cause: err })
    )
    this.#pump?.abort()
    this.#body.failSink(
      new UnexpectedEOFError(undefined, err === undefined ? undefined : { cause: err })
    )
    if (this.#taken && !this.#exchange!.ended) this.#exchange!.listener?.abort(err)
  }

  // What ctx asks for

  signalOf(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController()
      if (this.#state === CLOSED || this.#peerEnded || this.#server.shuttingDown) {
        this.#abort.abort(new ConnectionClosedError())
      }
    }
    return this.#abort.signal
  }

  earlyHints(header: ResponseHeader): void {
    if (this.parser.minorVersion === 0) return
    let text = 'HTTP/1.1 103 Early Hints\r\n'
    for (const link of header.peekAll('Link')) text += `Link: ${link}\r\n`
    this.#out.add(text + '\r\n')
    // Hints are worth nothing once the answer is there.
    this.#out.flush()
  }

  onShutdown(hook: () => void): () => void {
    return this.#server.onShutdown(hook)
  }

  // Exchange

  take(): Exchange {
    this.#taken = this.#lent = true
    return this.#ownExchange()
  }

  #ownExchange(): ConnExchange {
    return (this.#exchange ??= new ConnExchange(this))
  }

  get mayKeepAlive(): boolean {
    const { shuttingDown, draining, options } = this.#server
    return this.#keepAlive && !shuttingDown && !draining && !options.disableKeepalive
  }
  get isUpgrade(): boolean {
    const { method, fields } = this.parser
    return method === 'CONNECT' || (fields.upgrades && fields.find('Upgrade') >= 0)
  }
  get expectsContinue(): boolean {
    const { minorVersion, fields } = this.parser
    return fields.expectsContinue && minorVersion === 1 && !this.#body.done
  }
  get pendingBytes(): number {
    return this.#out.pendingBytes
  }

  rawHeaders(): string[] {
    const { fields } = this.parser
    const list: string[] = []
    for (let i = 0; i < fields.count; i++) list.push(fields.name(i), fields.value(i))
    return list
  }

  readBody(sink: BodySink): void {
    this.#body.passTo(sink)
    const held = this.#ctx?.request._body
    if (held !== undefined && !held.isStream && !held.isEmpty) {
      const trailers = this.#ctx!.request.header._trailerFields
      return this.#body.giveAll(Buffer.from(held.toBytes()), trailers)
    }
    if (this.#body.done) return this.#endSink()
    this.#pullStash()
    this.#resumeInput()
  }

  resumeBody(): void {
    if (!this.#body.isPaused) return
    this.#body.resumeSink()
    this.#pullStash()
    if (!this.#body.isPaused) this.#resumeInput()
  }

  /** Feeds stashed input to the sink, outside the read callback. */
  #pullStash(): void {
    if (!this.#running && !this.#stash.isEmpty) this.#runStash()
  }

  write(data: string | Uint8Array, flushes?: boolean): boolean {
    return this.#state === CLOSED || this.#out.write(data, flushes)
  }

  flush(): void {
    this.#out.flush()
  }

  handOver(): { socket: Duplex; head: Buffer } {
    this.#out.flush()
    this.#state = HIJACKED
    this.#deadlines.current = 0
    const head = this.#takeInput()
    this.#server.stateChanged(this, 'hijacked')
    return { socket: this.conn.detach(undefined), head }
  }

  /** Keeps input for later; too much of it stops the reading. */
  #keep(buf: Buffer, start: number, end: number): void {
    this.#stash.set(buf, start, end)
    if (this.#stash.length > MAX_STASH_BYTES) this.conn.pause()
  }
}
