import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import etag from 'etag'
import { HttpStatusError } from '../../errors.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { markAnswered } from '../../server/routing.js'
import { parseRange } from './byte-range.js'
import { isClientCurrent } from './conditional.js'
import type { ResolvedFileOptions } from './file-options.js'
import type { FoundFile } from './find-file.js'
import { lookupType } from './media-type.js'
import { getHeader } from './request-headers.js'
import { responseHeader } from './response-headers.js'

/** Up to this size a file is read whole: one read costs less than a stream. */
const WHOLE_BYTES = 64 * 1024

/**
 * Answers with a file: type, validators, conditions (RFC 9110, section 13) and one range (section 14).
 *
 * @throws HttpStatusError with status 412 or 416
 */
export async function sendFoundFile(
  ctx: RequestCtx,
  file: FoundFile,
  options: ResolvedFileOptions
): Promise<void> {
  setFields(ctx, file, options)
  if (isConditional(ctx)) {
    if (failsPrecondition(ctx)) throw new HttpStatusError(412, 'Precondition Failed')
    const status = ctx.response.statusCode()
    const cacheable = (status >= 200 && status < 300) || status === 304
    if (cacheable && isClientCurrent(ctx)) return sendNotModified(ctx)
  }
  let start = options.start
  let length = Math.max(0, file.stat.size - start)
  if (options.end !== undefined) length = Math.min(length, options.end - start + 1)
  const range = options.acceptRanges ? rangeOf(ctx, length) : undefined
  if (range !== undefined) {
    ctx.setStatusCode(206)
    ctx.response.header.set('Content-Range', `bytes ${range.start}-${range.end}/${length}`)
    start += range.start
    length = range.end - range.start + 1
  }
  await setFileBody(ctx, file.path, start, length)
  markAnswered(ctx)
}

function setFields(ctx: RequestCtx, { path, stat }: FoundFile, options: ResolvedFileOptions): void {
  const header = responseHeader(ctx)
  const setDefault = (name: string, value: string) => {
    if (!header.peek(name)) header.set(name, value)
  }
  if (options.acceptRanges) setDefault('Accept-Ranges', 'bytes')
  if (options.cacheControl !== undefined) setDefault('Cache-Control', options.cacheControl)
  if (options.lastModified) setDefault('Last-Modified', stat.mtime.toUTCString())
  if (options.etag) setDefault('ETag', etag(stat))
  const type = lookupType(extname(path))
  setDefault('Content-Type', type.includes('/') ? type : 'application/octet-stream')
}

function validators(ctx: RequestCtx) {
  const { header } = ctx.response
  return { etag: header.peek('ETag'), 'last-modified': header.peek('Last-Modified') }
}

function isConditional(ctx: RequestCtx): boolean {
  const conditions = ['If-Match', 'If-Unmodified-Since', 'If-None-Match', 'If-Modified-Since']
  return conditions.some((name) => getHeader(ctx, name))
}

function failsPrecondition(ctx: RequestCtx): boolean {
  const { etag: tag, 'last-modified': lastModified } = validators(ctx)
  const match = getHeader(ctx, 'If-Match')
  if (match) {
    if (tag === undefined) return true
    const tags = match.split(',').map((one) => one.trim())
    return match !== '*' && !tags.some((one) => weak(one) === weak(tag))
  }
  const since = Date.parse(getHeader(ctx, 'If-Unmodified-Since') ?? '')
  if (Number.isNaN(since)) return false
  const modified = Date.parse(lastModified ?? '')
  return Number.isNaN(modified) || modified > since
}

function weak(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}

function sendNotModified(ctx: RequestCtx): void {
  for (const name of ['Encoding', 'Language', 'Length', 'Range', 'Type']) {
    ctx.response.header.del(`Content-${name}`)
  }
  ctx.setStatusCode(304)
  ctx.resetBody()
  markAnswered(ctx)
}

/** The range to send; several, or malformed ones, get the whole file. */
function rangeOf(ctx: RequestCtx, length: number) {
  const value = getHeader(ctx, 'Range')
  if (value === undefined || !/^ *bytes=/.test(value)) return undefined
  const ranges = parseRange(length, value, { combine: true })
  if (!isRangeFresh(ctx) || ranges === -2) return undefined
  if (ranges === -1) {
    ctx.response.header.set('Content-Range', `bytes */${length}`)
    const error = new HttpStatusError(416, 'Range Not Satisfiable')
    throw Object.assign(error, { headers: { 'Content-Range': `bytes */${length}` } })
  }
  return ranges.length === 1 ? ranges[0] : undefined
}

function isRangeFresh(ctx: RequestCtx): boolean {
  const condition = getHeader(ctx, 'If-Range')
  if (!condition) return true
  const { etag: tag, 'last-modified': lastModified } = validators(ctx)
  if (condition.includes('"')) return Boolean(tag && condition.includes(tag))
  return Date.parse(lastModified ?? '') <= Date.parse(condition)
}

async function setFileBody(
  ctx: RequestCtx,
  path: string,
  start: number,
  length: number
): Promise<void> {
  if (ctx.isHead()) return ctx.response.header.setContentLength(length)
  if (length === 0) return ctx.resetBody()
  const file = await open(path)
  if (length > WHOLE_BYTES) {
    ctx.setBodyStream(file.createReadStream({ start, end: start + length - 1 }), length)
    return
  }
  try {
    const bytes = Buffer.allocUnsafe(length)
    const { bytesRead } = await file.read(bytes, 0, length, start)
    ctx.response.setBodyRaw(bytes.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}
