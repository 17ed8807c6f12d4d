import type { Duplex, Readable } from 'node:stream'
import type { CipherNameAndProtocol, PeerCertificate, TLSSocket } from 'node:tls'
import { parseHTTPDate } from '../bytes/http-date.js'
import { latin1, toBuffer, toText } from '../bytes/byte-string.js'
import { excerpt, HijackedError, InvalidJSONError, MissingFileError } from '../errors.js'
import type { Args } from '../http/args.js'
import type { Bytes } from '../http/message-header.js'
import type { FileHeader, MultipartForm } from '../http/multipart.js'
import { Request } from '../http/request.js'
import { Response } from '../http/response.js'
import { StatusNotModified } from '../http/status.js'
import type { StreamWriter } from '../http/stream-writer.js'
import { URI } from '../http/uri.js'
import { UserValues, userValueKey } from '../http/user-values.js'
import type { Addr, Conn } from '../net/conn.js'
import { DetachedOwner } from './detached-owner.js'
import type { Exchange } from './exchange.js'
import { defaultFormValueFunc, type FormValueFunc } from './form-value.js'
import { sendFile } from './send-file.js'

/** Answers one request. Nothing is sent before it returns or its promise settles. */
export type RequestHandler = (ctx: RequestCtx) => void | Promise<void>

/** Named values that live outside the ctx. */
export interface SharedFields {
  has(name: string): boolean
  get(name: string): unknown
  set(name: string, value: unknown): void
  delete(name: string): void
}

/** Takes a connection over after a response, see {@link RequestCtx.hijack}. */
export type HijackHandler = (stream: Duplex) => void | Promise<void>

/** State of a TLS connection, in the words of `tls.TLSSocket`. */
export interface TLSConnectionState {
  /** Such as `TLSv1.3`. */
  readonly protocol: string | null
  readonly cipher: CipherNameAndProtocol
  readonly alpnProtocol: string | undefined
  /** Name the client asked for (SNI). */
  readonly serverName: string | undefined
  /** Was a certificate of the client asked for and verified? */
  readonly authorized: boolean
  /** Certificate of the client; empty when it sent none. */
  readonly peerCertificate: PeerCertificate
}

/** Writes log lines; `args` fill the placeholders of `util.format`. */
export interface Logger {
  printf(format: string, ...args: unknown[]): void
}

/** What a ctx needs of the connection it serves. */
export interface CtxOwner {
  readonly conn: Conn | undefined
  readonly connID: number
  readonly requestNum: number
  readonly connTime: number
  readonly requestTime: number
  readonly logger: Logger
  /** Marks the exchange as taken: the handler writes the answer's bytes itself. */
  take(): Exchange
  rawHeaders(): string[] | undefined
  signalOf(): AbortSignal
  earlyHints(header: Response['header']): void
  /** Calls `hook` when the server shuts down, even after the request. @returns takes `hook` back */
  onShutdown(hook: () => void): () => void
}

/** The user value under which the router keeps the parameters of the matched path. */
export const kParams: unique symbol = Symbol.for('fasthttp.params')

const SILENT: Logger = { printf() {} }
const LINE_BREAKS = /[\r\n]/g
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const UNKNOWN_ADDR: Addr = { network: 'tcp', address: '0.0.0.0', port: 0 }

/**
 * One request and the response to it. The object and everything got from it but strings, numbers and copies belongs to the server:
 * it serves another request as soon as the handler has settled. Go: `RequestCtx`.
 */
export class RequestCtx {
  readonly request = new Request()
  readonly response = new Response()
  /** @internal */ _owner: CtxOwner | null = null
  /** @internal The server's, for good. */
  _formValueFunc: FormValueFunc = defaultFormValueFunc
  /** @internal */ _hijackHandler: HijackHandler | null = null
  /** @internal */ _hijackNoResponse = false
  /** @internal Set by timeoutError: what is sent in place of `response`. */
  _timeoutResponse: Response | null = null
  /** @internal Fields of a node:http request that user values are one with, while adapted middleware takes part. */
  _fields: SharedFields | null = null
  readonly #userValues = new UserValues()
  #remoteAddr: Addr | null = null

