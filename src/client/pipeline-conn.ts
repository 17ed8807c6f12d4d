import {
  BrokenChunkError,
  ConnectionClosedError,
  FastHttpError,
  PipelineOverflowError,
  ReadingResponseHeadersError,
  ReadingResponseTrailerError,
  SmallBufferError,
  TimeoutError,
  UnexpectedEOFError,
} from '../errors.js'
import { NEED_MORE } from '../http/field-block.js'
import type { Conn, ConnReceiver } from '../net/conn.js'
import { BodyCollector } from '../wire/body-collector.js'
import { BodyReader } from '../wire/body-reader.js'
import { BAD_CHUNK } from '../wire/chunked.js'
import {
  BODY_CHUNKED,
  BODY_LENGTH,
  BODY_NONE,
  BODY_TO_END,
  ResponseParser,
} from '../wire/response-parser.js'
import { CallQueue } from './call-queue.js'
import { MAX_INTERIM } from './client-conn.js'
import { DeadlineTimer } from './deadline-timer.js'
import type { HostDialer } from './host-dialer.js'
import type { PipelineCall } from './pipeline-call.js'
import type { PipelineOptions } from './pipeline-client.js'
import { responseHeadError } from './response-errors.js'

/** Output gathered before it is written. */
const FLUSH_CHARS = 64 * 1024
/** Body bytes written together with heads. */
const INLINE_BYTES = 8 * 1024
/** Pause before connecting again after a connection that timed out. */
const TIMEOUT_PAUSE_MS = 1000

const NO_BYTES = Buffer.alloc(0)

/** One pipelined connection: dialed when there is something to send, closed when idle, dialed again after a failure. */
export class PipelineConn implements ConnReceiver {
  readonly #dialer: HostDialer
  readonly #options: PipelineOptions
  readonly #timer = new DeadlineTimer((now) => this.#sweep(now))
  readonly #unsent = new CallQueue<PipelineCall>()
  readonly #sent = new CallQueue<PipelineCall>()
  #conn: Conn | null = null
  #dialing = false
  #pauseUntil = 0
  #flushQueued = false
  #blocked = false
  #closing = false
  #onDrained: (() => void)[] = []

  #parser = new ResponseParser()
  readonly #body = new BodyReader()
  #collector: BodyCollector | null = null
  #bodyKind = BODY_NONE
  /** Bytes of a head whose rest is still to come. */
  #stash = NO_BYTES
  #interim = 0
  /** Limits of reading and writing, and of being idle, in milliseconds since the epoch. */
  #readUntil = 0
  #writeUntil = 0
  #idleUntil = 0

  constructor(dialer: HostDialer, options: PipelineOptions) {
    this.#dialer = dialer
    this.#options = options
  }

  get pending(): number {
    return this.#unsent.length + this.#sent.length
  }

  /** Queues `call`; see PipelineClient.do for what happens when there is no room. */
  submit(call: PipelineCall): void {
    if (call.deadline === 0 && this.#unsent.length >= this.#options.maxPendingRequests) {
      const oldest = this.#unsent.peek()!
      // One that has a limit of time waits for its turn.
      if (oldest.deadline !== 0) return call.fail(new PipelineOverflowError())
      oldest.fail(new PipelineOverflowError())
    }
    call.onGivenUp = this.#onGivenUp
    this.#unsent.push(call)
    if (call.deadline !== 0) this.#timer.arm(call.deadline)
    this.#queueFlush()
  }

