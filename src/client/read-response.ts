import { ReadingResponseHeadersError, UnexpectedEOFError } from '../errors.js'
import { NEED_MORE } from '../http/field-block.js'
import type { Response } from '../http/response.js'
import { MAX_HEAD_BYTES, MessageSource } from '../wire/message-source.js'
import { BODY_CHUNKED, BODY_NONE, BODY_TO_END, ResponseParser } from '../wire/response-parser.js'
import { responseHeadError } from './response-errors.js'

/** Options of {@link readResponse}. */
export interface ReadResponseOptions {
  /** Largest size of the body in bytes, 0 for no limit. @default 0 */
  maxBodySize?: number
  /** Method of the request, on which it depends whether a body follows. @default 'GET' */
  method?: string
}

/**
 * Reads one response from bytes, or from pieces of them such as a stream's; interim ones are passed over. Rejects as a client's calls do,
 * with `FH_ERR_UNEXPECTED_EOF` when the source ends early. Go: `Response.Read`.
 *
 * @param response - reset first; with `skipBody` no body is read
 * @returns what was read behind the response
 */
export async function readResponse(
  response: Response,
  source: Uint8Array | AsyncIterable<Uint8Array>,
  { maxBodySize = 0, method = 'GET' }: ReadResponseOptions = {}
): Promise<Buffer> {
  const { skipBody } = response
  response.reset()
  response.skipBody = skipBody
  const input = new MessageSource(source)
  const parser = new ResponseParser()
  do await readHead(parser, input)
  while (parser.statusCode < 200 && parser.statusCode !== 101)
  const { fields } = parser
  response.header._setParsed(parser.statusCode, parser.reason, parser.minorVersion, fields)
  const kind = skipBody ? BODY_NONE : parser.bodyKind(method)
  if (kind === BODY_NONE) return input.rest
  const { body, trailers } =
    kind === BODY_TO_END
      ? await input.readToEnd(maxBodySize)
      : await input.readBody(kind === BODY_CHUNKED, fields.contentLength, maxBodySize)
  if (body.length > 0) response.setBodyRaw(body)
  response.header._trailerFields = trailers
  return input.rest
}

async function readHead(parser: ResponseParser, input: MessageSource): Promise<void> {
  for (;;) {
    const result = parser.parse(input.rest, 0, input.rest.length)
    if (result === 0) return input.take(parser.next)
    if (result !== NEED_MORE) throw responseHeadError(result)
    if (input.rest.length > MAX_HEAD_BYTES) throw new ReadingResponseHeadersError('too long')
    if (!(await input.more())) throw new UnexpectedEOFError()
  }
}
