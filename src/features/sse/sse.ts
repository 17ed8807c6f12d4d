import type { BodyWriter } from '../../http/stream-writer.js'
import { checkOptionNames, type OptionNames } from '../../option-names.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { formatComment, formatEvent, type ServerSentEvent } from './event.js'

/** Options of {@link sse}. */
export interface SSEOptions {
  /** Milliseconds without an event after which a comment is sent, so that proxies do not take the connection for dead. 0 for none. @default 15000 */
  keepAlive?: number
  /** Milliseconds clients wait before they connect again, told them at the start. By default it is left to them. */
  retry?: number
}

/** A stream of events to one client. */
export interface EventStream {
  /** Last-Event-ID of a client that connects again, `''` for a new one. */
  readonly lastEventId: string
  /** Aborts when the client is gone or the server shuts down. */
  readonly signal: AbortSignal
  /** Settles when {@link signal} aborts. */
  readonly closed: Promise<void>
  /**
   * Sends an event; text is an event with that data. Resolves when the client can take more, and to `false` when it is gone. Never rejects,
   * so that it need not be awaited.
   */
  send(event: ServerSentEvent | string): Promise<boolean>
  /** Sends a comment, as {@link send}. */
  comment(text: string): Promise<boolean>
}

const NAMES: OptionNames<SSEOptions> = { keepAlive: true, retry: true }

const DEFAULT_KEEP_ALIVE_MS = 15_000

/**
 * Answers with server-sent events (HTML, section 9.2). `run` is called once the handler has settled, and must not use ctx; the stream ends
 * when it settles, the client goes away or the server shuts down. Wait for `stream.closed` to keep it open.
 *
 * @example
 * sse(ctx, async (stream) => {
 *   const listener = (price) => stream.send({ event: 'price', data: price })
 *   prices.on('change', listener)
 *   await stream.closed
 *   prices.off('change', listener)
 * })
 */
export function sse(
  ctx: RequestCtx,
  run: (stream: EventStream) => void | Promise<void>,
  options: SSEOptions = {}
): void {
  checkOptionNames('sse', options, NAMES, { pingInterval: 'keepAlive' })
  const { keepAlive = DEFAULT_KEEP_ALIVE_MS, retry } = options
  const lastEventId = lastEventIdOf(ctx)
  const { header } = ctx.response
  ctx.setContentType('text/event-stream')
  header.set('Cache-Control', 'no-cache')
  // Asks nginx not to gather events.
  header.set('X-Accel-Buffering', 'no')
  ctx.setBodyStreamWriter(async (w) => {
    const stream = new Events(w, lastEventId)
    const stop = stream.keepAlive(keepAlive)
    try {
      if (retry !== undefined) void stream.send({ retry })
      const running = Promise.resolve(run(stream))
      // What it still does is of no use to anybody.
      running.catch(() => {})
      await Promise.race([running, stream.closed])
    } finally {
      stop()
    }
  })
}

/** The field is UTF-8 on the wire. (HTML, section 9.2.4) */
function lastEventIdOf(ctx: RequestCtx): string {
  return Buffer.from(ctx.request.header.peek('Last-Event-ID') ?? '', 'latin1').toString('utf8')
}

class Events implements EventStream {
  readonly lastEventId: string
  readonly signal: AbortSignal
  readonly closed: Promise<void>
  readonly #w: BodyWriter
  /** Sends that wait for the client. */
  #waiting = 0
  #sentSinceBeat = false

  constructor(w: BodyWriter, lastEventId: string) {
    this.#w = w
    this.lastEventId = lastEventId
    this.signal = w.signal
    this.closed = new Promise((resolve) => {
      if (w.signal.aborted) resolve()
      else w.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  send(event: ServerSentEvent | string): Promise<boolean> {
    return this.#write(formatEvent(typeof event === 'string' ? { data: event } : event))
  }

  comment(text: string): Promise<boolean> {
    return this.#write(formatComment(text))
  }

  /** Sends comments while nothing else is sent. @returns ends that */
  keepAlive(interval: number): () => void {
    if (!(interval > 0)) return () => {}
    const timer = setInterval(() => {
      if (!this.#sentSinceBeat && this.#waiting === 0) void this.comment('')
      this.#sentSinceBeat = false
    }, interval)
    timer.unref()
    return () => clearInterval(timer)
  }

  async #write(text: string): Promise<boolean> {
    if (this.signal.aborted) return false
    this.#sentSinceBeat = true
    this.#waiting++
    try {
      this.#w.write(text)
      await this.#w.flush()
      return !this.signal.aborted
    } catch {
      // The writer fails in one way only: the client is gone.
      return false
    } finally {
      this.#waiting--
    }
  }
}
