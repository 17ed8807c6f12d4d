import { setImmediate as nextTurn } from 'node:timers/promises'
import { Readable } from 'node:stream'

type Fetch = typeof globalThis.fetch
type Reader = ReadableStreamDefaultReader<Uint8Array>
type ReadResult = Awaited<ReturnType<Reader['read']>>

/** Bytes of a Request's body that are gathered to send them with their length. */
const MAX_GATHERED = 1024 * 1024
/** Turns of the event loop that what is in memory takes to come out of a stream, at most. */
const TURNS = 2

/**
 * What `request` sends, made from the arguments of a fetch: bytes when they are in memory already, which can be sent again after a
 * redirect, or a stream. A Request does not tell what its body was made of: one that is all there at once was in memory.
 */
export async function requestBody(
  request: Request,
  [input, init]: Parameters<Fetch>
): Promise<Buffer | Readable | undefined> {
  const { body } = request
  if (body === null) return undefined
  const source = init?.body
  if (source === undefined && input instanceof Request) return gathered(body.getReader())
  if (isStream(source)) return Readable.from(chunksOf(body.getReader()))
  return Buffer.from(await request.arrayBuffer())
}

function isStream(source: unknown): boolean {
  return (
    source instanceof ReadableStream ||
    (typeof source === 'object' && source !== null && Symbol.asyncIterator in source)
  )
}

/** All of the body if it comes at once, else a stream of it. */
async function gathered(reader: Reader): Promise<Buffer | Readable> {
  const chunks: Uint8Array[] = []
  let length = 0
  while (length <= MAX_GATHERED) {
    const reading = reader.read()
    const result = await Promise.race([reading, turnsPass()])
    if (result === undefined) return Readable.from(chunksOf(reader, chunks, reading))
    if (result.done) return Buffer.concat(chunks)
    length += chunkOf(result).length
    chunks.push(chunkOf(result))
  }
  return Readable.from(chunksOf(reader, chunks))
}

async function turnsPass(): Promise<undefined> {
  for (let i = 0; i < TURNS; i++) await nextTurn()
}

/** `first`, and what the reader gives after that, beginning with `reading`. */
async function* chunksOf(
  reader: Reader,
  first: readonly Uint8Array[] = [],
  reading = reader.read()
): AsyncGenerator<Uint8Array> {
  let ended = false
  try {
    yield* first
    for (let result = await reading; !result.done; result = await reader.read()) {
      yield chunkOf(result)
    }
    ended = true
  } finally {
    // A body that has failed has nothing to cancel, and says so again.
    if (!ended) reader.cancel().catch(() => {})
  }
}

/** The platform takes text too. */
function chunkOf({ value }: ReadResult): Uint8Array {
  const chunk: unknown = value
  if (typeof chunk === 'string') return Buffer.from(chunk)
  if (!(chunk instanceof Uint8Array)) throw new TypeError('a chunk of the body is not bytes')
  return chunk
}
