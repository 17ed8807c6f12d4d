import { utf8Slice } from '../bytes/slices.js'
import { InvalidJSONError } from '../errors.js'

/** Bodies above this are decoded when their text is asked for. */
const EAGER_BYTES = 64 * 1024

/** Status and body of a response. */
export class GetResult {
  readonly statusCode: number
  /** The body as text (UTF-8). */
  declare readonly body: string
  #bytes: Buffer | null

  /** @internal `text` is the body where there are no `bytes`; see {@link asciiText}. */
  constructor(statusCode: number, bytes: Buffer | null, text: string) {
    this.statusCode = statusCode
    this.#bytes = bytes
    if (bytes === null) (this as { body: string }).body = text
    else if (bytes.length <= EAGER_BYTES)
      (this as { body: string }).body = utf8Slice(bytes, 0, bytes.length)
    else defineLazyBody(this, bytes)
  }

  /** The body as bytes. */
  get bodyBytes(): Buffer {
    return (this.#bytes ??= Buffer.from(this.body, 'latin1'))
  }

  /** The body parsed as JSON. Throws `FH_ERR_INVALID_JSON`. */
  json<T = unknown>(): T {
    try {
      return JSON.parse(this.body) as T
    } catch (err) {
      throw new InvalidJSONError(undefined, { cause: err })
    }
  }
}

/** `buf[start, end)` as text if it is ASCII and not too long: the bytes need not be kept beside it then. */
export function asciiText(buf: Buffer, start: number, end: number): string | undefined {
  const length = end - start
  if (length > EAGER_BYTES) return undefined
  const text = utf8Slice(buf, start, end)
  // A character for each byte: ASCII, or the replacement of what is no UTF-8.
  return text.length === length && !text.includes('\ufffd') ? text : undefined
}

function defineLazyBody(result: GetResult, bytes: Buffer): void {
  let text: string | undefined
  Object.defineProperty(result, 'body', {
    enumerable: true,
    get: () => (text ??= utf8Slice(bytes, 0, bytes.length)),
  })
}
