import { pipeline, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createCompressor, type Coding, type Compressor } from '../bytes/coding/compressor.js'
import type { Response } from './response.js'
import type { StreamWriter } from './stream-writer.js'

/** Below this a body gains nothing, as in Go. */
const MIN_BYTES = 200

const COMPRESSIBLE = /^(?:text\/|application\/|image\/svg|image\/x-icon|font\/|multipart\/)/i
const NO_TRANSFORM = /(?:^|,)[ \t]*no-transform[ \t]*(?:,|$)/i

/**
 * May the body be sent in a content coding? Not when it has one, is too short, is a part (RFC 9110, section 14.4), is of a type that is
 * compressed by itself, or must not be changed (RFC 9111, section 5.2.2.6).
 */
export function isCompressible(response: Response): boolean {
  const { header, _body: body } = response
  if (!body.isStream && body.byteLength() < MIN_BYTES) return false
  return (
    COMPRESSIBLE.test(header.contentType()) &&
    header.contentEncoding() === '' &&
    header.peek('Content-Range') === undefined &&
    !NO_TRANSFORM.test(header.peekAll('Cache-Control').join())
  )
}

/** Says that the response depends on Accept-Encoding (RFC 9110, section 12.5.5). */
export function varyByEncoding({ header }: Response): void {
  const vary = header.peekAll('Vary').join()
  if (/(?:^|,)[ \t]*(?:\*|accept-encoding)[ \t]*(?:,|$)/i.test(vary)) return
  header.set('Vary', vary === '' ? 'Accept-Encoding' : `${header.peek('Vary')},Accept-Encoding`)
}

/**
 * Puts the body into a content coding, off this thread; a stream is compressed as it is sent, and each piece of it leaves at once.
 * Sets Content-Encoding and Vary, and weakens an ETag, as another representation must not have the same (RFC 9110, section 8.8.3).
 */
export async function compressBody(
  response: Response,
  coding: Coding,
  level?: number
): Promise<void> {
  const { header, _body: body } = response
  header.setContentEncoding(coding)
  varyByEncoding(response)
  const etag = header.peek('ETag')
  if (etag?.startsWith('"')) header.set('ETag', 'W/' + etag)
  if (body.isStream) {
    const compressor = (): Compressor => createCompressor(coding, level, true)
    const source = body.takeSource()!
    if (typeof source === 'function') body.setStream(compressWriter(source, compressor), -1)
    else body.setStream(compressStream(source, compressor()), -1)
    return
  }
  const compressor = createCompressor(coding, level, false)
  compressor.end(body.toBytes())
  body.setRaw(await buffer(compressor))
}

function compressStream(source: Readable, compressor: Compressor): Readable {
  // The compressor passes the error on to whoever sends it.
  pipeline(source, compressor, () => {})
  return compressor
}

/** A writer whose output is compressed. */
function compressWriter(writer: StreamWriter, create: () => Compressor): StreamWriter {
  return async (w) => {
    const compressor = create()
    let failure: unknown
    compressor.on('data', (chunk: Buffer) => {
      try {
        w.write(chunk)
      } catch (err) {
        failure ??= err
      }
    })
    const ended = new Promise<void>((resolve, reject) => {
      compressor.once('end', resolve)
      compressor.once('error', reject)
    })
    ended.catch((err: unknown) => (failure ??= err))
    const check = (): void => {
      if (failure !== undefined) throw failure as Error
    }
    try {
      await writer({
        write(data) {
          check()
          if (data.length > 0) compressor.write(Buffer.from(data as string))
        },
        async flush() {
          await new Promise<void>((resolve) => compressor.flush(resolve))
          // What was flushed out of the compressor may wait for the next turn to be read.
          while (compressor.readableLength > 0)
            await new Promise((resolve) => setImmediate(resolve))
          check()
          await w.flush()
        },
        get signal() {
          return w.signal
        },
      })
      compressor.end()
      await ended
      check()
    } finally {
      compressor.destroy()
    }
  }
}