  // Request

  /** Method as sent. */
  method(): string {
    return this.request.header.method()
  }
  methodBytes(): Buffer {
    return toBuffer(this.method())
  }

  /** Decoded and normalized path of the target, always starting with `/`. (RFC 9112, section 3.2) */
  path(): string {
    return this.request.path()
  }
  /** As {@link path}, as bytes. Valid until the handler's promise settles. */
  pathBytes(): Buffer {
    return this.request.uri().pathBytes()
  }

  /** Request target as sent. */
  requestURI(): string {
    return this.request.header.requestURI()
  }
  requestURIBytes(): Buffer {
    return toBuffer(this.requestURI())
  }

  /** The parsed target. Valid until the handler's promise settles. */
  uri(): URI {
    return this.request.uri()
  }

  /** Host of the request, with its port, in lower case. */
  host(): string {
    return this.request.host()
  }
  hostBytes(): Buffer {
    return toBuffer(this.host())
  }

  /** Value of Referer, `''` when there is none. */
  referer(): string {
    return this.request.header.referer()
  }
  refererBytes(): Buffer {
    return toBuffer(this.referer())
  }

  /** Value of User-Agent, `''` when there is none. */
  userAgent(): string {
    return this.request.header.userAgent()
  }
  userAgentBytes(): Buffer {
    return toBuffer(this.userAgent())
  }

  /** Arguments of the query string. Valid until the handler's promise settles. */
  queryArgs(): Args {
    return this.request.uri().queryArgs()
  }

  /** Arguments of an `application/x-www-form-urlencoded` body. Valid until the handler's promise settles. */
  postArgs(): Args {
    return this.request.postArgs()
  }

  /** The body as text (UTF-8). */
  postBody(): string {
    return this.request.body()
  }
  /** The body as bytes. Valid until the handler's promise settles. */
  postBodyBytes(): Buffer {
    return this.request.bodyBytes()
  }

  /** The body parsed as JSON. Throws `FH_ERR_INVALID_JSON`. */
  bodyJSON<T = unknown>(): T {
    try {
      return JSON.parse(this.request.body()) as T
    } catch (cause) {
      throw new InvalidJSONError(undefined, { cause })
    }
  }

  /** The body as a stream, with `streamRequestBody`; `undefined` otherwise. Valid until the handler's promise settles. */
  requestBodyStream(): Readable | undefined {
    return this.request.bodyStream()
  }
  isBodyStream(): boolean {
    return this.request.isBodyStream()
  }

  /**
   * First non-empty value of `key` in the query, the form body or the multipart form; `''` when there is none. The option `formValueFunc`
   * looks elsewhere.
   */
  formValue(key: Bytes): string {
    return this._formValueFunc(this, typeof key === 'string' ? key : toText(latin1(key)))
  }
  formValueBytes(key: Bytes): Buffer {
    return Buffer.from(this.formValue(key), 'utf8')
  }

  /** The form of a `multipart/form-data` body, see `Request.multipartForm`. Valid until the handler's promise settles. */
  multipartForm(): MultipartForm {
    return this.request.multipartForm()
  }

  /** Reads a form that the server has not read, see `Request.multipartFormWithLimit`. @param limit - bytes; 0 for no limit */
  multipartFormWithLimit(limit: number): Promise<MultipartForm> {
    return this.request.multipartFormWithLimit(limit)
  }

  /**
   * First uploaded file under `key`. Valid until the handler's promise settles: read it or save it by then.
   * Throws `FH_ERR_MISSING_FILE` when there is none and `FH_ERR_NO_MULTIPART_FORM` as {@link multipartForm} does.
   */
  formFile(key: string): FileHeader {
    const file = this.multipartForm().file.get(key)?.[0]
    if (file === undefined) throw new MissingFileError(excerpt(key))
    return file
  }

