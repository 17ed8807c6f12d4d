import { PassThrough } from 'node:stream'
import type { Conn, ConnReceiver } from '../../../src/net/conn.js'

/** A connection whose other end is the test. */
export class FakeConn implements Conn {
  readonly remoteAddr = { network: 'fake', address: 'peer', port: 1 }
  readonly localAddr = { network: 'fake', address: 'own', port: 2 }
  readonly encrypted = false
  readonly pendingBytes = 0
  readonly unsentBytes = 0
  readonly stream = new PassThrough()
  /** What was written, as latin1. */
  written = ''
  /** What `write` returns. */
  takes = true
  destroyed = false
  paused = false
  referenced = true
  corks = 0
  receiver!: ConnReceiver

  open(receiver: ConnReceiver): void {
    this.receiver = receiver
  }
  write(data: string | Uint8Array): boolean {
    this.written += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
    return this.takes
  }
  cork(): void {
    this.corks++
  }
  uncork(): void {
    this.corks--
  }
  pause(): void {
    this.paused = true
  }
  resume(): void {
    this.paused = false
  }
  setRef(on: boolean): void {
    this.referenced = on
  }
  end(): void {}
  close(): void {
    this.destroy()
  }
  destroy(): void {
    this.destroyed = true
  }
  detach(): PassThrough {
    return this.stream
  }

  // What the peer does

  /** Sends bytes, given as latin1. */
  feed(text: string): void {
    const bytes = Buffer.from(text, 'latin1')
    this.receiver.onRead(bytes, bytes.length)
  }
  /** Takes what was written, after `takes` was false. */
  drain(): void {
    this.takes = true
    this.receiver.onWritable()
  }
}
