import { isToken } from '../../bytes/ascii.js'
import type { RequestCtx } from '../../server/request-ctx.js'

/** What the opening handshake of a client says (RFC 6455, section 4.1). */
export interface Handshake {
  /** Sec-WebSocket-Key. */
  readonly key: string
  /** Subprotocols the client offers, the ones it likes best first. */
  readonly protocols: readonly string[]
  /** Sec-WebSocket-Extensions; `undefined` when the client offers none. */
  readonly extensions: string | undefined
}

/** Why a handshake is refused, and with what answer (RFC 6455, section 4.2.2). */
export class Refusal {
  constructor(
    readonly status: 400 | 403 | 405 | 426,
    readonly reason: string,
    /** Names and values by turns. */
    readonly fields: readonly string[] = []
  ) {}
}

const VERSION = '13'
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** Does the request ask for a WebSocket? Go: `IsWebSocketUpgrade`. */
export function isWebSocketUpgrade(ctx: RequestCtx): boolean {
  const { header } = ctx.request
  return header.connectionUpgrade() && members(header.peekAll('Upgrade')).includes('websocket')
}

/** Subprotocols the client offers, the ones it likes best first. Go: `Subprotocols`. */
export function subprotocols(ctx: RequestCtx): string[] {
  return split(ctx.request.header.peekAll('Sec-WebSocket-Protocol'))
}

/** Reads the handshake of a request, as strictly as RFC 6455, section 4.2.1, is written. */
export function readHandshake(ctx: RequestCtx): Handshake | Refusal {
  const { header } = ctx.request
  if (!isWebSocketUpgrade(ctx)) {
    return new Refusal(426, 'not a WebSocket handshake', [
      'Upgrade',
      'websocket',
      'Connection',
      'Upgrade',
    ])
  }
  if (!ctx.isGet()) return new Refusal(405, 'the method is not GET', ['Allow', 'GET'])
  if (!header.isHTTP11()) return new Refusal(400, 'the handshake is not HTTP/1.1')
  if (header.contentLength() > 0 || header.contentLength() === -1) {
    return new Refusal(400, 'the handshake has a body')
  }
  const versions = header.peekAll('Sec-WebSocket-Version')
  if (versions.length !== 1 || versions[0] !== VERSION) {
    return new Refusal(426, 'unsupported version', ['Sec-WebSocket-Version', VERSION])
  }
  const [key, ...more] = header.peekAll('Sec-WebSocket-Key')
  if (key === undefined || more.length > 0 || !KEY.test(key)) {
    return new Refusal(400, 'Sec-WebSocket-Key is missing or malformed')
  }
  const protocols = subprotocols(ctx)
  if (!protocols.every(isToken) || new Set(protocols).size < protocols.length) {
    return new Refusal(400, 'Sec-WebSocket-Protocol is malformed')
  }
  const extensions = header.peekAll('Sec-WebSocket-Extensions')
  return { key, protocols, extensions: extensions.length === 0 ? undefined : extensions.join() }
}

function members(values: readonly string[]): string[] {
  return split(values).map((member) => member.toLowerCase())
}

function split(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '')
}
