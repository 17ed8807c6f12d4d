import { isIP } from 'node:net'
import proxyAddr from 'proxy-addr'
import type { RequestCtx } from '../../server/request-ctx.js'
import { nodeRequest } from './node-request.js'
import { getHeader } from './request-headers.js'
import { setting, trustFn } from './settings.js'

/** Whether the peer may say who sent the request, by the setting `trust proxy`. */
function trustsPeer(ctx: RequestCtx): boolean {
  return trustFn(setting(ctx, 'trust proxy'))(ctx.remoteAddr().address, 0)
}

/** `https` or `http`, from `X-Forwarded-Proto` when the peer is trusted: Express's `req.protocol`. */
export function protocol(ctx: RequestCtx): string {
  const own = ctx.isTLS() ? 'https' : 'http'
  if (!trustsPeer(ctx)) return own
  return firstOf(getHeader(ctx, 'X-Forwarded-Proto') || own).trim()
}

/** Whether {@link protocol} is `https`. */
export function secure(ctx: RequestCtx): boolean {
  return protocol(ctx) === 'https'
}

/** Host with its port, from `X-Forwarded-Host` when the peer is trusted: `req.host` of Express 5. */
export function host(ctx: RequestCtx): string | undefined {
  const forwarded = getHeader(ctx, 'X-Forwarded-Host')
  const value = forwarded && trustsPeer(ctx) ? firstOf(forwarded).trimEnd() : getHeader(ctx, 'Host')
  return value || undefined
}

/** {@link host} without its port. */
export function hostname(ctx: RequestCtx): string | undefined {
  const value = host(ctx)
  if (value === undefined) return undefined
  const colon = value.indexOf(':', value.startsWith('[') ? value.indexOf(']') + 1 : 0)
  return colon === -1 ? value : value.slice(0, colon)
}

/** Address of the client, from `X-Forwarded-For` as far as the proxies are trusted: Express's `req.ip`. */
export function ip(ctx: RequestCtx): string {
  return proxyAddr(nodeRequest(ctx), trustFn(setting(ctx, 'trust proxy')))
}

/** The client and the trusted proxies, the client first: Express's `req.ips`. */
export function ips(ctx: RequestCtx): string[] {
  const addresses = proxyAddr.all(nodeRequest(ctx), trustFn(setting(ctx, 'trust proxy')))
  return addresses.reverse().slice(0, -1)
}

/** The parts of the host in front of the domain, last first; the setting `subdomain offset` says how many the domain has. */
export function subdomains(ctx: RequestCtx): string[] {
  const name = hostname(ctx)
  if (name === undefined) return []
  const parts = isIP(name) ? [name] : name.split('.').reverse()
  return parts.slice(setting(ctx, 'subdomain offset') as number)
}

function firstOf(list: string): string {
  const comma = list.indexOf(',')
  return comma === -1 ? list : list.slice(0, comma)
}
