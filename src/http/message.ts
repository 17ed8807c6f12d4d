import { Writable, type Readable } from 'node:stream'
import { decode } from '../bytes/coding/content-coding.js'
import { BodyStreamLengthError } from '../errors.js'
import { Body } from './body.js'
import { CHUNKED, NO_LENGTH } from './framing.js'
import type { MessageHeader } from './message-header.js'
import { newStreamReader } from './stream-reader.js'
import type { StreamWriter } from './stream-writer.js'

/** What messages are written to; a promise it returns is waited for. */
export interface MessageWriter {
  write(chunk: Uint8Array): unknown
}

/** What requests and responses share: a header and a body. */
export abstract class Message {
  abstract readonly header: MessageHeader
  /** @internal */
  readonly _body = new Body()

  /** Head of the message as it is to be written, and length of the body behind it: `CHUNKED`, or `NO_LENGTH` when there is none. */
  protected abstract writtenHead(): { head: string; length: number }

  /** The body as text (UTF-8). Throws `FH_ERR_BODY_STREAM_CONSUMED` when it is a stream. */
  body(): string {
    return this._body.toText()
  }

  /** The body as bytes. Valid until the handler's promise settles. Throws `FH_ERR_BODY_STREAM_CONSUMED` when it is a stream. */
  bodyBytes(): Buffer {
    return this._body.toBytes()
  }

  /** Replaces the body. Bytes are copied; text is sent as UTF-8. */
  setBody(data: string | Uint8Array): void {
    this._body.set(data)
  }

  /** As {@link setBody}. */
  setBodyString(text: string): void {
    this._body.set(text)
  }

  /** Replaces the body by `bytes` without copying: they must not change until the message is sent. */
  setBodyRaw(bytes: Uint8Array): void {
    this._body.setRaw(bytes)
  }

  /** Appends to the body. */
  appendBody(data: string | Uint8Array): void {
    this._body.append(data)
  }

  /** As {@link appendBody}. */
  appendBodyString(text: string): void {
    this._body.append(text)
  }

  /** Empties the body; a stream is closed. */
  resetBody(): void {
    this._body.reset()
  }

  /** Makes `bytes` the body, without copying, and returns the body before, which is the caller's to keep. */
  swapBody(bytes: Uint8Array): Buffer {
    const before = this._body.toBytes()
    this._body.setRaw(bytes)
    return before
  }

  /** Empties the body when it is larger than `size` bytes. A stream is left alone. */
  releaseBody(size: number): void {
    if (!this._body.isStream && this._body.byteLength() > size) this._body.reset()
  }

