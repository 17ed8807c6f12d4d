import { equalsIgnoreCase } from '../bytes/ascii.js'
import { toBuffer } from '../bytes/byte-string.js'
import type { FieldBlock } from './field-block.js'
import { cleanName, cleanValue, type HeaderStore } from './header-store.js'
import { header, MessageHeader, type Bytes } from './message-header.js'
import { normalizeHeaderKey } from './header-key.js'
import { RequestCookies } from './request-cookies.js'

const FIRST_KEYS = ['Host', 'Content-Length', 'Content-Type', 'User-Agent', 'Trailer', 'Cookie']
const MULTIPART = /^multipart\/form-data[ \t]*;/i
/** One parameter of a media type: its name, and its value in quotation marks or without. */
const PARAMETER = /;[ \t]*([^=;\s"]+)=(?:"([^"]*)"|([^;]*))/g

const BLANK = /[\t ]/
const BLANKS = /[\t ]/g
/** Whatever stood there must not end the target. */
const blank = (c: string): string => (c === ' ' ? '%20' : '%09')

/**
 * Header of a request: its first line and its field lines. Lines that were parsed stay in wire form until one is changed; values are
 * cut out of it when asked for. Go: `RequestHeader`.
 */
export class RequestHeader extends MessageHeader {
  protected override get firstKeys(): readonly string[] {
    return FIRST_KEYS
  }
  #method = ''
  #target = ''
  #protocol = 'HTTP/1.1'
  /** Lines in wire form; `null` once they are in the store. */
  #block: FieldBlock | null = null
  readonly #cookies = new RequestCookies()
  #cookiesRead = false
  #contentLength: number | undefined = undefined
  /** The parsed lines, when they are in the store by now. */
  #raw = ''
  /** @internal Fields such as Host are known by their name. */
  _special = true

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

  /** @internal A GET without a line of its own. */
  get _isBareGet(): boolean {
    return (
      this.#block === null &&
      this._store.length === 0 &&
      this._trailerKeys.length === 0 &&
      !this.closes &&
      (this.#method === '' || this.#method === 'GET')
    )
  }

  /** @internal */
  get _hasDefaultContentType(): boolean {
    return !this.noDefaultContentType
  }

  /** Method, `GET` when none was set. */
  method(): string {
    return this.#method === '' ? 'GET' : this.#method
  }

  methodBytes(): Buffer {
    return toBuffer(this.method())
  }

  /** Sets the method; what may not stand in a token becomes `-`. */
  setMethod(method: Bytes): void {
    this.#method = cleanName(header(method))
  }

  /** Request target as it stands in the first line, `/` when none was set. */
  requestURI(): string {
    return this.#target === '' ? '/' : this.#target
  }

  requestURIBytes(): Buffer {
    return toBuffer(this.requestURI())
  }

  /** Sets the target; spaces are escaped, and so is what cannot stand in a line. */
  setRequestURI(target: Bytes): void {
    const value = cleanValue(header(target))
    this.#target = BLANK.test(value) ? value.replace(BLANKS, blank) : value
  }

  /** `HTTP/1.1` or `HTTP/1.0`. */
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
    switch (name.length) {
      case 6:
        if (equalsIgnoreCase(name, 'Cookie')) return this.#cookieLine()
        break
      case 7:
        if (equalsIgnoreCase(name, 'Trailer') && this._trailerKeys.length > 0) {
          return this._trailerKeys.join(', ')
        }
        break
      case 10:
        if (equalsIgnoreCase(name, 'User-Agent')) return this.#last(name)
        if (block === null && this.closes && equalsIgnoreCase(name, 'Connection')) return 'close'
        break
      case 12:
        if (equalsIgnoreCase(name, 'Content-Type')) return this.#last(name)
    }
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
  hostBytes(): Buffer {
    return toBuffer(this.host())
  }
  setHost(host: Bytes): void {
    this.setTyped('Host', header(host))
  }

  /** Value of User-Agent, `''` when there is none. */
  userAgent(): string {
    return this.#last('User-Agent') ?? ''
  }
  userAgentBytes(): Buffer {
    return toBuffer(this.userAgent())
  }
  setUserAgent(value: Bytes): void {
    this.setTyped('User-Agent', header(value))
  }

  /** Value of Referer, `''` when there is none. */
  referer(): string {
    return this.peek('Referer') ?? ''
  }
  refererBytes(): Buffer {
    return toBuffer(this.referer())
  }
  setReferer(value: Bytes): void {
    this.setTyped('Referer', header(value))
  }

  /** Value of Content-Type, `''` when there is none. */
  contentType(): string {
    return this.#last('Content-Type') ?? ''
  }
  contentTypeBytes(): Buffer {
    return toBuffer(this.contentType())
  }
  setContentType(value: Bytes): void {
    this.setTyped('Content-Type', header(value))
  }

  /** Value of Content-Encoding, `''` when there is none. */
  contentEncoding(): string {
    return this.peek('Content-Encoding') ?? ''
  }
  contentEncodingBytes(): Buffer {
    return toBuffer(this.contentEncoding())
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

  /** Boundary of a `multipart/form-data` content type, `undefined` for another type. (RFC 7578) */
  multipartFormBoundary(): string | undefined {
    const type = this.contentType()
    if (!MULTIPART.test(type)) return undefined
    for (const [, name, quoted, plain] of type.matchAll(PARAMETER)) {
      if (equalsIgnoreCase(name!, 'boundary')) return (quoted ?? plain!.trimEnd()) || undefined
    }
    return undefined
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
  cookieBytes(key: Bytes): Buffer | undefined {
    const value = this.cookie(key)
    return value === undefined ? undefined : toBuffer(value)
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

  /** Calls `fn` for each of {@link cookies}. */
  visitAllCookie(fn: (key: string, value: string) => void): void {
    for (const [key, value] of this.cookies()) fn(key, value)
  }

  /** The lines as they came, with the empty line behind them; `''` when the header was not parsed. */
  rawHeaders(): string {
    return this.#block === null ? this.#raw : this.#block.text
  }

  rawHeadersBytes(): Buffer {
    return toBuffer(this.rawHeaders())
  }

  /** The lines as they came, whatever was changed since; {@link all} when the header was not parsed. */
  *allInOrder(): IterableIterator<[name: string, value: string]> {
    const raw = this.rawHeaders()
    if (raw === '') return yield* this.all()
    for (const line of raw.split('\r\n')) {
      const colon = line.indexOf(':')
      if (colon > 0) yield [this._store.key(line.slice(0, colon)), trim(line.slice(colon + 1))]
    }
    return undefined
  }

  /** Calls `fn` for each of {@link allInOrder}. */
  visitAllInOrder(fn: (name: string, value: string) => void): void {
    for (const [name, value] of this.allInOrder()) fn(name, value)
  }

  /**
   * Treats every field as any other from here on: `add` and `set` change nothing but lines, and a client sends the lines in their order
   * and spelling and adds none but those that frame the body.
   */
  disableSpecialHeader(): void {
    this._special = false
    this.disableNormalizing()
  }

  enableSpecialHeader(): void {
    this._special = true
    this.enableNormalizing()
  }

  /** The first line, the lines and the empty line behind them. */
  header(): string {
    const store = this.fill()
    let lines = store.toString()
    if (this._trailerKeys.length > 0 && !store.has('Trailer')) {
      lines += `Trailer: ${this._trailerKeys.join(', ')}\r\n`
    }
    if (this.closes && !store.has('Connection')) lines += 'Connection: close\r\n'
    return `${this.method()} ${this.requestURI()} ${this.#protocol}\r\n${lines}\r\n`
  }

  /** The announced names. */
  override peekTrailerKeys(): string[] {
    if (this._trailerKeys.length === 0) this.setTrailerLine(this.peekAll('Trailer').join(), false)
    return super.peekTrailerKeys()
  }

  /** Copies everything into `dst`, which is reset first. */
  copyTo(dst: RequestHeader): void {
    dst.reset()
    this.copyMessageTo(dst)
    dst.#method = this.#method
    dst.#target = this.#target
    dst.#protocol = this.#protocol
    dst.#contentLength = this.contentLength()
    dst.#raw = this.rawHeaders()
    dst._special = this._special
  }

  reset(): void {
    this.resetMessage()
    this.#method = ''
    this.#target = ''
    this.#protocol = 'HTTP/1.1'
    this.#block = null
    this.#raw = ''
    this.#contentLength = undefined
    if (!this._special) this.enableSpecialHeader()
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
      this.#raw = block.text
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
    if (this._special) {
      switch (name.length) {
        case 4:
          if (equalsIgnoreCase(name, 'Host')) return this.setHost(value)
          break
        case 6:
          if (!equalsIgnoreCase(name, 'Cookie')) break
          this.#readCookies().parse(cleanValue(value))
          return this.#writeCookies()
        case 7:
          if (equalsIgnoreCase(name, 'Trailer')) return this.setTrailerLine(value, append)
          break
        case 10:
          if (equalsIgnoreCase(name, 'User-Agent')) return this.setUserAgent(value)
          if (!equalsIgnoreCase(name, 'Connection')) break
          this.fill().delete('Connection')
          if (this.setConnectionLine(value)) return
          break
        case 12:
          if (equalsIgnoreCase(name, 'Content-Type')) return this.setContentType(value)
      }
    }
    super.setField(name, value, append)
  }

  /** Last value of a field that a message should have once. */
  #last(name: string): string | undefined {
    const block = this.#block
    if (block === null) return this._store.getAll(name).at(-1)
    for (let i = block.count - 1; i >= 0; i--) if (block.isNamed(i, name)) return block.value(i)
    return undefined
  }

  #cookieLine(): string | undefined {
    const lines = this.peekAll('Cookie')
    return lines.length > 1 ? lines.join('; ') : lines[0]
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

/** Without the blanks around a field value; `trim` would take U+00A0 away too. */
function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}
