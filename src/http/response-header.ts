import { equalsIgnoreCase } from '../bytes/ascii.js'
import { toBuffer } from '../bytes/byte-string.js'
import { formatHTTPDate, nowHTTPDate } from '../bytes/http-date.js'
import type { Cookie } from './cookie.js'
import type { FieldBlock } from './field-block.js'
import { CHUNKED, NO_LENGTH } from './framing.js'
import { normalizeHeaderKey } from './header-key.js'
import { cleanValue, type HeaderStore } from './header-store.js'
import { header, MessageHeader, type Bytes } from './message-header.js'
import { statusMessage } from './status.js'

// prettier-ignore
const FIRST_KEYS = ['Content-Length', 'Content-Type', 'Content-Encoding', 'Server', 'Set-Cookie', 'Trailer']

const DEFAULT_CONTENT_TYPE = 'text/plain; charset=utf-8'

/**
 * Status and field lines of a response. Lines that a client parsed stay in wire form until one is asked for. Go: `ResponseHeader`.
 */
export class ResponseHeader extends MessageHeader {
  protected override get firstKeys(): readonly string[] {
    return FIRST_KEYS
  }
  /** @internal */ _statusCode = 0
  /** @internal */ _statusMessage = ''
  /** @internal `undefined` when none was set: the default is sent with a body. */
  _contentType: string | undefined = undefined
  /** @internal `undefined` when none was set: the server's name is sent. */
  _server: string | undefined = undefined
  #protocol = 'HTTP/1.1'
  /** Keys and serialized forms by turns. */
  readonly #cookies: string[] = []
  /** Length set by the caller, for answers to HEAD; `-2` when none was. */
  #contentLength = -2
  /** @internal Date of a parsed response; written only by a server that sends none of its own. */
  _date: string | undefined = undefined
  /** Parsed lines that are in wire form yet; `null` otherwise. Shared with other responses: never changed. */
  #block: FieldBlock | null = null

  /** @internal Takes over a parsed head; `this` must have been reset. `block` is not copied. */
  _setParsed(status: number, reason: string, minorVersion: number, block: FieldBlock): void {
    this._statusCode = status
    this._statusMessage = reason === statusMessage(status) ? '' : reason
    this.#protocol = minorVersion === 1 ? 'HTTP/1.1' : 'HTTP/1.0'
    this.closes = minorVersion === 1 ? block.closes : block.closes || !block.keepsAlive
    this.#contentLength = block.chunked ? -1 : block.contentLength < 0 ? -2 : block.contentLength
    this.noDefaultContentType = true
    this.#block = block
  }

  /** @internal Brings parsed lines into their places; called before anything but the status is looked at or changed. */
  _settle(): void {
    const block = this.#block
    if (block === null) return
    this.#block = null
    const store = this._store
    for (let i = 0; i < block.count; i++) {
      const name = block.name(i)
      const key = normalizeHeaderKey(name)
      const value = block.value(i)
      switch (key) {
        case 'Content-Type':
          this._contentType = value
          break
        case 'Server':
          this._server = value
          break
        case 'Date':
          this._date = value
          break
        case 'Set-Cookie':
          this.#cookies.push(value.slice(0, Math.max(0, value.search(/[=;]|$/))), value)
          break
        // What the framing of this very message was; a message sent on gets its own.
        case 'Content-Length':
        case 'Transfer-Encoding':
          break
        case 'Connection':
          if (this.closes && equalsIgnoreCase(value, 'close')) break
        // falls through
        default:
          store.push(store.normalize ? key : name, value)
      }
    }
  }

  /** Status code, 200 when none was set. */
  statusCode(): number {
    return this._statusCode === 0 ? 200 : this._statusCode
  }

  /** Sets the status code; anything but a number of three digits means 200. */
  setStatusCode(code: number): void {
    // Also what an untyped caller passes must not reach the status line as text.
    this._statusCode = code >= 100 && code <= 999 ? code | 0 : 0
  }

  /** Reason phrase, `''` for the standard one. */
  statusMessage(): string {
    return this._statusMessage
  }