  /** A stream that appends to the body. Valid until the handler's promise settles. */
  bodyWriter(): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this._body.append(chunk)
        done()
      },
    })
  }

  /**
   * Writes the body to `w`; a stream is read to its end, which uses it up. Rejects with the error of the stream or of `w`.
   *
   * @returns number of bytes
   */
  async bodyWriteTo(w: MessageWriter): Promise<number> {
    let size = 0
    for await (const chunk of this.#chunks()) {
      size += chunk.length
      await w.write(chunk)
    }
    return size
  }

  /**
   * Makes `stream` the body. It is sent with back-pressure, and destroyed when that is done or fails.
   *
   * @param size - length in bytes; below zero the body is chunked
   */
  setBodyStream(stream: Readable, size = -1): void {
    this._body.setStream(stream, size)
  }

  /** Lets `writer` write the body once the head was sent. */
  setBodyStreamWriter(writer: StreamWriter): void {
    this._body.setStream(writer, -1)
  }

  /** The body's stream, `undefined` when it is in memory. Valid until the handler's promise settles. */
  bodyStream(): Readable | undefined {
    const source = this._body.source
    return source === null || typeof source === 'function' ? undefined : source
  }

  isBodyStream(): boolean {
    return this._body.isStream
  }

  /** Destroys the body's stream. */
  closeBodyStream(): void {
    if (this._body.isStream) this._body.reset()
  }

  /**
   * The body decompressed from gzip, whatever Content-Encoding says. The methods of this family throw `FH_ERR_CORRUPT_BODY` for what is
   * not valid; those with a limit throw `FH_ERR_BODY_TOO_LARGE` above it, and belong wherever the body is a stranger's.
   */
  bodyGunzip(): Buffer {
    return decode('gzip', this.bodyBytes())
  }
  /** @param limit - largest size of the result in bytes; 0 for no limit */
  bodyGunzipWithLimit(limit: number): Buffer {
    return decode('gzip', this.bodyBytes(), limit)
  }

  /** The body decompressed from the zlib format, which HTTP calls `deflate`; see {@link bodyGunzip}. */
  bodyInflate(): Buffer {
    return decode('deflate', this.bodyBytes())
  }
  /** @param limit - largest size of the result in bytes; 0 for no limit */
  bodyInflateWithLimit(limit: number): Buffer {
    return decode('deflate', this.bodyBytes(), limit)
  }

  /** The body decompressed from brotli; see {@link bodyGunzip}. */
  bodyUnbrotli(): Buffer {
    return decode('br', this.bodyBytes())
  }
  /** @param limit - largest size of the result in bytes; 0 for no limit */
  bodyUnbrotliWithLimit(limit: number): Buffer {
    return decode('br', this.bodyBytes(), limit)
  }

  /** The body decompressed from zstd, where Node.js has it; see {@link bodyGunzip}. Throws `FH_ERR_CONTENT_ENCODING_UNSUPPORTED`. */
  bodyUnzstd(): Buffer {
    return decode('zstd', this.bodyBytes())
  }
  /** @param limit - largest size of the result in bytes; 0 for no limit */
  bodyUnzstdWithLimit(limit: number): Buffer {
    return decode('zstd', this.bodyBytes(), limit)
  }

  /**
   * The body without its content coding, as Content-Encoding names it: gzip, deflate, br, zstd or none; see {@link bodyGunzip}.
   * Throws `FH_ERR_CONTENT_ENCODING_UNSUPPORTED` for another one. (RFC 9110, section 8.4)
   */
  bodyUncompressed(): Buffer {
    return this.bodyUncompressedWithLimit(0)
  }
  /** @param limit - largest size of the result in bytes; 0 for no limit */
  bodyUncompressedWithLimit(limit: number): Buffer {
    return decode(this.header.peek('Content-Encoding') ?? '', this.bodyBytes(), limit)
  }

  /** Does the message ask to close the connection? */
  connectionClose(): boolean {
    return this.header.connectionClose()
  }

  /** Makes the message ask to close the connection. */
  setConnectionClose(): void {
    this.header.setConnectionClose()
  }

  /**
   * Writes head and body to `w`, a body of unknown length in chunked coding. A stream is read to its end, which uses it up. Rejects with
   * the error of the stream or of `w`.
   *
   * @returns number of bytes
   */
  async writeTo(w: MessageWriter): Promise<number> {
    const { head, length } = this.writtenHead()
    let size = 0
    const write = async (chunk: Uint8Array): Promise<void> => {
      size += chunk.length
      await w.write(chunk)
    }
    await write(Buffer.from(head, 'latin1'))
    if (length === NO_LENGTH) return size
    for await (const chunk of this.#chunks()) {
      if (length >= 0) await write(chunk)
      else {
        await write(Buffer.from(`${chunk.length.toString(16)}\r\n`))
        await write(chunk)
        await write(Buffer.from('\r\n'))
      }
    }
    if (length === CHUNKED)
      await write(Buffer.from('0\r\n' + this.header._trailerSection(), 'latin1'))
    return size
  }

  /** As {@link writeTo}. Go: `Write`. */
  async write(w: MessageWriter): Promise<void> {
    await this.writeTo(w)
  }

  /** Head and body as text. A stream is not read. */
  toString(): string {
    return this.header.toString() + (this._body.isStream ? '' : this._body.toText())
  }

  async *#chunks(): AsyncGenerator<Uint8Array, undefined> {
    const { source, streamSize } = this._body
    if (source === null) {
      if (!this._body.isEmpty) yield this._body.toBytes()
      return
    }
    let size = 0
    const stream = typeof source === 'function' ? newStreamReader(source) : source
    for await (const part of stream as AsyncIterable<string | Uint8Array>) {
      const chunk = typeof part === 'string' ? Buffer.from(part) : part
      size += chunk.length
      if (streamSize >= 0 && size > streamSize)
        throw new BodyStreamLengthError(`more than ${streamSize} bytes`)
      if (chunk.length > 0) yield chunk
    }
    if (size < streamSize) throw new BodyStreamLengthError(`${size} bytes instead of ${streamSize}`)
  }
}

/**
 * For programs ported from Go, where pooled messages keep the memory of their bodies: here they keep none, so that there is nothing to
 * limit. Go: `SetBodySizePoolLimit`.
 */
export function setBodySizePoolLimit(_requestBytes: number, _responseBytes: number): void {}
