import type { Socket } from 'node:net'
import type { DialFunc } from '../../client/options.js'
import { excerpt, InvalidHostError } from '../../errors.js'
import { abortable } from '../../net/abortable.js'
import { splitHostPort } from '../../net/address.js'
import { defaultDialer, DefaultDialTimeout, type DialOptions } from '../../net/dialer.js'
import { checkOptionNames, type OptionNames } from '../../option-names.js'
import { openTunnel } from './connect.js'
import { NoProxy } from './no-proxy.js'
import { parseProxyURL, type ProxyURL } from './proxy-url.js'
import { openSocks } from './socks.js'

/** Options of a {@link Dialer}. Durations are milliseconds. */
export interface ProxyDialerOptions {
  /** Proxy for plain HTTP: `user:pass@host:port`, or a URL with the scheme `http`, `socks5` or `socks5h`; `''` for none. */
  httpProxy?: string
  /** Proxy for TLS. */
  httpsProxy?: string
  /** Addresses that are reached without a proxy, as in `NO_PROXY`. */
  noProxy?: string
  /** Connect over IPv6 as well as IPv4. @default false */
  dialDualStack?: boolean
  /** Longest time for connecting, to the proxy or without one. @default 3000 */
  timeout?: number
  /** Longest time for the proxy's answer. 0: no limit, but 30 seconds for a SOCKS proxy. @default 0 */
  connectTimeout?: number
}

const NAMES: OptionNames<ProxyDialerOptions> = {
  httpProxy: true,
  httpsProxy: true,
  noProxy: true,
  dialDualStack: true,
  timeout: true,
  connectTimeout: true,
}

/** Of undici's ProxyAgent and EnvHttpProxyAgent, https-proxy-agent and axios. */
const FOREIGN = {
  proxy: 'httpProxy and httpsProxy',
  uri: 'httpProxy and httpsProxy',
  auth: 'httpProxy: user:pass@host:port',
  token: 'httpProxy: user:pass@host:port',
}

/** Proxies of the environment: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in capitals or not. */
function fromEnvironment(): Required<
  Pick<ProxyDialerOptions, 'httpProxy' | 'httpsProxy' | 'noProxy'>
> {
  const get = (name: string): string => process.env[name] ?? process.env[name.toLowerCase()] ?? ''
  // Under CGI the client of the server could set HTTP_PROXY, by a header named Proxy.
  const isCGI = process.env['REQUEST_METHOD'] !== undefined
  return {
    httpProxy: isCGI ? '' : get('HTTP_PROXY'),
    httpsProxy: get('HTTPS_PROXY'),
    noProxy: get('NO_PROXY'),
  }
}

/** Makes `dial` functions that connect through a proxy, with CONNECT or SOCKS5. Go: `fasthttpproxy.Dialer`. */
export class Dialer {
  readonly #options: ProxyDialerOptions

  /** Throws `FH_ERR_INVALID_OPTION` for an unknown option. */
  constructor(options: ProxyDialerOptions = {}) {
    checkOptionNames('Dialer', options, NAMES, FOREIGN)
    this.#options = { ...options }
  }

  /**
   * A dialer that takes the proxy for TLS when the port is 443, else that for plain HTTP. Throws `FH_ERR_INVALID_OPTION` for a proxy
   * that cannot be used.
   *
   * @param useEnv - take the proxies from the environment; the options are not looked at
   */
  getDialFunc(useEnv: boolean): DialFunc {
    const plain = this.getDialFuncForTLS(false, useEnv)
    const secure = this.getDialFuncForTLS(true, useEnv)
    return (addr, options) => (addr.endsWith(':443') ? secure : plain)(addr, options)
  }

  /** As {@link getDialFunc}, for one kind of connections whatever their port. */
  getDialFuncForTLS(isTLS: boolean, useEnv: boolean): DialFunc {
    const {
      httpProxy = '',
      httpsProxy = '',
      noProxy = '',
    } = useEnv ? fromEnvironment() : this.#options
    const chosen = isTLS ? httpsProxy : httpProxy
    if (chosen === '') return (addr, options) => this.#connect(addr, options)
    const proxy = parseProxyURL(chosen)
    const direct = new NoProxy(noProxy)
    return async (addr, options) => {
      checkTarget(addr)
      return direct.bypasses(addr)
        ? this.#connect(addr, options)
        : this.#tunnel(proxy, addr, options)
    }
  }

  /** Connects to `addr` through the proxy of the options. The signal of `options` ends it with `FH_ERR_ABORTED`. */
  async dial(addr: string, options?: DialOptions): Promise<Socket> {
    return (await this.getDialFunc(false)(addr, options)) as Socket
  }

  async #tunnel(proxy: ProxyURL, addr: string, options?: DialOptions): Promise<Socket> {
    const socket = await this.#connect(proxy.addr, options)
    const open = proxy.protocol === 'socks5' ? openSocks : openTunnel
    const opened = open(socket, proxy, addr, this.#options.connectTimeout ?? 0)
    const signal = options?.signal
    const stop = (): void => void socket.destroy()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
    return abortable(opened, signal, stop).finally(() => signal?.removeEventListener('abort', stop))
  }

  #connect(addr: string, options?: DialOptions): Promise<Socket> {
    const { dialDualStack = false, timeout = 0 } = this.#options
    const dialed = defaultDialer._dialSocket(addr, {
      dualStack: dialDualStack,
      timeout: timeout > 0 ? timeout : DefaultDialTimeout,
    })
    return abortable(dialed, options?.signal, (socket) => socket.destroy())
  }
}

/** No longer than DNS allows for, and SOCKS has room for. */
const MAX_TARGET_BYTES = 255

/** Throws `FH_ERR_INVALID_HOST` for an address that would break out of a request line, or is none. */
function checkTarget(addr: string): void {
  if (/[^\x21-\x7e]/.test(addr) || addr.length > MAX_TARGET_BYTES)
    throw new InvalidHostError(excerpt(addr))
  splitHostPort(addr)
}
