import type { Stats } from 'node:fs'
import { HttpStatusError, InvalidOptionError } from '../../errors.js'
import { htmlPage } from '../../server/html-page.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { markAnswered } from '../../server/routing.js'
import { encodeUrl } from './encode-url.js'
import { resolveFileOptions, type FileOptions, type ResolvedFileOptions } from './file-options.js'
import { decodePath, resolveFile } from './file-path.js'
import { findFile, type FoundFile } from './find-file.js'
import { responseHeader } from './response-headers.js'
import { sendFoundFile } from './send-found-file.js'
import { mountedPath } from './url.js'

/** Options of {@link staticFiles}: those of `express.static`. */
export interface StaticFilesOptions extends Omit<FileOptions, 'root'> {
  /**
   * Pass requests on that no file answers, and those for other methods than GET and HEAD.
   *
   * @defaultValue `true`
   */
  fallthrough?: boolean
  /**
   * Send requests for a directory to its path with a slash at the end.
   *
   * @defaultValue `true`
   */
  redirect?: boolean
  /** Sets further fields before a file is sent. */
  setHeaders?: (ctx: RequestCtx, path: string, stat: Stats) => void
}

/**
 * Middleware that answers with the files below a directory: `express.static`. Where it is mounted is not part of their path.
 *
 * @param root - directory
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a malformed option
 */
export function staticFiles(
  root: string,
  options: StaticFilesOptions = {}
): (ctx: RequestCtx, next: () => Promise<void>) => Promise<void> {
  if (typeof root !== 'string' || root === '') throw new InvalidOptionError('root is no path')
  const { setHeaders } = options
  if (setHeaders && typeof setHeaders !== 'function') {
    throw new InvalidOptionError('setHeaders is not a function')
  }
  const resolved = resolveFileOptions({ ...options, root })
  const fallthrough = options.fallthrough !== false
  const redirect = options.redirect !== false

  return async (ctx, next) => {
    if (!ctx.isGet() && !ctx.isHead()) {
      if (fallthrough) return next()
      responseHeader(ctx).set('Allow', 'GET, HEAD')
      ctx.setStatusCode(405)
      return markAnswered(ctx)
    }
    let file: FoundFile
    try {
      const path = requestedPath(ctx)
      const found = await lookUp(path, resolved)
      if (found === 'directory') {
        if (!redirect || path.endsWith('/')) throw new HttpStatusError(404, 'Not Found')
        return redirectToDirectory(ctx)
      }
      file = found
    } catch (err) {
      const { status } = err as { status?: number }
      if (fallthrough && status !== undefined && status < 500) return next()
      throw err
    }
    setHeaders?.(ctx, file.path, file.stat)
    await sendFoundFile(ctx, file, resolved)
  }
}

/** The path below the mount, empty for the mount itself without a slash: it is to be redirected. */
function requestedPath(ctx: RequestCtx): string {
  const path = mountedPath(ctx)
  return path === '/' && !ownPath(ctx).endsWith('/') ? '' : path
}

/** The path as sent, mount included. */
function ownPath(ctx: RequestCtx): string {
  return ctx.requestURI().replace(/[?#].*$/s, '')
}

async function lookUp(
  path: string,
  options: ResolvedFileOptions
): Promise<FoundFile | 'directory'> {
  const decoded = decodePath(path)
  if (decoded === undefined) throw new HttpStatusError(400, 'Bad Request')
  const absolute = resolveFile(decoded, options.root, options.dotfiles)
  return findFile(absolute, path.endsWith('/'), options)
}

function redirectToDirectory(ctx: RequestCtx): void {
  const path = ownPath(ctx)
  // Two slashes in front would name a host.
  const target = `${path}/`.replace(/^\/{2,}/, '/') + ctx.requestURI().slice(path.length)
  const location = encodeUrl(target)
  const header = responseHeader(ctx)
  header.set('Content-Security-Policy', "default-src 'none'")
  header.set('X-Content-Type-Options', 'nosniff')
  header.set('Location', location)
  ctx.setStatusCode(301)
  ctx.setContentType('text/html; charset=UTF-8')
  ctx.setBody(htmlPage('Redirecting', `Redirecting to ${location}`))
  markAnswered(ctx)
}
