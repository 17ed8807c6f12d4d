import { InvalidOptionError } from '../../errors.js'
import { splitHostPort } from '../../net/address.js'

/** Where a proxy is and what it wants to know. */
export interface ProxyURL {
  /** `host:port`. */
  addr: string
  /** Value of Proxy-Authorization, `''` for none. */
  authorization: string
}

const PROXY = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:(.*)@)?([^@/?#\s]+)\/?$/

/**
 * Reads `user:pass@host:port` or `http://user:pass@host:port`. Throws `FH_ERR_INVALID_OPTION` for a scheme other than `http` and
 * `FH_ERR_INVALID_HOST` for a malformed address. The message never has the password.
 */
export function parseProxyURL(proxy: string): ProxyURL {
  const [, scheme = 'http', userinfo, host] = PROXY.exec(proxy.trim()) ?? []
  if (host === undefined) throw new InvalidOptionError('malformed proxy address')
  if (scheme.toLowerCase() !== 'http')
    throw new InvalidOptionError(`proxy scheme ${scheme} is not supported, http is`)
  const addr = /:\d+$/.test(host) ? host : `${host}:80`
  splitHostPort(addr)
  return { addr, authorization: userinfo === undefined ? '' : basic(userinfo) }
}

function basic(userinfo: string): string {
  const colon = userinfo.indexOf(':')
  const user = decode(colon < 0 ? userinfo : userinfo.slice(0, colon))
  const password = colon < 0 ? '' : decode(userinfo.slice(colon + 1))
  return 'Basic ' + Buffer.from(`${user}:${password}`, 'utf8').toString('base64')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
