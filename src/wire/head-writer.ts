import { nowHTTPDate } from '../bytes/http-date.js'
import { CHUNKED, NO_LENGTH, statusHasBody } from '../http/framing.js'
import type { ResponseHeader } from '../http/response-header.js'
import { cleanValue } from '../http/header-store.js'
import { statusMessage } from '../http/status.js'

const DEFAULT_CONTENT_TYPE = 'text/plain; charset=utf-8'

export interface HeadWriterOptions {
  /** Value of Server, `''` to send none. */
  name: string
  /** Send Date. */
  date: boolean
  /** Content-Type of a body that has none, `''` to send none. */
  contentType: string
}

/**
 * Writes response heads. What comes before the length is the same for most answers of a second: it is kept as one string.
 */
export class HeadWriter {
  readonly #name: string
  readonly #sendDate: boolean
  readonly #defaultType: string
  #date = ''
  #status = 0
  #type: string | undefined = undefined
  /** Status line, Server, Date and Content-Type for `#status` and `#type`. */
  #prefix = ''

  /** The whole head for `#length` and `#connection` behind `#prefix`; `''` when there is none. */
  #head = ''
  #length = 0
  #connection = ''

  constructor(options: HeadWriterOptions) {
    this.#name = cleanValue(options.name)
    this.#sendDate = options.date
    this.#defaultType = options.contentType
  }

  /** Tells the time, in milliseconds since the epoch. */
  tick(now: number): void {
    if (!this.#sendDate) return
    const date = nowHTTPDate(now)
    if (date === this.#date) return
    this.#date = date
    this.#prefix = ''
    this.#head = ''
  }

  /**
   * @param length - bytes of the body, or one of the constants above
   * @param connection - value of Connection, `''` for none
   */
  write(header: ResponseHeader, length: number, connection: string): string {
    header._settle()
    const status = header.statusCode()
    let type = header._contentType
    // An empty body has no type unless the handler named one.
    if (type === undefined)
      type = length === 0 || length === NO_LENGTH ? '' : this.#defaultOf(header)
    let head: string
    if (header._statusMessage === '' && header._server === undefined) {
      if (status !== this.#status || type !== this.#type || this.#prefix === '') {
        this.#status = status
        this.#type = type
        this.#prefix = this.#begin(status, statusMessage(status), this.#name, type)
        this.#head = ''
      }
      head = this.#prefix
      if (!header._hasExtraLines && this.#sendDate) return this.#plain(length, connection)
    } else {
      const message = header._statusMessage === '' ? statusMessage(status) : header._statusMessage
      head = this.#begin(status, message, header._server ?? this.#name, type)
    }
    if (length >= 0) head += 'Content-Length: ' + length + '\r\n'
    else if (length === CHUNKED) head += 'Transfer-Encoding: chunked\r\n'
    if (!this.#sendDate && header._date !== undefined) head += 'Date: ' + header._date + '\r\n'
    if (header._hasExtraLines) head += header._extraLines()
    return connection === '' ? head + '\r\n' : head + 'Connection: ' + connection + '\r\n\r\n'
  }

  /** A head that ends behind the length: the last one again when it is the same. */
  #plain(length: number, connection: string): string {
    if (length === this.#length && connection === this.#connection && this.#head !== '') {
      return this.#head
    }
    this.#length = length
    this.#connection = connection
    let head = this.#prefix
    if (length >= 0) head += 'Content-Length: ' + length + '\r\n'
    else if (length === CHUNKED) head += 'Transfer-Encoding: chunked\r\n'
    if (connection !== '') head += 'Connection: ' + connection + '\r\n'
    this.#head = head + '\r\n'
    return this.#head
  }

  #defaultOf(header: ResponseHeader): string {
    return header.contentType() === '' ? '' : this.#defaultType
  }

  #begin(status: number, message: string, server: string, type: string): string {
    let head = `HTTP/1.1 ${status} ${message}\r\n`
    if (server !== '') head += `Server: ${server}\r\n`
    if (this.#sendDate) head += `Date: ${this.#date}\r\n`
    if (type !== '') head += `Content-Type: ${type}\r\n`
    return head
  }
}

export { CHUNKED, DEFAULT_CONTENT_TYPE, NO_LENGTH, statusHasBody }
