import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StatusFound, StatusNotFound } from '../../http/status.js'
import type { RequestCtx, RequestHandler } from '../../server/request-ctx.js'
import type { FileSystem } from './file-system.js'
import { FS } from './fs.js'
import { newPathSlashesStripper } from './path-rewrite.js'

/** Path of the file that the handlers below are to serve. */
const paths = new WeakMap<RequestCtx, string>()
const pathRewrite = (ctx: RequestCtx): string => paths.get(ctx) ?? ''

const everywhere = { allowEmptyRoot: true, acceptByteRange: true, dotFiles: true, pathRewrite }

let compressing: RequestHandler | undefined
let plain: RequestHandler | undefined

/**
 * A handler that serves the files below `root`: `index.html` or a list for a directory, and ranges of bytes. Go: `FSHandler`.
 *
 * @param stripSlashes - segments dropped from the path of a request before
 */
export function fsHandler(root: string, stripSlashes = 0): RequestHandler {
  return new FS({
    root,
    indexNames: ['index.html'],
    generateIndexPages: true,
    acceptByteRange: true,
    ...(stripSlashes > 0 ? { pathRewrite: newPathSlashesStripper(stripSlashes) } : {}),
  }).newRequestHandler()
}

/**
 * Answers with the file at `path`, in gzip or brotli where the client takes it; copies are kept beside the file. The promise settles when
 * the response is set: wait for it. `path` is trusted: what a client sends must not get there, `FS` is for that. Go: `ServeFile`.
 */
export function serveFile(ctx: RequestCtx, path: string): Promise<void> {
  compressing ??= new FS({
    ...everywhere,
    compress: true,
    compressBrotli: true,
  }).newRequestHandler()
  return serve(ctx, resolve(path), compressing)
}

/** As {@link serveFile}, which takes `%` as it stands too. Go: `ServeFileLiteral`. */
export function serveFileLiteral(ctx: RequestCtx, path: string): Promise<void> {
  return serveFile(ctx, path)
}

/** As {@link serveFile}, without compressing. Go: `ServeFileUncompressed`. */
export function serveFileUncompressed(ctx: RequestCtx, path: string): Promise<void> {
  plain ??= new FS(everywhere).newRequestHandler()
  return serve(ctx, resolve(path), plain)
}

/** As {@link serveFile}, from another file system, and compressed in memory. Go: `ServeFS`. */
export function serveFS(ctx: RequestCtx, fs: FileSystem, path: string): Promise<void> {
  const options = { ...everywhere, fs, skipCache: true, compress: true, compressBrotli: true }
  return serve(ctx, path, new FS(options).newRequestHandler())
}

/** As {@link serveFS}. Go: `ServeFSLiteral`. */
export function serveFSLiteral(ctx: RequestCtx, fs: FileSystem, path: string): Promise<void> {
  return serveFS(ctx, fs, path)
}

/** When the file at `path` was changed, to the second. Rejects with the error of the file system. Go: `FileLastModified`. */
export async function fileLastModified(path: string): Promise<Date> {
  const { mtimeMs } = await stat(path)
  return new Date(Math.floor(mtimeMs / 1000) * 1000)
}

async function serve(ctx: RequestCtx, path: string, handler: RequestHandler): Promise<void> {
  paths.set(ctx, path)
  try {
    await handler(ctx)
    // A directory; the request's own path, which that would be a redirect of, has nothing to do with it.
    if (ctx.response.statusCode() === StatusFound) {
      ctx.error('Cannot open requested path', StatusNotFound)
    }
  } finally {
    paths.delete(ctx)
  }
}
