import { describe, expect, test } from 'vitest'
import type { DialFunc } from '../../../src/client/options.js'
import {
  fasthttpHTTPDialer,
  fasthttpHTTPDialerDualStack,
  fasthttpHTTPDialerDualStackTimeout,
  fasthttpHTTPDialerTimeout,
  fasthttpSocksDialer,
  fasthttpSocksDialerDualStack,
  fasthttpSocksDialerTimeout,
} from '../../../src/features/proxy/index.js'
import { backend, clientOf, httpProxy, socksProxy } from './helpers/servers.js'

describe('HTTP', () => {
  test.each<[string, (proxy: string) => DialFunc]>([
    ['fasthttpHTTPDialer', fasthttpHTTPDialer],
    ['fasthttpHTTPDialerTimeout', (proxy) => fasthttpHTTPDialerTimeout(proxy, 5000)],
    ['fasthttpHTTPDialerDualStack', fasthttpHTTPDialerDualStack],
    [
      'fasthttpHTTPDialerDualStackTimeout',
      (proxy) => fasthttpHTTPDialerDualStackTimeout(proxy, 5000),
    ],
    ['an HTTP proxy for the SOCKS function', (p) => fasthttpSocksDialer(`http://${p}`)],
  ])('%s', async (_, dialer) => {
    const port = await backend()
    const proxy = await httpProxy()
    const client = clientOf(dialer(`127.0.0.1:${proxy.port}`))
    for (let i = 0; i < 2; i++)
      expect((await client.get(`http://far.test:${port}/x`)).body).toBe('backend /x')
    expect(proxy.asked.map((req) => [req.method, req.url, req.headers.host])).toEqual([
      ['CONNECT', `far.test:${port}`, `far.test:${port}`],
    ])
    expect(proxy.asked[0]!.headers['proxy-authorization']).toBeUndefined()
  })
})

describe('SOCKS', () => {
  test.each<[string, (proxy: string) => DialFunc]>([
    ['fasthttpSocksDialer', (proxy) => fasthttpSocksDialer(`socks5://${proxy}`)],
    ['no scheme', fasthttpSocksDialer],
    ['fasthttpSocksDialerTimeout', (proxy) => fasthttpSocksDialerTimeout(proxy, 5000)],
    ['fasthttpSocksDialerDualStack', fasthttpSocksDialerDualStack],
    ['a SOCKS proxy for the HTTP function', (proxy) => fasthttpHTTPDialer(`socks5h://${proxy}`)],
  ])('%s', async (_, dialer) => {
    const port = await backend()
    const proxy = await socksProxy()
    const client = clientOf(dialer(`127.0.0.1:${proxy.port}`))
    for (let i = 0; i < 2; i++)
      expect((await client.get(`http://far.test:${port}/x`)).body).toBe('backend /x')
    expect(proxy.asked.map(({ host, port }) => [host, port])).toEqual([['far.test', port]])
  })

  test.each(['socks4://localhost:1', 'ftp://localhost', 'socks5://'])('%s is refused', (proxy) => {
    expect(() => fasthttpSocksDialer(proxy)).toThrow(
      expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
    )
  })
})
