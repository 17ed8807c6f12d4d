import type { DialFunc } from '../../client/options.js'
import { Dialer, type ProxyDialerOptions } from './dialer.js'

function through(proxy: string, options: ProxyDialerOptions): DialFunc {
  const dialer = new Dialer({ ...options, httpProxy: proxy, httpsProxy: proxy })
  return dialer.getDialFunc(false)
}

/**
 * A `dial` option that connects through the HTTP proxy at `proxy`, `user:pass@host:port`. Throws as {@link Dialer.getDialFunc} does.
 *
 * @example
 * const client = new Client({ dial: fasthttpHTTPDialer('localhost:3128') })
 */
export function fasthttpHTTPDialer(proxy: string): DialFunc {
  return through(proxy, {})
}

/** As {@link fasthttpHTTPDialer}, with `ms` milliseconds for connecting and as many for the proxy's answer. */
export function fasthttpHTTPDialerTimeout(proxy: string, ms: number): DialFunc {
  return through(proxy, { timeout: ms, connectTimeout: ms })
}

/** As {@link fasthttpHTTPDialer}, over IPv4 and IPv6. */
export function fasthttpHTTPDialerDualStack(proxy: string): DialFunc {
  return through(proxy, { dialDualStack: true })
}

/** As {@link fasthttpHTTPDialerTimeout}, over IPv4 and IPv6. */
export function fasthttpHTTPDialerDualStackTimeout(proxy: string, ms: number): DialFunc {
  return through(proxy, { dialDualStack: true, timeout: ms, connectTimeout: ms })
}

/** A `dial` option that takes the proxy from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, read now. */
export function fasthttpProxyHTTPDialer(): DialFunc {
  return new Dialer().getDialFunc(true)
}

/** As {@link fasthttpProxyHTTPDialer}, with `ms` milliseconds for connecting and as many for the proxy's answer. */
export function fasthttpProxyHTTPDialerTimeout(ms: number): DialFunc {
  return new Dialer({ timeout: ms, connectTimeout: ms }).getDialFunc(true)
}

function throughSocks(proxy: string, options: ProxyDialerOptions): DialFunc {
  return through(proxy.includes('://') ? proxy : `socks5://${proxy}`, options)
}

/**
 * A `dial` option that connects through the SOCKS5 proxy at `proxy`, `socks5://user:pass@host:port`; the scheme may be left out. Names are
 * resolved by the proxy. Throws as {@link Dialer.getDialFunc} does.
 *
 * @example
 * const client = new Client({ dial: fasthttpSocksDialer('socks5://localhost:1080') })
 */
export function fasthttpSocksDialer(proxy: string): DialFunc {
  return throughSocks(proxy, {})
}

/** As {@link fasthttpSocksDialer}, with `ms` milliseconds for connecting and as many for the proxy's answers. */
export function fasthttpSocksDialerTimeout(proxy: string, ms: number): DialFunc {
  return throughSocks(proxy, { timeout: ms, connectTimeout: ms })
}

/** As {@link fasthttpSocksDialer}, reaching the proxy over IPv4 and IPv6. */
export function fasthttpSocksDialerDualStack(proxy: string): DialFunc {
  return throughSocks(proxy, { dialDualStack: true })
}
