import { connect, type AddressInfo } from 'node:net'
import request from 'supertest'
import { expect, test } from 'vitest'
import { Server } from '../../src/index.js'

test('supertest takes a server that does not listen yet', async () => {
  const server = new Server({ handler: (ctx) => ctx.setBody(ctx.path()) })
  await request(server as never)
    .get('/hello')
    .expect(200, '/hello')
  await server.shutdown()
})

test('getConnections counts open connections', async () => {
  const server = new Server({ handler: () => {} })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  const count = await new Promise((resolve) => server.getConnections((err, n) => resolve(err ?? n)))
  expect(count).toBe(1)
  socket.destroy()
  await server.shutdown()
})

test('connections above maxConnections are closed unanswered', async () => {
  const server = new Server({ handler: () => {} })
  server.maxConnections = 1
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const first = connect(port, '127.0.0.1')
  first.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => first.once('data', resolve))
  const second = connect(port, '127.0.0.1')
  let received = ''
  second.on('data', (data) => (received += data))
  second.on('error', () => {})
  await new Promise((resolve) => second.once('close', resolve))
  expect(received).toBe('')
  first.destroy()
  await server.shutdown()
})
