import { Readable } from 'node:stream'
import type { BodySink, Exchange } from './exchange.js'

type Source = Pick<Exchange, 'readBody' | 'resumeBody'>

/** Body of a request that is read while its handler runs. */
export class RequestBodyStream extends Readable implements BodySink {
  readonly #exchange: Source
  /** Called with the trailer fields when the body is complete. */
  readonly #onTrailers: (trailers: string[]) => void
  #started = false

  constructor(exchange: Source, onTrailers: (trailers: string[]) => void) {
    super({ highWaterMark: 64 * 1024 })
    this.#exchange = exchange
    this.#onTrailers = onTrailers
  }

  override _read(): void {
    if (this.#started) this.#exchange.resumeBody()
    else {
      this.#started = true
      this.#exchange.readBody(this)
    }
  }

  onData(chunk: Buffer): boolean {
    return this.push(chunk)
  }

  onEnd(trailers: string[]): void {
    this.#onTrailers(trailers)
    this.push(null)
  }

  onError(err: Error): void {
    // Nobody may be listening, and a client that went away is no reason to end the process.
    if (this.listenerCount('error') === 0) this.on('error', () => {})
    this.destroy(err)
  }
}
