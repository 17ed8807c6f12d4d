import { InvalidOptionError } from '../../errors.js'
import { checkHTTP2Names } from '../option-names.js'

/** Options of HTTP/2. The server's own options hold for its requests too. */
export interface HTTP2Options {
  /** Streams a client may have open at a time. @default 250 */
  maxConcurrentStreams?: number
  /** Bytes of a request body that may be under way on one stream before they are read. @default 1048576 */
  initialWindowSize?: number
}

/** Defaults of {@link HTTP2Options}. */
export const HTTP2_DEFAULTS: Readonly<Required<HTTP2Options>> = Object.freeze({
  maxConcurrentStreams: 250,
  initialWindowSize: 1024 * 1024,
})

/** Largest window a stream can have (RFC 9113, section 6.9.1). */
const MAX_WINDOW = 2 ** 31 - 1

/** Throws `FH_ERR_INVALID_OPTION`. */
export function checkHTTP2Options(options: HTTP2Options): void {
  checkHTTP2Names(options)
  const { maxConcurrentStreams, initialWindowSize } = { ...HTTP2_DEFAULTS, ...options }
  if (!Number.isInteger(maxConcurrentStreams) || maxConcurrentStreams < 1) {
    throw new InvalidOptionError('http2.maxConcurrentStreams must be a number of streams')
  }
  if (!(initialWindowSize >= 1 && initialWindowSize <= MAX_WINDOW)) {
    throw new InvalidOptionError('http2.initialWindowSize must be a number of bytes')
  }
}
