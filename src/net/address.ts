import { isIP, isIPv6 } from 'node:net'
import { excerpt, InvalidHostError } from '../errors.js'

/** Host and port of a TCP address. */
export interface HostPort {
  /** Name or IP address, without brackets. */
  host: string
  port: number
}

const HOST_PORT = /^(?:\[([^\]]+)\]|([^:[\]]+)):([0-9]{1,5})$/

/** Splits `host:port` or `[ipv6]:port`. Throws `FH_ERR_INVALID_HOST` for anything else, a port of 0 and one above 65535 included. */
export function splitHostPort(addr: string): HostPort {
  const [, bracketed, name, digits] = HOST_PORT.exec(addr) ?? []
  const host = bracketed ?? name
  const port = Number(digits)
  if (host === undefined || !(port > 0 && port <= 65535)) throw new InvalidHostError(excerpt(addr))
  if (bracketed !== undefined && !isIPv6(bracketed)) throw new InvalidHostError(excerpt(addr))
  return { host, port }
}

/**
 * Adds the default port, 443 for TLS and 80 otherwise, to an address that has none: `host` becomes `host:80`, `[::1]` becomes
 * `[::1]:80`. An IPv6 address without brackets is left alone, as its last group could be a port. Go: `AddMissingPort`.
 */
export function addMissingPort(addr: string, isTLS: boolean): string {
  const port = isTLS ? ':443' : ':80'
  if (addr.startsWith('[')) return addr.endsWith(']') ? addr + port : addr
  return addr.includes(':') || addr === '' ? addr : addr + port
}

export function isIPAddress(host: string): boolean {
  return isIP(host) !== 0
}
