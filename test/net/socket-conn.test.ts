import { once } from 'node:events'
import net from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { acceptInto } from '../../src/net/fast-accept.js'
import { onSharedRead, SocketConn } from '../../src/net/socket-conn.js'
import { connectTCP, portOf } from '../helpers/raw-client.js'
import { connSuite, record, until, type Accepted } from './conn.suite.js'

/** A connection accepted through the shared buffer or as plain streams, and its client. */
async function accept(shared: boolean): Promise<Accepted> {
  let resolve: (conn: SocketConn) => void
  const conn = new Promise<SocketConn>((done) => (resolve = done))
  const server = net.createServer({ allowHalfOpen: true }, (socket) =>
    resolve(new SocketConn(socket))
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  if (shared) {
    expect(
      acceptInto(server, (socket) => resolve(new SocketConn(socket, true)), onSharedRead)
    ).toBe(true)
  }
  const client = await connectTCP(portOf(server))
  const close = (): void => {
    server.close()
    client.destroy()
  }
  return { conn: await conn, client, close }
}

connSuite('a socket that reads into the shared buffer', () => accept(true))
connSuite('a plain socket', () => accept(false))

test('a Duplex that is no socket', async () => {
  const stream = new PassThrough()
  const conn = new SocketConn(stream)
  const { text } = record(conn)
  conn.write('echo')
  await until(() => text() === 'echo')
  expect([conn.encrypted, conn.unsentBytes]).toEqual([false, 0])
})
