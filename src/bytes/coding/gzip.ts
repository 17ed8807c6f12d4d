import {
  constants,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  type ZlibOptions,
} from 'node:zlib'
import { limited } from './limited.js'

/** Compression levels of gzip and deflate, under the names they have in Go. */
export const CompressNoCompression = 0
export const CompressBestSpeed = 1
export const CompressBestCompression = 9
export const CompressDefaultCompression = 6
/** Huffman coding only: fast, for data that repeats bytes but not strings. */
export const CompressHuffmanOnly = -2

/** Options of node:zlib for a level of gzip and deflate; what is no level means `CompressDefaultCompression`. */
export function gzipOptions(level: number = CompressDefaultCompression): ZlibOptions {
  if (level === CompressHuffmanOnly) return { strategy: constants.Z_HUFFMAN_ONLY }
  const known = level >= CompressNoCompression && level <= CompressBestCompression
  return { level: known ? level : CompressDefaultCompression }
}

/** Compresses to gzip (RFC 1952). Go: `AppendGzipBytesLevel`. */
export function gzip(src: string | Uint8Array, level?: number): Buffer {
  return gzipSync(src, gzipOptions(level))
}

/**
 * Decompresses gzip, all members of it. Go: `AppendGunzipBytes`.
 *
 * Throws `FH_ERR_BODY_TOO_LARGE` above `limit` bytes of output (0: no limit) and `FH_ERR_CORRUPT_BODY`.
 */
export function gunzip(src: Uint8Array, limit = 0): Buffer {
  return limited(limit, (options) => gunzipSync(src, options))
}

/** Compresses to the zlib format (RFC 1950), which HTTP calls `deflate`. Go: `AppendDeflateBytesLevel`. */
export function deflate(src: string | Uint8Array, level?: number): Buffer {
  return deflateSync(src, gzipOptions(level))
}

/**
 * Decompresses the zlib format, which HTTP calls `deflate`. Go: `AppendInflateBytes`.
 *
 * Throws `FH_ERR_BODY_TOO_LARGE` above `limit` bytes of output (0: no limit) and `FH_ERR_CORRUPT_BODY`.
 */
export function inflate(src: Uint8Array, limit = 0): Buffer {
  return limited(limit, (options) => inflateSync(src, options))
}