  statusMessageBytes(): Buffer {
    return toBuffer(this._statusMessage)
  }

  setStatusMessage(message: Bytes): void {
    this._statusMessage = cleanValue(header(message))
  }

  protocol(): string {
    return this.#protocol
  }

  protocolBytes(): Buffer {
    return toBuffer(this.#protocol)
  }

  setProtocol(protocol: Bytes): void {
    this.#protocol = cleanValue(header(protocol))
  }

  isHTTP11(): boolean {
    return this.#protocol === 'HTTP/1.1'
  }

  /** Value of Content-Type; the default unless one was set or the default is turned off. */
  contentType(): string {
    this._settle()
    return this._contentType ?? (this.noDefaultContentType ? '' : DEFAULT_CONTENT_TYPE)
  }

  contentTypeBytes(): Buffer {
    return toBuffer(this.contentType())
  }

  setContentType(type: Bytes): void {
    this._settle()
    this._contentType = cleanValue(header(type))
  }

  /** Value of Content-Encoding, `''` when there is none. */
  contentEncoding(): string {
    return this.fill().get('Content-Encoding') ?? ''
  }

  contentEncodingBytes(): Buffer {
    return toBuffer(this.contentEncoding())
  }

  setContentEncoding(coding: Bytes): void {
    this.setTyped('Content-Encoding', header(coding))
  }

  /** Value of Server, `''` when none was set. */
  server(): string {
    this._settle()
    return this._server ?? ''
  }

  serverBytes(): Buffer {
    return toBuffer(this.server())
  }

  setServer(name: Bytes): void {
    this._settle()
    this._server = cleanValue(header(name))
  }

  /** Announced length, `-1` for chunked coding, `-2` when nothing was set: the length of the body then. */
  contentLength(): number {
    return this.#contentLength
  }

  /** Sets the length to announce where no body is sent: answers to HEAD. The length of a body that is sent wins. */
  setContentLength(length: number): void {
    this.#contentLength = length < 0 ? -1 : length
  }

  /** Sets Content-Range to `bytes start-end/size`. */
  setContentRange(start: number, end: number, size: number): void {
    this.setTyped('Content-Range', `bytes ${start}-${end}/${size}`)
  }

  setLastModified(date: Date | number): void {
    this.setTyped('Last-Modified', formatHTTPDate(date))
  }

  /** Sends `cookie`, replacing one of the same key. The cookie is copied. */
  setCookie(cookie: Cookie): void {
    this.#setCookieText(cookie.key(), cleanValue(cookie.toString()))
  }

  /** Fills `cookie` from the response's cookie of its key. `false` when there is none. */
  cookie(cookie: Cookie): boolean {
    const text = this.peekCookie(cookie.key())
    if (text === undefined) return false
    cookie.parse(text)
    return true
  }

  /** The Set-Cookie value of the cookie `key`. */
  peekCookie(key: Bytes): string | undefined {
    this._settle()
    const name = header(key)
    for (let i = 0; i < this.#cookies.length; i += 2) {
      if (this.#cookies[i] === name) return this.#cookies[i + 1]
    }
    return undefined
  }

  /** As {@link peekCookie}, as bytes. */
  peekCookieBytes(key: Bytes): Buffer | undefined {
    const value = this.peekCookie(key)
    return value === undefined ? undefined : toBuffer(value)
  }

  /** Tells the client to forget the cookie `key`. */
  delClientCookie(key: Bytes): void {
    const name = header(key)
    this.#setCookieText(
      name,
      `${cleanValue(name).replace(/[;=]/g, ' ')}=; expires=Tue, 10 Nov 2009 23:00:00 GMT`
    )
  }

  /** Takes back a cookie set on this response. */
  delCookie(key: Bytes): void {
    this._settle()
    const name = header(key)
    for (let i = this.#cookies.length - 2; i >= 0; i -= 2) {
      if (this.#cookies[i] === name) this.#cookies.splice(i, 2)
    }
  }

  delAllCookies(): void {
    this._settle()
    this.#cookies.length = 0
  }

  /** Keys and Set-Cookie values, in order. */
  *cookies(): IterableIterator<[key: string, value: string]> {
    this._settle()
    for (let i = 0; i < this.#cookies.length; i += 2)
      yield [this.#cookies[i]!, this.#cookies[i + 1]!]
  }

  /** Calls `fn` for each of {@link cookies}. */
  visitAllCookie(fn: (key: string, value: string) => void): void {
    for (const [key, value] of this.cookies()) fn(key, value)
  }

  override peek(key: Bytes): string | undefined {
    this._settle()
    const name = header(key)
    switch (name.length) {
      case 4:
        if (equalsIgnoreCase(name, 'Date')) return this._date
        break
      case 6:
        if (equalsIgnoreCase(name, 'Server')) return this._server
        break
      case 7:
        if (equalsIgnoreCase(name, 'Trailer') && this._trailerKeys.length > 0) {
          return this._trailerKeys.join(', ')
        }
        break
      case 10:
        if (equalsIgnoreCase(name, 'Set-Cookie')) {
          const values = this.#cookies.filter((_, i) => i % 2 === 1)
          return values.length === 0 ? undefined : values.join(', ')
        }
        if (equalsIgnoreCase(name, 'Connection') && this.closes) return 'close'
        break
      case 12:
        if (equalsIgnoreCase(name, 'Content-Type')) {
          return this._contentType ?? (this.noDefaultContentType ? undefined : DEFAULT_CONTENT_TYPE)
        }
        break
      case 14:
        if (equalsIgnoreCase(name, 'Content-Length')) {
          return this.#contentLength < 0 ? undefined : String(this.#contentLength)
        }
    }
    return this._store.get(name)
  }

  override peekAll(key: Bytes): string[] {
    this._settle()
    const name = header(key)
    if (equalsIgnoreCase(name, 'Set-Cookie')) return this.#cookies.filter((_, i) => i % 2 === 1)
    const stored = this._store.getAll(name)
    if (stored.length > 0) return stored
    const value = this.peek(name)
    return value === undefined ? [] : [value]
  }

  override del(key: Bytes): void {
    this._settle()
    const name = header(key)
    if (equalsIgnoreCase(name, 'Content-Type')) this._contentType = undefined
    else if (equalsIgnoreCase(name, 'Server')) this._server = undefined
    else if (equalsIgnoreCase(name, 'Set-Cookie')) this.delAllCookies()
    else if (equalsIgnoreCase(name, 'Content-Length')) this.#contentLength = -2
    else if (equalsIgnoreCase(name, 'Date')) this._date = undefined
    else super.del(name)
  }

  override *all(): IterableIterator<[name: string, value: string]> {
    this._settle()
    if (this._contentType !== undefined) yield ['Content-Type', this._contentType]
    if (this._server !== undefined) yield ['Server', this._server]
    if (this._date !== undefined) yield ['Date', this._date]
    yield* super.all()
    if (this._trailerKeys.length > 0) yield ['Trailer', this._trailerKeys.join(', ')]
    for (const [, value] of this.cookies()) yield ['Set-Cookie', value]
    if (this.closes) yield ['Connection', 'close']
  }

  /** @internal The lines beyond those every response has, as they are written. */
  _extraLines(): string {
    this._settle()
    const store = this._store
    let lines = ''
    for (let i = 0; i < store.length; i++) {
      const name = store.names[i]!
      if (this._trailerKeys.length === 0 || !this._trailerKeys.includes(name)) {
        lines += name + ': ' + store.values[i]! + '\r\n'
      }
    }
    if (this._trailerKeys.length > 0) lines += `Trailer: ${this._trailerKeys.join(', ')}\r\n`
    for (let i = 1; i < this.#cookies.length; i += 2) lines += `Set-Cookie: ${this.#cookies[i]}\r\n`
    return lines
  }

  /** @internal Whether {@link _extraLines} has any. */
  get _hasExtraLines(): boolean {
    return this._store.length > 0 || this.#cookies.length > 0 || this._trailerKeys.length > 0
  }

  /** Status line and lines as they would be sent for an empty body, but for what the server adds. */
  header(): string {
    this._settle()
    const code = this.statusCode()
    const message = this._statusMessage === '' ? statusMessage(code) : this._statusMessage
    let text = `${this.#protocol} ${code} ${message}\r\n`
    if (this._server !== undefined) text += `Server: ${this._server}\r\n`
    if (this._contentType !== undefined) text += `Content-Type: ${this._contentType}\r\n`
    if (this.#contentLength >= 0) text += `Content-Length: ${this.#contentLength}\r\n`
    text += this._extraLines()
    if (this.closes) text += 'Connection: close\r\n'
    return text + '\r\n'
  }

  /** @internal The head of a response that no server writes, with framing for a body of `length` bytes. */
  _head(length: number): string {
    this._settle()
    const code = this.statusCode()
    const message = this._statusMessage === '' ? statusMessage(code) : this._statusMessage
    let text = `${this.#protocol} ${code} ${message}\r\n`
    if (this._server !== undefined) text += `Server: ${this._server}\r\n`
    text += `Date: ${this._date ?? nowHTTPDate()}\r\n`
    const isEmpty = length === 0 || length === NO_LENGTH
    const type = this._contentType ?? (isEmpty ? '' : this.contentType())
    if (type !== '') text += `Content-Type: ${type}\r\n`
    if (length >= 0) text += `Content-Length: ${length}\r\n`
    else if (length === CHUNKED) text += 'Transfer-Encoding: chunked\r\n'
    text += this._extraLines()
    return text + (this.closes ? 'Connection: close\r\n\r\n' : '\r\n')
  }

  /** Copies everything into `dst`, which is reset first. */
  copyTo(dst: ResponseHeader): void {
    this._settle()
    dst.reset()
    this.copyMessageTo(dst)
    dst._statusCode = this._statusCode
    dst._statusMessage = this._statusMessage
    dst._contentType = this._contentType
    dst._server = this._server
    dst.#protocol = this.#protocol
    dst.#cookies.push(...this.#cookies)
    dst.#contentLength = this.#contentLength
    dst._date = this._date
  }

  reset(): void {
    this.resetMessage()
    this._statusCode = 0
    this._statusMessage = ''
    this._contentType = undefined
    this._server = undefined
    this.#protocol = 'HTTP/1.1'
    if (this.#cookies.length > 0) this.#cookies.length = 0
    this.#contentLength = -2
    this._date = undefined
    this.#block = null
  }

  protected override fill(): HeaderStore {
    this._settle()
    return this._store
  }

  protected override setField(name: string, value: string, append: boolean): void {
    this._settle()
    switch (name.length) {
      case 4:
        // The server writes Date itself.
        if (equalsIgnoreCase(name, 'Date')) return
        break
      case 6:
        if (equalsIgnoreCase(name, 'Server')) return this.setServer(value)
        break
      case 7:
        if (equalsIgnoreCase(name, 'Trailer')) return this.setTrailerLine(value, append)
        break
      case 10:
        if (equalsIgnoreCase(name, 'Set-Cookie')) {
          const clean = cleanValue(value)
          this.#cookies.push(clean.slice(0, Math.max(0, clean.search(/[=;]|$/))), clean)
          return
        }
        if (equalsIgnoreCase(name, 'Connection')) {
          this._store.delete(name)
          if (this.setConnectionLine(value)) return
        }
        break
      case 12:
        if (equalsIgnoreCase(name, 'Content-Type')) return this.setContentType(value)
        break
      case 14:
        if (equalsIgnoreCase(name, 'Content-Length')) {
          if (/^\d{1,15}$/.test(value)) this.#contentLength = Number(value)
          return
        }
        break
      case 16:
        if (equalsIgnoreCase(name, 'Content-Encoding')) return this.setContentEncoding(value)
        break
      case 17:
        if (equalsIgnoreCase(name, 'Transfer-Encoding')) return
    }
    super.setField(name, value, append)
  }

  #setCookieText(key: string, text: string): void {
    this._settle()
    for (let i = 0; i < this.#cookies.length; i += 2) {
      if (this.#cookies[i] !== key) continue
      this.#cookies[i + 1] = text
      return
    }
    this.#cookies.push(key, text)
  }
}
