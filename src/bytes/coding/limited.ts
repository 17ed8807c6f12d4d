import { BodyTooLargeError, CorruptBodyError } from '../../errors.js'

/** What all decoders of node:zlib take. */
export interface LimitOptions {
  maxOutputLength?: number
}

/**
 * Runs a decoder that stops at `limit` bytes of output: a few kilobytes of input may stand for gigabytes.
 *
 * Throws `FH_ERR_BODY_TOO_LARGE` when there is more, `FH_ERR_CORRUPT_BODY` when the input is malformed or ends early.
 *
 * @param limit - largest size of the output in bytes; 0 for no limit
 */
export function limited(limit: number, decode: (options: LimitOptions) => Buffer): Buffer {
  try {
    return decode(limit > 0 ? { maxOutputLength: limit } : {})
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyTooLargeError(limit)
    throw new CorruptBodyError(undefined, { cause })
  }
}
