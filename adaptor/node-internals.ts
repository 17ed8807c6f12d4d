import http from 'node:http'
import type { Duplex } from 'node:stream'

/*
 * What the adaptor uses of node:http beyond its documented surface, in one place. Adapted messages are real `IncomingMessage` and
 * `ServerResponse` objects whose state node's own methods keep; the members named here are those that middlewares use too
 * (`_header`, `_implicitHeader`, `_httpMessage`), or symbols looked up by description with a harmless stand-in where a Node version lacks one.
 */

/** An `IncomingMessage` with the fields node:http's parser sets. */
export interface RequestInternals extends http.IncomingMessage {
  _consuming: boolean
  _dumped: boolean
  _eventsCount: number
  upgrade: boolean | null
  joinDuplicateHeaders: boolean | undefined
  _readableState: {
    ended: boolean
    endEmitted: boolean
    destroyed: boolean
    closed: boolean
    closeEmitted: boolean
    length: number
    readingMore: boolean
    resumeScheduled: boolean
  }
  _addHeaderLines(lines: string[], count: number): void
  _dump(): void
  _dumpAndCloseReadable?(): void
}

export type WriteCallback = (err?: Error | null) => void

/** One piece of output that waits for the next `_writeRaw`. */
export interface QueuedOutput {
  data: string | Uint8Array
  encoding: BufferEncoding | null | undefined
  callback: WriteCallback | null | undefined
}

/** Spelling and value of the fields that were set, by name in lower case. */
export type OutHeaders = Record<string, [name: string, value: number | string | readonly string[]]>

/** A `ServerResponse` with the fields node:http's server sets. */
export interface ResponseInternals extends http.ServerResponse {
  _closed: boolean
  _contentLength: number | null
  _expect_continue: boolean
  _hasBody: boolean
  _header: string | null
  _headerSent: boolean
  _keepAliveTimeout: number
  _last: boolean
  _maxRequestsPerSocket: number | null
  _trailer: string
  maxRequestsOnConnectionReached: boolean
  outputData: QueuedOutput[]
  outputSize: number
  [kOutHeaders]: OutHeaders | null | undefined
  [kWritableFinished]: boolean
  [kEndCallbacks]: WriteCallback[] | null
  _eventsCount: number
  _finish(): void
  _implicitHeader(): void
  _storeHeader(firstLine: string, headers: unknown): void
  _writeRaw(
    data: string | Uint8Array,
    encoding?: BufferEncoding | WriteCallback | null,
    callback?: WriteCallback | null
  ): boolean
}

/** A connection's stream with the back references that node:http puts on its sockets. */
export interface SocketInternals extends Duplex {
  _httpMessage?: http.ServerResponse | null
  _hadError?: boolean
  server?: http.Server
  setEncoding(encoding?: BufferEncoding): this
  setTimeout?(ms: number): this
  destroySoon?(): void
}

/** An `http.Server` with the settings that @types/node leaves out. */
export interface ServerInternals extends http.Server {
  joinDuplicateHeaders?: boolean
  rejectNonStandardBodyWrites?: boolean
  requireHostHeader?: boolean
  httpAllowHalfOpen?: boolean
  keepAliveTimeoutBuffer?: number
  shouldUpgradeCallback?(request: http.IncomingMessage): unknown
  [kOptimizeEmptyRequests]?: boolean
}

function symbolOf(owner: object, description: string): symbol {
  const own = Object.getOwnPropertySymbols(owner).find((s) => s.description === description)
  return own ?? Symbol(description)
}

const message = new http.IncomingMessage(undefined as never)
const response = new http.ServerResponse(message)
const server = new http.Server()

/** Fields that were set; `null` before the first. */
export const kOutHeaders: unique symbol = symbolOf(response, 'kOutHeaders') as never
/** On Nodes whose `end` keeps its callbacks apart from the 'finish' listeners. */
export const kWritableFinished: unique symbol = symbolOf(response, 'kWritableFinished') as never
export const kEndCallbacks: unique symbol = symbolOf(response, 'kEndCallbacks') as never
export const keepsEndCallbacks = kWritableFinished in response
/** Set while a `write` has returned `false` and 'drain' is due. */
export const kNeedDrain = symbolOf(response, 'kNeedDrain')
/** Names that the server's `uniqueHeaders` option joins to one line. */
export const kUniqueHeaders = symbolOf(server, 'kUniqueHeaders')
/** The `optimizeEmptyRequests` option of a server. */
export const kOptimizeEmptyRequests: unique symbol = symbolOf(
  server,
  'OptimizeEmptyRequestsOption'
) as never
/** The `IncomingMessage` and `ServerResponse` options of a server. */
export const kIncomingMessage = symbolOf(server, 'IncomingMessage')
export const kServerResponse = symbolOf(server, 'ServerResponse')

/** Nodes on which dropping a complete body takes one tick, not three. */
export const dumpsAtOnce = (() => {
  const req = new http.IncomingMessage(undefined as never) as RequestInternals
  req.complete = true
  req.push(null)
  req._dump()
  return !req._readableState.resumeScheduled
})()

/** What `res` has from its prototype. */
export function inherited(res: object): ResponseInternals {
  return Object.getPrototypeOf(res) as ResponseInternals
}
