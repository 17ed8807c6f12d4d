import { basename, isAbsolute, resolve } from 'node:path'
import { create as contentDisposition } from 'content-disposition'
import { HttpStatusError, InvalidOptionError } from '../../errors.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { resolveFileOptions, type FileOptions } from './file-options.js'
import { resolveFile } from './file-path.js'
import { findFile } from './find-file.js'
import { setHeader, type HeaderValue } from './response-headers.js'
import { expectUnanswered } from './send.js'
import { sendFoundFile } from './send-found-file.js'
import { setting } from './settings.js'

/** Options of {@link sendFile}. */
export interface SendFileOptions extends Omit<FileOptions, 'etag'> {
  /** Fields to send with the file. */
  headers?: Readonly<Record<string, HeaderValue>>
}

/**
 * Answers with a file: Express's `res.sendFile`. The setting `etag` applies.
 *
 * @param path - absolute, or below `options.root`
 * @returns settles when the response is ready to be sent; rejects with an error that has a `status`, 404 when there is no file
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a relative path without a root
 */
export async function sendFile(
  ctx: RequestCtx,
  path: string,
  options: SendFileOptions = {}
): Promise<void> {
  expectUnanswered(ctx)
  if (typeof path !== 'string') throw new InvalidOptionError(`path is a ${typeof path}`)
  if (options.root === undefined && !isAbsolute(path)) {
    throw new InvalidOptionError('path must be absolute or root be given')
  }
  const resolved = resolveFileOptions({ ...options, etag: Boolean(setting(ctx, 'etag')) })
  const absolute = resolveFile(path, resolved.root, resolved.dotfiles)
  const file = await findFile(absolute, path.endsWith('/'), resolved)
  if (file === 'directory') {
    throw Object.assign(new HttpStatusError(404, 'EISDIR, read'), { cause: { code: 'EISDIR' } })
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) setHeader(ctx, name, value)
  await sendFoundFile(ctx, file, resolved)
}

/**
 * Answers with a file to be saved: Express's `res.download`.
 *
 * @param filename - to save it as; that of the path by default
 */
export function download(ctx: RequestCtx, path: string, options?: SendFileOptions): Promise<void>
export function download(
  ctx: RequestCtx,
  path: string,
  filename?: string | null,
  options?: SendFileOptions
): Promise<void>
export async function download(
  ctx: RequestCtx,
  path: string,
  filename?: string | null | SendFileOptions,
  options?: SendFileOptions
): Promise<void> {
  const own = (typeof filename === 'object' && filename !== null ? filename : options) ?? {}
  const name = typeof filename === 'string' && filename !== '' ? filename : path
  const fields: Record<string, HeaderValue> = {
    'Content-Disposition': contentDisposition(basename(name)),
  }
  for (const [field, value] of Object.entries(own.headers ?? {})) {
    if (field.toLowerCase() !== 'content-disposition') fields[field] = value
  }
  await sendFile(ctx, own.root === undefined ? resolve(path) : path, { ...own, headers: fields })
}