  isGet(): boolean {
    return this.request.header.isGet()
  }
  isPost(): boolean {
    return this.request.header.isPost()
  }
  isPut(): boolean {
    return this.request.header.isPut()
  }
  isDelete(): boolean {
    return this.request.header.isDelete()
  }
  isConnect(): boolean {
    return this.request.header.isConnect()
  }
  isOptions(): boolean {
    return this.request.header.isOptions()
  }
  isTrace(): boolean {
    return this.request.header.isTrace()
  }
  isPatch(): boolean {
    return this.request.header.isPatch()
  }
  isHead(): boolean {
    return this.request.header.isHead()
  }

  // Connection

  /** Did the request come over TLS? */
  isTLS(): boolean {
    return this.request._isTLS
  }

  /** What is known of the TLS connection, `undefined` without TLS. Go: `TLSConnectionState`. */
  tlsConnectionState(): TLSConnectionState | undefined {
    const conn = this._owner?.conn
    if (conn === undefined || !conn.encrypted) return undefined
    const socket = conn.stream as TLSSocket
    return {
      protocol: socket.getProtocol(),
      cipher: socket.getCipher(),
      alpnProtocol: socket.alpnProtocol || undefined,
      serverName: (socket as { servername?: string }).servername || undefined,
      authorized: socket.authorized,
      peerCertificate: socket.getPeerCertificate(),
    }
  }

  /** The connection, for its properties; reading and writing are the server's. `undefined` after `init`. */
  conn(): Conn | undefined {
    return this._owner?.conn
  }

  /** Address of the client. */
  remoteAddr(): Addr {
    return this.#remoteAddr ?? this._owner?.conn?.remoteAddr ?? UNKNOWN_ADDR
  }
  /** Overrides the client's address; `undefined` goes back to the real one. */
  setRemoteAddr(addr: Addr | undefined): void {
    this.#remoteAddr = addr ?? null
  }
  localAddr(): Addr {
    return this._owner?.conn?.localAddr ?? UNKNOWN_ADDR
  }
  /** IP address of the client, `0.0.0.0` when there is none; an IPv4 address mapped into IPv6 is shown as IPv4. */
  remoteIP(): string {
    return ipOf(this.remoteAddr())
  }
  localIP(): string {
    return ipOf(this.localAddr())
  }

  /** Number of the connection in this process, from 1. */
  connID(): number {
    return this._owner?.connID ?? 0
  }
  /** Number of the request on its connection, from 1. */
  connRequestNum(): number {
    return this._owner?.requestNum ?? 0
  }
  /** Number of the request in this process: `connID() * 2^32 + connRequestNum()`. */
  id(): bigint {
    return (BigInt(this.connID()) << 32n) + BigInt(this.connRequestNum())
  }
  /** When the connection was accepted. */
  connTime(): Date {
    return new Date(this._owner?.connTime ?? 0)
  }
  /** When the request was read. */
  time(): Date {
    return new Date(this._owner?.requestTime ?? 0)
  }

  /**
   * Aborts when the client goes away or the server shuts down before the handler has settled. The signal itself may be kept.
   */
  get signal(): AbortSignal {
    return this._owner === null ? new AbortController().signal : this._owner.signalOf()
  }

  /** Reason for which {@link signal} was aborted, `undefined` as long as it was not. */
  err(): unknown {
    const { signal } = this
    return signal.aborted ? signal.reason : undefined
  }

  logger(): Logger {
    return this._owner === null ? SILENT : this._owner.logger
  }

  // Response

  setStatusCode(code: number): void {
    this.response.header.setStatusCode(code)
  }

  setContentType(type: Bytes): void {
    this.response.header.setContentType(type)
  }

  /** Replaces the response body. Bytes are copied; text is sent as UTF-8. */
  setBody(data: string | Uint8Array): void {
    this.response._body.set(data)
  }
  setBodyString(text: string): void {
    this.response._body.set(text)
  }
  resetBody(): void {
    this.response._body.reset()
  }

  /** Appends to the response body. */
  write(data: string | Uint8Array): number {
    this.response._body.append(data)
    return data.length
  }
  writeString(text: string): number {
    return this.write(text)
  }

