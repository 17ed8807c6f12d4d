import zlib from 'node:zlib'
import { hasBody } from 'type-is'
import { FastHttpError, HttpStatusError, InvalidOptionError } from '../../errors.js'
import type { RequestCtx } from '../../server/request-ctx.js'
import { decodeText, isKnownCharset } from './charset.js'
import { parseContentType } from './content-type.js'
import { is } from './negotiation.js'
import { nodeRequest } from './node-request.js'
import { parseBytes } from './parse-units.js'
import { getHeader } from './request-headers.js'
import { setting } from './settings.js'

/** Options of all body middlewares: those of body-parser. */
export interface BodyOptions {
  /**
   * Undo `Content-Encoding`; without it encoded bodies are refused with 415.
   *
   * @defaultValue `true`
   */
  inflate?: boolean
  /**
   * Largest body after decoding, in bytes or such as `'1mb'`; more is refused with 413. The server's `maxRequestBodySize` goes before.
   *
   * @defaultValue `'100kb'`
   */
  limit?: number | string | null
  /** Media types, file extensions or patterns to parse, or a function that decides. */
  type?: string | readonly string[] | ((ctx: RequestCtx) => unknown)
  /** Sees the decoded bytes, which are its to keep; what it throws is answered with 403. */
  verify?: (ctx: RequestCtx, bytes: Buffer, encoding: string) => void
  /**
   * Charset where `Content-Type` names none.
   *
   * @defaultValue `'utf-8'`
   */
  defaultCharset?: string
}

/** What a middleware makes of a body. */
export interface BodyParser {
  /** Decodes text first; without it bytes are parsed. */
  readonly acceptsCharset: ((charset: string) => boolean) | undefined
  parse(content: string | Buffer, charset: string): unknown
}

type BodyMiddleware = (ctx: RequestCtx, next: () => Promise<void>) => void | Promise<void>

const kRead: unique symbol = Symbol.for('fasthttp.bodyRead')
const DEFAULT_LIMIT = 100 * 1024

/**
 * Makes middleware that parses the body once per request and keeps it for `body(ctx)`.
 *
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a malformed option
 */
export function bodyMiddleware(
  options: BodyOptions,
  defaultType: string,
  parser: BodyParser
): BodyMiddleware {
  const reader = new BodyReader(options, defaultType, parser)
  return (ctx, next) => {
    // In Express 4 there is an object as soon as anything has looked for a body.
    if (setting(ctx, 'express version') === 4 && ctx.userValue('body') === undefined) {
      ctx.setUserValue('body', {})
    }
    const read = reader.read(ctx)
    return read === undefined ? next() : read.then(() => next())
  }
}

class BodyReader {
  readonly #parser: BodyParser
  readonly #inflate: boolean
  readonly #limit: number
  readonly #verify: BodyOptions['verify']
  readonly #charset: string
  readonly #applies: (ctx: RequestCtx) => unknown

  constructor(options: BodyOptions, defaultType: string, parser: BodyParser) {
    const limit = parseBytes(options.limit ?? DEFAULT_LIMIT)
    if (limit === undefined) throw new InvalidOptionError(`limit is ${String(options.limit)}`)
    if (options.verify && typeof options.verify !== 'function') {
      throw new InvalidOptionError('verify is not a function')
    }
    const type = options.type || defaultType
    this.#parser = parser
    this.#inflate = options.inflate !== false
    this.#limit = limit
    this.#verify = options.verify
    this.#charset = options.defaultCharset || 'utf-8'
    this.#applies = typeof type === 'function' ? type : (ctx) => is(ctx, [type].flat() as string[])
  }

  /** Reads and keeps the body; gives a promise only where something must be waited for. */
  read(ctx: RequestCtx): Promise<void> | undefined {
    if (ctx.userValue(kRead) === true || !hasBody(nodeRequest(ctx)) || !this.#applies(ctx)) return
    const charset = this.#charsetOf(ctx)
    ctx.setUserValue(kRead, true)
    const encoding = (getHeader(ctx, 'Content-Encoding') || 'identity').toLowerCase()
    if (encoding !== 'identity' && !this.#inflate) {
      throw unsupported('content encoding unsupported', { encoding, type: 'encoding.unsupported' })
    }
    if (encoding !== 'identity') {
      return this.#decoded(ctx, encoding).then((bytes) => this.#keep(ctx, bytes, charset))
    }
    if (!ctx.isBodyStream()) {
      this.#keep(ctx, ctx.postBodyBytes(), charset)
      return
    }
    return this.#collected(ctx).then((bytes) => this.#keep(ctx, bytes, charset))
  }

  #charsetOf(ctx: RequestCtx): string {
    const { acceptsCharset } = this.#parser
    if (acceptsCharset === undefined) return ''
    const type = getHeader(ctx, 'Content-Type')
    const named = type && parseContentType(type).parameters['charset']?.toLowerCase()
    const charset = named || this.#charset
    if (!acceptsCharset(charset) || !isKnownCharset(charset)) {
      throw unsupported(`unsupported charset "${charset.toUpperCase()}"`, {
        charset,
        type: 'charset.unsupported',
      })
    }
    return charset
  }

