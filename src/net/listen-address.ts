import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { excerpt, InvalidOptionError } from '../errors.js'

/** Kind of addresses to listen on: IPv4, IPv6, or both. */
export type Network = 'tcp' | 'tcp4' | 'tcp6'

/** Where `net.Server.listen` is to listen. */
export interface ListenAddress {
  host: string
  port: number
  ipv6Only: boolean
}

const FAMILIES = { tcp: 0, tcp4: 4, tcp6: 6 } as const
const ANY = { tcp: '::', tcp4: '0.0.0.0', tcp6: '::' } as const

const ADDR = /^(?:\[([^[\]]+)\]|([^:[\]]*)):([0-9]{1,5})$/

/**
 * Where to listen for `addr`: `host:port`, `[ipv6]:port`, or `:port` for all addresses of the machine. Rejects with
 * `FH_ERR_INVALID_OPTION` for a network or address that is none, and with the error of the look-up when the name is not known.
 */
export async function listenAddress(network: Network, addr: string): Promise<ListenAddress> {
  const family = FAMILIES[network]
  if (!Object.hasOwn(FAMILIES, network))
    throw new InvalidOptionError('network must be tcp, tcp4 or tcp6')
  const [, bracketed, name, digits] = ADDR.exec(addr) ?? []
  const port = Number(digits)
  if (!(port <= 65535)) throw new InvalidOptionError(`addr must be host:port, not ${excerpt(addr)}`)
  const ipv6Only = network === 'tcp6'
  const host = bracketed ?? name!
  if (host === '') return { host: ANY[network], port, ipv6Only }
  // The zone of a link-local address is no part of what the look-up gives back.
  const found = isIP(host) > 0 ? { address: host, family: isIP(host) } : await lookup(host, family)
  if (family !== 0 && found.family !== family) {
    throw new InvalidOptionError(`${excerpt(host)} is no address of ${network}`)
  }
  return { host: found.address, port, ipv6Only }
}
