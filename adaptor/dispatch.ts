import http from 'node:http'
import type { Exchange } from '../src/server/exchange.js'
import type {
  RequestInternals,
  ResponseInternals,
  ServerInternals,
  SocketInternals,
} from './node-internals.js'

/** Methods that node:http's parser knows. */
const methods = new Set(http.METHODS)

export function isKnownMethod(method: string): boolean {
  return methods.has(method)
}

const kRequests = Symbol('fasthttp.requests')

type CountedSocket = SocketInternals & { [kRequests]?: number }

/** Emits the event that the head of the request calls for, or answers what the server's settings refuse. */
export function dispatch(
  server: ServerInternals,
  req: RequestInternals,
  res: ResponseInternals,
  exchange: Exchange
): void {
  if (!isKnownMethod(req.method as string)) {
    res.writeHead(400, ['Connection', 'close']).end()
    return
  }
  if (exchange.minorVersion === 0) {
    server.emit('request', req, res)
    return
  }
  const { rawHeaders } = req
  if (server.requireHostHeader !== false && !hasField(rawHeaders, 'host')) {
    // For node:http this is a request like any other, with an answer of its own. (RFC 9112, section 3.2)
    res.writeHead(400, ['Connection', 'close']).end()
    return
  }
  if (isOverLimit(server, req, res)) {
    server.emit('dropRequest', req, req.socket)
    res.writeHead(503).end()
    return
  }
  if (!hasField(rawHeaders, 'expect')) server.emit('request', req, res)
  else expected(server, req, res)
}

/** Counts the requests of the connection where their number is limited. */
function isOverLimit(server: http.Server, req: RequestInternals, res: ResponseInternals): boolean {
  const limit = server.maxRequestsPerSocket
  if (typeof limit !== 'number' || limit <= 0) return false
  const socket = req.socket as unknown as CountedSocket
  const count = (socket[kRequests] = (socket[kRequests] ?? 0) + 1)
  res.maxRequestsOnConnectionReached = limit <= count
  return limit < count
}

/** @param name - in lower case */
function hasField(lines: readonly string[], name: string): boolean {
  for (let i = 0; i < lines.length; i += 2) {
    const other = lines[i] as string
    if (other.length === name.length && other.toLowerCase() === name) return true
  }
  return false
}

/** (RFC 9110, section 10.1.1) */
function expected(server: http.Server, req: RequestInternals, res: ResponseInternals): void {
  if (!/(?:^|\W)100-continue(?:$|\W)/i.test(req.headers.expect as string)) {
    if (!server.emit('checkExpectation', req, res)) res.writeHead(417).end()
    return
  }
  res._expect_continue = true
  if (server.emit('checkContinue', req, res)) return
  res.writeContinue()
  server.emit('request', req, res)
}
