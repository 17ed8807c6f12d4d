import type http from 'node:http'
import type { FastHttpError } from '../src/errors.js'
import type { BodySink, Exchange, ExchangeListener } from '../src/server/exchange.js'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { Settlement } from '../src/server/settlement.js'
import { clientError } from './client-error.js'
import { emitClose, finishNow, finishSoon, kTurn, onFinish } from './finish.js'
import {
  inherited,
  kNeedDrain,
  type RequestInternals,
  type ResponseInternals,
  type ServerInternals,
  type SocketInternals,
  type WriteCallback,
} from './node-internals.js'
import { useFastMethods } from './response-methods.js'

type TurnRequest = RequestInternals & { [kTurn]?: Turn }
type TurnResponse = ResponseInternals & { [kTurn]?: Turn } & Record<symbol, unknown>

/** Pipelined requests whose handlers run at the same time; more wait for the first answer. */
const MAX_PIPELINED = 32

/** Nobody got the answer; no status of HTTP, but a usual one in logs. */
const CLIENT_CLOSED_REQUEST = 499

/**
 * One request of a connection from its head to the end of its answer: joins node's message objects to the connection's exchange. It
 * lets go of the exchange when the answer is complete or the connection is lost; the messages live on as long as anyone keeps them.
 * Requests that arrive before that are turns of their own, in a row: as on node:http their handlers run at once, and their responses
 * have no socket until all before them are sent.
 */
export class Turn extends Settlement implements BodySink, ExchangeListener {
  readonly req: TurnRequest
  readonly res: TurnResponse
  #exchange: Exchange | undefined
  #bodyComplete: boolean
  #bodyPaused = false
  /** Output is above the high-water mark: callbacks and the end of the answer wait for 'drain'. */
  #blocked = false
  #callbacks: WriteCallback[] | undefined = undefined
  #ended = false
  /** The request for which the connection has called; it settles with the last of the row. */
  #first: Turn | undefined = undefined
  #ctx: RequestCtx | undefined = undefined
  #next: Turn | undefined = undefined
  /** Begins the turn of a further request of the row. */
  #begin: (() => Turn) | undefined = undefined
  /** Further requests of the row so far. */
  #pipelined = 0
  /** The connection is the next turn's as soon as the response has emitted 'finish'. */
  #attachesNext = false
  #hasFinished = false
  /** The connection was lost, and the response does not know yet. */
  #isLost = false

  constructor(exchange: Exchange, req: RequestInternals, res: ResponseInternals) {
    super()
    this.req = req
    this.res = res as TurnResponse
    this.#exchange = exchange
    this.#bodyComplete = !exchange.hasBody
    this.req[kTurn] = this
    this.res[kTurn] = this
    req._read = read
    res._writeRaw = writeRaw
    res._finish = finish
    useFastMethods(this.res, this)
  }

  /** Gives the response the connection, and sends what it has gathered without one. */
  attach(): void {
    const { res } = this
    const socket = this.req.socket as unknown as SocketInternals
    ;(res as { socket: unknown }).socket = socket
    socket._httpMessage = res
    if (res.outputData.length > 0) res._writeRaw('', 'latin1')
    if (res.finished) res._finish()
    else if (!this.#blocked) this.#emitDrain()
  }

  /**
   * Undefined when the exchange is over already.
   *
   * @param ctx - learns the status of the answer
   * @param begin - begins the turn of a request that arrives in the meantime
   */
  settled(ctx: RequestCtx, begin: () => Turn): Promise<void> | undefined {
    this.#ctx = ctx
    const exchange = this.#exchange
    if (exchange === undefined) {
      this.#noteStatus()
      return undefined
    }
    this.#first = this
    this.#begin = begin
    exchange.listener = this
    return this
  }

  get takesPipelined(): boolean {
    return this.#begin !== undefined && this.#pipelined < MAX_PIPELINED
  }

  pipelined(): void {
    this.#pipelined++
    const turn = this.#begin!()
    this.#append(turn)
    turn.startBody()
  }

  /** For observers of the ctx: logs, metrics. */
  #noteStatus(): void {
    const { res } = this
    this.#ctx?.setStatusCode(res._headerSent ? res.statusCode : CLIENT_CLOSED_REQUEST)
    this.#ctx = undefined
  }

