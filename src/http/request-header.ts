import { equalsIgnoreCase } from '../bytes/ascii.js'
import type { FieldBlock } from './field-block.js'
import { cleanName, cleanValue, type HeaderStore } from './header-store.js'
import { header, MessageHeader, type Bytes } from './message-header.js'
import { normalizeHeaderKey } from './header-key.js'
import { RequestCookies } from './request-cookies.js'

const BLANKS = /[\t ]/g
/** Whatever stood there must not end the target. */
const blank = (c: string): string => (c === ' ' ? '%20' : '%09')

/**
 * Header of a request: its first line and its field lines. Lines that were parsed stay in wire form until one is changed; values are
 * cut out of it when asked for. Go: `RequestHeader`.
 */
export class RequestHeader extends MessageHeader {
  #method = ''
  #target = ''
  #protocol = 'HTTP/1.1'
  /** Lines in wire form; `null` once they are in the store. */
  #block: FieldBlock | null = null
  readonly #cookies = new RequestCookies()
  #cookiesRead = false
  #contentLength: number | undefined = undefined

  /** @internal Takes over a parsed head; `block` is not copied. */
  _setParsed(method: string, target: string, minorVersion: number, block: FieldBlock): void {
    this.#method = method
    this.#target = target
    this.#protocol = minorVersion === 1 ? 'HTTP/1.1' : 'HTTP/1.0'
    this.#block = block
    this.closes = minorVersion === 1 ? block.closes : block.closes || !block.keepsAlive
  }

  /** @internal The lines, for a writer. */
  _lines(): HeaderStore {
    return this.fill()
  }

  /** @internal */
  get _hasDefaultContentType(): boolean {
    return !this.noDefaultContentType
  }

  /** Method, `GET` when none was set. */
  method(): string {
    return this.#method === '' ? 'GET' : this.#method
  }

  /** Sets the method; what may not stand in a token becomes `-`. */
  setMethod(method: Bytes): void {
    this.#method = cleanName(header(method))
  }

  /** Request target as it stands in the first line, `/` when none was set. */
  requestURI(): string {
    return this.#target === '' ? '/' : this.#target
  }

  /** Sets the target; spaces are escaped, and so is what cannot stand in a line. */
  setRequestURI(target: Bytes): void {
    this.#target = cleanValue(header(target)).replace(BLANKS, blank)
  }

  /** `HTTP/1.1` or `HTTP/1.0`. */
  protocol(): string {
    return this.#protocol
  }

  setProtocol(protocol: Bytes): void {
    this.#protocol = cleanValue(header(protocol))
  }

  isHTTP11(): boolean {
    return this.#protocol === 'HTTP/1.1'
  }

  isGet(): boolean {
    return this.method() === 'GET'
  }
  isPost(): boolean {
    return this.#method === 'POST'
  }
  isPut(): boolean {
    return this.#method === 'PUT'
  }
  isDelete(): boolean {
    return this.#method === 'DELETE'
  }
  isHead(): boolean {
    return this.#method === 'HEAD'
  }
  isConnect(): boolean {
    return this.#method === 'CONNECT'
  }
  isOptions(): boolean {
    return this.#method === 'OPTIONS'
  }
  isTrace(): boolean {
    return this.#method === 'TRACE'
  }
  isPatch(): boolean {
    return this.#method === 'PATCH'
  }

  override peek(key: Bytes): string | undefined {
    const name = header(key)
    const block = this.#block
    if (block === null) return this._store.get(name)
    const i = block.find(name)
    return i < 0 ? undefined : block.value(i)
  }

  override peekAll(key: Bytes): string[] {
    const name = header(key)
    const block = this.#block
    if (block === null) return this._store.getAll(name)
    const found: string[] = []
    for (let i = 0; i < block.count; i++) if (block.isNamed(i, name)) found.push(block.value(i))
    return found
  }

  /** Value of Host, `''` when there is none. */
  host(): string {
    const block = this.#block
    if (block !== null) return block.host < 0 ? '' : block.value(block.host)
    return this._store.get('Host') ?? ''
  }
  setHost(host: Bytes): void {
    this.setTyped('Host', header(host))
  }

  /** Value of User-Agent, `''` when there is none. */
  userAgent(): string {
    return this.last('User-Agent')
  }
  setUserAgent(value: Bytes): void {
    this.setTyped('User-Agent', header(value))
  }

  /** Value of Referer, `''` when there is none. */
  referer(): string {
    return this.peek('Referer') ?? ''
  }
  setReferer(value: Bytes): void {
    this.setTyped('Referer', header(value))
  }

  /** Value of Content-Type, `''` when there is none. */
  contentType(): string {
    return this.last('Content-Type')
  }
  setContentType(value: Bytes): void {
    this.setTyped('Content-Type', header(value))
  }

  /** Value of Content-Encoding, `''` when there is none. */
  contentEncoding(): string {
    return this.peek('Content-Encoding') ?? ''
  }
  setContentEncoding(value: Bytes): void {
    this.setTyped('Content-Encoding', header(value))
  }

