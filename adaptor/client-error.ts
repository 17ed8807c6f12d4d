import type http from 'node:http'
import { UnsupportedRequestMethodError, type FastHttpError } from '../src/errors.js'
import type { Conn } from '../src/net/conn.js'
import type { Exchange } from '../src/server/exchange.js'

/** llhttp's codes for what the engine refuses, by the engine's codes. */
const NODE_CODES: Record<string, string> = {
  FH_ERR_BROKEN_CHUNK: 'HPE_INVALID_CHUNK_SIZE',
  FH_ERR_DUPLICATE_CONTENT_LENGTH: 'HPE_UNEXPECTED_CONTENT_LENGTH',
  FH_ERR_EMPTY_REQUEST_URI: 'HPE_INVALID_URL',
  FH_ERR_NON_NUMERIC_CHARS: 'HPE_INVALID_CONTENT_LENGTH',
  FH_ERR_REQUEST_TIMEOUT: 'ERR_HTTP_REQUEST_TIMEOUT',
  FH_ERR_SMALL_BUFFER: 'HPE_HEADER_OVERFLOW',
  FH_ERR_UNEXPECTED_EOF: 'HPE_INVALID_EOF_STATE',
  FH_ERR_UNSUPPORTED_REQUEST_METHOD: 'HPE_INVALID_METHOD',
  FH_ERR_UNSUPPORTED_TRANSFER_ENCODING: 'HPE_INVALID_TRANSFER_ENCODING',
}

const STATUS_LINES: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

/** An error as node:http's parser reports it, the engine's as its cause. */
function parserError(cause: FastHttpError): NodeJS.ErrnoException {
  const code = NODE_CODES[cause.code] ?? 'HPE_INVALID_CONSTANT'
  const message =
    code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'Request timeout' : `Parse Error: ${cause.message}`
  return Object.assign(new Error(message, { cause }), { code })
}

/**
 * Tells the 'clientError' listeners of `server` of input that is no HTTP; they own the socket then. Without any, returns the answer
 * that node:http gives.
 */
export function clientError(
  server: http.Server,
  conn: Conn,
  cause: FastHttpError
): string | undefined {
  const err = parserError(cause)
  return server.emit('clientError', err, conn.stream) ? undefined : answerTo(err)
}

/** What node:http sends for an error of a connection before it closes. */
export function answerTo(err: NodeJS.ErrnoException): string {
  return `HTTP/1.1 ${STATUS_LINES[err.code as string] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`
}

/** Refuses a method that node:http's parser does not know: to the 'clientError' listeners it is no HTTP. */
export function refuseMethod(server: http.Server, exchange: Exchange): void {
  const answer = clientError(server, exchange.conn, new UnsupportedRequestMethodError())
  if (answer === undefined) exchange.upgrade()
  else {
    exchange.write(answer)
    exchange.end(true)
  }
}
