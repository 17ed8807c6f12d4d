import { RequestParser } from '../wire/request-parser.js'
import type { ConnReceiver } from '../net/conn.js'

/** Kept for reuse, at less than a kilobyte each: as many as come and go at a time under load. */
const MAX_CONNS = 16 * 1024
/** More than the requests a process has in hand at a time would only hold memory. */
const MAX_PARSERS = 1024

/** What serves connections and waits for the next one. */
export class ServePool<T extends ConnReceiver> {
  readonly #conns: T[] = []
  readonly #parsers: RequestParser[] = []
  readonly #create: () => T

  /** @param create - makes what serves a connection when none is free */
  constructor(create: () => T) {
    this.#create = create
  }

  acquireConn(): T {
    return this.#conns.pop() ?? this.#create()
  }

  releaseConn(conn: T): void {
    if (this.#conns.length < MAX_CONNS) this.#conns.push(conn)
  }

  acquireParser(anyHost: boolean): RequestParser {
    const parser = this.#parsers.pop() ?? new RequestParser()
    parser.fields.anyHost = anyHost
    return parser
  }

  releaseParser(parser: RequestParser): void {
    parser.endOfRead(false)
    if (this.#parsers.length < MAX_PARSERS) this.#parsers.push(parser)
  }
}