  async #decoded(ctx: RequestCtx, encoding: string): Promise<Buffer> {
    const decode = DECODERS[encoding]
    if (decode === undefined) {
      throw unsupported(`unsupported content encoding "${encoding}"`, {
        encoding,
        type: 'encoding.unsupported',
      })
    }
    const bytes = ctx.isBodyStream() ? await this.#collected(ctx) : Buffer.from(ctx.postBodyBytes())
    // zlib refuses an output limit of nothing.
    const maxOutputLength = Math.max(1, Math.min(this.#limit, MAX_OUTPUT))
    return new Promise((resolve, reject) => {
      decode(bytes, { maxOutputLength }, (err, decoded) => {
        if (err === null) return resolve(decoded)
        const tooLarge = (err as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        reject(tooLarge ? this.#tooLarge({}) : Object.assign(err, badRequest))
      })
    })
  }

  async #collected(ctx: RequestCtx): Promise<Buffer> {
    const chunks: Buffer[] = []
    let received = 0
    for await (const chunk of ctx.requestBodyStream()!) {
      received += (chunk as Buffer).length
      if (received > this.#limit) throw this.#tooLarge({ received })
      chunks.push(chunk as Buffer)
    }
    return Buffer.concat(chunks)
  }

  /** @param bytes - may be the server's */
  #keep(ctx: RequestCtx, bytes: Buffer, charset: string): void {
    const { length } = bytes
    if (length > this.#limit) {
      throw this.#tooLarge(
        ctx.request.header.contentLength() >= 0
          ? { expected: length, length }
          : { received: length }
      )
    }
    const isText = this.#parser.acceptsCharset !== undefined
    const verify = this.#verify
    const own = isText && !verify ? bytes : Buffer.from(bytes)
    if (verify) withStatus(403, 'entity.verify.failed', own, () => verify(ctx, own, charset))
    const content = isText ? decodeText(own, charset) : own
    const parsed = withStatus(400, 'entity.parse.failed', content, () =>
      this.#parser.parse(content, charset)
    )
    // A body may be null, which a new user value cannot be.
    ctx.setUserValue('body', true)
    ctx.setUserValue('body', parsed)
  }

  #tooLarge(sizes: object): HttpStatusError {
    const error = new HttpStatusError(413, 'request entity too large')
    return Object.assign(error, { ...sizes, limit: this.#limit, type: 'entity.too.large' })
  }
}

type Decode = (
  bytes: Buffer,
  options: { maxOutputLength: number },
  callback: (err: Error | null, decoded: Buffer) => void
) => void

const { zstdDecompress } = zlib as { zstdDecompress?: Decode }
const DECODERS: Readonly<Record<string, Decode>> = Object.assign(Object.create(null), {
  deflate: zlib.inflate,
  gzip: zlib.gunzip,
  br: zlib.brotliDecompress,
  ...(zstdDecompress && { zstd: zstdDecompress }),
})
/** Longest buffer there can be. */
const MAX_OUTPUT = 2 ** 31 - 1

const badRequest = { status: 400, statusCode: 400, expose: true }

function unsupported(message: string, fields: object): HttpStatusError {
  return Object.assign(new HttpStatusError(415, message), fields)
}

/** Gives what `run` throws the status and the fields that http-errors gives it, keeping the error itself. */
function withStatus<T>(status: number, type: string, body: unknown, run: () => T): T {
  try {
    return run()
  } catch (thrown) {
    const err = thrown instanceof Error ? thrown : new HttpStatusError(status, String(thrown))
    const own = err as { status?: number; statusCode?: number; type?: string }
    const code = own.status ?? own.statusCode ?? status
    const fields = { expose: code < 500, body, type: own.type ?? type }
    const statuses = err instanceof FastHttpError ? {} : { status: code, statusCode: code }
    throw Object.assign(err, statuses, fields)
  }
}
