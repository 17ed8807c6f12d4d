import { resolve } from 'node:path'
import { InvalidOptionError } from '../../errors.js'
import type { Dotfiles } from './file-path.js'
import { parseMilliseconds } from './parse-units.js'

/** What {@link sendFile} and {@link staticFiles} have in common: options of the send package. */
export interface FileOptions {
  /**
   * Answer requests for ranges.
   *
   * @defaultValue `true`
   */
  acceptRanges?: boolean
  /**
   * Send `Cache-Control`.
   *
   * @defaultValue `true`
   */
  cacheControl?: boolean
  /**
   * What becomes of paths with a segment that starts with a dot.
   *
   * @defaultValue `'ignore'`, as if they were not there
   */
  dotfiles?: Dotfiles
  /**
   * Send an entity tag of size and time.
   *
   * @defaultValue `true`
   */
  etag?: boolean
  /** Extensions to try, in order, when there is no file of the name. */
  extensions?: string | readonly string[] | false
  /**
   * Add `immutable` to `Cache-Control`.
   *
   * @defaultValue `false`
   */
  immutable?: boolean
  /**
   * Names of index files, in order; `false` for none.
   *
   * @defaultValue `'index.html'`
   */
  index?: string | readonly string[] | boolean
  /**
   * Send `Last-Modified`.
   *
   * @defaultValue `true`
   */
  lastModified?: boolean
  /**
   * How long the file may be cached: milliseconds, or text such as `'1d'`.
   *
   * @defaultValue `0`
   */
  maxAge?: number | string
  /** First and last byte to send. */
  start?: number
  end?: number
  /** Directory that paths are below. */
  root?: string
}

/** Options with their defaults. */
export interface ResolvedFileOptions {
  readonly acceptRanges: boolean
  readonly cacheControl: string | undefined
  readonly dotfiles: Dotfiles
  readonly etag: boolean
  readonly extensions: readonly string[]
  readonly index: readonly string[]
  readonly lastModified: boolean
  readonly start: number
  readonly end: number | undefined
  readonly root: string | undefined
}

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a malformed option */
export function resolveFileOptions(options: FileOptions): ResolvedFileOptions {
  const { dotfiles = 'ignore' } = options
  if (!['allow', 'deny', 'ignore'].includes(dotfiles)) {
    throw new InvalidOptionError('dotfiles is neither allow, deny nor ignore')
  }
  return {
    acceptRanges: options.acceptRanges ?? true,
    cacheControl: (options.cacheControl ?? true) ? cacheControl(options) : undefined,
    dotfiles,
    etag: options.etag ?? true,
    extensions: listOf(options.extensions ?? false, 'extensions'),
    index: listOf(options.index ?? 'index.html', 'index'),
    lastModified: options.lastModified ?? true,
    start: options.start ?? 0,
    end: options.end,
    root: options.root === undefined ? undefined : resolve(options.root),
  }
}

function cacheControl({ maxAge = 0, immutable }: FileOptions): string {
  const milliseconds = typeof maxAge === 'string' ? parseMilliseconds(maxAge) : maxAge
  const seconds = Math.floor((milliseconds || 0) / 1000)
  const age = Math.min(Math.max(0, seconds), YEAR_SECONDS)
  return `public, max-age=${age}${immutable ? ', immutable' : ''}`
}

function listOf(value: string | readonly string[] | boolean, name: string): readonly string[] {
  const list = value === false ? [] : ([value].flat() as unknown[])
  if (!list.every((one) => typeof one === 'string')) {
    throw new InvalidOptionError(`${name} must be text, a list of it or false`)
  }
  return list
}