  /** Sends `value` as JSON. */
  setJSON(value: unknown): void {
    // First, since it may throw: the answer is then as it was.
    const text = JSON.stringify(value) ?? ''
    this.response.header.setContentType('application/json; charset=utf-8')
    this.response._body.set(text)
  }

  /** Sets content type and body. */
  success(contentType: Bytes, body: string | Uint8Array): void {
    this.setContentType(contentType)
    this.setBody(body)
  }
  successString(contentType: Bytes, body: string): void {
    this.success(contentType, body)
  }

  /** Answers with `message` as plain text, forgetting what was set before. */
  error(message: string, code: number): void {
    this.response.reset()
    this.setStatusCode(code)
    this.setContentType('text/plain; charset=utf-8')
    this.setBody(message)
  }

  /** Answers 404 with a plain text. */
  notFound(): void {
    this.error('404 Page not found', 404)
  }

  /** Answers 304, forgetting what was set before. */
  notModified(): void {
    this.response.reset()
    this.setStatusCode(StatusNotModified)
  }

  /** Is `lastModified` after the date in If-Modified-Since, by seconds? `true` when that header is absent or no date. */
  ifModifiedSince(lastModified: Date): boolean {
    const since = this.request.header.peek('If-Modified-Since')
    if (since === undefined) return true
    try {
      return (
        Math.floor(lastModified.getTime() / 1000) >
        Math.floor(parseHTTPDate(since).getTime() / 1000)
      )
    } catch {
      return true
    }
  }

  /**
   * Redirects to `uri`, resolved against the request's. Line breaks in it become spaces. (RFC 9110, section 15.4)
   * Throws `FH_ERR_INVALID_URI` or `FH_ERR_INVALID_HOST`.
   *
   * @param code - 301, 302, 303, 307 or 308; any other becomes 302
   */
  redirect(uri: Bytes, code: number): void {
    const target = new URI()
    this.request.uri().copyTo(target)
    target.update(typeof uri === 'string' ? uri.replace(LINE_BREAKS, ' ') : uri)
    this.setStatusCode(REDIRECTS.has(code) ? code : 302)
    this.response.header.set('Location', target._asciiURI())
  }

  /** Closes the connection after the response. */
  setConnectionClose(): void {
    this.response.header.setConnectionClose()
  }

  /**
   * Sends `stream` as the body, with back-pressure, once the handler has settled.
   *
   * @param size - length in bytes; below zero the body is chunked
   */
  setBodyStream(stream: Readable, size = -1): void {
    this.response.setBodyStream(stream, size)
  }

  /** Lets `writer` write the body once the handler has settled. `writer` must not use ctx. */
  setBodyStreamWriter(writer: StreamWriter): void {
    this.response.setBodyStreamWriter(writer)
  }

  /**
   * Answers with the file at `path`: its type, Last-Modified, and what If-Modified-Since and Range ask for; 404 when there is none. The
   * promise settles when the response is set; wait for it. `path` is trusted: never make it of what a client sends; `FS` is for that.
   */
  sendFile(path: string): Promise<void> {
    return sendFile(this, path)
  }
  /** As {@link sendFile}, which takes `%` as it stands too. Go: `SendFileLiteral`. */
  sendFileLiteral(path: string): Promise<void> {
    return sendFile(this, path)
  }

  /** Sends a 103 response with the Link fields set so far, at once; nothing without any. (RFC 8297) */
  earlyHints(): void {
    if (this.response.header.peek('Link') !== undefined)
      this._owner?.earlyHints(this.response.header)
  }

  // User values

