import { brotliCompressSync, brotliDecompressSync, constants, type BrotliOptions } from 'node:zlib'
import { limited } from './limited.js'

/** Compression levels of brotli, under the names they have in Go. */
export const CompressBrotliNoCompression = 0
export const CompressBrotliBestSpeed = 0
export const CompressBrotliBestCompression = 11
export const CompressBrotliDefaultCompression = 4

/** Options of node:zlib for a level of brotli; what is no level means `CompressBrotliDefaultCompression`. */
export function brotliOptions(level: number = CompressBrotliDefaultCompression): BrotliOptions {
  const known = level >= CompressBrotliBestSpeed && level <= CompressBrotliBestCompression
  return {
    params: { [constants.BROTLI_PARAM_QUALITY]: known ? level : CompressBrotliDefaultCompression },
  }
}

/** Compresses to brotli (RFC 7932). Go: `AppendBrotliBytesLevel`. */
export function brotli(src: string | Uint8Array, level?: number): Buffer {
  return brotliCompressSync(src, brotliOptions(level))
}

/**
 * Decompresses brotli. Go: `AppendUnbrotliBytes`.
 *
 * Throws `FH_ERR_BODY_TOO_LARGE` above `limit` bytes of output (0: no limit) and `FH_ERR_CORRUPT_BODY`.
 */
export function unbrotli(src: Uint8Array, limit = 0): Buffer {
  return limited(limit, (options) => brotliDecompressSync(src, options))
}
