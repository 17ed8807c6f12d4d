import { Duplex } from 'node:stream'
import { ConnectionClosedError } from '../../errors.js'
import type { ConnReceiver } from '../../net/conn.js'
import type { PipeConn } from './pipe-conn.js'

type Callback = (err?: Error | null) => void

/** A pipe end as a Duplex. It takes the reads over when it is read and nobody else receives them. */
export class PipeStream extends Duplex implements ConnReceiver {
  readonly #conn: PipeConn
  /** Of the write that waits for the peer to read. */
  #written: Callback | null = null

  constructor(conn: PipeConn) {
    super()
    this.#conn = conn
  }

  // As net.Socket has them.
  get remoteAddress(): string {
    return this.#conn.remoteAddr.address
  }
  get remotePort(): number {
    return this.#conn.remoteAddr.port
  }
  get localAddress(): string {
    return this.#conn.localAddr.address
  }
  get localPort(): number {
    return this.#conn.localAddr.port
  }

  override _read(): void {
    this.#conn.readStream(this)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    if (!this.#conn.isWritable) callback(new ConnectionClosedError('the other end is closed'))
    else if (this.#conn.write(chunk)) callback()
    else this.#written = callback
  }

  override _final(callback: Callback): void {
    this.#conn.end()
    callback()
  }

  override _destroy(err: Error | null, callback: Callback): void {
    this.#conn.destroy(err ?? undefined)
    const written = this.#written
    this.#written = null
    written?.(err ?? new ConnectionClosedError())
    callback(err)
  }

  onRead(chunk: Buffer, length: number): void {
    // The pipe's chunks are copies already.
    if (!this.push(chunk.subarray(0, length))) this.#conn.pause()
  }

  onEnd(): void {
    this.push(null)
  }

  onWritable(): void {
    const written = this.#written
    this.#written = null
    written?.()
  }

  onClose(err: Error | undefined): void {
    this.destroy(err)
  }
}
