import { BlockList, isIP } from 'node:net'
import { splitHostPort } from '../../net/address.js'

interface Rule {
  matches(host: string): boolean
  /** 0 for every port. */
  port: number
}

/**
 * Tells which addresses are reached without a proxy, from a list as in `NO_PROXY`: `*` for all, `example.com` for a host and its
 * sub-domains, `.example.com` for the sub-domains alone, an IP address or a CIDR block; each but the last may end in `:port`.
 * The list is separated by commas or white space. `localhost` and loopback addresses never go through a proxy.
 */
export class NoProxy {
  readonly #rules: Rule[] = []
  #all = false

  constructor(list: string) {
    for (const part of list.split(/[,\s]+/)) {
      const entry = part.toLowerCase().replace(/\.$/, '')
      if (entry === '*') this.#all = true
      else if (entry !== '') this.#rules.push(ruleOf(entry))
    }
  }

  /** @param addr - `host:port` */
  bypasses(addr: string): boolean {
    const { host: name, port } = splitHostPort(addr)
    const host = name.toLowerCase().replace(/\.$/, '')
    if (this.#all || isLoopback(host)) return true
    return this.#rules.some((rule) => (rule.port === 0 || rule.port === port) && rule.matches(host))
  }
}

function ruleOf(entry: string): Rule {
  const block = /^([0-9a-f:.]+)\/(\d{1,3})$/.exec(entry)
  if (block !== null && isIP(block[1]!) !== 0)
    return { matches: inBlock(block[1]!, Number(block[2])), port: 0 }
  const { name, port } = splitPort(entry)
  // The same address may be written in several ways.
  const family = isIP(name)
  if (family !== 0) return { matches: inBlock(name, family === 6 ? 128 : 32), port }
  const suffix = name.startsWith('.') ? name : '.' + name.replace(/^\*\./, '')
  const exact = name.startsWith('.') || name.startsWith('*.') ? undefined : name
  return { matches: (host) => host === exact || host.endsWith(suffix), port }
}

function inBlock(address: string, prefix: number): (host: string) => boolean {
  const list = new BlockList()
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (prefix > (family === 'ipv6' ? 128 : 32)) return () => false
  list.addSubnet(address, prefix, family)
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}

function splitPort(entry: string): { name: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]*|.*:.*:.*?)):?(\d*)$/.exec(entry) ?? []
  if (isIP(entry) !== 0) return { name: entry, port: 0 }
  return { name: bracketed ?? plain ?? entry, port: Number(digits ?? 0) }
}

const isLoopbackIPv4 = inBlock('127.0.0.0', 8)
const isLoopbackIPv6 = inBlock('::1', 128)

function isLoopback(host: string): boolean {
  return host === 'localhost' || isLoopbackIPv4(host) || isLoopbackIPv6(host)
}
