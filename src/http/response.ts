import { open } from 'node:fs/promises'
import type { Coding } from '../bytes/coding/compressor.js'
import { FreeList } from '../bytes/free-list.js'
import { InvalidJSONError } from '../errors.js'
import { compressBody, isCompressible } from './compress-body.js'
import { CHUNKED, NO_LENGTH, statusHasBody } from './framing.js'
import { Message, type MessageWriter } from './message.js'
import { ResponseHeader } from './response-header.js'

interface ResponseConn {
  readonly remoteAddr: { readonly address: string; readonly port: number }
  readonly localAddr: { readonly address: string; readonly port: number }
}

/** A response. Go: `Response`. */
export class Response extends Message {
  override readonly header = new ResponseHeader()
  /** Sends the head before the first byte of a body stream is there. */
  immediateHeaderFlush = false
  /** Sends the head only, as for HEAD. */
  skipBody = false
  /** A client gives the body as a stream as soon as the head was read. */
  streamBody = false
  /** @internal Connection the response came over. */
  _conn: ResponseConn | null = null

  /** Status code, 200 when none was set. */
  statusCode(): number {
    return this.header.statusCode()
  }

  setStatusCode(code: number): void {
    this.header.setStatusCode(code)
  }

  /** The body parsed as JSON. Throws `FH_ERR_INVALID_JSON`. */
  bodyJSON<T = unknown>(): T {
    try {
      return JSON.parse(this.body()) as T
    } catch (err) {
      throw new InvalidJSONError(undefined, { cause: err })
    }
  }

  /**
   * Makes the file at `path` the body and sets Last-Modified. Rejects with the error of the file system when it cannot be opened.
   * Go: `Response.SendFile`.
   */
  async sendFile(path: string): Promise<void> {
    const file = await open(path)
    const { size, mtime } = await file.stat()
    this.header.setLastModified(mtime)
    this.setBodyStream(file.createReadStream(), size)
  }

  /** Address of the server a client's response came from, `undefined` for any other response. */
  remoteAddr(): { readonly address: string; readonly port: number } | undefined {
    return this._conn?.remoteAddr
  }

  /** The client's own address, `undefined` for a response that no client received. */
  localAddr(): { readonly address: string; readonly port: number } | undefined {
    return this._conn?.localAddr
  }

  /**
   * Compresses the body to gzip, where that is of use, and writes the response to `w`, see {@link writeTo}.
   *
   * @param level - `CompressBestSpeed` to `CompressBestCompression`; anything else means `CompressDefaultCompression`
   */
  writeGzipLevel(w: MessageWriter, level: number): Promise<void> {
    return this.#writeCompressed(w, 'gzip', level)
  }
  writeGzip(w: MessageWriter): Promise<void> {
    return this.#writeCompressed(w, 'gzip')
  }

  /** As {@link writeGzipLevel}, in the zlib format that HTTP calls `deflate`. */
  writeDeflateLevel(w: MessageWriter, level: number): Promise<void> {
    return this.#writeCompressed(w, 'deflate', level)
  }
  writeDeflate(w: MessageWriter): Promise<void> {
    return this.#writeCompressed(w, 'deflate')
  }

  async #writeCompressed(w: MessageWriter, coding: Coding, level?: number): Promise<void> {
    if (isCompressible(this)) await compressBody(this, coding, level)
    await this.write(w)
  }

  protected override writtenHead(): { head: string; length: number } {
    const length = statusHasBody(this.statusCode())
      ? Math.max(this._body.byteLength(), CHUNKED)
      : NO_LENGTH
    return { head: this.header._head(length), length: this.skipBody ? NO_LENGTH : length }
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
