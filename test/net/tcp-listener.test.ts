import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import { TCPListener } from '../../src/net/tcp-listener.js'

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const LOCAL = { host: '127.0.0.1', port: 0 }

async function answer(socket: ReturnType<typeof connect>): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

test('connections are served, those that came before serve as well', async () => {
  const listener = await TCPListener.listen(LOCAL)
  const { port, address, network } = listener.addr()
  expect([network, address]).toEqual(['tcp', '127.0.0.1'])
  const early = [1, 2].map(() => connect(port, '127.0.0.1'))
  for (const socket of early) {
    socket.write(REQUEST)
    await once(socket, 'connect')
  }
  const server = new Server({ handler: (ctx) => ctx.setBody('hello') })
  const served = server.serve(listener)
  const late = connect(port, '127.0.0.1')
  late.write(REQUEST)
  for (const socket of [...early, late]) expect(await answer(socket)).toMatch(/hello$/)
  await server.shutdown()
  await served
})

test('close ends accept, and connections that nobody took', async () => {
  const listener = await TCPListener.listen(LOCAL)
  const socket = connect(listener.addr().port, '127.0.0.1')
  await once(socket, 'connect')
  const conn = await listener.accept()
  expect(conn!.remoteAddr.port).toBe((socket.address() as AddressInfo).port)
  const waiting = listener.accept()
  listener.close()
  listener.close()
  expect(await waiting).toBeUndefined()
  expect(await listener.accept()).toBeUndefined()
  conn!.destroy()
})

test('a port in use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(TCPListener.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
  other.close()
})

test('a unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'listener-'))
  const path = join(folder, 'socket')
  const listener = await TCPListener.listen({ path })
  expect(listener.addr()).toEqual({ network: 'unix', address: path, port: 0 })
  listener.close()
  rmSync(folder, { recursive: true })
})
