import qs from 'qs'
import { HttpStatusError, InvalidOptionError } from '../../errors.js'
import { bodyMiddleware, type BodyOptions } from './body-reader.js'
import { parseJson } from './json-body.js'

/** Options of {@link jsonBody}. */
export interface JsonBodyOptions extends BodyOptions {
  /** As of `JSON.parse`. */
  reviver?: (key: string, value: unknown) => unknown
  /**
   * Take objects and arrays only.
   *
   * @defaultValue `true`
   */
  strict?: boolean
}

/** Options of {@link urlencodedBody}. */
export interface UrlencodedBodyOptions extends BodyOptions {
  /**
   * Parse nested keys such as `a[b]`.
   *
   * @defaultValue `false`
   */
  extended?: boolean
  /**
   * Most parameters; more are refused with 413.
   *
   * @defaultValue `1000`
   */
  parameterLimit?: number
  /**
   * Deepest nesting with `extended`; deeper is refused with 400.
   *
   * @defaultValue `32`
   */
  depth?: number
  /** Let the parameter `utf8` tell the charset. */
  charsetSentinel?: boolean
  /** Decode numeric entities such as `&#9786;` in ISO-8859-1 forms. */
  interpretNumericEntities?: boolean
}

/** Middleware that parses JSON bodies: `express.json`. */
export function jsonBody(options: JsonBodyOptions = {}) {
  const strict = options.strict !== false
  return bodyMiddleware(options, 'application/json', {
    acceptsCharset: (charset) => charset.startsWith('utf-'),
    parse: (text) => parseJson(text as string, strict, options.reviver),
  })
}

/**
 * Middleware that parses form bodies: `express.urlencoded`, with the defaults of Express 5.
 *
 * @throws InvalidOptionError `FH_ERR_INVALID_OPTION` for a malformed option
 */
export function urlencodedBody(options: UrlencodedBodyOptions = {}) {
  const extended = Boolean(options.extended)
  const limit = options.parameterLimit ?? 1000
  const depth = extended ? (options.depth ?? 32) : 0
  const charsets = ['utf-8', 'iso-8859-1']
  if (Number.isNaN(limit) || limit < 1)
    throw new InvalidOptionError('parameterLimit is not positive')
  if (Number.isNaN(depth) || depth < 0) throw new InvalidOptionError('depth is negative')
  if (!charsets.includes(options.defaultCharset || 'utf-8')) {
    throw new InvalidOptionError('defaultCharset is neither utf-8 nor iso-8859-1')
  }
  const parameterLimit = Number.isFinite(limit) ? Math.trunc(limit) : limit
  return bodyMiddleware(options, 'application/x-www-form-urlencoded', {
    acceptsCharset: (charset) => charsets.includes(charset),
    parse: (content, charset) => {
      const text = content as string
      if (text.length === 0) return {}
      const count = countParameters(text, parameterLimit)
      try {
        return qs.parse(text, {
          allowPrototypes: true,
          arrayLimit: extended ? Math.max(100, count) : count,
          depth,
          ...(options.charsetSentinel !== undefined && {
            charsetSentinel: options.charsetSentinel,
          }),
          ...(options.interpretNumericEntities !== undefined && {
            interpretNumericEntities: options.interpretNumericEntities,
          }),
          charset: charset as 'utf-8' | 'iso-8859-1',
          parameterLimit,
          strictDepth: true,
        })
      } catch (err) {
        if (!(err instanceof RangeError)) throw err
        const error = new HttpStatusError(400, 'The input exceeded the depth', { cause: err })
        throw Object.assign(error, { type: 'querystring.parse.rangeError' })
      }
    },
  })
}

function countParameters(text: string, limit: number): number {
  let count = 1
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    if (++count > limit) {
      throw Object.assign(new HttpStatusError(413, 'too many parameters'), {
        type: 'parameters.too.many',
      })
    }
  }
  return count
}

/** Middleware that reads text bodies: `express.text`. */
export function textBody(options: BodyOptions = {}) {
  return bodyMiddleware(options, 'text/plain', {
    acceptsCharset: () => true,
    parse: (text) => text,
  })
}

/** Middleware that reads bodies as bytes, which are the caller's to keep: `express.raw`. */
export function rawBody(options: Omit<BodyOptions, 'defaultCharset'> = {}) {
  return bodyMiddleware(options, 'application/octet-stream', {
    acceptsCharset: undefined,
    parse: (bytes) => bytes,
  })
}
