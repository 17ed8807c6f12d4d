import { utf8Slice } from '../bytes/slices.js'
import { InvalidJSONError } from '../errors.js'

/** Bodies above this are decoded when their text is asked for. */
const EAGER_BYTES = 64 * 1024

/** Status and body of a response. */
export class GetResult {
  readonly statusCode: number
  /** The body as text (UTF-8). */
  declare readonly body: string
  readonly #bytes: Buffer

  /** @internal */
  constructor(statusCode: number, bytes: Buffer) {
    this.statusCode = statusCode
    this.#bytes = bytes
    if (bytes.length <= EAGER_BYTES)
      (this as { body: string }).body = utf8Slice(bytes, 0, bytes.length)
    else defineLazyBody(this, bytes)
  }

  /** The body as bytes. */
  get bodyBytes(): Buffer {
    return this.#bytes
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

function defineLazyBody(result: GetResult, bytes: Buffer): void {
  let text: string | undefined
  Object.defineProperty(result, 'body', {
    enumerable: true,
    get: () => (text ??= utf8Slice(bytes, 0, bytes.length)),
  })
}