  #append(turn: Turn): void {
    if (this.#next === undefined) this.#next = turn
    else this.#next.#append(turn)
  }

  /** Lets the body in; called when the listeners have had their synchronous turn, as node's parser does. */
  startBody(): void {
    if (this.#bodyComplete) completeEmpty(this.req)
    else this.#exchange?.readBody(this)
  }

  onData(chunk: Buffer): boolean {
    const req = this.req
    if (req._dumped || req.destroyed || req.push(chunk)) return true
    this.#bodyPaused = true
    return false
  }

  onEnd(trailers: string[]): void {
    const req = this.req
    this.#bodyComplete = true
    req.complete = true
    req._addHeaderLines(trailers, trailers.length)
    if (!req.destroyed) req.push(null)
    if (this.#ended && !this.#blocked) this.#release()
  }

  onError(err: Error): void {
    const exchange = this.#exchange
    // The connection is there: what came on it is no HTTP, or too late.
    if (exchange !== undefined && !exchange.conn.stream.destroyed) {
      const { server, _httpMessage: current } = exchange.conn.stream as SocketInternals
      const answer = clientError(server as http.Server, exchange.conn, err as FastHttpError)
      // Past the exchange: aborting destroys the socket before the exchange would send.
      if (answer !== undefined && (current as ResponseInternals | null)?._headerSent !== true) {
        exchange.flush()
        exchange.conn.write(answer)
      }
      exchange.end(true)
    }
    this.abort(err)
  }

  resumeBody(): void {
    if (!this.#bodyPaused) return
    this.#bodyPaused = false
    this.#exchange?.resumeBody()
  }

  write(
    data: string | Uint8Array,
    callback: WriteCallback | null | undefined,
    flushes = false
  ): boolean {
    const exchange = this.#exchange
    if (exchange === undefined) return false
    if (data.length > 0 && !exchange.write(data, flushes) && !this.#blocked) {
      this.#blocked = true
      exchange.listener = this
    }
    if (typeof callback === 'function') {
      if (this.#blocked) (this.#callbacks ??= []).push(callback)
      else process.nextTick(callback, null)
    }
    return !this.#blocked
  }

  /** Sends all of an answer, as `end` of node's response does. */
  writeAnswer(head: string, body: string | Uint8Array | undefined): void {
    const { res } = this
    res._headerSent = true
    // As in node, a head that leaves together with text is sent as text too: in UTF-8.
    if (typeof body === 'string') this.write(toWire(head + body, 'utf8'), null, true)
    else {
      this.write(head, null, true)
      if (body !== undefined) this.write(body, null, true)
    }
    res.finished = true
    inherited(res)._finish.call(res)
    this.end()
    this.#exchange?.flush()
    if (this.#blocked) (this.#callbacks ??= []).push((err) => finishNow(res, err))
    else finishSoon(res)
  }

  /** All output has been given to `write`. */
  end(): void {
    this.#ended = true
    // A destroyed connection is about to be lost: that ends the turn.
    if (this.res.socket?.destroyed === true) return
    if (!this.#blocked && (this.#bodyComplete || this.res._last)) this.#release()
  }

  /** The client will send no more: node:http closes too, unless the server allows half-open connections. */
  peerEnded(): void {
    // The response has no socket any more when it is sent and the rest of a body is waited for.
    const socket = this.req.socket as unknown as SocketInternals
    if ((socket.server as ServerInternals).httpAllowHalfOpen) this.res._last = true
    else socket.end()
  }

  /** The connection is lost, in the order in which node:http tells it: all requests, then the responses. */
  abort(err: Error | undefined): void {
    this.#loseRequests()
    this.#loseResponses(err)
  }

  #loseRequests(): void {
    if (this.#exchange !== undefined) {
      this.#exchange = undefined
      this.#isLost = true
      if (this.#isOpen) this.req.destroy(connectionReset())
    }
    if (this.#next !== undefined) this.#next.#loseRequests()
  }

  #loseResponses(err: Error | undefined): void {
    if (this.#isLost) {
      this.#isLost = false
      if (this.#isOpen) emitClose(this.res)
      const failure = err ?? streamDestroyed()
      for (const callback of this.#takeCallbacks()) process.nextTick(callback, failure)
      this.#noteStatus()
      this.#first?.settle()
    }
    if (this.#next !== undefined) this.#next.#loseResponses(err)
  }

  /** Has the response the connection, or something to send? */
  get #isOpen(): boolean {
    const { res } = this
    return !res.writableFinished || res.socket !== null
  }

  drained(): void {
    if (!this.#blocked) return
    const { res } = this
    this.#blocked = false
    this.#emitDrain()
    for (const callback of this.#takeCallbacks()) callback(null)
    if (this.#ended && (this.#bodyComplete || res._last)) this.#release()
  }

  /** Complete or lost? */
  get isOver(): boolean {
    return this.#exchange === undefined
  }

  /** The response has emitted 'finish'. */
  finished(): void {
    this.#hasFinished = true
    this.#attachNext()
  }

  #attachNext(): void {
    const next = this.#next
    if (!this.#attachesNext || !this.#hasFinished || next?.isOver !== false) return
    next.attach()
  }

  #takeCallbacks(): WriteCallback[] {
    const callbacks = this.#callbacks ?? []
    this.#callbacks = undefined
    return callbacks
  }

  #emitDrain(): void {
    const { res } = this
    if (!res.writableNeedDrain) return
    res[kNeedDrain] = false
    res.emit('drain')
  }

  /** The answer is complete: the connection goes to the next request. */
  #release(): void {
    const exchange = this.#exchange
    if (exchange === undefined) return
    this.#exchange = undefined
    const next = this.#next
    if (next !== undefined && !this.res._last) {
      next.#first = this.#first
      next.#ctx = undefined
      next.#begin = this.#begin
      next.#pipelined = this.#pipelined
      this.#noteStatus()
      exchange.listener = next
      // The row goes on, perhaps for long: this answer must not wait for its end.
      exchange.flush()
      this.#attachesNext = true
      this.#attachNext()
      return
    }
    exchange.listener = undefined
    exchange.end(this.res._last)
    next?.abort(undefined)
    this.#noteStatus()
    this.#first?.settle()
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}

function streamDestroyed(): Error {
  return Object.assign(new Error('Cannot call write after a stream was destroyed'), {
    code: 'ERR_STREAM_DESTROYED',
  })
}

/** `_read` of adapted requests. */
function read(this: TurnRequest): void {
  if (!this._consuming) {
    this._readableState.readingMore = false
    this._consuming = true
  }
  this[kTurn]?.resumeBody()
}

/** `_writeRaw` of adapted responses: all output of node's methods ends here. */
function writeRaw(
  this: TurnResponse,
  data: string | Uint8Array,
  encoding?: BufferEncoding | WriteCallback | null,
  callback?: WriteCallback | null
): boolean {
  if (typeof encoding === 'function') {
    callback = encoding
    encoding = null
  }
  const turn = this[kTurn] as Turn
  // A connection that takes no more output is dealt with by node's method: it drops or queues.
  if (!this.socket?.writable) return inherited(this)._writeRaw.call(this, data, encoding, callback)
  if (this.outputData.length > 0) {
    const queued = this.outputData
    this.outputData = []
    this.outputSize = 0
    for (const piece of queued) turn.write(toWire(piece.data, piece.encoding), piece.callback)
  }
  return turn.write(toWire(data, encoding), callback)
}

/** Strings as latin1, which is what the exchange sends. */
function toWire(
  data: string | Uint8Array,
  encoding: BufferEncoding | null | undefined
): string | Uint8Array {
  if (typeof data !== 'string') return data
  switch (encoding) {
    case 'latin1':
    case 'binary':
    case 'ascii':
      return data
    case undefined:
    case null:
    case 'utf8':
      return Buffer.byteLength(data) === data.length ? data : Buffer.from(data)
    default:
      return Buffer.from(data, encoding)
  }
}

/** `_finish` of adapted responses: `end()` of node's has written everything and is about to emit 'finish'. */
function finish(this: TurnResponse): void {
  this.prependListener('finish', onFinish)
  inherited(this)._finish.call(this)
  this[kTurn]?.end()
}

/** Ends the body of a request that has none. */
function completeEmpty(req: RequestInternals): void {
  req.complete = true
  // Nobody has looked at the stream yet: whoever does later finds it ended, without the events of push(null).
  if (req._eventsCount === 0 && !req._consuming) req._readableState.ended = true
  else req.push(null)
}
