import type { Readable } from 'node:stream'
import { FreeList } from '../bytes/free-list.js'
import { InvalidJSONError } from '../errors.js'
import { Body } from './body.js'
import { ResponseHeader } from './response-header.js'
import type { StreamWriter } from './stream-writer.js'

interface ResponseConn {
  readonly remoteAddr: { readonly address: string; readonly port: number }
  readonly localAddr: { readonly address: string; readonly port: number }
}

/** A response. Go: `Response`. */
export class Response {
  readonly header = new ResponseHeader()
  /** Sends the head before the first byte of a body stream is there. */
  immediateHeaderFlush = false
  /** Sends the head only, as for HEAD. */
  skipBody = false
  /** A client gives the body as a stream as soon as the head was read. */
  streamBody = false
  /** @internal */
  readonly _body = new Body()
  /** @internal Connection the response came over. */
  _conn: ResponseConn | null = null

  /** Status code, 200 when none was set. */
  statusCode(): number {
    return this.header.statusCode()
  }

  setStatusCode(code: number): void {
    this.header.setStatusCode(code)
  }

  /** The body as text (UTF-8). Throws `FH_ERR_BODY_STREAM_CONSUMED` when the body is a stream. */
  body(): string {
    return this._body.toText()
  }

  /** The body as bytes. Valid until the handler's promise settles. */
  bodyBytes(): Buffer {
    return this._body.toBytes()
  }

  /** The body parsed as JSON. Throws `FH_ERR_INVALID_JSON`. */
  bodyJSON<T = unknown>(): T {
    try {
      return JSON.parse(this.body()) as T
    } catch (err) {
      throw new InvalidJSONError(undefined, { cause: err })
    }
  }

  /** Address of the server a client's response came from, `undefined` for any other response. */
  remoteAddr(): { readonly address: string; readonly port: number } | undefined {
    return this._conn?.remoteAddr
  }

  /** The client's own address, `undefined` for a response that no client received. */
  localAddr(): { readonly address: string; readonly port: number } | undefined {
    return this._conn?.localAddr
  }

  /** Replaces the body. Bytes are copied; text is sent as UTF-8. */
  setBody(data: string | Uint8Array): void {
    this._body.set(data)
  }

  /** As {@link setBody}. */
  setBodyString(text: string): void {
    this._body.set(text)
  }

  /** Replaces the body by `bytes` without copying: they must not change until the response is sent. */
  setBodyRaw(bytes: Uint8Array): void {
    this._body.setRaw(bytes)
  }

  appendBody(data: string | Uint8Array): void {
    this._body.append(data)
  }

  appendBodyString(text: string): void {
    this._body.append(text)
  }

  /** Empties the body; a stream is closed. */
  resetBody(): void {
    this._body.reset()
  }

  /** Sets `bytes` as the body and returns the body before. */
  swapBody(bytes: Uint8Array): Buffer {
    const before = Buffer.from(this._body.toBytes())
    this._body.set(bytes)
    return before
  }

  /**
   * Sends `stream` as the body, with back-pressure. It is destroyed when the response is sent or cannot be.
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

  /** The body's stream, `undefined` when it is in memory. */
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

  connectionClose(): boolean {
    return this.header.connectionClose()
  }

  setConnectionClose(): void {
    this.header.setConnectionClose()
  }

  /** Head and body as text. A stream is not read. */
  toString(): string {
    return this.header.toString() + (this._body.isStream ? '' : this._body.toText())
  }

  /** Copies everything but a body stream into `dst`, which is reset first. */
  copyTo(dst: Response): void {
    dst.reset()
    this.header.copyTo(dst.header)
    this._body.copyTo(dst._body)
    dst.skipBody = this.skipBody
    dst.immediateHeaderFlush = this.immediateHeaderFlush
    dst.streamBody = this.streamBody
    dst._conn = this._conn
  }

  reset(): void {
    this.header.reset()
    this.immediateHeaderFlush = false
    this.skipBody = false
    this.streamBody = false
    this._conn = null
    this._body.reset()
  }
}

const free = new FreeList(() => new Response())

/** An empty response from the pool. Go: `AcquireResponse`. */
export function acquireResponse(): Response {
  return free.acquire()
}

/** Returns a response to the pool; it must not be used after that. Go: `ReleaseResponse`. */
export function releaseResponse(response: Response): void {
  free.release(response)
}
