import { InvalidOptionError } from '../../errors.js'
import { splitHostPort } from '../../net/address.js'

/** How a proxy is spoken to. */
export type ProxyProtocol = 'http' | 'socks5'

/** Where a proxy is and what it wants to know. */
export interface ProxyURL {
  protocol: ProxyProtocol
  /** `host:port`. */
  addr: string
  /** `undefined` where none were given. */
  credentials: { username: string; password: string } | undefined
}

const PROXY = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:(.*)@)?([^@/?#\s]+)\/?$/
/** Names are always resolved by the SOCKS proxy, as in Go: the two schemes are the same. */
const PROTOCOLS: Readonly<Record<string, ProxyProtocol>> = {
  http: 'http',
  socks5: 'socks5',
  socks5h: 'socks5',
}
const DEFAULT_PORT = { http: 80, socks5: 1080 } as const
/** RFC 1929, section 2. */
const MAX_SOCKS_CREDENTIAL_BYTES = 255

/**
 * Reads `user:pass@host:port`, an HTTP proxy, or a URL with the scheme `http`, `socks5` or `socks5h`. Throws `FH_ERR_INVALID_OPTION` for another scheme
 * and for credentials that SOCKS has no room for, and `FH_ERR_INVALID_HOST` for a malformed address. The message never has the password.
 */
export function parseProxyURL(proxy: string): ProxyURL {
  const [, scheme = 'http', userinfo, host] = PROXY.exec(proxy.trim()) ?? []
  if (host === undefined) throw new InvalidOptionError('malformed proxy address')
  const name = scheme.toLowerCase()
  const protocol = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined
  if (protocol === undefined)
    throw new InvalidOptionError(
      `proxy scheme ${scheme} is not supported; http, socks5 and socks5h are`
    )
  const addr = /:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT[protocol]}`
  splitHostPort(addr)
  const credentials = userinfo === undefined ? undefined : readCredentials(userinfo)
  if (protocol === 'socks5' && credentials !== undefined) {
    for (const text of Object.values(credentials)) {
      if (Buffer.byteLength(text) > MAX_SOCKS_CREDENTIAL_BYTES)
        throw new InvalidOptionError('credentials of a SOCKS proxy are at most 255 bytes each')
    }
  }
  return { protocol, addr, credentials }
}

function readCredentials(userinfo: string): { username: string; password: string } {
  const colon = userinfo.indexOf(':')
  return {
    username: decode(colon < 0 ? userinfo : userinfo.slice(0, colon)),
    password: colon < 0 ? '' : decode(userinfo.slice(colon + 1)),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
