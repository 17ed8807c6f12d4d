import type { Duplex } from 'node:stream'
import { ConnectionClosedError } from '../../errors.js'
import type { Addr, Conn, ConnReceiver } from '../../net/conn.js'
import { PipeStream } from './pipe-stream.js'

export const INMEMORY_ADDR: Addr = Object.freeze({ network: 'inmemory', address: '', port: 0 })

/** Bytes under way in one direction above which `write` asks to wait. */
const HIGH_WATER_BYTES = 64 * 1024
/** Deliveries made between two turns of the event loop: endless conversations in memory must leave timers and sockets their turn. */
const DELIVERIES_PER_TURN = 1000

let deliveries = 0
let turnQueued = false

/** Runs `deliver` soon, never from within the caller. */
function soon(deliver: () => void): void {
  if (++deliveries <= DELIVERIES_PER_TURN) process.nextTick(deliver)
  else setImmediate(deliver)
  if (turnQueued) return
  turnQueued = true
  setImmediate(() => {
    turnQueued = false
    deliveries = 0
  })
}

/**
 * One end of a pipe in memory. What the peer writes is copied, queued here and pushed to the receiver, one call for each write.
 * A closed end still lets its peer read what was written before.
 */
export class PipeConn implements Conn {
  readonly encrypted = false
  localAddr = INMEMORY_ADDR
  remoteAddr = INMEMORY_ADDR
  #peer: PipeConn = this
  #receiver: ConnReceiver | null = null
  #stream: PipeStream | null = null
  /** Written by the peer and not delivered yet. */
  #queue: Buffer[] = []
  #queuedBytes = 0
  #paused = false
  #deliveryQueued = false
  /** A write to the peer was answered with `false`. */
  #waitsForDrain = false
  /** Nothing more is written from this end. */
  #ended = false
  /** The peer's end was delivered. */
  #peerEnded = false
  #closing = false
  #closed = false

  /** Two connected ends. */
  static pair(): [PipeConn, PipeConn] {
    const a = new PipeConn()
    const b = new PipeConn()
    a.#peer = b
    b.#peer = a
    return [a, b]
  }

  setAddresses(local: Addr, remote: Addr): void {
    this.localAddr = local
    this.remoteAddr = remote
  }

  get pendingBytes(): number {
    return this.#peer.#queuedBytes
  }

  get unsentBytes(): number {
    return this.#peer.#queuedBytes
  }

  /** Whether writes can still reach anybody. */
  get isWritable(): boolean {
    return !this.#ended && !this.#peer.#closed
  }

  /** The stream is the receiver, reading when it is read, as long as nobody else is. */
  get stream(): Duplex {
    if (this.#stream === null) {
      this.#stream = new PipeStream(this)
      if (this.#receiver === null) {
        this.#receiver = this.#stream
        this.#paused = true
      }
    }
    return this.#stream
  }

  open(receiver: ConnReceiver): void {
    if (this.#receiver !== null && this.#receiver === this.#stream) this.#paused = false
    this.#receiver = receiver
    this.#schedule()
  }

  /** The stream is read. */
  readStream(stream: PipeStream): void {
    if (this.#receiver === stream) this.resume()
  }

  write(data: string | Uint8Array): boolean {
    const peer = this.#peer
    if (this.#ended || this.#closed) return true
    if (peer.#closed) {
      // As a reset does, but not before what the peer wrote was read.
      if (this.#peerEnded) this.destroy(new ConnectionClosedError('the other end is closed'))
      return true
    }
    const chunk = typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data)
    if (chunk.length === 0) return true
    peer.#queue.push(chunk)
    peer.#queuedBytes += chunk.length
    peer.#schedule()
    if (peer.#queuedBytes < HIGH_WATER_BYTES) return true
    this.#waitsForDrain = true
    return false
  }

  /** Nothing to do: the writes of a turn are delivered together anyway. */
  cork(): void {}
  uncork(): void {}

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#peer.#schedule()
  }

  close(): void {
    this.#closing = true
    this.end()
    this.#schedule()
  }

  destroy(err?: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue = []
    this.#queuedBytes = 0
    this.end()
    this.#schedule()
    this.#peer.#schedule()
    process.nextTick(() => {
      const receiver = this.#receiver
      this.#receiver = null
      receiver?.onClose(err)
      this.#stream?.destroy(err)
    })
  }

  detach(head: Uint8Array | undefined): Duplex {
    const stream = (this.#stream ??= new PipeStream(this))
    this.#receiver = stream
    this.#paused = true
    if (head !== undefined && head.length > 0) stream.push(Buffer.from(head))
    if (this.#peerEnded) stream.push(null)
    return stream
  }

  #schedule(): void {
    if (this.#deliveryQueued) return
    this.#deliveryQueued = true
    soon(this.#deliver)
  }

  readonly #deliver = (): void => {
    this.#deliveryQueued = false
    const peer = this.#peer
    while (this.#queue.length > 0 && this.#receiver !== null && !this.#paused && !this.#closed) {
      const chunk = this.#queue.shift()!
      this.#queuedBytes -= chunk.length
      this.#receiver.onRead(chunk, chunk.length)
    }
    if (peer.#waitsForDrain && this.#queuedBytes < HIGH_WATER_BYTES) {
      peer.#waitsForDrain = false
      if (!peer.#closed) peer.#receiver?.onWritable()
    }
    if (!this.#closed && !this.#peerEnded && peer.#ended && this.#receivesNothingMore()) {
      this.#peerEnded = true
      this.#receiver!.onEnd()
      peer.#schedule()
    }
    this.#settle()
  }

  #receivesNothingMore(): boolean {
    return this.#queue.length === 0 && this.#receiver !== null && !this.#paused
  }

  /** Closes when this end has sent everything and is not to read any more. */
  #settle(): void {
    const delivered = this.#peer.#peerEnded || this.#peer.#closed
    if (this.#ended && delivered && (this.#peerEnded || this.#closing)) this.destroy()
  }
}
