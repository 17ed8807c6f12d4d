// As a global it is an accessor, which costs more than what is asked of it here.
import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import { utf8ByteString } from '../bytes/byte-string.js'
import { copyOf } from '../bytes/slab.js'
import { latin1Slice, utf8Slice } from '../bytes/slices.js'
import { BodyStreamConsumedError } from '../errors.js'
import type { StreamWriter } from './stream-writer.js'

const EMPTY = 0
const TEXT = 1
/** Bytes of our own, of which the first `end` count. */
const BYTES = 2
/** Bytes of somebody else, not to be written to. */
const RAW = 3
/** A range of read memory that other data will overwrite. */
const BORROWED = 4
const STREAM = 5
/** A copy of a few bytes, one per character: cheaper than a Buffer as long as nobody asks for bytes. */
const LATIN1 = 6

const MAX_LATIN1_BYTES = 4096

const NO_BYTES = Buffer.alloc(0)

/** Content of a message: text, bytes or a stream. Text stays a string until bytes are asked for. */
export class Body {
  #kind = EMPTY
  #text = ''
  #bytes: Buffer = NO_BYTES
  #start = 0
  #end = 0
  /** Stream or writer function that gives the content; `null` when it is in memory. */
  source: Readable | StreamWriter | null = null
  /** Length the stream announces, `-1` when unknown. */
  streamSize = -1

  get isStream(): boolean {
    return this.#kind === STREAM
  }

  get isEmpty(): boolean {
    return this.#kind === EMPTY
  }

  /** The content when it is held as text, else `undefined`. */
  get heldText(): string | undefined {
    return this.#kind === TEXT ? this.#text : undefined
  }

  /** Replaces the content. Bytes are copied. */
  set(data: string | Uint8Array): void {
    this.reset()
    if (typeof data === 'string') {
      if (data === '') return
      this.#kind = TEXT
      this.#text = data
    } else if (data.length <= MAX_LATIN1_BYTES) {
      if (data.length === 0) return
      this.#kind = LATIN1
      const bytes = Buffer.isBuffer(data)
        ? data
        : Buffer.from(data.buffer, data.byteOffset, data.length)
      this.#text = latin1Slice(bytes, 0, bytes.length)
    } else {
      this.#own(data.length)
      this.#bytes.set(data)
      this.#end = data.length
    }
  }

  /** Replaces the content by `bytes` without copying them. */
  setRaw(bytes: Uint8Array): void {
    this.reset()
    this.#kind = RAW
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.length
  }

  /** Replaces the content by memory that `settle` must be called for before it is reused. */
  borrow(buf: Buffer, start: number, end: number): void {
    this.reset()
    if (start === end) return
    this.#kind = BORROWED
    this.#bytes = buf
    this.#start = start
    this.#end = end
  }

  setStream(source: Readable | StreamWriter, size: number): void {
    this.reset()
    this.#kind = STREAM
    this.source = source
    this.streamSize = size
    // A stream that fails before it is sent must not end the process; whoever sends it looks whether it has failed.
    if (typeof source !== 'function') source.on('error', () => {})
  }

  append(data: string | Uint8Array): void {
    if (data.length === 0) return
    if (this.#kind === EMPTY || this.#kind === STREAM) return this.set(data)
    if (typeof data === 'string' && this.#kind === TEXT) {
      this.#text += data
      return
    }
    const more = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
    const held = this.toBytes()
    const length = held.length
    if (this.#kind !== BYTES || this.#bytes.length < length + more.length) {
      const grown = Buffer.allocUnsafe(Math.max(length + more.length, length * 2))
      grown.set(held)
      this.#text = ''
      this.#kind = BYTES
      this.#bytes = grown
      this.#start = 0
    }
    this.#bytes.set(more, length)
    this.#end = length + more.length
  }

  /** Copies borrowed memory, so that its owner may reuse it. */
  settle(): void {
    if (this.#kind !== BORROWED) return
    this.#kind = BYTES
    this.#bytes = copyOf(this.#bytes, this.#start, this.#end)
    this.#end -= this.#start
    this.#start = 0
  }

  /** Length in bytes; of a stream, what it announces. */
  byteLength(): number {
    switch (this.#kind) {
      case EMPTY:
        return 0
      case TEXT:
        return Buffer.byteLength(this.#text)
      case LATIN1:
        return this.#text.length
      case STREAM:
        return this.streamSize
      default:
        return this.#end - this.#start
    }
  }

  /** The content as bytes: a view that lives as long as the message, or until the content changes. */
  toBytes(): Buffer {
    switch (this.#kind) {
      case EMPTY:
        return NO_BYTES
      case TEXT:
        return Buffer.from(this.#text, 'utf8')
      case LATIN1:
        // From here on the bytes are the content, so that every view shows the same.
        this.#bytes = Buffer.from(this.#text, 'latin1')
        this.#kind = BYTES
        this.#text = ''
        this.#start = 0
        this.#end = this.#bytes.length
        return this.#bytes
      case STREAM:
        throw new BodyStreamConsumedError('the body is a stream')
      default:
        // A view that leaves this object must not point into memory that other connections read into.
        this.settle()
        return this.#start === 0 && this.#end === this.#bytes.length
          ? this.#bytes
          : this.#bytes.subarray(this.#start, this.#end)
    }
  }

  /** The content as text, decoded as UTF-8. */
  toText(): string {
    switch (this.#kind) {
      case EMPTY:
        return ''
      case TEXT:
        return this.#text
      case LATIN1:
        return Buffer.from(this.#text, 'latin1').toString('utf8')
      case STREAM:
        throw new BodyStreamConsumedError('the body is a stream')
      default:
        return utf8Slice(this.#bytes, this.#start, this.#end)
    }
  }

  /** The content, one character a byte. */
  toLatin1(): string {
    if (this.#kind === LATIN1) return this.#text
    return this.#kind === TEXT
      ? utf8ByteString(this.#text)
      : latin1Slice(this.#bytes, this.#start, this.#end)
  }

  copyTo(dst: Body): void {
    if (this.#kind === STREAM || this.#kind === EMPTY) dst.reset()
    else if (this.#kind === TEXT) dst.set(this.#text)
    else dst.set(this.toBytes())
  }

  reset(): void {
    if (this.#kind === EMPTY) return
    if (this.#kind === STREAM) {
      const source = this.source
      this.source = null
      this.streamSize = -1
      if (source !== null && typeof source !== 'function') source.destroy()
    }
    this.#kind = EMPTY
    this.#text = ''
    this.#bytes = NO_BYTES
    this.#start = 0
    this.#end = 0
  }

  /** Lets go of the stream without closing it: whoever took it closes it. */
  takeSource(): Readable | StreamWriter | null {
    const source = this.source
    this.source = null
    return source
  }

  #own(length: number): void {
    this.#kind = BYTES
    this.#bytes = Buffer.allocUnsafe(length)
    this.#start = 0
  }
}
