import { Readable } from 'node:stream'
import { RequestCtx } from '../src/server/request-ctx.js'

/** Parts of a request that came by another server. */
export interface RequestParts {
  readonly method: string
  readonly target: string
  /** Names and values by turns. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
  readonly remote?: { readonly address: string; readonly port: number }
  /** @default false */
  readonly isTLS?: boolean
}

/** A ctx of its own for a request that no server of this package read; it is the caller's. */
export function detachedCtx(parts: RequestParts): RequestCtx {
  const ctx = new RequestCtx()
  const { request } = ctx
  request.header.setMethod(parts.method)
  request.setRequestURI(parts.target)
  for (let i = 0; i < parts.headers.length; i += 2) {
    request.header.add(parts.headers[i] as string, parts.headers[i + 1] as string)
  }
  request.setBody(parts.body)
  request._isTLS = parts.isTLS ?? false
  if (parts.remote !== undefined) ctx.setRemoteAddr({ network: 'tcp', ...parts.remote })
  return ctx
}

/** The fields of a response that another server is to send: framing and the connection are that server's. */
export function responseFields(ctx: RequestCtx): string[] {
  const fields: string[] = []
  const { header } = ctx.response
  header.visitAll((name, value) => {
    if (!/^(?:connection|transfer-encoding|content-length|keep-alive|server|date)$/i.test(name))
      fields.push(name, value)
  })
  return fields
}

/** The body: bytes, or a stream. */
export function responseBody(ctx: RequestCtx): Buffer | Readable {
  const { response } = ctx
  if (!response._body.isStream) return Buffer.from(response.bodyBytes())
  const source = response._body.takeSource()
  if (source instanceof Readable) return source
  return Buffer.from(response.bodyBytes())
}
