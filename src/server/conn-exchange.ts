import type { Duplex } from 'node:stream'
import type { Conn } from '../net/conn.js'
import type { RequestParser } from '../wire/request-parser.js'
import type { BodySink, Exchange, ExchangeListener } from './exchange.js'

/** What the exchanges of a connection need of it. */
export interface ExchangeOwner {
  readonly conn: Conn
  readonly parser: RequestParser
  readonly mayKeepAlive: boolean
  readonly isUpgrade: boolean
  readonly expectsContinue: boolean
  readonly pendingBytes: number
  rawHeaders(): string[]
  readBody(sink: BodySink): void
  resumeBody(): void
  write(data: string | Uint8Array, flushes?: boolean): boolean
  flush(): void
  handOver(): { socket: Duplex; head: Buffer }
}

/** The exchanges of one connection, one after the other. */
export class ConnExchange implements Exchange {
  listener: ExchangeListener | undefined = undefined
  /** The answer is complete. */
  ended = false
  closes = false
  readonly #owner: ExchangeOwner

  constructor(owner: ExchangeOwner) {
    this.#owner = owner
  }

  /** Ready for the next request. */
  reset(): void {
    this.listener = undefined
    this.ended = false
    this.closes = false
  }

  get conn(): Conn {
    return this.#owner.conn
  }
  get method(): string {
    return this.#owner.parser.method
  }
  get target(): string {
    return this.#owner.parser.target
  }
  get minorVersion(): number {
    return this.#owner.parser.minorVersion
  }
  get keepAlive(): boolean {
    return this.#owner.mayKeepAlive
  }
  get hasBody(): boolean {
    const { chunked, contentLength } = this.#owner.parser.fields
    return chunked || contentLength > 0
  }
  get isUpgrade(): boolean {
    return this.#owner.isUpgrade
  }
  get expectsContinue(): boolean {
    return this.#owner.expectsContinue
  }
  get pendingBytes(): number {
    return this.#owner.pendingBytes
  }

  rawHeaders(): string[] {
    return this.#owner.rawHeaders()
  }

  readBody(sink: BodySink): void {
    this.#owner.readBody(sink)
  }

  resumeBody(): void {
    this.#owner.resumeBody()
  }

  write(data: string | Uint8Array, flushes?: boolean): boolean {
    return this.#owner.write(data, flushes)
  }

  flush(): void {
    this.#owner.flush()
  }

  end(close: boolean): void {
    this.ended = true
    this.closes = close
  }

  upgrade(): { socket: Duplex; head: Buffer } {
    this.ended = true
    return this.#owner.handOver()
  }
}
