import type http from 'node:http'
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import { GET, get, post, type Case, type Probe } from '../helpers/compare.js'

const UPGRADE = get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n')
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'
const asOptions = (options: object): http.ServerOptions => options

function watchClientErrors(server: http.Server, probe: Probe): void {
  server.on('clientError', (err: NodeJS.ErrnoException, socket) => {
    probe.log(`clientError ${String(err.code)} ${String(socket.writable)}`)
    socket.destroy()
  })
}

/** Errors, timeouts and settings of the sockets below the messages. */
export const socketCases: Case[] = [
  {
    name: 'the client resets an idle connection: clientError',
    ofServer: true,
    manual: true,
    last: true,
    setup: (server, probe) => {
      watchClientErrors(server, probe)
      server.on('connection', (socket) => socket.on('close', () => setImmediate(probe.done)))
    },
    client: async (client) => {
      client.write(GET)
      await client.until(/answer/)
      client.reset()
    },
    handler: (_req, res) => res.end('answer'),
  },
  {
    name: 'the client resets an unanswered request: clientError',
    ofServer: true,
    manual: true,
    last: true,
    setup: watchClientErrors,
    client: async (client, probe) => {
      client.write(GET)
      await probe.waitFor('request')
      client.reset()
    },
    handler: (_req, res, probe) => {
      res.on('close', () => setImmediate(probe.done))
      probe.release('request')
    },
  },
  {
    name: 'the client resets in the middle of a body',
    last: true,
    client: async (client, probe) => {
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab')
      await probe.waitFor('data')
      client.reset()
    },
    handler: (req, _res, probe) => void req.on('data', () => probe.release('data')),
  },
  ...['before', 'in'].map((when): Case => ({
    name: `an error emitted on the socket ${when} the answer`,
    closes: true,
    setup: (server, probe) =>
      void server.on('connection', (socket) => {
        socket.on('error', (err) => probe.log(`socket error ${err.message}`))
      }),
    handler: (req, res) => {
      if (when === 'in') res.write('begun', () => req.socket.emit('error', new Error('broken')))
      else setImmediate(() => req.socket.emit('error', new Error('broken')))
    },
    ofServer: true,
  })),
  {
    name: 'setEncoding of the socket',
    handler: (req, res, probe) => {
      try {
        req.socket.setEncoding('utf8')
      } catch (err) {
        const { code, message } = err as NodeJS.ErrnoException
        probe.log(`${String(code)} ${message}`)
      }
      res.end()
    },
  },
  {
    name: 'a timeout of an upgraded socket is its own affair',
    manual: true,
    last: true,
    setup: (server, probe) =>
      void server.on('upgrade', (_req, stream: Duplex) => {
        const socket = stream as net.Socket
        socket.write(SWITCHING)
        probe.log(`listeners ${String(socket.listenerCount('timeout'))}`)
        socket.setTimeout(5, () => {
          setImmediate(() => {
            probe.log(`destroyed ${String(socket.destroyed)}`)
            socket.destroy()
            probe.done()
          })
        })
      }),
    send: UPGRADE,
    handler: () => {},
  },
  ...[true, false].map((answer): Case => ({
    name: `shouldUpgradeCallback that returns ${String(answer)}`,
    manual: true,
    last: true,
    options: asOptions({
      shouldUpgradeCallback: (req: http.IncomingMessage) => answer && req.url === '/',
    }),
    setup: (server, probe) =>
      void server.on('upgrade', (req, socket: Duplex) => {
        probe.log(`upgrade ${String((req as { upgrade?: boolean }).upgrade)}`)
        socket.end(SWITCHING)
        socket.on('close', probe.done)
        socket.resume()
      }),
    client: async (client) => {
      client.write(UPGRADE)
      await client.until(/HTTP/)
      client.end()
    },
    handler: (req, res, probe) => {
      probe.log(`request ${String((req as { upgrade?: boolean }).upgrade)}`)
      res.on('close', probe.done)
      res.end('plain')
    },
  })),
  {
    name: 'shouldUpgradeCallback that returns true where nobody takes upgrades',
    options: asOptions({ shouldUpgradeCallback: (req: http.IncomingMessage) => req.url === '/' }),
    manual: true,
    closes: true,
    client: async (client, probe) => {
      client.write(get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n'))
      await new Promise((resolve) => setTimeout(resolve, 20))
      client.end()
      probe.done()
    },
    handler: (_req, res) => res.writeHead(200, { Connection: 'close' }).end('plain'),
  },
  ...[post('hi'), GET, post('')].map((send, i): Case => ({
    name: `optimizeEmptyRequests, ${['a body', 'no body', 'an empty body'][i] as string}`,
    send,
    options: asOptions({ optimizeEmptyRequests: true }),
    handler: (req, res, probe) => {
      probe.log(`${String(req.readableEnded)} ${String(req.destroyed)}`)
      setImmediate(() => res.end('x'))
      req.resume()
    },
  })),
  {
    name: 'highWaterMark',
    ofServer: true,
    options: { highWaterMark: 1234 },
    handler: (req, res, probe) => {
      probe.log(
        `${String(req.readableHighWaterMark)} ${String(req.socket.writableHighWaterMark)} ${String(res.writableHighWaterMark)}`
      )
      res.end()
    },
  },
]
