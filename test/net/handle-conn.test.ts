import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { acceptConns } from '../../src/net/fast-accept.js'
import type { HandleConn } from '../../src/net/handle-conn.js'
import { connectTCP, portOf, RawClient, turns } from '../helpers/raw-client.js'
import { nativeParts } from '../../src/net/stream-handle.js'
import { connSuite, record, until, type Accepted } from './conn.suite.js'

interface AcceptedHandle extends Accepted {
  readonly conn: HandleConn
  readonly server: net.Server
}

async function accept(path?: string): Promise<AcceptedHandle> {
  let resolve: (conn: HandleConn) => void
  const conn = new Promise<HandleConn>((done) => (resolve = done))
  const server = net.createServer({ allowHalfOpen: true })
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  expect(acceptConns(server, (accepted) => resolve(accepted))).toBe(true)
  let client: RawClient
  if (path === undefined) client = await connectTCP(portOf(server))
  else {
    const socket = net.connect({ path, allowHalfOpen: true })
    client = new RawClient(socket)
    await once(socket, 'connect')
  }
  const close = (): void => {
    server.close()
    client.destroy()
  }
  return { conn: await conn, client, server, close }
}

// Connections stay sockets where they are missing, which costs half of the speed: a Node to look at.
test('every supported Node has the native parts', async () => {
  expect(nativeParts()).not.toBeNull()
  const server = net.createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  expect(acceptConns(server, () => {})).toBe(true)
  server.close()
})

describe('with the native parts', () => {
  connSuite('over its handle', accept)

  connSuite('over a stream that was asked for', async () => {
    const accepted = await accept()
    expect(accepted.conn.stream).toBeInstanceOf(net.Socket)
    return accepted
  })

  test('the stream may be asked for in the middle: while a write is queued, paused and within a read', async () => {
    const { conn, client, close } = await accept()
    let text = ''
    conn.open({
      onRead(chunk, length) {
        text += chunk.toString('latin1', 0, length)
        expect(conn.stream).toBeInstanceOf(net.Socket)
        conn.pause()
      },
      onEnd() {},
      onWritable() {},
      onClose() {},
    })
    client.stream.pause()
    expect(conn.write('x'.repeat(5_000_000))).toBe(false)
    client.write('a')
    await until(() => text === 'a')
    expect(conn.pendingBytes).toBe(5_000_000)
    conn.write('end')
    client.write('b')
    await turns(20)
    expect(text).toBe('a')
    conn.resume()
    await until(() => text === 'ab')
    client.stream.resume()
    expect((await client.until(/end/)).length).toBe(5_000_003)
    close()
  })

  test('a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'handle-conn-'))
    const { conn, client, close } = await accept(join(folder, 's'))
    const { text } = record(conn)
    client.write('in')
    await until(() => text() === 'in')
    conn.write('out')
    await client.until(/out/)
    expect(conn.remoteAddr).toEqual({ network: 'unix', address: '', port: 0 })
    close()
    await rm(folder, { recursive: true })
  })

  test.each([
    ['as a handle', false],
    ['as a stream', true],
  ])('the server counts it and waits for its end in close(), %s', async (_name, asStream) => {
    const { conn, client, server } = await accept()
    record(conn)
    if (asStream) expect(conn.stream).toBeInstanceOf(net.Socket)
    expect(await new Promise((done) => server.getConnections((_, count) => done(count)))).toBe(1)
    let closed = false
    server.close(() => (closed = true))
    await turns(20)
    expect(closed).toBe(false)
    conn.destroy()
    await until(() => closed)
    client.destroy()
  })

  test('keep-alive probes can be asked for', async () => {
    const { conn, client, close } = await accept()
    const { text } = record(conn)
    conn.setKeepAlive(5000)
    client.write('a')
    await until(() => text() === 'a')
    close()
  })
})
