import * as zlib from 'node:zlib'
import {
  BodyTooLargeError,
  ContentEncodingUnsupportedError,
  CorruptBodyError,
} from '../../errors.js'
import { limited, type LimitOptions } from './limited.js'
import { zstdFrameEnd } from './zstd-frame.js'

/** Compression levels of zstd, under the names they have in Go. */
export const CompressZstdSpeedNotSet = 0
export const CompressZstdBestSpeed = 1
export const CompressZstdDefault = 2
export const CompressZstdSpeedBetter = 3
export const CompressZstdBestCompression = 4

/** Options of node:zlib, as far as they are used here. */
export interface ZstdOptions extends LimitOptions {
  params?: Record<number, number>
}

interface ZstdFunctions {
  zstdCompressSync(src: string | Uint8Array, options: ZstdOptions): Buffer
  zstdDecompressSync(src: Uint8Array, options: ZstdOptions): Buffer
}

// Parameter ids of the zstd library, which node:zlib has no constants for where it lacks zstd.
const COMPRESSION_LEVEL = 100
const WINDOW_LOG_MAX = 100

/** 8 MiB: what a decoder of the content coding must support and an encoder must not exceed (RFC 9659). */
const MAX_WINDOW_LOG = 23

/** Frames decoded at most; each costs a decoder of its own. */
const MAX_FRAMES = 1000

/** The library's level for each level above. */
const LIBRARY_LEVELS = [3, 1, 3, 7, 11]

const functions = zlib as Partial<ZstdFunctions>

/** Whether this Node.js has zstd: 22.15, 23.8 and later do. */
export const hasZstd: boolean = typeof functions.zstdCompressSync === 'function'

/** Options of node:zlib for a level of zstd; what is no level means `CompressZstdDefault`. */
export function zstdOptions(level: number = CompressZstdDefault): ZstdOptions {
  const known = LIBRARY_LEVELS[level] ?? LIBRARY_LEVELS[CompressZstdDefault]!
  return { params: { [COMPRESSION_LEVEL]: known } }
}

/**
 * Compresses to zstd (RFC 8878). Throws `FH_ERR_CONTENT_ENCODING_UNSUPPORTED` where Node.js has no zstd. Go: `AppendZstdBytesLevel`.
 */
export function zstd(src: string | Uint8Array, level?: number): Buffer {
  const { zstdCompressSync } = supported()
  return zstdCompressSync(src, zstdOptions(level))
}

/**
 * Decompresses zstd, all frames of it. Go: `AppendUnzstdBytes`.
 *
 * Throws `FH_ERR_BODY_TOO_LARGE` above `limit` bytes of output (0: no limit), `FH_ERR_CORRUPT_BODY`, and
 * `FH_ERR_CONTENT_ENCODING_UNSUPPORTED` where Node.js has no zstd.
 */
export function unzstd(src: Uint8Array, limit = 0): Buffer {
  const { zstdDecompressSync } = supported()
  const frames: Buffer[] = []
  let size = 0
  // Frame by frame: some versions of Node.js stop behind the first, and take a frame that ends early for a complete one.
  for (let start = 0, end; start < src.length || frames.length === 0; start = end) {
    end = frames.length < MAX_FRAMES ? zstdFrameEnd(src, start) : -1
    if (end === -1) throw new CorruptBodyError('incomplete or invalid zstd frame, or too many')
    const frame = src.subarray(start, end)
    const options: ZstdOptions = { params: { [WINDOW_LOG_MAX]: MAX_WINDOW_LOG } }
    if (limit > 0) options.maxOutputLength = limit - size + 1
    const decoded = limited(limit, () => zstdDecompressSync(frame, options))
    size += decoded.length
    if (limit > 0 && size > limit) throw new BodyTooLargeError(limit)
    frames.push(decoded)
  }
  return frames.length === 1 ? frames[0]! : Buffer.concat(frames)
}

function supported(): ZstdFunctions {
  if (!hasZstd) throw new ContentEncodingUnsupportedError('zstd needs Node.js 22.15 or later')
  return functions as ZstdFunctions
}
