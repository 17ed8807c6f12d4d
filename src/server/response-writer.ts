import type { Response } from '../http/response.js'
import { CHUNKED, NO_LENGTH, statusHasBody, type HeadWriter } from '../wire/head-writer.js'
import { INLINE_BYTES, type Output } from './output.js'

/** The head is written and the body is a stream still to be sent. */
export interface StreamingResponse {
  /** Bytes announced, `-1` for none. */
  readonly size: number
  readonly chunked: boolean
  readonly close: boolean
}

/**
 * Writes a response (RFC 9112, section 6.3). HTTP/1.0 gets no chunked coding: a stream of unknown length ends with its connection.
 *
 * @param isHead - the request was HEAD: no body byte is sent
 * @param minorVersion - of the request
 * @param close - the connection closes behind the response
 * @returns whether the connection must close, or what is left to do for a stream
 */
export function writeResponse(
  out: Output,
  heads: HeadWriter,
  response: Response,
  isHead: boolean,
  minorVersion: number,
  close: boolean
): boolean | StreamingResponse {
  const { header, _body: body } = response
  const connection = close ? 'close' : minorVersion === 0 ? 'keep-alive' : ''
  const hasBody = statusHasBody(header.statusCode())
  const withoutBody = !hasBody || response.skipBody || isHead

  if (body.isStream) {
    const size = body.streamSize
    const chunked = hasBody && size < 0 && minorVersion === 1
    const length = !hasBody ? NO_LENGTH : size >= 0 ? size : chunked ? CHUNKED : NO_LENGTH
    const closes = close || (length === NO_LENGTH && !withoutBody)
    out.add(heads.write(header, length, closes ? 'close' : connection))
    if (!withoutBody) return { size, chunked, close: closes }
    body.reset()
    return closes
  }

  if (withoutBody) {
    const announced = header.contentLength()
    let length = hasBody ? body.byteLength() : NO_LENGTH
    if (hasBody && announced >= 0 && body.isEmpty) length = announced
    out.add(heads.write(header, length, connection))
    return close
  }

  const length = body.byteLength()
  const head = heads.write(header, length, connection)
  const text = body.heldText
  // A text as long as its UTF-8 encoding is ASCII.
  if (length === text?.length) out.add(head + text)
  else if (length <= INLINE_BYTES) out.add(length === 0 ? head : head + body.toLatin1())
  else {
    out.add(head)
    out.addBytes(body.toBytes())
  }
  return close
}
