import { Readable } from 'node:stream'
import { AbortError } from '../errors.js'
import type { ClientConn } from './client-conn.js'

/** Bytes held before the connection is paused. */
const HIGH_WATER_MARK = 64 * 1024

/** Body of a response that is read as it arrives. Its end frees the connection; destroying it before closes the connection. */
export class ResponseBodyStream extends Readable {
  /** `null` once the body is complete. */
  #conn: ClientConn | null
  /** Called with the trailer fields when the body is complete. */
  readonly #onTrailers: (trailers: string[]) => void
  #signal: AbortSignal | null

  constructor(
    conn: ClientConn,
    signal: AbortSignal | null,
    onTrailers: (trailers: string[]) => void
  ) {
    super({ highWaterMark: HIGH_WATER_MARK })
    this.#conn = conn
    this.#onTrailers = onTrailers
    this.#signal = signal
    signal?.addEventListener('abort', this)
  }

  override _read(): void {
    this.#conn?.resumeBody()
  }

  override _destroy(err: Error | null, callback: (err: Error | null) => void): void {
    const conn = this.#conn
    this.#conn = null
    this.#forgetSignal()
    conn?.abandon()
    callback(err)
  }

  /** Listener of the signal. */
  handleEvent(): void {
    this.fail(new AbortError(undefined, { cause: this.#signal?.reason }))
  }

  /** The body is complete. */
  finish(trailers: string[]): void {
    this.#conn = null
    this.#forgetSignal()
    this.#onTrailers(trailers)
    this.push(null)
  }

  /** The body will never be complete. */
  fail(err: Error): void {
    // Nobody may be listening, and a server that went away is no reason to end the process.
    if (this.listenerCount('error') === 0) this.on('error', () => {})
    this.destroy(err)
  }

  #forgetSignal(): void {
    this.#signal?.removeEventListener('abort', this)
    this.#signal = null
  }
}