  /** Value a handler before this one set, else the parameter of the matched route of that name; `undefined` when there is neither. */
  userValue(key: unknown): unknown {
    const name = userValueKey(key)
    if (this._fields !== null && typeof name === 'string' && this._fields.has(name)) {
      return this._fields.get(name)
    }
    const value = this.#userValues.get(name)
    return value === undefined && typeof name === 'string' ? this.param(name) : value
  }
  setUserValue(key: unknown, value: unknown): void {
    const name = userValueKey(key)
    if (this._fields !== null && typeof name === 'string') this._fields.set(name, value)
    this.#userValues.set(name, value)
  }
  removeUserValue(key: unknown): void {
    const name = userValueKey(key)
    if (this._fields !== null && typeof name === 'string') this._fields.delete(name)
    this.#userValues.delete(name)
  }
  resetUserValues(): void {
    this.#userValues.reset()
  }
  /** As {@link userValue}, the name of `context.Context` in Go. */
  value(key: unknown): unknown {
    return this.userValue(key)
  }
  /** Calls `fn` for the values under string keys. */
  visitUserValues(fn: (key: string, value: unknown) => void): void {
    this.#userValues.forEach((key, value) => {
      if (typeof key === 'string') fn(key, value)
    })
  }
  visitUserValuesAll(fn: (key: unknown, value: unknown) => void): void {
    this.#userValues.forEach(fn)
  }

  /** Parameter of the matched route, `undefined` when it has none of that name. */
  param(name: string): string | undefined {
    return (this.#userValues.get(kParams) as Record<string, string> | undefined)?.[name]
  }
  /** All parameters of the matched route. */
  params(): Record<string, string> {
    return { ...(this.#userValues.get(kParams) as Record<string, string> | undefined) }
  }

  // Leaving the common path

  /**
   * Hands the connection to `handler` once the response is sent. The connection closes when `handler` settles, unless the server has
   * `keepHijackedConns`.
   */
  hijack(handler: HijackHandler): void {
    this._hijackHandler = handler
  }
  /** With `true` no response is sent before a hijack. */
  hijackSetNoResponse(on: boolean): void {
    this._hijackNoResponse = on
  }
  hijacked(): boolean {
    return this._hijackHandler !== null
  }

  /**
   * Answers 408 with `message`, whatever is set on the response from here on. The server gives this ctx up: work that is still running
   * may go on using it, to no effect.
   */
  timeoutError(message: string): void {
    this.timeoutErrorWithCode(message, 408)
  }
  timeoutErrorWithCode(message: string, code: number): void {
    const response = new Response()
    response.setStatusCode(code)
    response.setBody(message)
    this._timeoutResponse = response
  }
  /** As {@link timeoutError}, with a copy of `response`. */
  timeoutErrorWithResponse(response: Response): void {
    const copy = new Response()
    response.copyTo(copy)
    this._timeoutResponse = copy
  }
  lastTimeoutErrorResponse(): Response | undefined {
    return this._timeoutResponse ?? undefined
  }

  /**
   * Prepares a ctx that no server made, for tests and servers of one's own.
   *
   * @param request - copied into the ctx
   * @param remoteAddr - address of the client; without one `0.0.0.0:0`
   * @param logger - without one nothing is logged
   */
  init(request?: Request, remoteAddr?: Addr, logger?: Logger): void {
    this.init2(undefined, logger)
    request?.copyTo(this.request)
    this.#remoteAddr = remoteAddr ?? null
  }

  /** As {@link init}, with a connection that gives the addresses. */
  init2(conn: Conn | undefined, logger?: Logger): void {
    this.reset()
    this._owner = new DetachedOwner(conn, logger)
  }

  /** @internal The connection itself, for handlers that write the answer's bytes. */
  _takeExchange(): Exchange {
    if (this._owner === null) throw new HijackedError('ctx has no connection')
    return this._owner.take()
  }

  /** Connection and request in one line. */
  toString(): string {
    const id = this.id().toString(16).padStart(16, '0')
    return `#${id} - ${show(this.localAddr())}<->${show(this.remoteAddr())} - ${this.method()} ${this.uri().fullURI()}`
  }

  /** @internal */
  reset(): void {
    // First: values that are disposed of may still read the request and the response.
    this.#userValues.reset(this)
    this.request.reset()
    this.response.reset()
    this._hijackHandler = null
    this._hijackNoResponse = false
    this._fields = null
    this._timeoutResponse = null
    this.#remoteAddr = null
  }
}

function ipOf(addr: Addr): string {
  const ip = addr.address
  if (ip === '' || addr.network === 'unix') return '0.0.0.0'
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip
}

function show(addr: Addr): string {
  return `${addr.address}:${addr.port}`
}
