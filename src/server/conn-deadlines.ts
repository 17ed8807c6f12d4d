import type { Conn } from '../net/conn.js'
import { OutputWatch } from './output-watch.js'
import type { ResolvedOptions } from './server-core.js'

/** How long the rest of a client's input is waited for. */
const LINGER_MS = 2000

/** The time limits of one connection, of which one runs at a time. All times are milliseconds since the epoch, 0 for none. */
export class ConnDeadlines {
  /** When this connection's time is up. */
  current = 0
  /** When the head under way began. */
  headStarted = 0
  /** When the request must have been read. */
  readBy = 0
  /** When the answer must have been sent. */
  sendBy = 0
  /** Of the request, in milliseconds. */
  writeTimeout = 0
  readonly #options: ResolvedOptions
  #watch: OutputWatch | null = null

  constructor(options: ResolvedOptions) {
    this.#options = options
  }

  /** A connection was accepted: its first head has to come. */
  accepted(now: number): void {
    this.current = now + this.#options.readHeaderTimeout
    this.headStarted = 0
    this.readBy = 0
    this.sendBy = 0
    this.writeTimeout = 0
    this.#watch?.reset()
  }

  /** A part of a head is there. */
  headPending(now: number): void {
    if (this.headStarted !== 0) return
    this.headStarted = now
    this.current = now + this.#options.readHeaderTimeout
  }

  /** A head is complete. */
  requestStarted(now: number): void {
    const { readTimeout, writeTimeout } = this.#options
    if (this.headStarted === 0) this.headStarted = now
    this.writeTimeout = writeTimeout
    this.readBy = readTimeout > 0 ? this.headStarted + readTimeout : 0
    this.current = this.readBy
    this.sendBy = 0
  }

  /** The head of a further request is complete while one before it is unanswered. */
  pipelined(now: number, bodyDone: boolean): void {
    const { readTimeout } = this.#options
    this.readBy = readTimeout > 0 ? now + readTimeout : 0
    if (!bodyDone) this.current = this.readBy
  }

  /** The request alone has a limit of its own for its body, from `now` on. */
  limitRead(now: number, readTimeout: number): void {
    this.current = this.readBy = now + readTimeout
  }

  /** The answer is complete or begins. */
  sending(): void {
    this.sendBy = this.writeTimeout > 0 ? Date.now() + this.writeTimeout : 0
  }

  /** What is left of a body is discarded. */
  draining(): void {
    this.current = Math.max(this.readBy, Date.now() + LINGER_MS)
  }

  lingering(): void {
    this.current = Date.now() + LINGER_MS
  }

  idle(now: number): void {
    const { idleTimeout, readTimeout } = this.#options
    const limit = idleTimeout > 0 ? idleTimeout : readTimeout
    this.current = limit > 0 ? now + limit : 0
  }

  /** Looks whether the peer takes its output, and sets when to look again; `false` when its time is up. */
  watchOutput(conn: Conn): boolean {
    const { idleTimeout, readTimeout } = this.#options
    const patience = idleTimeout || readTimeout || Infinity
    this.current = (this.#watch ??= new OutputWatch()).look(conn, this.sendBy, patience)
    return this.current !== 0
  }
}
