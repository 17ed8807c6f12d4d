import { isIPv6 } from 'node:net'
import { lowerCase } from '../bytes/ascii.js'
import { toText } from '../bytes/byte-string.js'
import { unescapePercent } from '../bytes/escape.js'
import { EscapeError, excerpt, InvalidHostError } from '../errors.js'

/** The host of nearly every request: a name or an IPv4 address, in lower case, and perhaps a port. */
const PLAIN = /^[a-z0-9\-._]+(?::[0-9]*)?$/

/** A registered name of RFC 3986, section 3.2.2, or bytes beyond ASCII, and perhaps a port; escapes are checked apart. */
const NAME = /^[A-Za-z0-9\-._~!$&'()*+,;=%\x80-\xff]*(?::[0-9]*)?$/

/** An address in brackets, perhaps with a zone (RFC 6874), and perhaps a port. */
const BRACKETED = /^\[([0-9A-Fa-f:.]+)(?:%25((?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})+))?\](:[0-9]*)?$/
const ZONE = /^[A-Za-z0-9\-._~]+$/

/** Matches escapes that may not stand in a name: malformed ones, and those of ASCII characters. */
const BAD_ESCAPE = /%(?![89A-Fa-f][0-9A-Fa-f])/

/**
 * Checks the host of a URI or of a Host field, `name[:port]` as a byte string, and brings it to the form it is compared in: lower
 * case, escapes undone. The empty host passes. (RFC 3986, section 3.2.2)
 *
 * Throws `FH_ERR_INVALID_HOST` for a character that is not allowed, two ports, a port that is no number or an invalid IPv6 address,
 * and `FH_ERR_ESCAPE` for a malformed escape and for that of an ASCII character.
 */
export function parseHost(host: string): string {
  if (PLAIN.test(host)) return host
  if (host.startsWith('[')) return parseBracketed(host)
  if (!NAME.test(host)) throw new InvalidHostError(excerpt(toText(host)))
  if (!host.includes('%')) return lowerCase(host)
  if (BAD_ESCAPE.test(host)) throw new EscapeError(excerpt(toText(host)))
  return lowerCase(unescapePercent(host))
}

/** Whether {@link parseHost} takes `host`, and ASCII is all there is in it. */
export function isValidHost(host: string): boolean {
  if (/[^\x21-\x7e]/.test(host)) return false
  try {
    parseHost(host)
    return true
  } catch {
    return false
  }
}

function parseBracketed(host: string): string {
  const [, address, escapedZone, port = ''] = BRACKETED.exec(host) ?? []
  if (address === undefined || !isIPv6(address)) throw new InvalidHostError(excerpt(toText(host)))
  if (escapedZone === undefined) return `[${lowerCase(address)}]${port}`
  const zone = unescapePercent(escapedZone)
  if (!ZONE.test(zone)) throw new EscapeError(excerpt(toText(host)))
  return `[${lowerCase(`${address}%${zone}`)}]${port}`
}
