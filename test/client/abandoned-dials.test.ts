import { once } from 'node:events'
import net from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { HostClient } from '../../src/client/host-client.js'
import type { HostClientOptions } from '../../src/client/options.js'
import { fasthttpHTTPDialer, fasthttpSocksDialer } from '../../src/features/proxy/index.js'
import { until } from './helpers/raw-server.js'

const sockets = new Set<net.Socket>()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** A server that takes connections and says nothing but `answer` to the first bytes. */
async function silent(answer = ''): Promise<string> {
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    socket.once('data', () => socket.write(answer))
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `127.0.0.1:${(server.address() as net.AddressInfo).port}`
}

const TLS = { isTLS: true, tls: { rejectUnauthorized: false } }
const TUNNEL = 'HTTP/1.1 200 OK\r\n\r\n'

const STAGES: [string, () => Promise<HostClientOptions>][] = [
  ['the handshake', async () => ({ addr: await silent(), ...TLS })],
  ['CONNECT', async () => ({ addr: 'a.test:80', dial: fasthttpHTTPDialer(await silent()) })],
  ['SOCKS', async () => ({ addr: 'a.test:80', dial: fasthttpSocksDialer(await silent()) })],
  [
    'the handshake behind a proxy',
    async () => ({ addr: 'a.test:443', dial: fasthttpHTTPDialer(await silent(TUNNEL)), ...TLS }),
  ],
]

describe.each(STAGES)('a dial that hangs in %s ends with its call', (_, options) => {
  test.each([
    ['FH_ERR_TIMEOUT', () => ({ timeout: 50 })],
    ['FH_ERR_ABORTED', () => ({ signal: AbortSignal.timeout(50) })],
  ])('%s', async (code, limit) => {
    const given = await options()
    const client = new HostClient(given)
    const url = `${given.isTLS === true ? 'https' : 'http'}://${given.addr}/`
    await expect(client.get(url, limit())).rejects.toMatchObject({ code })
    expect(client.connsCount()).toBe(0)
    expect(client.pendingRequests()).toBe(0)
    await until(() => sockets.size === 0)
  })
})

test('a connection that comes too late is destroyed, and the place is free at once', async () => {
  let connect!: (made: PassThrough) => void
  let told: AbortSignal | undefined
  const client = new HostClient({
    addr: 'a.test:80',
    maxConns: 1,
    dial: (_, options) => {
      told = options?.signal
      return new Promise((resolve) => (connect = resolve))
    },
  })
  const get = (): Promise<unknown> => client.get('http://a.test/', { timeout: 20 })
  await expect(get()).rejects.toMatchObject({ code: 'FH_ERR_TIMEOUT' })
  expect(told?.aborted).toBe(true)
  const late = new PassThrough()
  connect(late)
  await until(() => late.destroyed)
  // With one place only, a dial that still counted would make this FH_ERR_NO_FREE_CONNS.
  await expect(get()).rejects.toMatchObject({ code: 'FH_ERR_TIMEOUT' })
})

test('of two dials one goes on when one of two calls has given up', async () => {
  const signals: AbortSignal[] = []
  const client = new HostClient({
    addr: 'a.test:80',
    dial: (_, options) => {
      signals.push(options!.signal!)
      return new Promise(() => {})
    },
  })
  const first = new AbortController()
  const calls = [first.signal, AbortSignal.timeout(100)].map((signal) =>
    client.get('http://a.test/', { signal }).catch((err: { code: string }) => err.code)
  )
  first.abort()
  expect(await calls[0]).toBe('FH_ERR_ABORTED')
  expect(signals.map((signal) => signal.aborted)).toEqual([false, true])
  expect(client.connsCount()).toBe(1)
  expect(await calls[1]).toBe('FH_ERR_ABORTED')
  expect(client.connsCount()).toBe(0)
})
