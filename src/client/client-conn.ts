import {
  BodyTooLargeError,
  BrokenChunkError,
  ConnectionClosedError,
  type FastHttpError,
  ReadingResponseHeadersError,
  ReadingResponseTrailerError,
  SmallBufferError,
  TimeoutError,
  UnexpectedEOFError,
} from '../errors.js'
import { NEED_MORE } from '../http/field-block.js'
import type { Addr, Conn, ConnReceiver } from '../net/conn.js'
import { BodyCollector } from '../wire/body-collector.js'
import { BodyReader } from '../wire/body-reader.js'
import { BAD_CHUNK, type ChunkSink } from '../wire/chunked.js'
import {
  BODY_CHUNKED,
  BODY_LENGTH,
  BODY_NONE,
  BODY_TO_END,
  ResponseParser,
} from '../wire/response-parser.js'
import { BodySender, type SendObserver } from './body-sender.js'
import type { Call } from './call.js'
import type { ConnPool } from './conn-pool.js'
import type { ResponseBodyStream } from './response-body-stream.js'
import { responseHeadError } from './response-errors.js'

// What the connection is doing.
const IDLE = 0
/** Waiting for or reading a head. */
const HEAD = 1
/** Gathering a body. */
const BODY = 2
/** Passing a body on as it arrives. */
const STREAM = 3
const CLOSED = 4
/** Out of the pool, for a transport of the user's. */
const LENT = 5

/** Interim responses before the final one; more is an attack. */
export const MAX_INTERIM = 100

const NO_TRAILERS: string[] = []

/**
 * One connection of a HostClient: sends a request and reads its response, then goes back to the pool if both sides are exactly where
 * they should be. Anything else closes it.
 */
export class ClientConn implements ConnReceiver, ChunkSink, SendObserver {
  /** When the time of the exchange is up, in milliseconds since the epoch; 0 for never. */
  deadline = 0
  /** When it is to be closed for having been idle, 0 until a sweep has seen it idle. */
  idleUntil = 0
  /** Address that was dialed. */
  readonly upstream: string
  readonly #conn: Conn
  readonly #pool: ConnPool
  readonly #created: number
  #lastUse: number
  readonly #parser = new ResponseParser()
  readonly #body = new BodyReader()
  #state = IDLE
  #call: Call | null = null
  #stream: ResponseBodyStream | null = null
  #collector: BodyCollector | null = null
  #bodyKind = BODY_NONE
  #maxBody = 0
  /** Head bytes that were read before the rest of them. */
  #stash: Buffer | null = null
  #interim = 0
  /** Something of the response has arrived. */
  #answered = false
  /** The request asks the server to close. */
  #closing = false
  /** The request is not completely written yet. */
  #sending = false
  /** Sends requests with a body. */
  #sender: BodySender | null = null
  #paused = false
  /** The limit of the call itself, whatever phase it is in. */
  #callDeadline = 0

  constructor(conn: Conn, pool: ConnPool, upstream: string) {
    this.#conn = conn
    this.#pool = pool
    this.upstream = upstream
    this.#created = this.#lastUse = Date.now()
    conn.open(this)
  }

  /** The connection below. */
  conn(): Conn {
    return this.#conn
  }
  get remoteAddr(): Addr {
    return this.#conn.remoteAddr
  }
  get localAddr(): Addr {
    return this.#conn.localAddr
  }
  /** When it was made, in milliseconds since the epoch. */
  createdTime(): number {
    return this.#created
  }
  /** When it was last taken from the pool, in milliseconds since the epoch. */
  lastUseTime(): number {
    return this.#lastUse
  }
  get isIdle(): boolean {
    return this.#state === IDLE
  }

  // Sending

