import * as zlib from 'node:zlib'
import type { Transform } from 'node:stream'
import { brotliOptions } from './brotli.js'
import { gzipOptions } from './gzip.js'
import { hasZstd, zstdOptions } from './zstd.js'

/** Content codings this package writes. */
export type Coding = 'br' | 'deflate' | 'gzip' | 'zstd'

/** A stream of node:zlib that compresses. */
export interface Compressor extends Transform {
  flush(callback: () => void): void
}

interface ZstdStreams {
  createZstdCompress(options: object): Compressor
}

/** ZSTD_e_flush, which node:zlib has no constant for where it lacks zstd. */
const ZSTD_FLUSH = 1

/** Can this process write `coding`? Only zstd depends on the version of Node.js. */
export function canWrite(coding: Coding): boolean {
  return coding !== 'zstd' || hasZstd
}

/**
 * A stream that compresses to `coding`.
 *
 * @param level - as of `gzip`, `brotli` or `zstd`
 * @param flushes - whatever is written can be read at once, at the cost of some compression
 */
export function createCompressor(
  coding: Coding,
  level: number | undefined,
  flushes: boolean
): Compressor {
  switch (coding) {
    case 'gzip':
      return zlib.createGzip({
        ...gzipOptions(level),
        ...flushOption(flushes, zlib.constants.Z_SYNC_FLUSH),
      })
    case 'deflate':
      return zlib.createDeflate({
        ...gzipOptions(level),
        ...flushOption(flushes, zlib.constants.Z_SYNC_FLUSH),
      })
    case 'br':
      return zlib.createBrotliCompress({
        ...brotliOptions(level),
        ...flushOption(flushes, zlib.constants.BROTLI_OPERATION_FLUSH),
      })
    case 'zstd':
      return (zlib as unknown as ZstdStreams).createZstdCompress({
        ...zstdOptions(level),
        ...flushOption(flushes, ZSTD_FLUSH),
      })
  }
}

function flushOption(flushes: boolean, flush: number): { flush?: number } {
  return flushes ? { flush } : {}
}
