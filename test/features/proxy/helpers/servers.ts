import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { afterEach } from 'vitest'
import { Client } from '../../../../src/client/client.js'
import type { DialFunc } from '../../../../src/client/options.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Listens on a free port until the test is over. */
export async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  cleanups.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as net.AddressInfo).port
}

/** Answers with the target it was asked for. */
export const backend = (): Promise<number> =>
  listen(http.createServer((req, res) => void res.end(`backend ${req.url}`)))

/** A client whose connections are closed after the test. */
export function clientOf(dial: DialFunc, tls = {}): Client {
  const client = new Client({ dial, tls })
  cleanups.push(() => client.closeIdleConnections())
  return client
}

/** An HTTP proxy; notes what it was asked for. */
export async function httpProxy(check: (req: http.IncomingMessage) => number = () => 200) {
  const asked: http.IncomingMessage[] = []
  const server = http.createServer()
  server.on('connect', (req, socket: net.Socket) => {
    asked.push(req)
    const status = check(req)
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const [, port] = req.url!.split(':')
    const upstream = net.connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  return { port: await listen(server), asked }
}

/** What a client asked a SOCKS proxy for. */
export interface SocksRequest {
  methods: number[]
  username: string | undefined
  password: string | undefined
  /** 1 IPv4, 3 name, 4 IPv6. */
  type: number
  host: string
  port: number
}

export interface SocksOptions {
  /** Only these credentials will do, `user:password`. */
  login?: string
  /** Reply other than that of success. */
  reply?: number
  /** Bytes per write of the proxy, to see that answers arrive in pieces. */
  pieces?: number
  /** Address type of the reply's bound address. */
  bound?: 1 | 3 | 4
  /** Sent together with the reply. */
  early?: string
}

const BOUND = {
  1: [1, 127, 0, 0, 1, 0, 80],
  3: [3, 4, 110, 97, 109, 101, 0, 80],
  4: [4, ...new Array<number>(15).fill(0), 1, 0, 80],
}

/** A SOCKS5 proxy after RFC 1928 and RFC 1929; every name leads to 127.0.0.1. */
export async function socksProxy(options: SocksOptions = {}) {
  const asked: SocksRequest[] = []
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    void serveSocks(socket, options, asked).catch(() => socket.destroy())
  })
  return { port: await listen(server), asked }
}

async function serveSocks(
  socket: net.Socket,
  { login, reply = 0, pieces, bound = 1, early = '' }: SocksOptions,
  asked: SocksRequest[]
): Promise<void> {
  const read = async (n: number): Promise<Buffer> => {
    if (n === 0) return Buffer.alloc(0)
    for (;;) {
      const bytes = socket.read(n) as Buffer | null
      if (bytes !== null) return bytes
      await once(socket, 'readable')
    }
  }
  const write = async (bytes: number[], behind = ''): Promise<void> => {
    const all = Buffer.concat([Buffer.from(bytes), Buffer.from(behind)])
    const step = pieces ?? all.length
    for (let i = 0; i < all.length; i += step) {
      await new Promise<unknown>((done) => socket.write(all.subarray(i, i + step), done))
      if (pieces !== undefined) await new Promise((done) => setImmediate(done))
    }
  }
  const [, count] = await read(2)
  const methods = [...(await read(count!))]
  const method = login === undefined ? 0 : 2
  if (!methods.includes(method)) return void (await write([5, 0xff]), socket.end())
  await write([5, method])
  const request: SocksRequest = {
    methods,
    username: undefined,
    password: undefined,
    type: 0,
    host: '',
    port: 0,
  }
  if (method === 2) {
    const [, userLength] = await read(2)
    request.username = (await read(userLength!)).toString()
    request.password = (await read((await read(1))[0]!)).toString()
    const ok = `${request.username}:${request.password}` === login
    await write([1, ok ? 0 : 1])
    if (!ok) return void socket.end()
  }
  const [, , , type] = await read(4)
  request.type = type!
  if (type === 1) request.host = (await read(4)).join('.')
  else if (type === 4) request.host = (await read(16)).toString('hex')
  else request.host = (await read((await read(1))[0]!)).toString()
  request.port = (await read(2)).readUInt16BE()
  asked.push(request)
  if (reply !== 0) return void (await write([5, reply, 0, ...BOUND[1]]), socket.end())
  if (early !== '') return write([5, 0, 0, ...BOUND[bound]], early)
  const upstream = net.connect(request.port, '127.0.0.1')
  upstream.on('error', () => socket.destroy())
  await once(upstream, 'connect')
  await write([5, 0, 0, ...BOUND[bound]])
  upstream.pipe(socket).pipe(upstream)
}
