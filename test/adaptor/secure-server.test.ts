import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { adapt, createServer, SecureServer, Server as AdaptedServer } from '../../adaptor/index.js'
import { generateTestCertificate, Server } from '../../src/index.js'

const localhost = generateTestCertificate('localhost')
const other = generateTestCertificate('other.example')
const client = generateTestCertificate('client.example')

const open: https.Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

type Create = (options: https.ServerOptions, listener: http.RequestListener) => https.Server

const servers: [name: string, create: Create][] = [
  ['node:https', https.createServer],
  ['createServer', createServer as Create],
]

describe.each(servers)('%s', (_name, create) => {
  async function serve(
    options: https.ServerOptions,
    listener: http.RequestListener
  ): Promise<https.Server> {
    const server = create({ ...localhost, ...options }, listener)
    open.push(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return server
  }

  const portOf = (server: https.Server): number => (server.address() as AddressInfo).port

  /** One request on a connection of its own. */
  async function get(
    server: https.Server,
    options: https.RequestOptions & { ALPNProtocols?: string[] } = {}
  ): Promise<{ status: number | undefined; body: any; socket: tls.TLSSocket }> {
    const req = https.get({
      port: portOf(server),
      host: '127.0.0.1',
      servername: 'localhost',
      ca: localhost.cert,
      agent: false,
      ...options,
    })
    const [res] = (await once(req, 'response')) as [http.IncomingMessage]
    const socket = res.socket as tls.TLSSocket
    let body = ''
    for await (const chunk of res) body += String(chunk)
    return { status: res.statusCode, body, socket }
  }

  test('requests come over TLS', async () => {
    const server = await serve({}, (req, res) => {
      const socket = req.socket as tls.TLSSocket
      res.end(
        JSON.stringify({
          isTls: socket instanceof tls.TLSSocket,
          encrypted: socket.encrypted,
          authorized: socket.authorized,
          alpn: socket.alpnProtocol,
          servername: (socket as { servername?: unknown }).servername,
          peer: socket.getPeerCertificate(),
          protocol: socket.getProtocol(),
          cipher: typeof socket.getCipher().name,
          isRequest: req instanceof http.IncomingMessage,
          isResponse: res instanceof http.ServerResponse,
          address: socket.remoteAddress,
        })
      )
    })
    const { status, body } = await get(server, { ALPNProtocols: ['h2', 'http/1.1'] })
    expect([status, JSON.parse(body as string)]).toEqual([
      200,
      {
        isTls: true,
        encrypted: true,
        authorized: false,
        alpn: 'http/1.1',
        servername: 'localhost',
        peer: {},
        protocol: 'TLSv1.3',
        cipher: 'string',
        isRequest: true,
        isResponse: true,
        address: '127.0.0.1',
      },
    ])
    expect(server).toBeInstanceOf(https.Server)
    expect(server).toBeInstanceOf(tls.Server)
  })

  test('the certificate of a client', async () => {
    const server = await serve(
      { requestCert: true, rejectUnauthorized: false, ca: client.cert },
      (req, res) => {
        const socket = req.socket as tls.TLSSocket
        res.end(`${socket.authorized} ${socket.getPeerCertificate().subjectaltname}`)
      }
    )
    expect((await get(server, client)).body).toBe('true DNS:client.example')
    expect((await get(server, other)).body).toBe('false DNS:other.example')
    expect((await get(server)).body).toBe('false undefined')
  })

  test.each(['addContext', 'SNICallback'])(
    'another certificate for another name: %s',
    async (how) => {
      const options: https.ServerOptions =
        how === 'addContext'
          ? {}
          : {
              SNICallback: (name, done) =>
                done(null, tls.createSecureContext(name === 'other.example' ? other : localhost)),
            }
      const server = await serve(options, (_req, res) => res.end())
      if (how === 'addContext') server.addContext('other.example', other)
      for (const name of ['other.example', 'localhost']) {
        const seen: string[] = []
        await get(server, {
          servername: name,
          ca: name === 'localhost' ? localhost.cert : other.cert,
          checkServerIdentity: (_host, { subjectaltname }) => {
            seen.push(String(subjectaltname))
            return undefined
          },
        })
        expect(seen).toEqual([`DNS:${name}`])
      }
    }
  )

  test('a POST echoed, on a connection that is kept', async () => {
    const server = await serve({}, (req, res) => req.pipe(res))
    const events: string[] = []
    server.on('secureConnection', (socket) => events.push(`secure ${socket.encrypted}`))
    server.on('connection', () => events.push('connection'))
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    const text = 'x'.repeat(300_000)
    for (let i = 0; i < 2; i++) {
      const req = https.request({
        port: portOf(server),
        host: '127.0.0.1',
        servername: 'localhost',
        ca: localhost.cert,
        method: 'POST',
        agent,
      })
      req.end(text)
      const [res] = (await once(req, 'response')) as [http.IncomingMessage]
      let body = ''
      for await (const chunk of res) body += String(chunk)
      expect(body).toBe(text)
      await new Promise(setImmediate)
    }
    agent.destroy()
    expect(events).toEqual(['connection', 'secure true'])
  })

  test('a client that does not speak TLS', async () => {
    const server = await serve({}, (_req, res) => res.end())
    const events: string[] = []
    const told = once(server, 'tlsClientError')
    server.on('clientError', (err: NodeJS.ErrnoException, socket) => {
      events.push(String(err.code))
      socket.destroy()
    })
    const socket = net.connect(portOf(server), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const [err] = (await told) as [NodeJS.ErrnoException]
    if (!socket.destroyed) await once(socket, 'close')
    expect([err.code, events]).toEqual(['ERR_SSL_HTTP_REQUEST', ['ERR_SSL_HTTP_REQUEST']])
  })

  test('bad HTTP within TLS', async () => {
    const server = await serve({}, (_req, res) => res.end())
    const socket = tls.connect({
      port: portOf(server),
      host: '127.0.0.1',
      servername: 'localhost',
      ca: localhost.cert,
    })
    socket.write('no request\r\n\r\n')
    let received = ''
    for await (const chunk of socket) received += String(chunk)
    expect(received).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
  })

  test('WebSockets', async () => {
    const server = await serve({}, (_req, res) => res.end())
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (ws) => ws.on('message', (data) => ws.send(`got ${String(data)}`)))
    const trust = { ca: localhost.cert, servername: 'localhost' }
    const ws = new WebSocket(`wss://127.0.0.1:${portOf(server)}`, trust)
    await once(ws, 'open')
    ws.send('hello')
    const [data] = (await once(ws, 'message')) as [Buffer]
    expect(String(data)).toBe('got hello')
    ws.close()
    await once(ws, 'close')
  })

  test('close ends when the connections have', async () => {
    const server = await serve({}, (_req, res) => res.end('ok'))
    const agent = new https.Agent({ keepAlive: true })
    const { socket } = await get(server, { agent })
    open.splice(0)
    const closed = once(socket, 'close')
    await new Promise((resolve) => server.close(resolve))
    await closed
    agent.destroy()
  })
})

test.each([
  ['key and cert', localhost, true],
  ['SNICallback', { SNICallback: () => {} }, true],
  ['none', { keepAlive: true }, false],
  ['undefined', { key: undefined, cert: undefined } as object, false],
])('%s: a server with TLS?', (_name, options, isSecure) => {
  const server = createServer(options)
  expect(server).toBeInstanceOf(isSecure ? SecureServer : AdaptedServer)
  expect(server instanceof http.Server).toBe(!isSecure)
})

test('adapt takes the listeners of an https.Server', async () => {
  const hub = https.createServer(localhost, (req, res) => res.end(`at ${req.url}`))
  const server = new Server({ handler: adapt(hub) })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/x`)
  expect(await response.text()).toBe('at /x')
  await server.shutdown()
})
