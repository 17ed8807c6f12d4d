import { SmallBufferError, UnexpectedEOFError } from '../errors.js'
import { NEED_MORE } from '../http/field-block.js'
import type { Request } from '../http/request.js'
import { MAX_HEAD_BYTES, MessageSource } from '../wire/message-source.js'
import { RequestParser } from '../wire/request-parser.js'
import { headError } from './head-errors.js'

/** Options of {@link readRequest}. */
export interface ReadRequestOptions {
  /** Largest size of the body in bytes, 0 for no limit. @default 0 */
  maxBodySize?: number
}

/**
 * Reads one request from bytes, or from pieces of them such as a stream's, with the checks a server makes. For tests and servers of one's
 * own. Rejects with the error a server would answer, with `FH_ERR_UNEXPECTED_EOF` when the source ends early. Go: `Request.Read`.
 *
 * @param request - reset first
 * @returns what was read behind the request
 */
export async function readRequest(
  request: Request,
  source: Uint8Array | AsyncIterable<Uint8Array>,
  { maxBodySize = 0 }: ReadRequestOptions = {}
): Promise<Buffer> {
  request.reset()
  const input = new MessageSource(source)
  const parser = new RequestParser()
  for (;;) {
    const result =
      input.rest.length === 0 ? NEED_MORE : parser.parse(input.rest, 0, input.rest.length)
    if (result === 0) break
    if (result !== NEED_MORE) throw headError(result)
    if (input.rest.length > MAX_HEAD_BYTES) throw new SmallBufferError(MAX_HEAD_BYTES)
    if (!(await input.more())) throw new UnexpectedEOFError()
  }
  parser.endOfRead(true)
  const { fields } = parser
  request.header._setParsed(parser.method, parser.target, parser.minorVersion, fields)
  input.take(parser.next)
  const { body, trailers } = await input.readBody(fields.chunked, fields.contentLength, maxBodySize)
  if (body.length > 0) request.setBodyRaw(body)
  request.header._trailerFields = trailers
  return input.rest
}
