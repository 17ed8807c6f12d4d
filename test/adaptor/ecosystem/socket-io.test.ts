import http from 'node:http'
import { Server as Io } from 'socket.io'
import { io as connect, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adapt, createServer } from '../../../adaptor/index.js'
import { Server } from '../../../src/server/server.js'
import { listen, type Listening } from '../helpers/transports.js'

const app: http.RequestListener = (req, res) => res.end(`app ${req.url}`)

const servers: [
  name: string,
  serve: (attach: (server: http.Server) => void) => Promise<Listening>,
][] = [
  ['node:http', (attach) => attached(http.createServer(app), attach)],
  ['createServer', (attach) => attached(createServer(app), attach)],
  [
    'adapt',
    (attach) => {
      const hub = http.createServer(app)
      attach(hub)
      return listen(new Server({ handler: adapt(hub) }))
    },
  ],
]

function attached(server: http.Server, attach: (server: http.Server) => void): Promise<Listening> {
  attach(server)
  return listen(server)
}

describe.each(servers)('socket.io on %s', (_name, serve) => {
  const io = new Io({ cors: { origin: '*' } })
  let server: Listening
  beforeAll(async () => {
    io.on('connection', (socket) => {
      socket.on('echo', (value, acknowledge) => acknowledge(value))
      socket.on('join', (room: string) => void socket.join(room))
      socket.on('tell', (room: string, text: string) => io.to(room).emit('told', text))
      socket.on('leave', () => socket.disconnect(true))
    })
    server = await serve((on) => io.attach(on))
  })
  afterAll(async () => {
    io.disconnectSockets(true)
    await server.close()
  })

  describe.each([
    ['polling', ['polling']],
    ['websocket', ['websocket']],
    ['polling, then websocket', ['polling', 'websocket']],
  ])('%s', (_transport, transports) => {
    async function client(): Promise<Socket> {
      const socket = connect(server.url, { transports, forceNew: true, reconnection: false })
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('connect_error', reject)
      })
      return socket
    }

    test('acknowledged messages, text and binary', async () => {
      const socket = await client()
      for (const value of ['text', { a: [1, null] }, 'x'.repeat(100_000)])
        expect(await socket.emitWithAck('echo', value)).toEqual(value)
      expect(Buffer.from(await socket.emitWithAck('echo', Buffer.from([0, 255])))).toEqual(
        Buffer.from([0, 255])
      )
      socket.disconnect()
    })

    test('many at once keep their order', async () => {
      const socket = await client()
      const numbers = Array.from({ length: 200 }, (_, i) => i)
      const order: number[] = []
      await Promise.all(
        numbers.map(async (i) => order.push((await socket.emitWithAck('echo', i)) as number))
      )
      expect(order).toEqual(numbers)
      socket.disconnect()
    })

    test('rooms', async () => {
      const [a, b] = [await client(), await client()]
      const told = Promise.all([a, b].map((socket) => new Promise((r) => socket.once('told', r))))
      for (const socket of [a, b]) {
        socket.emit('join', 'room')
        await socket.emitWithAck('echo', 1)
      }
      a.emit('tell', 'room', 'news')
      expect(await told).toEqual(['news', 'news'])
      for (const socket of [a, b]) socket.disconnect()
    })

    test('the server ends it', async () => {
      const socket = await client()
      const gone = new Promise((resolve) => socket.once('disconnect', resolve))
      socket.emit('leave')
      expect(await gone).toBe('io server disconnect')
    })
  })

  test('an upgrade takes place', async () => {
    const socket = connect(server.url, { forceNew: true })
    await new Promise<void>((resolve) => socket.io.engine.once('upgrade', () => resolve()))
    expect(socket.io.engine.transport.name).toBe('websocket')
    socket.disconnect()
  })

  test('the app has the other paths', async () => {
    expect(await (await fetch(`${server.url}/x`)).text()).toBe('app /x')
  })

  test('clients that vanish leave nobody behind', async () => {
    const socket = connect(server.url, { transports: ['websocket'], forceNew: true })
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    expect(io.engine.clientsCount).toBeGreaterThan(0)
    const gone = new Promise<void>((resolve) => socket.io.engine.once('close', () => resolve()))
    socket.io.engine.close()
    await gone
    await expect.poll(() => io.engine.clientsCount).toBe(0)
  })
})
