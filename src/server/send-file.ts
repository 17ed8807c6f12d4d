import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { contentType } from 'mime-types'
import { parseByteRange } from '../http/byte-range.js'
import {
  StatusNotFound,
  StatusPartialContent,
  StatusRequestedRangeNotSatisfiable,
} from '../http/status.js'
import type { RequestCtx } from './request-ctx.js'

/** An open file, as far as sending it needs one: a `FileHandle` is one. */
export interface OpenedFile {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number
  ): Promise<{ bytesRead: number }>
  close(): Promise<void>
}

/** What is known of a file to send. */
export interface FileToSend {
  readonly file: OpenedFile
  /** Bytes. */
  readonly size: number
  readonly mtime: Date
  /** Media type, for a response that has none. */
  readonly type: string
}

/** Up to this size a body is read at once: that costs less than a stream. */
const WHOLE_BYTES = 64 * 1024
const CHUNK_BYTES = 64 * 1024

/**
 * Answers with the file at `path`: type, Last-Modified, If-Modified-Since, one Range. Answers 404 when there is none. Go: `ServeFile`,
 * without its directories and compressed copies.
 */
export async function sendFile(ctx: RequestCtx, path: string): Promise<void> {
  const found = path.includes('\0') ? undefined : await openFile(resolve(path))
  if (found === undefined) return ctx.error('Cannot open requested path', StatusNotFound)
  await respondWithFile(ctx, found, true)
}

async function openFile(path: string): Promise<FileToSend | undefined> {
  try {
    // A pipe would wait for its other end when it is opened.
    if (!(await stat(path)).isFile()) return undefined
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const { size, mtime } = await file.stat()
    return { file, size, mtime, type: await mediaType(path, file) }
  } catch {
    return undefined
  }
}

/**
 * Answers with an open file, which is closed when it was sent. (RFC 9110, sections 13 and 14)
 *
 * @param ranges - honour Range
 * @param etag - weak entity tag to send and to compare with If-None-Match
 */
export async function respondWithFile(
  ctx: RequestCtx,
  { file, size, mtime, type }: FileToSend,
  ranges: boolean,
  etag?: string
): Promise<void> {
  const { header } = ctx.response
  let body: FileBody | undefined
  try {
    const isFresh = isKnown(ctx, mtime, etag)
    if (isFresh) ctx.notModified()
    if (etag !== undefined) header.set('ETag', etag)
    if (isFresh) return
    if (ranges) header.set('Accept-Ranges', 'bytes')
    header.setLastModified(mtime)
    let start = 0
    let end = size - 1
    const range = ranges ? rangeOf(ctx, mtime) : undefined
    if (range !== undefined) {
      try {
        ;[start, end] = parseByteRange(range, size)
      } catch {
        ctx.error('Range Not Satisfiable', StatusRequestedRangeNotSatisfiable)
        header.set('Content-Range', `bytes */${size}`)
        return
      }
      ctx.setStatusCode(StatusPartialContent)
      header.setContentRange(start, end, size)
    }
    if (header._contentType === undefined) ctx.setContentType(type)
    const length = end - start + 1
    if (ctx.isHead()) return header.setContentLength(length)
    if (length <= WHOLE_BYTES) return ctx.response.setBodyRaw(await readAll(file, start, length))
    body = new FileBody(file, start, length)
    ctx.setBodyStream(body, length)
  } finally {
    if (body === undefined) await file.close()
  }
}

/** Has the client this version already? If-None-Match goes before the date. (RFC 9110, section 13.2.2) */
function isKnown(ctx: RequestCtx, mtime: Date, etag: string | undefined): boolean {
  const tags = ctx.request.header.peekAll('If-None-Match')
  if (etag === undefined || tags.length === 0) return !ctx.ifModifiedSince(mtime)
  const opaque = etag.replace(/^W\//, '')
  return tags
    .join()
    .split(',')
    .some((tag) => {
      const known = tag.trim()
      return known === '*' || known.replace(/^W\//, '') === opaque
    })
}

/** The Range of a request, unless it is of a unit unknown here, or conditional on a version the client does not have. */
function rangeOf(ctx: RequestCtx, mtime: Date): string | undefined {
  const { header } = ctx.request
  const range = header.peek('Range')
  if (range === undefined || !/^bytes=/i.test(range) || !(ctx.isGet() || ctx.isHead()))
    return undefined
  const condition = header.peek('If-Range')
  if (condition === undefined) return range.replace(/^bytes/i, 'bytes')
  // Exact, as the RFC asks for: and no ETag is ever sent.
  return Date.parse(condition) === Math.floor(mtime.getTime() / 1000) * 1000 ? range : undefined
}

async function readAll(file: OpenedFile, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(length, 0))
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, start + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/** A part of a file as a stream; closes the file when it ends. */
class FileBody extends Readable {
  readonly #file: OpenedFile
  #position: number
  #left: number

  constructor(file: OpenedFile, start: number, length: number) {
    super({ highWaterMark: CHUNK_BYTES })
    this.#file = file
    this.#position = start
    this.#left = length
  }

  override _read(): void {
    if (this.#left === 0) {
      this.push(null)
      return
    }
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#left))
    this.#file.read(chunk, 0, chunk.length, this.#position).then(
      ({ bytesRead }) => {
        this.#position += bytesRead
        this.#left -= bytesRead
        // A file that has become shorter ends the stream, which then fails for its length.
        this.push(bytesRead === 0 ? null : chunk.subarray(0, bytesRead))
      },
      (err: unknown) => this.destroy(err as Error)
    )
  }

  override _destroy(err: Error | null, done: (err?: Error | null) => void): void {
    this.#file.close().then(
      () => done(err),
      (failure: unknown) => done(err ?? (failure as Error))
    )
  }
}

const SNIFFED_BYTES = 512

/** Media type by the extension of `path`, else by what the file begins with. Go: `http.DetectContentType`, for text and the rest. */
export async function mediaType(path: string, file: OpenedFile): Promise<string> {
  const extension = extname(path)
  const known = extension === '' ? false : contentType(extension)
  if (known !== false) return known
  const { bytesRead, buffer } = await readStart(file)
  const binary = buffer.subarray(0, bytesRead).some((byte) => BINARY[byte] === 1)
  return binary ? 'application/octet-stream' : 'text/plain; charset=utf-8'
}

async function readStart(file: OpenedFile): Promise<{ bytesRead: number; buffer: Buffer }> {
  const buffer = Buffer.alloc(SNIFFED_BYTES)
  const { bytesRead } = await file.read(buffer, 0, SNIFFED_BYTES, 0)
  return { bytesRead, buffer }
}

/** 1 for the bytes that no text holds (MIME Sniffing, section 3). */
const BINARY = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f)
    ? 1
    : 0
)
