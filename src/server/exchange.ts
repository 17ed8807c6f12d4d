import type { Duplex } from 'node:stream'
import type { FastHttpError } from '../errors.js'
import type { Conn } from '../net/conn.js'

/**
 * Marks a RequestHandler that answers by itself through {@link Exchange}: with `true`, or where a function of the head says so, it is
 * called as soon as the head is complete, whatever the body; `Expect` is left to it and the server's body limit does not apply.
 */
export const kTakesExchange: unique symbol = Symbol.for('fasthttp.takesExchange')

/**
 * On a RequestHandler that stands in for another server: answers in the server's place when the input of a connection cannot be
 * understood, and the Host field, at most one, is left to it. Gets the connection and the error; returns what is to be sent before the connection
 * closes, or `undefined` when the connection has been dealt with.
 */
export const kAnswersErrors: unique symbol = Symbol.for('fasthttp.answersErrors')

/** See {@link kAnswersErrors}. */
export type ErrorAnswer = (conn: Conn, err: FastHttpError) => string | undefined

/** Receives a request body as it arrives. */
export interface BodySink {
  /** `chunk` is the sink's to keep. Returning `false` pauses the body until `Exchange.resumeBody()`. */
  onData(chunk: Buffer): boolean
  /** The body is complete; `trailers` holds raw names and values by turns. */
  onEnd(trailers: string[]): void
  /** The body will never be complete: the client went away or broke the framing. */
  onError(err: Error): void
}

/** Hears of the connection while an answer is under way. */
export interface ExchangeListener {
  /** Writes are welcome again, whether or not one was refused. */
  drained(): void
  /** The peer has closed its writing side before `end`; it may still read the answer. */
  peerEnded(): void
  /** The connection is lost before `end`. Called once. */
  abort(err: Error | undefined): void
  /** Can answers be held back? Further requests wait otherwise. */
  readonly takesPipelined: boolean
  /**
   * A further request has arrived while this one, its body complete, is unanswered. The members of the head describe the new request
   * then, and `readBody` may be called for it. `end` ends all of them.
   */
  pipelined(): void
}

/**
 * One request and its answer, given to a handler that writes the answer's bytes itself (the adaptor does, so that an Express app's
 * output has node:http's form). The object is the connection's own and serves one request after the other: it must not be touched
 * after `end`.
 */
export interface Exchange {
  readonly conn: Conn
  readonly method: string
  /** Request target exactly as sent. */
  readonly target: string
  /** 0 or 1. */
  readonly minorVersion: number
  /** What the request head asks for: `false` when the connection must close after this answer. */
  readonly keepAlive: boolean
  /** The request has a body (a Content-Length above 0 or chunked coding). */
  readonly hasBody: boolean
  /** The request carries `Upgrade` named by `Connection`, or is a CONNECT. */
  readonly isUpgrade: boolean
  /** `Expect: 100-continue` on an HTTP/1.1 request. */
  readonly expectsContinue: boolean
  /** Field names and values by turns, as sent, in order (latin1). */
  rawHeaders(): string[]

  /** Starts the body; may deliver synchronously. Called at most once. Without it the body is discarded when the answer ends. */
  readBody(sink: BodySink): void
  resumeBody(): void

  /**
   * Sends bytes (a string as latin1). Writes of one synchronous run leave together. `false`: wait for `drained`.
   *
   * @param flushes - the caller ends the answer or flushes it in this very run
   */
  write(data: string | Uint8Array, flushes?: boolean): boolean
  /** Sends what was written without waiting for the rest of its run. */
  flush(): void
  /**
   * The answer is complete. `close` closes the connection once it is sent. An unread body is drained up to a small limit, else the
   * connection closes. The next request is served when the handler has settled too.
   */
  end(close: boolean): void
  /**
   * An object rather than functions: it is set for each request that is answered later, and with closures in its place what belongs to
   * the request was seen to outlive it until the next major garbage collection.
   */
  listener: ExchangeListener | undefined
  /** Bytes accepted by `write` that have not reached the kernel yet. */
  readonly pendingBytes: number
  /** Leaves HTTP: the raw stream and the bytes already read behind the head. The connection is the caller's from here on. */
  upgrade(): { socket: Duplex; head: Buffer }
}
