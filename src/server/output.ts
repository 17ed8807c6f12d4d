import { latin1Slice } from '../bytes/slices.js'
import type { Conn } from '../net/conn.js'

/** Output gathered before it is written in the middle of a turn. */
const FLUSH_BYTES = 64 * 1024
/** Bytes copied into the output text rather than written on their own. */
export const INLINE_BYTES = 8 * 1024
/** Gathered output above which a writer is asked to wait. */
const HIGH_WATER_BYTES = 16 * 1024

/** What an {@link Output} tells its connection. */
export interface OutputOwner {
  /** The peer does not read: no more output and no more input until the connection is writable. */
  onOutputBlocked(): void
  /** Whoever was refused a write may go on. */
  onOutputDrained(): void
}

/** Output of one connection. What is written in one turn is gathered as latin1 text and leaves in one write. */
export class Output {
  /** The peer does not read what was sent. */
  blocked = false
  /** Set while more is about to come: nobody but `flush` sends then. */
  held = false
  #conn: Conn | null = null
  readonly #owner: OutputOwner
  #text = ''
  #drainWanted = false
  #flushQueued = false

  constructor(owner: OutputOwner) {
    this.#owner = owner
  }

  /** Begins anew, on another connection or none. */
  reset(conn: Conn | null): void {
    this.#conn = conn
    this.blocked = false
    this.held = false
    this.#text = ''
    this.#drainWanted = false
    this.#flushQueued = false
  }

  /** Bytes that have not reached the kernel yet. */
  get pendingBytes(): number {
    return this.#text.length + (this.#conn?.pendingBytes ?? 0)
  }

  /** Adds text, one byte a character, to be sent by the next flush. */
  add(text: string): void {
    this.#text += text
    if (this.#text.length > FLUSH_BYTES) this.flush()
  }

  /** Sends bytes behind what was added, without copying them. */
  addBytes(bytes: Uint8Array): void {
    const conn = this.#conn!
    const text = this.#text
    this.#text = ''
    conn.cork()
    if (text !== '') conn.write(text)
    const written = conn.write(bytes)
    conn.uncork()
    if (written || conn.pendingBytes === 0) return
    this.blocked = true
    this.#owner.onOutputBlocked()
  }

  /**
   * Adds for a writer that can wait: `false` asks it to, until `onOutputDrained`. Outside a held turn the flush is queued.
   *
   * @param flushes - the writer itself sees to the flush
   */
  write(data: string | Uint8Array, flushes = false): boolean {
    if (typeof data === 'string') this.add(data)
    else if (data.length <= INLINE_BYTES) {
      this.add(latin1Slice(Buffer.from(data.buffer, data.byteOffset, data.length), 0, data.length))
    } else this.addBytes(data)
    if (!flushes) this.#queueFlush()
    if (!this.blocked && this.#text.length < HIGH_WATER_BYTES) return true
    this.#drainWanted = true
    return false
  }

  /** Sends what was added. */
  flush(): void {
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    if (!this.#conn!.write(text)) {
      this.blocked = true
      this.#owner.onOutputBlocked()
    } else if (this.#drainWanted) {
      process.nextTick(() => this.notifyDrain())
    }
  }

  /** Tells whoever was refused a write that it may go on, unless the peer still does not read. */
  notifyDrain(): void {
    if (this.blocked || !this.#drainWanted) return
    this.#drainWanted = false
    this.#owner.onOutputDrained()
  }

  /** Forgets what was not sent. */
  drop(): void {
    this.#text = ''
  }

  #queueFlush(): void {
    if (this.held || this.#flushQueued || this.#text === '') return
    this.#flushQueued = true
    process.nextTick(() => {
      this.#flushQueued = false
      this.flush()
    })
  }
}