  /** Length of the body in bytes, `-1` when it is chunked, `-2` when the head announces none. */
  contentLength(): number {
    if (this.#contentLength !== undefined) return this.#contentLength
    const block = this.#block
    if (block === null) return -2
    if (block.chunked) return -1
    return block.contentLength < 0 ? -2 : block.contentLength
  }

  /** Announces a body of `length` bytes; a negative one announces chunked coding. */
  setContentLength(length: number): void {
    const store = this.fill()
    this.#contentLength = length < 0 ? -1 : length
    store.delete('Transfer-Encoding')
    store.delete('Content-Length')
    if (length < 0) store.push('Transfer-Encoding', 'chunked')
    else store.push('Content-Length', String(length))
  }

  /** Boundary of a `multipart/form-data` content type, `undefined` for another type. */
  multipartFormBoundary(): string | undefined {
    const type = this.contentType()
    const found = /^multipart\/form-data[ \t]*;(?:.*[; \t])?boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(
      type
    )
    return found === null ? undefined : (found[1] ?? found[2])
  }
  setMultipartFormBoundary(boundary: string): void {
    this.setContentType(`multipart/form-data; boundary=${boundary}`)
  }

  /** Asks for the bytes from `start` to `end`; `end` below zero means to the last, `start` below zero the last `-start` bytes. */
  setByteRange(start: number, end: number): void {
    const range = start < 0 ? `${start}` : end < 0 ? `${start}-` : `${start}-${end}`
    this.setTyped('Range', `bytes=${range}`)
  }

  /** Does Accept-Encoding name `coding` with a weight above zero? (RFC 9110, section 12.5.3) */
  hasAcceptEncoding(coding: string): boolean {
    for (const member of this.peekAll('Accept-Encoding').join(',').split(',')) {
      const [name = '', ...parameters] = member
        .split(';')
        .map((s) => s.replace(/^[ \t]+|[ \t]+$/g, ''))
      if (!equalsIgnoreCase(name, coding)) continue
      return !parameters.some((p) => /^q=0(?:\.0{0,3})?$/i.test(p))
    }
    return false
  }

  /** Does Connection name `Upgrade`? */
  connectionUpgrade(): boolean {
    return this.#block !== null
      ? this.#block.upgrades
      : /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i.test(this._store.getAll('Connection').join(','))
  }

  /** Value of the cookie `key`, as sent, `undefined` when there is none. */
  cookie(key: Bytes): string | undefined {
    return this.#readCookies().get(header(key))
  }
  /** Sets a cookie, replacing one of that name. */
  setCookie(key: Bytes, value: Bytes): void {
    this.#readCookies().set(cleanValue(header(key)), cleanValue(header(value)))
    this.#writeCookies()
  }
  delCookie(key: Bytes): void {
    this.#readCookies().delete(header(key))
    this.#writeCookies()
  }
  delAllCookies(): void {
    this.#readCookies().reset()
    this.#writeCookies()
  }
  /** The cookies in order. */
  cookies(): IterableIterator<[key: string, value: string]> {
    return this.#readCookies().all()
  }

  /** The lines as they came, with the empty line behind them; `''` when the header was not parsed or was changed since. */
  rawHeaders(): string {
    return this.#block === null ? '' : this.#block.text
  }

  /** The first line, the lines and the empty line behind them. */
  header(): string {
    const close =
      this.closes && this.peek('Connection') === undefined ? 'Connection: close\r\n' : ''
    return `${this.method()} ${this.requestURI()} ${this.#protocol}\r\n${this.fill().toString()}${close}\r\n`
  }

  override toString(): string {
    return this.header()
  }

  /** Copies everything into `dst`, which is reset first. */
  copyTo(dst: RequestHeader): void {
    dst.reset()
    this.copyMessageTo(dst)
    dst.#method = this.#method
    dst.#target = this.#target
    dst.#protocol = this.#protocol
    dst.#contentLength = this.contentLength()
  }

  reset(): void {
    this.resetMessage()
    this.#method = ''
    this.#target = ''
    this.#protocol = 'HTTP/1.1'
    this.#block = null
    this.#contentLength = undefined
    if (this.#cookiesRead) {
      this.#cookies.reset()
      this.#cookiesRead = false
    }
  }

  protected override fill(): HeaderStore {
    const block = this.#block
    if (block !== null) {
      this.#contentLength = this.contentLength()
      this.#block = null
      const store = this._store
      for (let i = 0; i < block.count; i++) {
        const name = block.name(i)
        store.push(store.normalize ? normalizeHeaderKey(name) : name, block.value(i))
      }
    }
    return this._store
  }

  protected override setField(name: string, value: string, append: boolean): void {
    if (equalsIgnoreCase(name, 'Transfer-Encoding')) return
    if (equalsIgnoreCase(name, 'Content-Length')) {
      if (/^\d{1,15}$/.test(value)) this.setContentLength(Number(value))
      return
    }
    if (equalsIgnoreCase(name, 'Cookie')) {
      this.#readCookies().parse(cleanValue(value))
      this.#writeCookies()
      return
    }
    if (equalsIgnoreCase(name, 'Trailer'))
      return append ? this.addTrailer(value) : this.setTrailer(value)
    if (equalsIgnoreCase(name, 'Connection')) {
      this.closes = equalsIgnoreCase(value, 'close')
      if (this.closes) return this.fill().delete('Connection')
    }
    super.setField(name, value, append)
  }

  /** Last value of a field that a message should have once. */
  private last(name: string): string {
    const block = this.#block
    if (block !== null) {
      for (let i = block.count - 1; i >= 0; i--) if (block.isNamed(i, name)) return block.value(i)
      return ''
    }
    const all = this._store.getAll(name)
    return all[all.length - 1] ?? ''
  }

  #readCookies(): RequestCookies {
    if (!this.#cookiesRead) {
      this.#cookiesRead = true
      for (const line of this.peekAll('Cookie')) this.#cookies.parse(line)
    }
    return this.#cookies
  }

  #writeCookies(): void {
    const store = this.fill()
    store.delete('Cookie')
    const line = this.#cookies.toString()
    if (line !== '') store.push('Cookie', line)
  }
}
