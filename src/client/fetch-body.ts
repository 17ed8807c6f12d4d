import { pipeline, type Readable } from 'node:stream'
import zlib from 'node:zlib'
import { ContentEncodingUnsupportedError } from '../errors.js'
import type { Response } from '../http/response.js'

type Chunks = AsyncIterable<Buffer>
type Decoder = (chunks: Chunks) => Chunks
type BodyInit = NonNullable<ConstructorParameters<typeof globalThis.Response>[0]>

/** Content codings undone: each is a multiple of the memory. */
const MAX_CODINGS = 5

/** What was decoded is given on at once, and a body that ends too early is as good as what there is of it. */
const ZLIB = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH }
const BROTLI = {
  flush: zlib.constants.BROTLI_OPERATION_FLUSH,
  finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
}

/**
 * The body of `resp` for the Response of a fetch, without its content codings where all of them are known. Reading it fails with the
 * reason of `signal` when that aborts, and else with a TypeError. Throws `FH_ERR_CONTENT_ENCODING_UNSUPPORTED` for more than five codings.
 */
export function fetchBody(resp: Response, signal: AbortSignal): BodyInit | null {
  const stream = resp.bodyStream()
  if (stream === undefined) return resp.bodyBytes().length === 0 ? null : resp.bodyBytes()
  let chunks: Chunks = stream
  for (const decode of decodersOf(resp.header.peekAll('Content-Encoding').join()))
    chunks = decode(chunks)
  return toWeb(chunks, stream, signal)
}

/** In the order in which they are undone; none when one of them is unknown. */
function decodersOf(contentEncoding: string): Decoder[] {
  const codings = contentEncoding.toLowerCase().split(',')
  if (codings.length > MAX_CODINGS) throw new ContentEncodingUnsupportedError('too many codings')
  const decoders = codings.map((coding) => decoderOf(coding.trim())).reverse()
  return decoders.every((decoder) => decoder !== undefined) ? decoders : []
}

function decoderOf(coding: string): Decoder | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return (chunks) => through(chunks, zlib.createGunzip(ZLIB))
    case 'deflate':
      return inflate
    case 'br':
      return (chunks) => through(chunks, zlib.createBrotliDecompress(BROTLI))
    default:
      return undefined
  }
}

function through(chunks: Chunks, decoder: NodeJS.ReadWriteStream): Chunks {
  // Whoever reads from the decoder meets the error.
  return pipeline(chunks, decoder, () => {}) as NodeJS.ReadWriteStream & Chunks
}

/** The zlib format, or what many servers send in its place: the deflate data within (RFC 9110, section 8.4.1.2). */
async function* inflate(chunks: Chunks): Chunks {
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done === true) return
  const isZlib = (first.value[0]! & 0x0f) === 8
  const decoder = isZlib ? zlib.createInflate(ZLIB) : zlib.createInflateRaw(ZLIB)
  async function* all(): Chunks {
    yield first.value as Buffer
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  yield* through(all(), decoder)
}

/** As `Readable.toWeb`, which throws out of an event when a body is cancelled while data is on its way. */
function toWeb(chunks: Chunks, stream: Readable, signal: AbortSignal): ReadableStream {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next()
          if (done === true) controller.close()
          else controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
        } catch (err) {
          throw signal.aborted ? signal.reason : new TypeError('terminated', { cause: err })
        }
      },
      cancel() {
        stream.destroy()
      },
    },
    { highWaterMark: 0 }
  )
}
