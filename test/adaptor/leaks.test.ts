import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { adapt } from '../../adaptor/index.js'
import { Server } from '../../src/server/server.js'

/** `ADAPTOR_ABORTS=100000` for the long run. */
const REQUESTS = Number(process.env['ADAPTOR_ABORTS'] ?? 2000)

/** What a client does before it goes away. */
const stages: [name: string, act: (socket: net.Socket) => Promise<unknown>][] = [
  ['connects only', async () => {}],
  ['half a head', async (socket) => socket.write('GET / HTTP/1.1\r\nHo')],
  ['a head', async (socket) => socket.write('GET /never HTTP/1.1\r\nHost: a\r\n\r\n')],
  [
    'half a body',
    async (socket) =>
      socket.write('POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'),
  ],
  [
    'an unread body',
    async (socket) =>
      socket.write('POST /never HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'),
  ],
  [
    'half an answer',
    async (socket) => {
      socket.write('GET /half HTTP/1.1\r\nHost: a\r\n\r\n')
      await once(socket, 'data')
    },
  ],
  [
    'a whole answer',
    async (socket) => {
      socket.write('GET /whole HTTP/1.1\r\nHost: a\r\n\r\n')
      await once(socket, 'data')
    },
  ],
  [
    'pipelined requests',
    async (socket) => socket.write('GET /never HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3)),
  ],
]

test(
  'connections that go away at any stage leave nothing behind',
  { timeout: 600_000 },
  async () => {
    let begun = 0
    let closed = 0
    const server = new Server({
      handler: adapt((req, res) => {
        begun++
        res.on('close', () => closed++)
        req.on('error', () => {})
        if (req.url === '/read') req.resume()
        else if (req.url === '/half') res.write('half')
        else if (req.url === '/whole') res.end('whole')
      }),
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const one = async (i: number): Promise<void> => {
      const socket = net.connect(port, '127.0.0.1')
      await once(socket, 'connect')
      await (stages[i % stages.length] as (typeof stages)[0])[1](socket)
      if (i % 2 === 0) await new Promise(setImmediate)
      socket.destroy()
    }
    for (let i = 0; i < REQUESTS; i += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, k) => one(i + k)))
    }
    // The server learns of the last ones a moment later.
    await expect.poll(() => [server.openConnectionsCount(), closed - begun]).toEqual([0, 0])
    expect(begun).toBeGreaterThan(REQUESTS / 4)
    await server.shutdown()
  }
)

test('messages are the app’s to keep', async () => {
  const kept: { url: string | undefined; host: string | undefined; name: unknown }[] = []
  const late: (() => void)[] = []
  const server = new Server({
    handler: adapt((req, res) => {
      late.push(() =>
        kept.push({ url: req.url, host: req.headers.host, name: res.getHeader('x-name') })
      )
      res.setHeader('X-Name', `for ${req.url}`)
      res.end()
    }),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  for (const path of ['/a', '/b', '/c']) {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: host-${path.slice(1)}\r\n\r\n`)
    await once(socket, 'data')
  }
  for (const look of late) look()
  expect(kept).toEqual(
    ['/a', '/b', '/c'].map((path) => ({
      url: path,
      host: `host-${path.slice(1)}`,
      name: `for ${path}`,
    }))
  )
  socket.destroy()
  await server.shutdown()
})
