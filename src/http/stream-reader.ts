import { Readable } from 'node:stream'
import { ConnectionClosedError } from '../errors.js'
import type { BodyWriter, StreamWriter } from './stream-writer.js'

/** Bytes gathered before they can be read without a flush. */
const GATHER_BYTES = 16 * 1024

/**
 * A stream of what `writer` writes. The writer starts with the first read; `flush` waits until the reader wants more. Destroying the
 * stream makes both fail with `FH_ERR_CONNECTION_CLOSED`. Go: `NewStreamReader`.
 */
export function newStreamReader(writer: StreamWriter): Readable {
  return new StreamReader(writer)
}

class StreamReader extends Readable implements BodyWriter {
  readonly #writer: StreamWriter
  readonly #abort = new AbortController()
  #started = false
  #gathered: Buffer[] = []
  #size = 0
  #wanted = false
  #resume: (() => void) | undefined = undefined

  constructor(writer: StreamWriter) {
    super()
    this.#writer = writer
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  write(data: string | Uint8Array): void {
    this.signal.throwIfAborted()
    if (data.length === 0) return
    // A copy: the caller may reuse its buffer at once.
    const chunk = Buffer.from(data as string)
    this.#gathered.push(chunk)
    this.#size += chunk.length
    if (this.#size >= GATHER_BYTES) this.#send()
  }

  async flush(): Promise<void> {
    this.signal.throwIfAborted()
    this.#send()
    if (!this.#wanted) await new Promise<void>((resolve) => (this.#resume = resolve))
    this.signal.throwIfAborted()
  }

  override _read(): void {
    this.#wanted = true
    this.#wake()
    if (this.#started) return
    this.#started = true
    void this.#run()
  }

  override _destroy(err: Error | null, done: (err?: Error | null) => void): void {
    this.#abort.abort(new ConnectionClosedError('the stream was closed'))
    this.#gathered = []
    this.#wake()
    done(err)
  }

  async #run(): Promise<void> {
    try {
      await this.#writer(this)
      this.#send()
      this.push(null)
    } catch (err) {
      this.destroy(err as Error)
    }
  }

  #send(): void {
    if (this.#size === 0) return
    const chunk = Buffer.concat(this.#gathered)
    this.#gathered = []
    this.#size = 0
    this.#wanted = this.push(chunk)
  }

  #wake(): void {
    this.#resume?.()
    this.#resume = undefined
  }
}
