import { CompressBrotliDefaultCompression } from '../../bytes/coding/brotli.js'
import { canWrite, type Coding } from '../../bytes/coding/compressor.js'
import { CompressDefaultCompression } from '../../bytes/coding/gzip.js'
import { chooseCoding } from '../../http/accept-encoding.js'
import { compressBody, isCompressible, varyByEncoding } from '../../http/compress-body.js'
import type { RequestCtx, RequestHandler } from '../../server/request-ctx.js'

/** A coding and the level to write it with; `undefined` for its default. */
type Offer = readonly [coding: Coding, level: number | undefined]

/**
 * Compresses what `handler` answers to gzip, deflate or zstd, as the client prefers; see {@link compressHandlerBrotliLevel}. Go:
 * `CompressHandler`.
 *
 * @example
 * new Server({ handler: compressHandler(router.handler) })
 */
export function compressHandler(handler: RequestHandler): RequestHandler {
  return compressHandlerLevel(handler, CompressDefaultCompression)
}

/**
 * As {@link compressHandler}. Go: `CompressHandlerLevel`.
 *
 * @param level - of gzip and deflate: `CompressBestSpeed` to `CompressBestCompression`; what is no level means the default
 */
export function compressHandlerLevel(handler: RequestHandler, level: number): RequestHandler {
  return compressing(handler, [
    ['gzip', level],
    ['deflate', level],
    ['zstd', undefined],
  ])
}

/**
 * Compresses what `handler` answers to brotli, gzip, deflate or zstd: the one with the highest weight in Accept-Encoding, of several the
 * first in this order. Left as they are: bodies below 200 bytes, with a coding, of a type that is compressed by itself, parts
 * (Content-Range) and what `Cache-Control: no-transform` protects. Streams are compressed as they are sent, each piece of them at once.
 * Answers written by an adapted Express or node:http app are not the ctx's and pass by. Go: `CompressHandlerBrotliLevel`.
 *
 * @param brotliLevel - `CompressBrotliBestSpeed` to `CompressBrotliBestCompression`
 * @param otherLevel - of gzip and deflate, as of {@link compressHandlerLevel}
 */
export function compressHandlerBrotliLevel(
  handler: RequestHandler,
  brotliLevel: number = CompressBrotliDefaultCompression,
  otherLevel: number = CompressDefaultCompression
): RequestHandler {
  return compressing(handler, [
    ['br', brotliLevel],
    ['gzip', otherLevel],
    ['deflate', otherLevel],
    ['zstd', undefined],
  ])
}

function compressing(handler: RequestHandler, offers: readonly Offer[]): RequestHandler {
  const levels = new Map(offers.filter(([coding]) => canWrite(coding)))
  const codings = [...levels.keys()]
  const compress = (ctx: RequestCtx): void | Promise<void> => {
    const { response } = ctx
    // What is sent in place of a response that came too late is none of ours.
    if (ctx.lastTimeoutErrorResponse() !== undefined || !isCompressible(response)) return
    varyByEncoding(response)
    const accepted = ctx.request.header.peekAll('Accept-Encoding')
    const coding = chooseCoding(accepted.length === 0 ? undefined : accepted.join(), codings)
    if (coding !== undefined) return compressBody(response, coding, levels.get(coding))
  }
  return (ctx) => {
    const settled = handler(ctx)
    return settled === undefined || settled === null
      ? compress(ctx)
      : settled.then(() => compress(ctx))
  }
}
