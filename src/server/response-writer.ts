import { Buffer } from 'node:buffer'
import type { ResponseHeader } from '../http/response-header.js'
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

  const text = body.heldText
  if (text !== undefined && addASCII(out, heads, header, text, connection)) return close
  const length = body.byteLength()
  const head = heads.write(header, length, connection)
  if (length <= INLINE_BYTES) out.add(length === 0 ? head : head + body.toLatin1())
  else {
    out.add(head)
    out.addBytes(body.toBytes())
  }
  return close
}

/** A text that was answered with just before costs no second look and no second copy, when telling so costs less. */
const MAX_REPEATED_LENGTH = 128
let lastHead = ''
let lastText = ''
let lastAnswer = ''

/** Adds head and text, unless there is more than ASCII in them. */
function addASCII(
  out: Output,
  heads: HeadWriter,
  header: ResponseHeader,
  text: string,
  connection: string
): boolean {
  const head = heads.write(header, text.length, connection)
  const isShort = text.length <= MAX_REPEATED_LENGTH
  if (isShort && head === lastHead && text === lastText) {
    out.add(lastAnswer)
    return true
  }
  const answer = head + text
  // Asked of the whole, which makes it one piece of memory for the write to come; asking the text first would make two.
  if (Buffer.byteLength(answer) !== answer.length) return false
  out.add(answer)
  if (isShort) {
    lastHead = head
    lastText = text
    lastAnswer = answer
  }
  return true
}
