import type { Coding } from '../../bytes/coding/compressor.js'
import { InvalidOptionError } from '../../errors.js'
import { checkOptionNames, type OptionNames } from '../../option-names.js'
import type { RequestCtx, RequestHandler } from '../../server/request-ctx.js'
import type { FileSystem } from './file-system.js'

/** Gives the path of the file to serve, below the root, starting with `/` or empty. Go: `PathRewriteFunc`. */
export type PathRewriteFunc = (ctx: RequestCtx) => string

/** Codings that copies of files are kept in. */
export type FileCoding = Extract<Coding, 'br' | 'gzip' | 'zstd'>

/** Milliseconds an open file is used again for, by default. Go: `FSHandlerCacheDuration`. */
export const FSHandlerCacheDuration = 10_000
/** What the name of a copy in gzip ends with, by default. */
export const FSCompressedFileSuffix = '.fasthttp.gz'
/** What the names of compressed copies end with, by default. */
export const FSCompressedFileSuffixes: Readonly<Record<FileCoding, string>> = Object.freeze({
  gzip: FSCompressedFileSuffix,
  br: '.fasthttp.br',
  zstd: '.fasthttp.zst',
})

/** Options of `FS`. Durations are milliseconds. */
export interface FSOptions {
  /** Directory that is served. Without one the working directory, or with `fs` all of that. */
  root?: string
  /** Where the files come from. @default the operating system */
  fs?: FileSystem
  /** Lets an empty `root` mean the root of the file system. @default false */
  allowEmptyRoot?: boolean
  /** Names of the files that stand for their directory, tried in order. @default [] */
  indexNames?: readonly string[]
  /** Answer with a list of files for a directory without such a file. Otherwise 403. @default false */
  generateIndexPages?: boolean
  /** Serve copies in gzip to clients that take them; kept in files beside the originals. @default false */
  compress?: boolean
  /** With `compress`: copies in brotli as well, preferred to gzip. @default false */
  compressBrotli?: boolean
  /** With `compress`: copies in zstd as well, preferred to gzip, where Node.js has it. @default false */
  compressZstd?: boolean
  /** Directory for the copies. @default `root` */
  compressRoot?: string
  /** What the name of a copy in gzip ends with. @default '.fasthttp.gz' */
  compressedFileSuffix?: string
  /** What the names of copies end with, by coding. @default { gzip: '.fasthttp.gz', br: '.fasthttp.br', zstd: '.fasthttp.zst' } */
  compressedFileSuffixes?: Partial<Record<FileCoding, string>>
  /** Serve ranges of bytes (RFC 9110, section 14). @default false */
  acceptByteRange?: boolean
  /** Makes the path of a file of the request. By default it is the request's path. */
  pathRewrite?: PathRewriteFunc
  /** Answers for a path without a file; status 404 is set. By default a short text. */
  pathNotFound?: RequestHandler
  /** Look at the file system for every request. @default false */
  skipCache?: boolean
  /** How long an open file, or a list, is used without another look. @default 10000 */
  cacheDuration?: number
  /** Files kept open at a time; the oldest go first. @default 1000 */
  maxCachedFiles?: number
  /** Serve files and directories whose names begin with a dot. `.well-known` (RFC 8615) is always served. @default false */
  dotFiles?: boolean
  /** Follow symbolic links that lead out of the root, as Go does. @default true */
  linksOutOfRoot?: boolean
  /** Send an ETag made of size and time, and honour If-None-Match. @default false */
  etag?: boolean
  /** Closes the open files when it aborts. */
  cleanStop?: AbortSignal
}

type FSDefaults = Required<
  Pick<
    FSOptions,
    | 'root'
    | 'allowEmptyRoot'
    | 'generateIndexPages'
    | 'compress'
    | 'compressBrotli'
    | 'compressZstd'
    | 'compressRoot'
    | 'compressedFileSuffix'
    | 'acceptByteRange'
    | 'skipCache'
    | 'cacheDuration'
    | 'maxCachedFiles'
    | 'dotFiles'
    | 'linksOutOfRoot'
    | 'etag'
  >
>

/** Options with every default filled in. */
export type ResolvedFSOptions = FSOptions & FSDefaults

/** Defaults of {@link FSOptions}. */
export const FS_DEFAULTS: Readonly<FSDefaults> = Object.freeze({
  root: '',
  allowEmptyRoot: false,
  generateIndexPages: false,
  compress: false,
  compressBrotli: false,
  compressZstd: false,
  compressRoot: '',
  compressedFileSuffix: FSCompressedFileSuffix,
  acceptByteRange: false,
  skipCache: false,
  cacheDuration: FSHandlerCacheDuration,
  maxCachedFiles: 1000,
  dotFiles: false,
  linksOutOfRoot: true,
  etag: false,
})

const NAMES: OptionNames<FSOptions> = {
  root: true,
  fs: true,
  allowEmptyRoot: true,
  indexNames: true,
  generateIndexPages: true,
  compress: true,
  compressBrotli: true,
  compressZstd: true,
  compressRoot: true,
  compressedFileSuffix: true,
  compressedFileSuffixes: true,
  acceptByteRange: true,
  pathRewrite: true,
  pathNotFound: true,
  skipCache: true,
  cacheDuration: true,
  maxCachedFiles: true,
  dotFiles: true,
  linksOutOfRoot: true,
  etag: true,
  cleanStop: true,
}

/** Of express.static, send and @fastify/static. */
const FOREIGN = {
  dotfiles: 'dotFiles, true or false',
  serveDotFiles: 'dotFiles',
  index: 'indexNames',
  list: 'generateIndexPages',
  acceptRanges: 'acceptByteRange',
  preCompressed: 'compress',
  prefix: 'pathRewrite: pathPrefixStripper(n)',
  fallthrough: 'pathNotFound',
  followSymlinks: 'linksOutOfRoot',
  maxAge: 'a handler around it that sets Cache-Control',
  cacheControl: 'a handler around it that sets Cache-Control',
  immutable: 'a handler around it that sets Cache-Control',
  setHeaders: 'a handler around it that sets them',
}

/** Throws `FH_ERR_INVALID_OPTION` for an option that is unknown or of a wrong type. */
export function checkOptions(options: FSOptions): void {
  checkOptionNames('FS', options, NAMES, FOREIGN)
  for (const [name, fallback] of Object.entries(FS_DEFAULTS)) {
    const value = (options as Record<string, unknown>)[name]
    if (value !== undefined && typeof value !== typeof fallback) {
      throw new InvalidOptionError(`${name} must be a ${typeof fallback}`)
    }
  }
  if (options.root?.includes('\0')) throw new InvalidOptionError('root must be a path')
}
