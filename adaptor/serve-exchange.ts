import { channel } from 'node:diagnostics_channel'
import type http from 'node:http'
import type { Exchange } from '../src/server/exchange.js'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { claimSocket, leaveSocket } from './claim-socket.js'
import { refuseMethod } from './client-error.js'
import { dispatch, isKnownMethod } from './dispatch.js'
import type { MessageClasses } from './message-classes.js'
import {
  kOptimizeEmptyRequests,
  kUniqueHeaders,
  type RequestInternals,
  type ResponseInternals,
  type ServerInternals,
  type SocketInternals,
} from './node-internals.js'
import { isOrdered, keepOrder, leaveOrder } from './socket-order.js'
import { Turn } from './turn.js'

const requestStart = channel('http.server.request.start')

/** Is told what a listener threw. */
export type ErrorLog = (err: unknown) => void

/**
 * Serves one request as node:http's server does: builds the messages and emits the events on `server`. Returns `undefined` when the
 * answer was complete at once.
 */
export function serveExchange(
  server: ServerInternals,
  classes: MessageClasses,
  ctx: RequestCtx,
  log: ErrorLog
): Promise<void> | undefined {
  const exchange = ctx._takeExchange()
  const socket = exchange.conn.stream as SocketInternals
  if (socket.server !== server) claimSocket(server, socket)
  if (!isOrdered(socket)) keepOrder(socket, exchange)
  if (!isKnownMethod(exchange.method)) {
    ctx.setStatusCode(400)
    refuseMethod(server, exchange)
    return undefined
  }
  if (exchange.isUpgrade && upgrade(server, classes, ctx, exchange, socket)) return undefined
  const turn = begin(server, classes, exchange, log, true)
  turn.startBody()
  return turn.settled(ctx, () => begin(server, classes, exchange, log, false))
}

/** Builds the messages and calls the listeners. A request behind unanswered ones is not attached: its response waits. */
function begin(
  server: ServerInternals,
  classes: MessageClasses,
  exchange: Exchange,
  log: ErrorLog,
  attached: boolean
): Turn {
  const socket = exchange.conn.stream as SocketInternals
  const req = newRequest(server, classes, exchange, socket)
  const res = newResponse(server, classes, exchange, req, socket)
  const turn = new Turn(exchange, req, res)
  if (attached) turn.attach()
  if (requestStart.hasSubscribers) {
    requestStart.publish({ request: req, response: res, socket, server })
  }
  if (server[kOptimizeEmptyRequests] === true && !hasBodyFields(req.headers)) {
    req._dumpAndCloseReadable?.()
  }
  try {
    dispatch(server, req, res, exchange)
  } catch (err) {
    log(err)
    fail(res)
  }
  return turn
}

function newRequest(
  server: ServerInternals,
  classes: MessageClasses,
  exchange: Exchange,
  socket: SocketInternals
): RequestInternals {
  const req = new classes.Request(socket)
  const minor = exchange.minorVersion
  req.httpVersionMajor = 1
  req.httpVersionMinor = minor
  req.httpVersion = minor === 1 ? '1.1' : '1.0'
  req.method = exchange.method
  req.url = exchange.target
  req.upgrade = false
  req.joinDuplicateHeaders = server.joinDuplicateHeaders
  const lines = exchange.rawHeaders()
  // As in node, what is beyond the limit stands in rawHeaders only.
  const max = server.maxHeadersCount
  req._addHeaderLines(
    lines,
    max !== null && max > 0 ? Math.min(lines.length, max * 2) : lines.length
  )
  return req
}

function hasBodyFields(headers: http.IncomingHttpHeaders): boolean {
  return 'content-length' in headers || 'transfer-encoding' in headers
}

interface ResponseOptions {
  readonly highWaterMark: number
  readonly rejectNonStandardBodyWrites: boolean | undefined
}

let lastOptions: ResponseOptions = { highWaterMark: 0, rejectNonStandardBodyWrites: false }

/** The same object as long as it says the same. */
function responseOptions(server: ServerInternals, socket: SocketInternals): ResponseOptions {
  const { writableHighWaterMark: highWaterMark } = socket
  const { rejectNonStandardBodyWrites } = server
  if (
    lastOptions.highWaterMark !== highWaterMark ||
    lastOptions.rejectNonStandardBodyWrites !== rejectNonStandardBodyWrites
  ) {
    lastOptions = { highWaterMark, rejectNonStandardBodyWrites }
  }
  return lastOptions
}

function newResponse(
  server: ServerInternals,
  classes: MessageClasses,
  exchange: Exchange,
  req: RequestInternals,
  socket: SocketInternals
): ResponseInternals {
  const res = new classes.Response(req, responseOptions(server, socket))
  res._keepAliveTimeout = server.keepAliveTimeout
  res._maxRequestsPerSocket = server.maxRequestsPerSocket
  res.shouldKeepAlive = exchange.keepAlive
  ;(res as unknown as Record<symbol, unknown>)[kUniqueHeaders] = (
    server as unknown as Record<symbol, unknown>
  )[kUniqueHeaders]
  return res
}

/** Gives the connection away; `false` when nobody takes upgrades and the request is to be served like any other. */
function upgrade(
  server: ServerInternals,
  classes: MessageClasses,
  ctx: RequestCtx,
  exchange: Exchange,
  socket: SocketInternals
): boolean {
  const event = exchange.method === 'CONNECT' ? 'connect' : 'upgrade'
  const wanted = server.listenerCount(event) > 0
  // Nodes without the setting upgrade where somebody listens.
  const decide = server.shouldUpgradeCallback ?? (() => wanted)
  const req = newRequest(server, classes, exchange, socket)
  req.upgrade = true
  if (event === 'upgrade' && decide.call(server, req) !== true) return false
  if (!wanted) {
    socket.destroy()
    return true
  }
  req.complete = true
  req.push(null)
  ctx.setStatusCode(event === 'connect' ? 200 : 101)
  leaveOrder(socket)
  leaveSocket(socket)
  const { socket: stream, head } = exchange.upgrade()
  server.emit(event, req, stream, head)
  return true
}

/** Answers 500 for a listener that threw, or cuts an answer that has begun. */
export function fail(res: http.ServerResponse): void {
  if (res.headersSent || res.writableEnded) {
    res.destroy()
    return
  }
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  res.statusCode = 500
  res.end('Internal Server Error')
}
