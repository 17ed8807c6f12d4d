import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  Dialer,
  fasthttpProxyHTTPDialer,
  fasthttpProxyHTTPDialerTimeout,
} from '../../../src/features/proxy/index.js'
import { backend, clientOf, httpProxy, socksProxy } from './helpers/servers.js'

describe('environment', () => {
  const NAMES = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'REQUEST_METHOD',
  ]
  let saved: (string | undefined)[]
  beforeEach(() => {
    saved = NAMES.map((name) => process.env[name])
    for (const name of NAMES) delete process.env[name]
  })
  afterEach(() => {
    for (const [i, name] of NAMES.entries()) {
      if (saved[i] === undefined) delete process.env[name]
      else process.env[name] = saved[i]
    }
  })

  /** Dials with these variables; through which proxy does it go? */
  async function via(env: Record<string, string>, addr: string): Promise<string> {
    const proxies = { plain: await httpProxy(() => 418), secure: await httpProxy(() => 418) }
    for (const [name, value] of Object.entries(env)) {
      process.env[name] = value
        .replace('PLAIN', `127.0.0.1:${proxies.plain.port}`)
        .replace('SECURE', `127.0.0.1:${proxies.secure.port}`)
    }
    const dial = fasthttpProxyHTTPDialerTimeout(300)
    await Promise.resolve(dial(addr)).catch(() => {})
    return proxies.plain.asked.length > 0
      ? 'plain'
      : proxies.secure.asked.length > 0
        ? 'secure'
        : 'direct'
  }

  const BOTH = { HTTP_PROXY: 'PLAIN', HTTPS_PROXY: 'http://SECURE' }
  test.each<[string, Record<string, string>, string, string]>([
    ['the port tells the proxies apart', BOTH, 'a.invalid:80', 'plain'],
    ['443 is TLS', BOTH, 'a.invalid:443', 'secure'],
    ['small letters', { http_proxy: 'PLAIN' }, 'a.invalid:80', 'plain'],
    ['NO_PROXY', { ...BOTH, NO_PROXY: 'a.invalid' }, 'a.invalid:80', 'direct'],
    ['CGI', { ...BOTH, REQUEST_METHOD: 'GET' }, 'a.invalid:80', 'direct'],
    ['CGI and TLS', { ...BOTH, REQUEST_METHOD: 'GET' }, 'a.invalid:443', 'secure'],
    ['nothing set', {}, 'a.invalid:80', 'direct'],
  ])('%s', async (_, env, addr, expected) => {
    expect(await via(env, addr)).toBe(expected)
  })

  test.each([
    ['HTTP_PROXY', 'socks5://', 'far.test', 'far.test'],
    ['http_proxy', 'socks5h://', 'far.test', 'far.test'],
    ['HTTP_PROXY', 'SOCKS5://u:p@', 'far.test', 'far.test'],
    ['HTTP_PROXY', 'socks5://', 'near.test', undefined],
  ])('%s=%s and %s', async (name, prefix, host, asked) => {
    const port = await backend()
    const proxy = await socksProxy(prefix.includes('@') ? { login: 'u:p' } : {})
    process.env[name] = `${prefix}127.0.0.1:${proxy.port}`
    process.env['NO_PROXY'] = 'near.test'
    const client = clientOf(fasthttpProxyHTTPDialer())
    const answer = client.get(`http://${host}:${port}/`)
    if (asked === undefined) await expect(answer).rejects.toThrow()
    else expect((await answer).body).toBe('backend /')
    expect(proxy.asked.map((r) => r.host)).toEqual(asked === undefined ? [] : [asked])
  })

  test('is not looked at by options', async () => {
    const port = await backend()
    process.env['HTTP_PROXY'] = '127.0.0.1:1'
    const client = clientOf(new Dialer().getDialFunc(false))
    expect((await client.get(`http://127.0.0.1:${port}/d`)).body).toBe('backend /d')
    expect(() => fasthttpProxyHTTPDialer()).not.toThrow()
  })
})
