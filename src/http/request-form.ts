import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import {
  ContentEncodingUnsupportedError,
  CorruptBodyError,
  excerpt,
  NoMultipartFormError,
} from '../errors.js'
import type { MultipartForm } from './multipart.js'
import { readMultipartForm } from './multipart-reader.js'
import type { Request } from './request.js'

/** Reads the form of a request's body; parameters and errors as of `Request.multipartFormWithLimit`. */
export async function readRequestForm(
  request: Request,
  limit: number,
  memoryLimit: number
): Promise<MultipartForm> {
  const boundary = request.header.multipartFormBoundary()
  if (boundary === undefined) throw new NoMultipartFormError()
  const maxBodySize = limit > 0 ? limit : Infinity
  const stream = request.bodyStream()
  if (stream === undefined) {
    const body = request.bodyUncompressedWithLimit(limit)
    return readMultipartForm(body, { boundary, maxBodySize })
  }
  const source = decoded(stream, request.header.contentEncoding())
  return readMultipartForm(source, { boundary, maxBodySize, memoryLimit })
}

function decoded(
  stream: NonNullable<ReturnType<Request['bodyStream']>>,
  coding: string
): AsyncIterable<Uint8Array> {
  switch (coding.toLowerCase()) {
    case '':
    case 'identity':
      return stream
    case 'gzip':
    case 'x-gzip':
      return gunzipped(stream)
    default:
      throw new ContentEncodingUnsupportedError(excerpt(coding))
  }
}

async function* gunzipped(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array, undefined> {
  const gunzip = createGunzip()
  let failure: Error | undefined
  stream.on('error', (err: Error) => (failure = err))
  // The iteration below sees the error.
  pipeline(stream, gunzip, () => {})
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) yield chunk
  } catch (cause) {
    throw failure ?? new CorruptBodyError(undefined, { cause })
  }
}
