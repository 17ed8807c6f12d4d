import type { Readable } from 'node:stream'
import { toBuffer } from '../bytes/byte-string.js'
import { FreeList } from '../bytes/free-list.js'
import { Args } from './args.js'
import { Body } from './body.js'
import { RequestHeader } from './request-header.js'
import type { StreamWriter } from './stream-writer.js'
import { URI } from './uri.js'

const NON_ASCII = /[^\x00-\x7f]/
/** Begins with one slash; no escape, fragment, empty or dot segment, nothing but ASCII. */
const PLAIN_PATH = /^(?:\/[^\x00-\x20/.%#\\\x7f-\xff][^\x00-\x20/%#\\\x7f-\xff]*)*\/?$/
const FORM = /^application\/x-www-form-urlencoded(?:[ \t]*;|$)/i

/** A request. Go: `Request`. */
export class Request {
  readonly header = new RequestHeader()
  /** A client sends the Host that was set on the header rather than that of the URI. */
  useHostHeader = false
  /** The path of a redirect is taken as it stands in Location, neither normalized nor escaped. */
  disableRedirectPathNormalizing = false
  /** @internal */
  readonly _body = new Body()
  /** @internal The request came over TLS. */
  _isTLS = false
  readonly #uri = new URI()
  #uriParsed = false
  readonly #postArgs = new Args()
  #postArgsParsed = false
  #timeout = 0

  /** Request target as sent. */
  requestURI(): string {
    return this.header.requestURI()
  }

  setRequestURI(target: string): void {
    this.header.setRequestURI(target)
    this.#uriParsed = false
  }

  /** Host of the request: of an absolute-form target, else of Host. */
  host(): string {
    return this.uri().host()
  }

  setHost(host: string): void {
    this.header.setHost(host)
    this.#uriParsed = false
  }

  /**
   * The parsed target. Valid until the handler's promise settles.
   * Throws `FH_ERR_INVALID_URI` or `FH_ERR_INVALID_HOST`.
   */
  uri(): URI {
    if (!this.#uriParsed) {
      this.#uriParsed = true
      const target = this.header.requestURI()
      // Header material is latin1; as text it would be taken for UTF-8.
      this.#uri.parse(this.header.host(), NON_ASCII.test(target) ? toBuffer(target) : target)
      if (this._isTLS) this.#uri.setScheme('https')
    }
    return this.#uri
  }

  /** Copies `uri` into this request; `undefined` goes back to the URI of the header. */
  setURI(uri: URI | undefined): void {
    if (uri === undefined) {
      this.#uri.reset()
      this.#uriParsed = false
    } else {
      uri.copyTo(this.#uri)
      this.#uriParsed = true
    }
  }

  /** Limits an exchange of this request to `ms` milliseconds; 0 for no limit. */
  setTimeout(ms: number): void {
    this.#timeout = ms
  }

  /** Milliseconds an exchange of this request may take, 0 for no limit. Go: `GetTimeOut`. */
  getTimeout(): number {
    return this.#timeout
  }

  /** Decoded and normalized path of the target, always starting with `/`. */
  path(): string {
    if (this.#uriParsed) return this.#uri.path()
    // Most targets are in origin-form and need neither decoding nor normalizing: no reason to parse them.
    const target = this.header.requestURI()
    const query = target.indexOf('?')
    const path = query < 0 ? target : target.slice(0, query)
    return PLAIN_PATH.test(path) ? path : this.uri().path()
  }

  /** Arguments of an `application/x-www-form-urlencoded` body, none for another type. Valid until the handler's promise settles. */
  postArgs(): Args {
    if (!this.#postArgsParsed) {
      this.#postArgsParsed = true
      if (FORM.test(this.header.contentType()) && !this._body.isEmpty) {
        this.#postArgs.parse(this._body.toBytes())
      }
    }
    return this.#postArgs
  }

  /** @internal Arguments set for the body of a request to be sent, `undefined` when there are none. */
  _postArgs(): Args | undefined {
    return this.#postArgsParsed && this.#postArgs.len() > 0 ? this.#postArgs : undefined
  }

  /** The body as text (UTF-8). Throws `FH_ERR_BODY_STREAM_CONSUMED` when it is a stream. */
  body(): string {
    return this._body.toText()
  }

  /** The body as bytes. Valid until the handler's promise settles. */
  bodyBytes(): Buffer {
    return this._body.toBytes()
  }

  setBody(data: string | Uint8Array): void {
    this._body.set(data)
  }

  setBodyRaw(bytes: Uint8Array): void {
    this._body.setRaw(bytes)
  }

  appendBody(data: string | Uint8Array): void {
    this._body.append(data)
  }

  resetBody(): void {
    this._body.reset()
  }

  /** @internal Drops the body and the arguments it would be made of. */
  _resetBody(): void {
    this._body.reset()
    if (this.#postArgsParsed) this.#postArgs.reset()
  }

  setBodyStream(stream: Readable, size = -1): void {
    this._body.setStream(stream, size)
  }

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
  copyTo(dst: Request): void {
    dst.reset()
    this.header.copyTo(dst.header)
    this._body.copyTo(dst._body)
    dst._isTLS = this._isTLS
    dst.useHostHeader = this.useHostHeader
    dst.disableRedirectPathNormalizing = this.disableRedirectPathNormalizing
    if (this.#uriParsed) dst.setURI(this.#uri)
    if (this.#postArgsParsed) this.#postArgs.copyTo(dst.postArgs())
  }

  reset(): void {
    this.header.reset()
    this._body.reset()
    this._isTLS = false
    this.useHostHeader = false
    this.disableRedirectPathNormalizing = false
    this.#timeout = 0
    if (this.#uriParsed) {
      this.#uri.reset()
      this.#uriParsed = false
    }
    if (this.#postArgsParsed) {
      this.#postArgs.reset()
      this.#postArgsParsed = false
    }
  }
}

const free = new FreeList(() => new Request())

/** An empty request from the pool. Go: `AcquireRequest`. */
export function acquireRequest(): Request {
  return free.acquire()
}

/** Returns a request to the pool; it must not be used after that. Go: `ReleaseRequest`. */
export function releaseRequest(request: Request): void {
  free.release(request)
}
