import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { adapt } from '../../adaptor/index.js'
import { Server } from '../../src/server/server.js'
import { until } from '../client/helpers/raw-server.js'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** A server that answers nothing by itself, and a connection to it. */
async function holding(): Promise<{ socket: net.Socket; held: http.ServerResponse[] }> {
  const held: http.ServerResponse[] = []
  const server = new Server({ handler: adapt((_req, res) => void held.push(res)) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(async () => {
    socket.destroy()
    await server.shutdown()
  })
  return { socket, held }
}

test('behind the first answer, the next request of a row hears that the client is gone', async () => {
  const { socket, held } = await holding()
  socket.write(GET + GET)
  await until(() => held.length === 2)
  held[0]!.end('first')
  await once(socket, 'data')
  const closed = once(held[1]!, 'close')
  socket.destroy()
  await closed
  expect(held[1]!.writableFinished).toBe(false)
})

test('behind the first answer, a row takes further requests at once', async () => {
  const { socket, held } = await holding()
  socket.write(GET + GET)
  await until(() => held.length === 2)
  held[0]!.end('first')
  await once(socket, 'data')
  socket.write(GET)
  await until(() => held.length === 3)
  expect(held[1]!.writableEnded).toBe(false)
})

test('a row is of 33 requests at most; more wait for its end', async () => {
  const { socket, held } = await holding()
  socket.write(GET.repeat(40))
  await until(() => held.length >= 33)
  expect(held).toHaveLength(33)
  for (const res of [...held]) res.end('x')
  await until(() => held.length === 40)
})
