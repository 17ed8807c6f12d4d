import { equalsIgnoreCase } from '../bytes/ascii.js'
import { FreeList } from '../bytes/free-list.js'
import { InvalidHostError, NoMultipartFormError } from '../errors.js'
import { Args } from './args.js'
import { CHUNKED, NO_LENGTH } from './framing.js'
import { Message } from './message.js'
import type { MultipartForm } from './multipart.js'
import { readRequestForm } from './request-form.js'
import { RequestHeader } from './request-header.js'
import { URI } from './uri.js'
import { UserValues, userValueKey } from './user-values.js'

/** Begins with one slash; no escape, fragment, empty or dot segment, nothing but ASCII. */
const PLAIN_PATH = /^(?:\/[^\x00-\x20/.%#\\\x7f-\xff][^\x00-\x20/%#\\\x7f-\xff]*)*\/?$/
/** The last target that was found to need no parsing, and its path. */
let plainTarget = '/'
let plainPath = '/'

const FORM_TYPE = 'application/x-www-form-urlencoded'
const FORM = /^application\/x-www-form-urlencoded(?:[ \t]*;|$)/i

/** Bytes of files of a streamed form that stay in memory, as in Go. */
const STREAM_MEMORY_BYTES = 8 * 1024

/** A request. Go: `Request`. */
export class Request extends Message {
  override readonly header = new RequestHeader()
  /** A client sends the Host that was set on the header rather than that of the URI. */
  useHostHeader = false
  /** The path of a redirect is taken as it stands in Location, neither normalized nor escaped. */
  disableRedirectPathNormalizing = false
  /** @internal The request came over TLS. */
  _isTLS = false
  readonly #uri = new URI()
  #uriParsed = false
  readonly #postArgs = new Args()
  #postArgsParsed = false
  #timeout = 0
  #form: MultipartForm | undefined = undefined
  /** The form being read; `undefined` when nobody asked for it. */
  #formRead: Promise<MultipartForm> | undefined = undefined
  #userValues: UserValues | undefined = undefined

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
      this.#uri._parse(this.header.host(), this.header.requestURI(), this._isTLS)
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
    const target = this.header.requestURI()
    if (target === plainTarget) return plainPath
    // Most targets are in origin-form and need neither decoding nor normalizing: no reason to parse them.
    const query = target.indexOf('?')
    const path = query < 0 ? target : target.slice(0, query)
    if (!PLAIN_PATH.test(path)) return this.uri().path()
    plainTarget = target
    return (plainPath = path)
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

  /** @internal The URI is what the target says alone: equal targets make equal URIs, if they are absolute. */
  get _hasOwnTarget(): boolean {
    return !this.#uriParsed && !this._isTLS && !this.useHostHeader
  }

  /** @internal A GET of a URI and nothing else. */
  get _isPlainGet(): boolean {
    return !this.#postArgsParsed && this._body.isEmpty && this.header._isBareGet
  }

  /** @internal Arguments set for the body of a request to be sent, `undefined` when there are none. */
  _postArgs(): Args | undefined {
    return this.#postArgsParsed && this.#postArgs.len() > 0 ? this.#postArgs : undefined
  }

  /**
   * The form of a `multipart/form-data` body. A server reads it before it calls the handler, unless `disablePreParseMultipartForm` is set
   * or the body has a content coding; {@link multipartFormWithLimit} reads it then. Valid until the handler's promise settles.
   * Throws `FH_ERR_NO_MULTIPART_FORM` when the body is of another type or has not been read.
   */
  multipartForm(): MultipartForm {
    if (this.#form !== undefined) return this.#form
    const isForm = this.header.multipartFormBoundary() !== undefined
    throw new NoMultipartFormError(isForm ? 'await multipartFormWithLimit() first' : undefined)
  }

  /** @internal The form when it has been read. */
  get _form(): MultipartForm | undefined {
    return this.#form
  }

  /**
   * Reads the form from a body in memory or from its stream, which is used up then, and undoes a content coding; gives the form again
   * when it was read before. Of a stream, files beyond 8 KiB together go to temporary files.
   *
   * Rejects with `FH_ERR_NO_MULTIPART_FORM`, `FH_ERR_BAD_MULTIPART_FORM`, `FH_ERR_BODY_TOO_LARGE`,
   * `FH_ERR_CONTENT_ENCODING_UNSUPPORTED` (of a stream, only gzip can be undone), `FH_ERR_CORRUPT_BODY`, or the error of the stream or the
   * file system.
   *
   * @param limit - largest size of the body, decompressed, in bytes; 0 for no limit
   */
  multipartFormWithLimit(limit: number): Promise<MultipartForm> {
    return this._readForm(limit, STREAM_MEMORY_BYTES)
  }

  /** @internal {@link multipartFormWithLimit}, keeping up to `memoryLimit` bytes of files of a stream in memory. */
  _readForm(limit: number, memoryLimit: number): Promise<MultipartForm> {
    if (this.#formRead !== undefined) return this.#formRead
    const read = readRequestForm(this, limit, memoryLimit)
    this.#formRead = read
    read.then(
      (form) => {
        // Unless the request has become another one meanwhile.
        if (this.#formRead === read) this.#form = form
      },
      () => {}
    )
    return read
  }

  /** Deletes the temporary files of the form, as a server does when the handler has settled. */
  async removeMultipartFormFiles(): Promise<void> {
    const read = this.#formRead
    this.#form = undefined
    this.#formRead = undefined
    // A form that could not be read has left nothing.
    const form = await read?.catch(() => undefined)
    await form?.removeAll()
  }

  /** Value set under `key`, `undefined` when there is none. A server's handlers share `ctx.userValue` instead. */
  userValue(key: unknown): unknown {
    return this.#userValues?.get(userValueKey(key))
  }
  setUserValue(key: unknown, value: unknown): void {
    this.#userValues ??= new UserValues()
    this.#userValues.set(userValueKey(key), value)
  }
  removeUserValue(key: unknown): void {
    this.#userValues?.delete(userValueKey(key))
  }
  resetUserValues(): void {
    this.#userValues?.reset()
  }
  /** Calls `fn` for the values under string keys. */
  visitUserValues(fn: (key: string, value: unknown) => void): void {
    this.#userValues?.forEach((key, value) => {
      if (typeof key === 'string') fn(key, value)
    })
  }
  visitUserValuesAll(fn: (key: unknown, value: unknown) => void): void {
    this.#userValues?.forEach(fn)
  }

  /** @internal Drops the body and the arguments it would be made of. */
  _resetBody(): void {
    this._body.reset()
    if (this.#postArgsParsed) this.#postArgs.reset()
  }

  /** Does the client wait for a 100 response before it sends the body? (RFC 9110, section 10.1.1) */
  mayContinue(): boolean {
    return (
      this.header.isHTTP11() && equalsIgnoreCase(this.header.peek('Expect') ?? '', '100-continue')
    )
  }

  /**
   * As Go does, what is written follows the URI once that was asked for, and form arguments are the body when there is no other.
   * Throws `FH_ERR_INVALID_HOST` without a host.
   */
  protected override writtenHead(): { head: string; length: number } {
    const { header, _body: body } = this
    if (this.#uriParsed || header.host() === '') {
      const uri = this.uri()
      if (uri.host() === '') throw new InvalidHostError('missing host')
      if (!this.useHostHeader || header.host() === '') header.setHost(uri.hostBytes())
      header.setRequestURI(uri.requestURI())
    }
    const args = this._postArgs()
    if (args !== undefined && body.isEmpty) body.set(args.queryString())
    if (body.isEmpty && (header.isGet() || header.isHead() || header.isConnect())) {
      header.del('Content-Length')
      header.del('Transfer-Encoding')
      return { head: header.header(), length: NO_LENGTH }
    }
    const length = Math.max(body.byteLength(), CHUNKED)
    header.setContentLength(length)
    if (!body.isEmpty && header._hasDefaultContentType && header.contentType() === '') {
      header.setContentType(args === undefined ? 'application/octet-stream' : FORM_TYPE)
    }
    return { head: header.header(), length }
  }

  /** Copies everything but a body stream, a multipart form and the timeout into `dst`, which is reset first. */
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
    if (this.#formRead !== undefined) {
      // Whoever resets cannot wait; what the system does not let go of stays in the directory for temporary files.
      this.removeMultipartFormFiles().catch(() => {})
    }
    this.#userValues?.reset()
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