  /** Settles when no request is pending; the connection is closed then. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.pending > 0) await new Promise<void>((resolve) => this.#onDrained.push(resolve))
    this.#drop()
  }

  readonly #onGivenUp = (call: PipelineCall): void => {
    this.#unsent.remove(call)
    this.#checkDrained()
  }

  #checkDrained(): void {
    if (this.pending > 0) return
    for (const resolve of this.#onDrained.splice(0)) resolve()
  }

  // Sending

  /** Requests of one turn, or of `maxBatchDelay`, leave together. */
  #queueFlush(): void {
    if (this.#flushQueued) return
    this.#flushQueued = true
    if (this.#options.maxBatchDelay > 0) setTimeout(this.#flush, this.#options.maxBatchDelay)
    else process.nextTick(this.#flush)
  }

  readonly #flush = (): void => {
    this.#flushQueued = false
    if (this.#conn === null) return this.#dial()
    this.#send()
  }

  #dial(): void {
    if (this.#dialing || this.#unsent.length === 0) return
    const pause = this.#pauseUntil - Date.now()
    if (pause > 0) return this.#timer.arm(this.#pauseUntil)
    this.#dialing = true
    this.#dialer.dial(0).then(
      ({ conn }) => {
        this.#dialing = false
        this.#conn = conn
        this.#parser = new ResponseParser()
        conn.open(this)
        this.#send()
        if (this.pending === 0) this.#rest()
      },
      (err: Error) => {
        this.#dialing = false
        for (const call of this.#unsent.drain()) call.fail(err)
        this.#checkDrained()
      }
    )
  }

  #send(): void {
    const conn = this.#conn!
    const max = this.#options.maxPendingRequests
    let out = ''
    let ok = true
    while (ok && !this.#blocked && this.#unsent.length > 0 && this.#sent.length < max) {
      const call = this.#unsent.shift()!
      call.onGivenUp = null
      this.#sent.push(call)
      const body = call.request._body
      const length = body.byteLength()
      if (length > INLINE_BYTES) {
        conn.write(out + call.head)
        out = ''
        ok = conn.write(body.toBytes())
      } else {
        out += call.head
        if (length > 0) {
          const text = body.heldText
          out += text !== undefined && text.length === length ? text : body.toLatin1()
        }
        if (out.length >= FLUSH_CHARS) {
          ok = conn.write(out)
          out = ''
        }
      }
    }
    if (out !== '') ok = conn.write(out) && ok
    this.#blocked = !ok
    if (this.#sent.length === 0) return
    const { readTimeout, writeTimeout } = this.#options
    const now = readTimeout > 0 || writeTimeout > 0 ? Date.now() : 0
    if (this.#idleUntil !== 0) {
      this.#idleUntil = 0
      conn.setRef?.(true)
    }
    if (!ok && writeTimeout > 0) this.#timer.arm((this.#writeUntil = now + writeTimeout))
    if (readTimeout > 0 && this.#readUntil === 0)
      this.#timer.arm((this.#readUntil = now + readTimeout))
  }

  onWritable(): void {
    this.#blocked = false
    this.#writeUntil = 0
    this.#send()
  }

  // Reading

  onRead(chunk: Buffer, length: number): void {
    let buf = chunk
    let end = length
    if (this.#stash.length > 0) {
      buf = Buffer.concat([this.#stash, chunk.subarray(0, length)])
      end = buf.length
      this.#stash = NO_BYTES
    }
    let p = 0
    while (p < end && this.#conn !== null) {
      const next =
        this.#collector === null ? this.#readHead(buf, p, end) : this.#readBody(buf, p, end)
      if (next < 0) break
      p = next
    }
    if (this.#conn === null) return
    if (this.#readUntil !== 0) {
      this.#readUntil = this.#sent.length === 0 ? 0 : Date.now() + this.#options.readTimeout
      if (this.#readUntil !== 0) this.#timer.arm(this.#readUntil)
    }
    if (this.#unsent.length > 0 && !this.#blocked) this.#queueFlush()
    else if (this.pending === 0) this.#rest()
  }

  /** Reads a head, and the body behind it if it is there: the position reached, or `-1` when there is no more to do. */
  #readHead(buf: Buffer, start: number, end: number): number {
    const parser = this.#parser
    const limit = this.#options.readBufferSize
    const call = this.#sent.peek()
    if (call === undefined) {
      this.#fail(new ReadingResponseHeadersError('a response without a request'))
      return -1
    }
    const result = parser.parse(buf, start, end)
    if (result === NEED_MORE && end - start <= limit) {
      this.#stash = Buffer.from(buf.subarray(start, end))
      return -1
    }
    if (result === NEED_MORE || (result === 0 && parser.next - start > limit)) {
      this.#fail(new SmallBufferError(limit))
      return -1
    }
    if (result < 0) {
      this.#fail(responseHeadError(result))
      return -1
    }
    const p = parser.next
    if (parser.statusCode < 200 && parser.statusCode !== 101) {
      if (++this.#interim <= MAX_INTERIM) return p
      this.#fail(new ReadingResponseHeadersError('too many interim responses'))
      return -1
    }
    const kind = call.response?.skipBody === true ? BODY_NONE : parser.bodyKind(call.method)
    const length = kind === BODY_LENGTH ? parser.fields.contentLength : 0
    this.#takeHead(call)
    this.#bodyKind = kind
    if (kind === BODY_NONE || (kind === BODY_LENGTH && end - p >= length)) {
      const response = call.response
      if (response !== null && length > 0) {
        response._body.borrow(buf, p, p + length)
        response._body.settle()
      }
      this.#answered()
      return p + length
    }
    this.#body.start(kind === BODY_CHUNKED, length, limit)
    this.#collector = new BodyCollector(length)
    return p
  }

  #takeHead(call: PipelineCall): void {
    const response = call.response
    if (response === null) return
    const { statusCode, reason, minorVersion, fields } = this.#parser
    const { header } = response
    header.reset()
    header._store.normalize = !this.#options.disableHeaderNamesNormalizing
    response._body.reset()
    header._setParsed(statusCode, reason, minorVersion, fields)
    response._conn = this.#conn
  }

  #readBody(buf: Buffer, start: number, end: number): number {
    const collector = this.#collector!
    if (this.#bodyKind === BODY_TO_END) {
      collector.onChunkData(buf, start, end)
      return end
    }
    const next = this.#body.read(buf, start, end, collector)
    if (next < 0) {
      this.#fail(next === BAD_CHUNK ? new BrokenChunkError() : new ReadingResponseTrailerError())
      return -1
    }
    if (this.#body.done) this.#bodyDone()
    return next
  }

  #bodyDone(): void {
    const response = this.#sent.peek()!.response
    const bytes = this.#collector!.take()
    this.#collector = null
    if (response !== null) {
      if (bytes.length > 0) response._body.setRaw(bytes)
      if (this.#bodyKind === BODY_CHUNKED) response.header._trailerFields = this.#body.trailers
    }
    this.#answered()
  }

  /** The first response is complete. */
  #answered(): void {
    this.#interim = 0
    const call = this.#sent.shift()!
    const goesOn = this.#parser.keepsAlive() && this.#bodyKind !== BODY_TO_END
    call.succeed()
    if (!goesOn || call.request.connectionClose()) this.#lose(new ConnectionClosedError())
    this.#checkDrained()
  }

  onEnd(): void {
    if (this.#collector !== null && this.#bodyKind === BODY_TO_END) return this.#bodyDone()
    this.onClose(undefined)
  }

  onClose(cause: Error | undefined): void {
    if (this.#conn === null) return
    const options = cause === undefined ? undefined : { cause }
    const begun = this.#collector !== null || this.#stash.length > 0
    const err = begun ? UnexpectedEOFError : ConnectionClosedError
    this.#lose(new err(undefined, options))
  }

  #fail(err: FastHttpError): void {
    this.#lose(err)
  }

  /** Closes the connection; what was sent fails, what was not is sent over the next one. */
  #lose(err: FastHttpError): void {
    this.#drop()
    for (const call of this.#sent.drain()) call.fail(err)
    this.#checkDrained()
    if (this.#unsent.length > 0) this.#queueFlush()
  }

  #drop(): void {
    const conn = this.#conn
    this.#conn = null
    this.#collector = null
    this.#stash = NO_BYTES
    this.#interim = 0
    this.#blocked = false
    this.#readUntil = this.#writeUntil = this.#idleUntil = 0
    conn?.destroy()
  }

  /** Nothing is pending: the connection closes after a while, and does not keep the process alive until then. */
  #rest(): void {
    if (this.#closing) return this.#drop()
    this.#conn!.setRef?.(false)
    this.#idleUntil = Date.now() + this.#options.maxIdleConnDuration
    this.#timer.arm(this.#idleUntil)
  }

  /** Ends what is over its time; returns when to look again. */
  #sweep(now: number): number {
    let next = Infinity
    const due = (at: number): boolean => {
      if (at === 0) return false
      if (now >= at) return true
      if (at < next) next = at
      return false
    }
    for (const call of [...this.#sent, ...this.#unsent]) {
      if (due(call.deadline)) call.fail(new TimeoutError())
    }
    if (due(this.#readUntil) || due(this.#writeUntil)) {
      this.#pauseUntil = now + TIMEOUT_PAUSE_MS
      this.#lose(new TimeoutError())
    }
    if (due(this.#idleUntil)) this.#drop()
    if (due(this.#pauseUntil)) {
      this.#pauseUntil = 0
      this.#queueFlush()
    }
    return next
  }
}
