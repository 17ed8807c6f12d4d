import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { ClientTLS } from '../../src/net/client-tls.js'
import { CA, SERVER_CERT, SERVER_KEY } from '../client/helpers/certificates.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function listen(server: net.Server): Promise<number> {
  server.on('connection', (socket: net.Socket) => {
    socket.on('error', () => {})
    cleanups.push(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return (server.address() as net.AddressInfo).port
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  cleanups.push(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** A TLS server that says a byte; notes what it saw of each client. */
async function secureServer() {
  const seen: { servername: unknown; alpn: unknown; reused: boolean }[] = []
  const server = tls.createServer(
    { cert: SERVER_CERT, key: SERVER_KEY, ALPNProtocols: ['h2', 'http/1.1'] },
    (socket) => {
      const { servername } = socket as { servername?: unknown }
      seen.push({ servername, alpn: socket.alpnProtocol, reused: socket.isSessionReused() })
      socket.on('error', () => {})
      socket.write('x')
    }
  )
  return { port: await listen(server), seen }
}

/** A handshake, and the first byte after it: session tickets have come by then. */
async function handshake(client: ClientTLS, port: number, host: string): Promise<tls.TLSSocket> {
  const socket = await client.handshake(await connect(port), host, 5000)
  cleanups.push(() => socket.destroy())
  await once(socket, 'data')
  return socket
}

test.each<[string, tls.ConnectionOptions, string | false]>([
  ['example.test', {}, 'example.test'],
  ['other.test', { servername: 'example.test' }, 'example.test'],
  ['127.0.0.1', { rejectUnauthorized: false }, false],
])('SNI and ALPN for %s and %j', async (host, options, servername) => {
  const { port, seen } = await secureServer()
  await handshake(new ClientTLS({ ca: CA, ...options }), port, host)
  expect(seen).toEqual([{ servername, alpn: 'http/1.1', reused: false }])
})

test('the next connection continues the session, of the same name only', async () => {
  const { port, seen } = await secureServer()
  const client = new ClientTLS({ ca: CA, checkServerIdentity: () => undefined })
  await handshake(client, port, 'example.test')
  await handshake(client, port, 'example.test')
  await handshake(client, port, 'another.test')
  expect(seen.map((s) => s.reused)).toEqual([false, true, false])
})

describe('failures', () => {
  test.each<[string, tls.ConnectionOptions, string, string | RegExp]>([
    ['an authority nobody knows', {}, 'example.test', /CERT|SIGN|ISSUER/],
    ['another name', { ca: CA }, 'wrong.invalid', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s', async (_, options, host, code) => {
    const { port } = await secureServer()
    const socket = await connect(port)
    await expect(new ClientTLS(options).handshake(socket, host, 5000)).rejects.toMatchObject({
      code: expect.stringMatching(code) as string,
    })
    expect(socket.destroyed).toBe(true)
  })

  test.each<[string, (socket: net.Socket) => void, string]>([
    ['silence', () => {}, 'FH_ERR_TLS_HANDSHAKE_TIMEOUT'],
    ['no TLS', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'ERR_SSL'],
    ['a close', (socket) => socket.end(), '^(FH_ERR_CONNECTION_CLOSED|ECONNRESET)$'],
  ])('%s', async (_, answer, code) => {
    const port = await listen(
      net.createServer((socket) => void socket.once('data', () => answer(socket)))
    )
    const socket = await connect(port)
    await expect(
      new ClientTLS({ ca: CA }).handshake(socket, 'example.test', 100)
    ).rejects.toMatchObject({
      code: expect.stringMatching(code) as string,
    })
    expect(socket.destroyed).toBe(true)
  })
})
