import type { FastHttpError } from '../errors.js'
import type { RequestHeader } from '../http/request-header.js'
import type { Conn } from '../net/conn.js'
import type { RequestParser } from '../wire/request-parser.js'
import type { HeadWriter } from '../wire/head-writer.js'
import type { ErrorAnswer } from './exchange.js'
import type { ConnState, SERVER_DEFAULTS, ServerOptions } from './options.js'
import type { Timed } from './deadline-sweep.js'
import type { ServeConn } from './serve-conn.js'
import type { CtxOwner, Logger, RequestCtx, RequestHandler } from './request-ctx.js'

type Resolved = {
  -readonly [K in keyof typeof SERVER_DEFAULTS]: (typeof SERVER_DEFAULTS)[K] extends number
    ? number
    : (typeof SERVER_DEFAULTS)[K] extends string
      ? string
      : boolean
}

/** Options with every default filled in. */
export type ResolvedOptions = ServerOptions & Resolved

/** A connection as its server sees it. */
export interface ServedConn extends Timed {
  readonly conn: Conn
  /** Requests read so far. */
  readonly requestNum: number
  /** Between two requests, with nothing of the next one read? */
  readonly isIdle: boolean
  /** Tells the client, where the protocol can outside of a response, to send further requests elsewhere. */
  announceEnd?(): void
  /** Closes once what is under way is answered. */
  shutdown(): void
  /** Closes at once. */
  kill(): void
}

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
  /** Connections close after their next response and say so in it; until then they are served as ever. */
  readonly draining: boolean
  acquireParser(): RequestParser
  releaseParser(parser: RequestParser): void
  /** `conn` is free to serve another connection. */
  reuse(conn: ServeConn): void
  acquireCtx(owner: CtxOwner): RequestCtx
  releaseCtx(ctx: RequestCtx): void
  stateChanged(conn: ServedConn, state: ConnState): void
  /** `hijacked`: the connection was handed out before, and is nobody's to tell of. */
  closed(conn: ServedConn, hijacked: boolean): void
  /** Calls `hook` when the server shuts down, soon if it does already. @returns takes `hook` back */
  onShutdown(hook: () => void): () => void
  /** Sets the answer to a request that failed with `err`. */
  answerError(ctx: RequestCtx, err: FastHttpError): void
  /** Logs `err`, unless it is what clients do every day. `cause` is what was thrown. */
  logError(conn: Conn, err: Error, cause: unknown): void
}
