import {
  BodyStreamLengthError,
  BodyStreamWritePanicError,
  ConnectionClosedError,
  FastHttpError,
} from '../errors.js'
import type { Request } from '../http/request.js'
import type { Conn } from '../net/conn.js'
import { pumpStream, pumpWriter, type BodyPump } from '../wire/body-pump.js'
import { writeRequestTrailer } from '../wire/request-writer.js'

/** How long a server is waited for that was asked whether it wants the body. */
const EXPECT_CONTINUE_MS = 1000
/** Body bytes written together with the head. */
const INLINE_BYTES = 8 * 1024

/** Learns how the sending goes on. */
export interface SendObserver {
  /** The body that was held back is on its way, or a streamed one is through: `complete` when the connection has taken all of it. */
  onSending(complete: boolean): void
  /** The body cannot be sent to its end. */
  onSendFailed(err: FastHttpError): void
}

/** Sends requests that have a body over one connection: from memory or from a stream, at once or when the server asks for it. */
export class BodySender {
  readonly #conn: Conn
  readonly #observer: SendObserver
  #pump: BodyPump | null = null
  /** Whose body is held back, and until when at most. */
  #heldRequest: Request | null = null
  #held: NodeJS.Timeout | undefined = undefined
  #abort: AbortController | null = null
  #corked = false
  #stopped = false

  constructor(conn: Conn, observer: SendObserver) {
    this.#conn = conn
    this.#observer = observer
  }

  /**
   * Sends `head` and the body of `req`.
   *
   * @returns the connection has taken all of it; the observer hears when it is not held back or streamed any more
   */
  send(req: Request, head: string): boolean {
    if (!req.mayContinue()) return this.#sendBody(req, head)
    // The body follows when the server asks for it, or says nothing for a while (RFC 9110, section 10.1.1).
    this.#heldRequest = req
    this.#held = setTimeout(() => this.continue(), EXPECT_CONTINUE_MS)
    this.#conn.write(head)
    return false
  }

  /** Sends a body that is held back. */
  continue(): void {
    const req = this.#heldRequest
    if (req === null) return
    this.#release()
    const complete = this.#sendBody(req, '')
    if (!this.#stopped) this.#observer.onSending(complete)
  }

  /** The connection takes more. `true` when the body is not through yet. */
  onWritable(): boolean {
    this.#pump?.onDrain()
    return this.#pump !== null || this.#heldRequest !== null
  }

  /** The connection is closed. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    const pump = this.#pump
    this.#pump = null
    this.#release()
    pump?.abort()
    this.#abort?.abort(new ConnectionClosedError())
  }

  #release(): void {
    clearTimeout(this.#held)
    this.#heldRequest = null
  }

  #sendBody(req: Request, head: string): boolean {
    const body = req._body
    if (body.isStream) {
      this.#sendStream(req, head)
      return false
    }
    const conn = this.#conn
    const length = body.byteLength()
    if (length <= INLINE_BYTES) {
      const text = body.heldText
      const ascii = text !== undefined && text.length === length
      return conn.write(head + (ascii ? text : body.toLatin1()))
    }
    conn.cork()
    if (head !== '') conn.write(head)
    const complete = conn.write(body.toBytes())
    conn.uncork()
    return complete
  }

  #sendStream(req: Request, head: string): void {
    const body = req._body
    const size = body.streamSize
    const chunked = size < 0
    const source = body.takeSource()
    this.#write(head)
    if (source === null) return this.#failed(new BodyStreamLengthError('the stream was used up'))
    const trailer = chunked ? '0\r\n' + writeRequestTrailer(req.header) : ''
    const target = {
      write: (data: string | Uint8Array) => this.#write(data),
      signal: () => (this.#abort ??= new AbortController()).signal,
    }
    const done = (err: Error | undefined): void => {
      this.#pump = null
      if (this.#stopped) return
      if (err !== undefined) this.#failed(err)
      else this.#observer.onSending(this.#write(trailer))
    }
    if (typeof source === 'function') this.#pump = pumpWriter(source, chunked, target, done)
    else this.#pump = pumpStream(source, size, chunked, target, done)
  }

  /** Writes of one turn leave together. */
  #write(data: string | Uint8Array): boolean {
    if (!this.#corked) {
      this.#corked = true
      this.#conn.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#conn.uncork()
      })
    }
    return data.length === 0 || this.#conn.write(data)
  }

  #failed(err: Error): void {
    const known = err instanceof FastHttpError
    this.#observer.onSendFailed(
      known ? err : new BodyStreamWritePanicError(undefined, { cause: err })
    )
  }
}
