import { realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { canWrite } from '../../bytes/coding/compressor.js'
import { chooseCoding } from '../../http/accept-encoding.js'
import { varyByEncoding } from '../../http/compress-body.js'
import {
  StatusBadRequest,
  StatusForbidden,
  StatusFound,
  StatusInternalServerError,
  StatusNotFound,
  StatusNotModified,
} from '../../http/status.js'
import { URI } from '../../http/uri.js'
import type { RequestCtx, RequestHandler } from '../../server/request-ctx.js'
import { mediaType, respondWithFile } from '../../server/send-file.js'
import { CompressedCopies, copyInMemory, type Copy } from './compressed-copies.js'
import { FileCache, type ServedFile } from './file-cache.js'
import { MemoryFile, osFileSystem, readStart, type FileSystem } from './file-system.js'
import { indexPage } from './index-page.js'
import {
  checkOptions,
  FS_DEFAULTS,
  FSCompressedFileSuffixes,
  type FileCoding,
  type FSOptions,
  type ResolvedFSOptions,
} from './options.js'

/** Up to this size a file is kept as bytes rather than open. */
const SMALL_BYTES = 8 * 1024

const ON_WINDOWS = sep === '\\'
/** `..` as a segment; also behind a backslash where that separates. */
const UP = ON_WINDOWS ? /(?:^|[\\/])\.\.(?:[\\/]|$)/ : /(?:^|\/)\.\.(?:\/|$)/

/** A segment that begins with a dot, other than the one for well-known places. */
const DOT_FILE = /(?:^|\/)\.(?!well-known(?:\/|$))/

/** Failures that say nothing of the path but that it leads nowhere. */
const NOT_THERE = new Set([
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'EISDIR',
])

/** The path is a directory without an index file, and no list is wanted. */
const FORBIDDEN = Symbol('forbidden')
/** The path is a directory but does not end with a slash. */
const DIRECTORY = Symbol('directory')

/**
 * Serves the files of a directory. The path of a request is decoded and normalized before it gets here, so that it never leads out of the
 * directory; symbolic links in it are followed, files whose names begin with a dot are not served unless an option says so. Go: `FS`.
 *
 * @example
 * const files = new FS({ root: './public', indexNames: ['index.html'], compress: true, acceptByteRange: true })
 * new Server({ handler: files.newRequestHandler() })
 */
export class FS {
  readonly #options: ResolvedFSOptions
  readonly #fs: FileSystem
  readonly #root: string
  readonly #suffixes: Readonly<Record<FileCoding, string>>
  readonly #codings: FileCoding[]
  readonly #cache: FileCache
  readonly #copies = new CompressedCopies()

  /** Throws `FH_ERR_INVALID_OPTION`. */
  constructor(options: FSOptions = {}) {
    checkOptions(options)
    const resolved: ResolvedFSOptions = { ...FS_DEFAULTS, ...options }
    this.#options = resolved
    this.#fs = resolved.fs ?? osFileSystem
    this.#root = rootOf(resolved)
    this.#suffixes = {
      ...FSCompressedFileSuffixes,
      gzip: resolved.compressedFileSuffix,
      ...resolved.compressedFileSuffixes,
    }
    this.#codings = codingsOf(resolved)
    const duration = resolved.skipCache ? 0 : resolved.cacheDuration
    this.#cache = new FileCache(duration, resolved.maxCachedFiles, resolved.cleanStop)
  }

  /** The handler; all handlers of one object share its open files. Go: `FS.NewRequestHandler`. */
  newRequestHandler(): RequestHandler {
    return (ctx) => this.#handle(ctx)
  }

  async #handle(ctx: RequestCtx): Promise<void> {
    const { pathRewrite } = this.#options
    const requested = ctx.path()
    const path = pathRewrite === undefined ? requested : pathRewrite(ctx)
    if (path.includes('\0')) return ctx.error('Are you a hacker?', StatusBadRequest)
    // A drive, or another stream of a file.
    if (ON_WINDOWS && path.includes(':')) return ctx.error('Forbidden', StatusForbidden)
    if (UP.test(path)) return ctx.error('Internal Server Error', StatusInternalServerError)

    if (!this.#options.dotFiles && DOT_FILE.test(path)) return this.#notFound(ctx)

    const coding = this.#codingFor(ctx)
    let served: ServedFile | typeof FORBIDDEN | typeof DIRECTORY | undefined
    try {
      served = this.#cache.get(keyOf(path, coding)) ?? (await this.#open(ctx, path, coding))
    } catch (err) {
      if (!NOT_THERE.has((err as NodeJS.ErrnoException).code ?? '')) {
        ctx.logger().printf('%s', `cannot open a file: ${String(err)}`)
        return ctx.error('Internal Server Error', StatusInternalServerError)
      }
    }
    if (served === DIRECTORY) return redirectToDirectory(ctx, requested)
    if (served === FORBIDDEN) return ctx.error('Directory index is forbidden', StatusForbidden)
    if (served === undefined) return this.#notFound(ctx)
    await this.#send(ctx, served)
  }

  #codingFor(ctx: RequestCtx): FileCoding | undefined {
    const { header } = ctx.request
    if (this.#codings.length === 0 || header.peek('Range') !== undefined) return undefined
    const accepted = header.peekAll('Accept-Encoding')
    return chooseCoding(accepted.length === 0 ? undefined : accepted.join(), this.#codings)
  }

  async #send(ctx: RequestCtx, served: ServedFile): Promise<void> {
    const { response } = ctx
    if (served.coding !== undefined) response.header.setContentEncoding(served.coding)
    // A part of a copy would fit no part of the original.
    const ranges = this.#options.acceptByteRange && served.coding === undefined
    await respondWithFile(ctx, served, ranges, this.#options.etag ? etagOf(served) : undefined)
    if (response.statusCode() === StatusNotModified) response.header.del('Content-Encoding')
    if (this.#codings.length > 0) varyByEncoding(response)
  }

  async #notFound(ctx: RequestCtx): Promise<void> {
    const { pathNotFound } = this.#options
    if (pathNotFound === undefined) {
      return ctx.error('Cannot open requested path', StatusNotFound)
    }
    ctx.setStatusCode(StatusNotFound)
    await pathNotFound(ctx)
  }

  /** Opens what a path leads to. Throws the error of the file system. */
  async #open(
    ctx: RequestCtx,
    path: string,
    coding: FileCoding | undefined
  ): Promise<ServedFile | typeof FORBIDDEN | typeof DIRECTORY> {
    const file = this.#locate(path)
    await this.#checkLinks(file)
    if (!(await this.#fs.stat(file)).isDirectory()) return this.#openFile(ctx, path, path, coding)
    if (!path.endsWith('/')) return DIRECTORY
    for (const name of this.#options.indexNames ?? []) {
      try {
        return await this.#openFile(ctx, path, path + name, coding)
      } catch (err) {
        if (!NOT_THERE.has((err as NodeJS.ErrnoException).code ?? '')) throw err
      }
    }
    return this.#options.generateIndexPages ? this.#openList(path, coding) : FORBIDDEN
  }

  /** @param requested - path the file is served for */
  async #openFile(
    ctx: RequestCtx,
    requested: string,
    path: string,
    coding: FileCoding | undefined
  ): Promise<ServedFile> {
    const name = path.replace(/\/+$/, '')
    const located = this.#locate(name)
    await this.#checkLinks(located)
    const stat = await this.#fs.stat(located)
    // A pipe would wait for its other end, a device never ends.
    if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: 'ENOENT' })
    const { size, mtime } = stat
    const file = await this.#fs.open(located)
    try {
      const type = await mediaType(name, file)
      const original = { file, size, mtime }
      const copy = coding && (await this.#copyOf(ctx, name, original, coding))
      if (copy) {
        await file.close()
        return this.#keep(requested, coding, { ...copy, mtime, type, coding })
      }
      return this.#keep(requested, coding, { ...original, type, coding: undefined })
    } catch (err) {
      await file.close().catch(() => {})
      throw err
    }
  }

  /** Throws as for a path that leads nowhere when links lead out of the root, and must not. */
  async #checkLinks(file: string): Promise<void> {
    if (this.#options.linksOutOfRoot || this.#options.fs !== undefined) return
    const [real, root] = await Promise.all([realpath(file), realpath(this.#root)])
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw Object.assign(new Error('a link leads out of the root'), { code: 'ENOENT' })
    }
  }

  async #copyOf(
    ctx: RequestCtx,
    path: string,
    original: { file: ServedFile['file']; size: number; mtime: Date },
    coding: FileCoding
  ): Promise<Copy | undefined> {
    if (this.#options.fs !== undefined) return copyInMemory(original, coding)
    const { compressRoot } = this.#options
    const folder = compressRoot === '' ? this.#root : resolve(compressRoot)
    return this.#copies.open(
      join(folder, path + this.#suffixes[coding]),
      original,
      coding,
      ctx.logger()
    )
  }

  /** Caches an open file, a small one by its bytes. */
  async #keep(
    path: string,
    coding: FileCoding | undefined,
    served: ServedFile
  ): Promise<ServedFile> {
    const { file, size } = served
    let kept = served
    if (size <= SMALL_BYTES && !(file instanceof MemoryFile)) {
      const bytes = await readStart(file, size)
      await file.close()
      kept = { ...served, size: bytes.length, file: new MemoryFile(bytes) }
    }
    return this.#cache.add(keyOf(path, coding), kept)
  }

  async #openList(path: string, coding: FileCoding | undefined): Promise<ServedFile> {
    const suffixes = Object.values(this.#suffixes)
    const isHidden = (name: string): boolean =>
      suffixes.some((suffix) => name.includes(suffix)) ||
      (!this.#options.dotFiles && DOT_FILE.test(name))
    const page = Buffer.from(await indexPage(this.#fs, this.#locate(path), path, isHidden))
    const original = { file: new MemoryFile(page), size: page.length, mtime: new Date() }
    const copy = coding && (await copyInMemory(original, coding))
    const type = 'text/html; charset=utf-8'
    return this.#keep(
      path,
      coding,
      copy ? { ...original, ...copy, type, coding } : { ...original, type, coding: undefined }
    )
  }

  /** Path in the file system; io/fs of Go, and what follows it, knows no leading slash. */
  #locate(path: string): string {
    const relative = path.replace(/^\/+|\/+$/g, '')
    if (this.#options.fs === undefined) return join(this.#root, sep, relative)
    return [this.#root, relative].filter((part) => part !== '').join('/') || '.'
  }
}

function rootOf({ root, fs, allowEmptyRoot }: ResolvedFSOptions): string {
  if (fs !== undefined) return root.replace(/\/+$/, '')
  if (root === '' && allowEmptyRoot) return sep
  return resolve(root)
}

function codingsOf(options: ResolvedFSOptions): FileCoding[] {
  if (!options.compress) return []
  const codings: FileCoding[] = []
  if (options.compressBrotli) codings.push('br')
  if (options.compressZstd && canWrite('zstd')) codings.push('zstd')
  codings.push('gzip')
  return codings
}

/** Weak: a file may change twice within the resolution of its time. Each coding is a representation of its own. */
function etagOf({ size, mtime, coding }: ServedFile): string {
  const suffix = coding === undefined ? '' : `-${coding}`
  return `W/"${size.toString(16)}-${mtime.getTime().toString(16)}${suffix}"`
}

function keyOf(path: string, coding: FileCoding | undefined): string {
  return `${coding ?? ''} ${path}`
}

/** Redirects to the path with a slash at the end: what links in the page are relative to. */
function redirectToDirectory(ctx: RequestCtx, path: string): void {
  const target = new URI()
  ctx.uri().copyTo(target)
  target.setPath(`${path.replaceAll('%', '%25')}/`)
  ctx.setStatusCode(StatusFound)
  ctx.response.header.set('Location', target._asciiURI())
}
