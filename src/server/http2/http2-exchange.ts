import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import { HijackedError, ReadingResponseHeadersError } from '../../errors.js'
import { NEED_MORE, type FieldBlock } from '../../http/field-block.js'
import type { Conn } from '../../net/conn.js'
import { BodyReader } from '../../wire/body-reader.js'
import { BODY_CHUNKED, BODY_NONE, BODY_TO_END, ResponseParser } from '../../wire/response-parser.js'
import type { RequestParser } from '../../wire/request-parser.js'
import type { BodySink, Exchange, ExchangeListener } from '../exchange.js'
import type { Http2Request } from './http2-request.js'
import { responseFields } from './response-fields.js'

const MAX_TRAILER_BYTES = 16 * 1024
const NO_BYTES = Buffer.alloc(0)

/**
 * The exchange of an HTTP/2 request for handlers that write answers in the form of HTTP/1.1, such as adapted Express apps: their head
 * becomes a HEADERS frame, the content of their body DATA frames.
 */
export class Http2Exchange implements Exchange {
  readonly minorVersion = 1
  readonly keepAlive = true
  readonly isUpgrade = false
  readonly method: string
  readonly target: string
  readonly hasBody: boolean
  readonly expectsContinue: boolean
  listener: ExchangeListener | undefined = undefined
  /** The answer is complete. */
  isEnded = false

  readonly #request: Http2Request
  readonly #stream: ServerHttp2Stream
  readonly #parser = new ResponseParser()
  readonly #body = new BodyReader()
  /** The start of a head that is not complete. */
  #head = NO_BYTES
  #headSent = false
  #toEnd = false
  #blocked = false

  constructor(request: Http2Request, parser: RequestParser) {
    this.#request = request
    this.#stream = request.stream
    this.method = parser.method
    this.target = parser.target
    this.hasBody = request.hasBody
    this.expectsContinue = parser.fields.expectsContinue && request.hasBody
  }

  get conn(): Conn {
    return this.#request.conn
  }

  get pendingBytes(): number {
    return this.#stream.writableLength
  }

  rawHeaders(): string[] {
    return this.#request.rawHeaders()
  }

  readBody(sink: BodySink): void {
    this.#request.readBody(sink)
  }

  resumeBody(): void {
    this.#request.resumeBody()
  }

  write(data: string | Uint8Array): boolean {
    if (this.#stream.destroyed) return true
    const bytes =
      typeof data === 'string'
        ? Buffer.from(data, 'latin1')
        : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    if (this.#headSent) this.#writeBody(bytes)
    else this.#writeHead(bytes)
    return !this.#blocked
  }

  /** Nothing is gathered here. */
  flush(): void {}

  end(_close: boolean): void {
    this.isEnded = true
    const stream = this.#stream
    if (stream.destroyed || stream.writableEnded) return
    stream.end()
  }

  upgrade(): { socket: Duplex; head: Buffer } {
    throw new HijackedError('a stream of HTTP/2 cannot be hijacked')
  }

  drained(): void {
    this.#blocked = false
    this.listener?.drained()
  }

  aborted(err: Error | undefined): void {
    if (!this.isEnded) this.listener?.abort(err)
  }

  onChunkData(buf: Buffer, start: number, end: number): boolean {
    // A copy: the caller may reuse its memory, and these bytes may wait for the client.
    if (!this.#stream.write(Buffer.from(buf.subarray(start, end)))) this.#blocked = true
    return true
  }

  #writeHead(bytes: Buffer): void {
    const input = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes])
    this.#head = NO_BYTES
    const parser = this.#parser
    const result = parser.parse(input, 0, input.length)
    if (result === NEED_MORE) {
      this.#head = Buffer.from(input)
      return
    }
    if (result < 0) throw new ReadingResponseHeadersError()
    const { statusCode, fields } = parser
    const rest = input.subarray(parser.next)
    if (statusCode < 200) {
      this.#stream.additionalHeaders({ ':status': statusCode, ...fieldsOf(fields) })
      if (rest.length > 0) this.#writeHead(rest)
      return
    }
    this.#headSent = true
    const kind = parser.bodyKind(this.method)
    this.#toEnd = kind === BODY_TO_END
    this.#body.start(kind === BODY_CHUNKED, fields.contentLength, MAX_TRAILER_BYTES)
    const announcesTrailers = kind === BODY_CHUNKED && fields.find('Trailer') >= 0
    this.#stream.respond(
      { ':status': statusCode, ...fieldsOf(fields) },
      { endStream: kind === BODY_NONE, waitForTrailers: announcesTrailers }
    )
    if (announcesTrailers) this.#stream.once('wantTrailers', () => this.#sendTrailers())
    if (rest.length > 0 && kind !== BODY_NONE) this.#writeBody(rest)
  }

  #writeBody(bytes: Buffer): void {
    if (this.#stream.writableEnded) return
    if (this.#toEnd) {
      this.onChunkData(bytes, 0, bytes.length)
      return
    }
    for (let at = 0; at < bytes.length && !this.#body.done;) {
      at = this.#body.read(bytes, at, bytes.length, this)
      if (at < 0) throw new ReadingResponseHeadersError('broken chunk')
    }
  }

  #sendTrailers(): void {
    const { trailers } = this.#body
    let lines = ''
    for (let i = 0; i < trailers.length; i += 2) lines += `${trailers[i]}: ${trailers[i + 1]}\r\n`
    if (!this.#stream.closed) this.#stream.sendTrailers(responseFields(lines))
  }
}

function fieldsOf(fields: FieldBlock): ReturnType<typeof responseFields> {
  return responseFields(fields.text)
}
