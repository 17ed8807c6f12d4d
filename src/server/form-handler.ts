import { FastHttpError } from '../errors.js'
import type { RequestHeader } from '../http/request-header.js'
import type { ResolvedOptions, ServerCore } from './server-core.js'
import type { RequestCtx } from './request-ctx.js'

/** Bytes of files that a form keeps in memory; a larger body is not gathered but read as it arrives, its files to disk. As in Go. */
const FORM_MEMORY_BYTES = 16 * 1024 * 1024

/** Is the body a form too large to gather before it is read? */
export function isLargeForm(
  options: ResolvedOptions,
  header: RequestHeader,
  contentLength: number,
  maxBodySize: number
): boolean {
  return (
    contentLength > FORM_MEMORY_BYTES && contentLength <= maxBodySize && isForm(options, header)
  )
}

/** Runs the handler, having read the form of a multipart request before; what cannot be read is answered as any bad request is. */
export function handleForm(
  core: ServerCore,
  ctx: RequestCtx,
  maxBodySize: number
): void | Promise<void> {
  const { header, _body: body } = ctx.request
  const length = header.contentLength()
  // A handler that streams bodies decides itself about those above the limit and those of unknown length.
  const isReadable = body.isStream ? length > 0 && length <= maxBodySize : !body.isEmpty
  if (!isReadable || !isForm(core.options, header)) return core.handler(ctx)
  return readThenHandle(core, ctx, maxBodySize)
}

function isForm(options: ResolvedOptions, header: RequestHeader): boolean {
  return (
    !options.disablePreParseMultipartForm &&
    header.contentEncoding() === '' &&
    header.multipartFormBoundary() !== undefined
  )
}

async function readThenHandle(
  core: ServerCore,
  ctx: RequestCtx,
  maxBodySize: number
): Promise<void> {
  try {
    await ctx.request._readForm(maxBodySize, FORM_MEMORY_BYTES)
  } catch (err) {
    if (!(err instanceof FastHttpError)) throw err
    const conn = ctx.conn()
    if (conn !== undefined) core.logError(conn, err, err)
    core.answerError(ctx, err)
    ctx.setConnectionClose()
    return
  }
  await core.handler(ctx)
}
