import { ContentEncodingUnsupportedError, excerpt } from '../../errors.js'
import { unbrotli } from './brotli.js'
import { gunzip, inflate } from './gzip.js'
import { unzstd } from './zstd.js'

/**
 * Undoes a content coding (RFC 9110, section 8.4.1): `gzip`, `x-gzip`, `deflate`, `br`, `zstd`, or none.
 *
 * Throws `FH_ERR_CONTENT_ENCODING_UNSUPPORTED` for any other, `FH_ERR_BODY_TOO_LARGE` above `limit` bytes of output and
 * `FH_ERR_CORRUPT_BODY`.
 *
 * @param coding - value of a Content-Encoding field, `''` for none
 * @param limit - largest size of the output in bytes; 0 for no limit
 */
export function decode(coding: string, src: Buffer, limit = 0): Buffer {
  switch (coding.toLowerCase()) {
    case '':
    case 'identity':
      return src
    case 'gzip':
    case 'x-gzip':
      return gunzip(src, limit)
    case 'deflate':
      return inflate(src, limit)
    case 'br':
      return unbrotli(src, limit)
    case 'zstd':
      return unzstd(src, limit)
    default:
      throw new ContentEncodingUnsupportedError(excerpt(coding))
  }
}