  /** Sends the request of `call`. The connection must be idle. */
  start(call: Call): void {
    const { options } = this.#pool
    this.#state = HEAD
    this.#call = call
    call.conn = this
    if (this.idleUntil !== 0) {
      this.idleUntil = 0
      this.#conn.setRef?.(true)
    }
    this.#callDeadline = call.deadline
    const age = options.maxConnDuration
    this.#closing =
      (age > 0 && Date.now() - this.#created > age) ||
      (call.request !== null && call.request.header.connectionClose())
    const head =
      this.#closing && !call.request?.header.connectionClose() ? withClose(call.head) : call.head
    this.#write(call, head)
    if (this.#state !== HEAD) return
    this.#limit(this.#sending ? options.writeTimeout : options.readTimeout)
  }

  #write(call: Call, head: string): void {
    const req = call.request
    if (req === null || req._body.isEmpty) this.#sending = !this.#conn.write(head)
    else {
      this.#sender ??= new BodySender(this.#conn, this)
      this.#sending = !this.#sender.send(req, head)
    }
  }

  onSending(complete: boolean): void {
    this.#sending = !complete
    if (this.#state !== HEAD) return
    const { writeTimeout, readTimeout } = this.#pool.options
    this.#limit(complete ? readTimeout : writeTimeout)
  }

  onSendFailed(err: FastHttpError): void {
    this.#fail(err, false)
  }

  onWritable(): void {
    if (!this.#sending || this.#sender?.onWritable() === true) return
    this.onSending(true)
  }

  /** Sets the limit of the phase that begins now. */
  #limit(ms: number): void {
    let deadline = this.#callDeadline
    if (ms > 0) {
      const end = Date.now() + ms
      if (deadline === 0 || end < deadline) deadline = end
    }
    this.deadline = deadline
    if (deadline !== 0) this.#pool.timer.arm(deadline)
  }

  /** Time is up. */
  onDeadline(now: number): void {
    const final = this.#callDeadline !== 0 && now >= this.#callDeadline
    this.#fail(new TimeoutError(), !final)
  }

  // Reading

  onRead(chunk: Buffer, length: number): void {
    let buf = chunk
    let end = length
    switch (this.#state) {
      case HEAD:
        if (this.#stash !== null) {
          buf = Buffer.concat([this.#stash, chunk.subarray(0, length)])
          end = buf.length
          this.#stash = null
        }
        this.#answered = true
        return this.#readHead(buf, end)
      case BODY:
      case STREAM:
        return this.#readBody(buf, 0, end)
      case LENT:
        return
      default:
        // Nobody asked for anything: whatever comes cannot be told from the next response.
        this.#drop()
    }
  }

  #readHead(buf: Buffer, end: number): void {
    const parser = this.#parser
    const limit = this.#pool.options.readBufferSize
    for (let p = 0; ; p = parser.next) {
      const result = p === end ? NEED_MORE : parser.parse(buf, p, end)
      if (result === NEED_MORE && end - p <= limit) {
        if (p < end) this.#stash = Buffer.from(buf.subarray(p, end))
        return
      }
      if (result === NEED_MORE || (result === 0 && parser.next - p > limit))
        return this.#fail(new SmallBufferError(limit), false)
      if (result < 0) return this.#fail(responseHeadError(result), false)
      if (parser.statusCode >= 200 || parser.statusCode === 101) break
      if (++this.#interim > MAX_INTERIM)
        return this.#fail(new ReadingResponseHeadersError('too many interim responses'), false)
      if (parser.statusCode !== 100) continue
      this.#sender?.continue()
      if (this.#state !== HEAD) return
    }
    this.#startBody(buf, parser.next, end)
  }

  #startBody(buf: Buffer, p: number, end: number): void {
    const parser = this.#parser
    const call = this.#call!
    const kind = call.skipsBody ? BODY_NONE : parser.bodyKind(call.method)
    const length = kind === BODY_LENGTH ? parser.fields.contentLength : 0
    if (kind !== BODY_NONE && call.streams(parser.statusCode)) {
      this.#body.start(kind === BODY_CHUNKED, length, this.#pool.options.readBufferSize)
      this.#bodyKind = kind
      this.#state = STREAM
      this.#call = null
      this.#stream = call.onStream(parser, this)
      return this.#readBody(buf, p, end)
    }
    const max = this.#pool.options.maxResponseBodySize
    if (max > 0 && length > max) return this.#fail(new BodyTooLargeError(max), false)
    if (kind === BODY_NONE || (kind === BODY_LENGTH && end - p >= length)) {
      call.onResponse(parser, this, buf, p, p + length, NO_TRAILERS)
      return this.#finish(call, p + length === end)
    }
    this.#maxBody = max > 0 ? max : Infinity
    this.#body.start(kind === BODY_CHUNKED, length, this.#pool.options.readBufferSize)
    this.#bodyKind = kind
    this.#collector = new BodyCollector(length)
    this.#state = BODY
    if (p < end || this.#body.done) this.#readBody(buf, p, end)
  }

  #readBody(buf: Buffer, p: number, end: number): void {
    let next = end
    if (this.#bodyKind === BODY_TO_END) {
      if (end > p) this.onChunkData(buf, p, end)
    } else {
      next = this.#body.read(buf, p, end, this)
      if (next < 0) {
        const err = next === BAD_CHUNK ? new BrokenChunkError() : new ReadingResponseTrailerError()
        return this.#fail(err, false)
      }
    }
    if (this.#collector !== null) {
      if (
        this.#collector.length + (this.#bodyKind === BODY_TO_END ? 0 : this.#body.announced) >
        this.#maxBody
      )
        return this.#fail(new BodyTooLargeError(this.#maxBody), false)
    } else if (this.#state === CLOSED) return
    if (this.#bodyKind !== BODY_TO_END && this.#body.done) return this.#bodyDone(next === end)
    if (this.#state === STREAM) this.#limit(this.#paused ? 0 : this.#pool.options.readTimeout)
  }

  onChunkData(buf: Buffer, start: number, end: number): boolean {
    if (this.#collector !== null) {
      this.#collector.onChunkData(buf, start, end)
      return this.#collector.length <= this.#maxBody
    }
    const stream = this.#stream
    if (stream !== null && !stream.push(copyOf(buf, start, end)) && !this.#paused) {
      this.#paused = true
      this.#conn.pause()
    }
    return true
  }

  /** The reader of the stream wants more. */
  resumeBody(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#limit(this.#pool.options.readTimeout)
    this.#conn.resume()
  }

  #bodyDone(clean: boolean): void {
    const trailers = this.#bodyKind === BODY_CHUNKED ? this.#body.trailers : NO_TRAILERS
    const stream = this.#stream
    if (stream !== null) {
      this.#stream = null
      stream.finish(trailers)
      return this.#free(clean)
    }
    const call = this.#call!
    const bytes = this.#collector!.take()
    this.#collector = null
    call.onResponseBytes(this.#parser, this, bytes, trailers)
    this.#finish(call, clean)
  }

  #finish(call: Call, clean: boolean): void {
    this.#call = null
    call.conn = null
    this.#free(clean)
    call.onDone()
  }

  /** The exchange is over: back to the pool, or closed where anything speaks against it. */
  #free(clean: boolean): void {
    const reusable =
      clean &&
      !this.#closing &&
      !this.#sending &&
      this.#bodyKind !== BODY_TO_END &&
      this.#parser.keepsAlive()
    if (!reusable) return this.#drop()
    this.#state = IDLE
    this.deadline = 0
    this.#answered = false
    this.#interim = 0
    this.#bodyKind = BODY_NONE
    if (this.#paused) {
      this.#paused = false
      this.#conn.resume()
    }
    this.#pool.release(this)
  }

  onEnd(): void {
    switch (this.#state) {
      case HEAD:
        return this.#lost(undefined)
      case BODY:
      case STREAM:
        if (this.#bodyKind === BODY_TO_END) return this.#bodyDone(true)
        return this.#lost(undefined)
      case LENT:
      case CLOSED:
        return
      default:
        this.#drop()
    }
  }

  onClose(err: Error | undefined): void {
    if (this.#state === CLOSED) return
    if (this.#state === IDLE || this.#state === LENT) return this.#drop()
    this.#lost(err)
  }

  /** The server is gone in the middle of an exchange. */
  #lost(cause: Error | undefined): void {
    const options = cause === undefined ? undefined : { cause }
    const err = this.#answered
      ? new UnexpectedEOFError(undefined, options)
      : new ConnectionClosedError(undefined, options)
    this.#fail(err, true)
  }

  // Ending

  /** Ends the exchange for a caller that has given up; nobody is told. */
  abandon(): void {
    this.#call = null
    this.#stream = null
    this.#drop()
  }

  #fail(err: FastHttpError, retryable: boolean): void {
    const call = this.#call
    const stream = this.#stream
    this.#call = null
    this.#stream = null
    this.#drop()
    if (stream !== null) stream.fail(err)
    if (call !== null) call.onFail(err, retryable, this.upstream)
  }

  /** Closes the connection and leaves the pool. */
  #drop(): void {
    if (this.#state === CLOSED) return
    this.#state = CLOSED
    this.deadline = 0
    this.#collector = null
    this.#stash = null
    this.#sender?.stop()
    this.#conn.destroy()
    this.#pool.remove(this)
  }

  /** Closes an idle connection. */
  close(): void {
    this.#drop()
  }

  /** A sweep has found the connection idle: from now on it does not keep the process alive. */
  rest(until: number): void {
    this.idleUntil = until
    this.#conn.setRef?.(false)
  }

  /** Takes the connection out of the pool's hands, and gives it back. */
  lend(): void {
    this.#state = LENT
    this.#lastUse = Date.now()
    if (this.idleUntil !== 0) {
      this.idleUntil = 0
      this.#conn.setRef?.(true)
    }
  }
  giveBack(): void {
    if (this.#state !== LENT) return
    this.#state = IDLE
    this.#conn.open(this)
    this.#pool.release(this)
  }
}

function withClose(head: string): string {
  return head.slice(0, -2) + 'Connection: close\r\n\r\n'
}

function copyOf(buf: Buffer, start: number, end: number): Buffer {
  return Buffer.from(buf.subarray(start, end))
}
