import { once } from 'node:events'
import { open, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { BadMultipartFormError, BodyTooLargeError } from '../errors.js'
import { type FileContent, FileHeader, MultipartForm } from './multipart.js'

/** Bytes of files a form keeps in memory; what is beyond goes to temporary files. */
const DEFAULT_MEMORY_LIMIT = 16 * 1024 * 1024
/** Bytes of names and values a form may have besides its files, as in Go. */
const MAX_FIELD_BYTES = 10 * 1024 * 1024
/** Parts a form may have, as in Go. */
const MAX_PARTS = 1000
const MAX_PART_HEADERS = 100

export interface MultipartOptions {
  /** Boundary of the content type, without quotation marks. */
  boundary: string
  /** Largest number of bytes of files to keep in memory; files that do not fit go to temporary files. `@default 16777216` */
  memoryLimit?: number
  /** Largest size of the body in bytes. `@default Infinity` */
  maxBodySize?: number
}

/**
 * Decodes a `multipart/form-data` body (RFC 7578).
 *
 * Rejects with `FH_ERR_BAD_MULTIPART_FORM` when the body is malformed, ends early or has more than 1000 parts, with
 * `FH_ERR_BODY_TOO_LARGE` above `maxBodySize` or 10 MiB of names and values, and with the error of the source or the file system. No
 * temporary file is left then.
 *
 * @param body - the whole body, of which the files keep views, or its chunks, of which they keep those that stay in memory
 */
export async function readMultipartForm(
  body: Uint8Array | AsyncIterable<Uint8Array>,
  options: MultipartOptions
): Promise<MultipartForm> {
  const form = new MultipartForm()
  try {
    await new MultipartReader(form, body, options).read()
  } catch (err) {
    await form.removeAll()
    throw err
  }
  return form
}

interface StoredFile {
  name: string | undefined
  header: FileHeader
}

class MultipartReader {
  readonly #form: MultipartForm
  readonly #body: Uint8Array | AsyncIterable<Uint8Array>
  readonly #maxBodySize: number
  readonly #busboy: BusboyInstance
  readonly #failure = new AbortController()
  readonly #streams: Readable[] = []
  readonly #files: Promise<StoredFile>[] = []
  #memoryLeft: number
  #fieldBytes = 0

  constructor(
    form: MultipartForm,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    { boundary, memoryLimit = DEFAULT_MEMORY_LIMIT, maxBodySize = Infinity }: MultipartOptions
  ) {
    this.#form = form
    this.#body = body
    this.#maxBodySize = maxBodySize
    // What is in memory already gains nothing from a temporary file.
    this.#memoryLeft = body instanceof Uint8Array ? Infinity : memoryLimit
    this.#busboy = createBusboy(boundary)
  }

  async read(): Promise<void> {
    const busboy = this.#busboy
    const { signal } = this.#failure
    busboy.on('error', (cause) => this.#fail(malformed(cause)))
    busboy.on('partsLimit', () => this.#fail(new BadMultipartFormError('too many parts')))
    busboy.on('field', (name, value, _, truncated) => this.#addField(name, value, truncated))
    busboy.on('file', (name, stream, filename, _, contentType) => {
      const file = this.#store(this.#guarded(stream)).then(({ content, size }) => ({
        name,
        header: new FileHeader(filename, content, { contentType, size }),
      }))
      file.catch((err: unknown) => this.#fail(err))
      this.#files.push(file)
    })
    try {
      await Promise.all([once(busboy, 'finish', { signal }), this.#feed(signal)])
    } catch (err) {
      this.#fail(err)
    }
    // Also after a failure: no file may be written any more when their directory is removed.
    await Promise.allSettled(this.#files)
    signal.throwIfAborted()
    for (const { name, header } of await Promise.all(this.#files)) {
      if (name !== undefined) this.#form.addFile(name, header)
    }
  }

  /** The first failure counts; it ends all reading and writing. */
  #fail(err: unknown): void {
    this.#failure.abort(err)
    for (const stream of this.#streams.splice(0)) stream.destroy(err as Error)
  }

  /** A stream that a failure ends, whether it comes before or after. */
  #guarded(stream: Readable): Readable {
    this.#streams.push(stream)
    if (this.#failure.signal.aborted) this.#fail(this.#failure.signal.reason)
    return stream
  }

  async #feed(signal: AbortSignal): Promise<void> {
    const busboy = this.#busboy
    const body = this.#body
    if (body instanceof Uint8Array) {
      this.#checkSize(body.length)
      busboy.end(body)
      return
    }
    let received = 0
    for await (const chunk of body) {
      signal.throwIfAborted()
      received += chunk.length
      this.#checkSize(received)
      if (!busboy.write(chunk)) await once(busboy, 'drain', { signal })
    }
    busboy.end()
  }

  #checkSize(received: number): void {
    if (received > this.#maxBodySize) throw new BodyTooLargeError(this.#maxBodySize, received)
  }

  #addField(name: string | undefined, value: string, truncated: boolean): void {
    this.#fieldBytes += Buffer.byteLength(value) + (name?.length ?? 0)
    if (truncated || this.#fieldBytes > MAX_FIELD_BYTES) {
      this.#fail(new BodyTooLargeError(MAX_FIELD_BYTES))
    } else if (name !== undefined) {
      this.#form.addValue(name, value)
    }
  }

  /** Keeps a file in memory as long as there is room, then all of it in a temporary file. */
  async #store(stream: AsyncIterable<Buffer>): Promise<{ content: FileContent; size: number }> {
    const chunks: Buffer[] = []
    let size = 0
    let path = ''
    let file: FileHandle | undefined
    try {
      for await (const chunk of stream) {
        size += chunk.length
        chunks.push(chunk)
        if (file === undefined) {
          this.#memoryLeft -= chunk.length
          if (this.#memoryLeft >= 0) continue
          this.#memoryLeft += size
          path = await this.#form._temporaryPath()
          file = await open(path, 'wx')
        }
        for (const waiting of chunks.splice(0)) await file.appendFile(waiting)
      }
    } finally {
      await file?.close()
    }
    const content = file === undefined ? { bytes: joined(chunks) } : { path }
    return { content, size }
  }
}

function joined(chunks: Buffer[]): Buffer {
  const [first] = chunks
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks)
}

function createBusboy(boundary: string): BusboyInstance {
  const escaped = boundary.replace(/["\\]/g, '\\$&')
  try {
    return new Busboy({
      headers: { 'content-type': `multipart/form-data; boundary="${escaped}"` },
      // As in Go: what has no file name is a field.
      isPartAFile: (_name, _contentType, filename) => filename !== undefined && filename !== '',
      limits: { fieldSize: MAX_FIELD_BYTES, parts: MAX_PARTS, headerPairs: MAX_PART_HEADERS },
    })
  } catch (cause) {
    throw malformed(cause)
  }
}

function malformed(cause: unknown): BadMultipartFormError {
  return new BadMultipartFormError(
    cause instanceof Error ? cause.message.toLowerCase() : undefined,
    { cause }
  )
}
