import { once } from 'node:events'
import net from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { acceptInto } from '../../src/net/fast-accept.js'
import { onSharedRead, SocketConn } from '../../src/net/socket-conn.js'
import { connectTCP, portOf, turns, type RawClient } from '../helpers/raw-client.js'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** A connection accepted through the shared buffer or as plain streams, and its client. */
async function accepted(shared: boolean): Promise<{ conn: SocketConn; client: RawClient }> {
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
  cleanups.push(
    () => server.close(),
    () => client.destroy()
  )
  return { conn: await conn, client }
}

function record(conn: SocketConn): { calls: string[]; text: () => string } {
  const calls: string[] = []
  let text = ''
  conn.open({
    onRead: (chunk, length) => void (text += chunk.toString('latin1', 0, length)),
    onEnd: () => void calls.push('end'),
    onWritable: () => void calls.push('writable'),
    onClose: () => void calls.push('close'),
  })
  return { calls, text: () => text }
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await turns(1)
}

describe.each([
  ['shared buffer', true],
  ['plain stream', false],
])('%s', (_, shared) => {
  test('bytes both ways, both ends', async () => {
    const { conn, client } = await accepted(shared)
    const { calls, text } = record(conn)
    client.write('ab\xff')
    await until(() => text() === 'ab\xff')
    conn.write('c\xfe')
    conn.write(Buffer.from('d'))
    await client.until(/c\xfed/)
    client.end()
    await until(() => calls.includes('end'))
    conn.write('late')
    conn.close()
    expect(await client.untilEnd()).toBe('c\xfedlate')
    await until(() => calls.includes('close'))
    expect(calls).toEqual(['end', 'close'])
  })

  test('pause stops reading, resume goes on', async () => {
    const { conn, client } = await accepted(shared)
    const { text } = record(conn)
    conn.pause()
    client.write('a')
    await turns(5)
    const early = text()
    conn.resume()
    client.write('b')
    await until(() => text() === 'ab')
    // One read may have been under way already.
    expect(['', 'a']).toContain(early)
  })

  test('a peer that does not read: writes ask to wait, and what is unsent falls as it reads', async () => {
    const { conn, client } = await accepted(shared)
    const { calls } = record(conn)
    client.stream.pause()
    expect(conn.write(Buffer.alloc(20_000_000))).toBe(false)
    await turns(3)
    const unsent = conn.unsentBytes
    expect(unsent).toBeGreaterThan(0)
    client.stream.resume()
    await until(() => conn.unsentBytes < unsent)
    await until(() => calls.includes('writable'))
    expect(conn.unsentBytes).toBe(0)
  })

  test('detach hands the socket over with what was read', async () => {
    const { conn, client } = await accepted(shared)
    const { text } = record(conn)
    client.write('head')
    await until(() => text() === 'head')
    const socket = conn.detach(Buffer.from('rest '))
    expect(socket).toBeInstanceOf(net.Socket)
    client.end('more')
    let received = ''
    for await (const chunk of socket) received += String(chunk)
    expect(received).toBe('rest more')
    expect(text()).toBe('head')
    socket.destroy()
  })

  test('destroy tells of the close once', async () => {
    const { conn } = await accepted(shared)
    const { calls } = record(conn)
    conn.destroy()
    conn.destroy()
    conn.write('nothing')
    await until(() => calls.includes('close'))
    expect(calls).toEqual(['close'])
  })
})

test('addresses, also after the end', async () => {
  const { conn, client } = await accepted(true)
  expect(conn.remoteAddr).toMatchObject({ network: 'tcp', address: '127.0.0.1' })
  expect(conn.localAddr.port).toBeGreaterThan(0)
  client.destroy()
  expect(conn.remoteAddr.address).toBe('127.0.0.1')
})

test('a Duplex that is no socket', async () => {
  const stream = new PassThrough()
  const conn = new SocketConn(stream)
  const { text } = record(conn)
  conn.write('echo')
  await until(() => text() === 'echo')
  expect([conn.encrypted, conn.unsentBytes]).toEqual([false, 0])
})
