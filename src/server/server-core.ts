import type { FastHttpError } from '../errors.js'
import type { RequestHeader } from '../http/request-header.js'
import type { Conn } from '../net/conn.js'
import type { HeadWriter } from '../wire/head-writer.js'
import type { ErrorAnswer } from './exchange.js'
import type { ConnState, SERVER_DEFAULTS, ServerOptions } from './options.js'
import type { Logger, RequestCtx, RequestHandler } from './request-ctx.js'
import type { ServeConn } from './serve-conn.js'

type Resolved = {
  -readonly [K in keyof typeof SERVER_DEFAULTS]: (typeof SERVER_DEFAULTS)[K] extends number
    ? number
    : (typeof SERVER_DEFAULTS)[K] extends string
      ? string
      : boolean
}

/** Options with every default filled in. */
export type ResolvedOptions = ServerOptions & Resolved

/** What a connection needs of its server. */
export interface ServerCore {
  readonly options: ResolvedOptions
  readonly handler: RequestHandler
  /** Whether the handler takes exchanges, see exchange. */
  readonly takesExchange: boolean | ((header: RequestHeader) => boolean)
  /** The handler's own answer to unusable input, see exchange. */
  readonly answersErrors: ErrorAnswer | undefined
  readonly heads: HeadWriter
  readonly logger: Logger
  readonly shuttingDown: boolean
  acquireCtx(owner: ServeConn): RequestCtx
  releaseCtx(ctx: RequestCtx): void
  stateChanged(conn: ServeConn, state: ConnState): void
  /** `hijacked`: the connection was handed out before, and is nobody's to tell of. */
  closed(conn: ServeConn, hijacked: boolean): void
  /** Sets the answer to a request that failed with `err`. */
  answerError(ctx: RequestCtx, err: FastHttpError): void
  /** Logs `err`, unless it is what clients do every day. `cause` is what was thrown. */
  logError(conn: Conn, err: Error, cause: unknown): void
}
