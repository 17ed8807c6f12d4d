import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createServer } from '../../adaptor/index.js'

afterEach(() => vi.restoreAllMocks())

test.each([
  [{}, [], []],
  [{ noDelay: false }, [[false]], []],
  [{ keepAlive: true }, [], [[true, 0]]],
  [{ keepAlive: true, keepAliveInitialDelay: 3000 }, [], [[true, 3000]]],
])('accepted sockets have the settings of %j', async (options, noDelay, keepAlive) => {
  const server = createServer(options, (_req, res) => res.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const setNoDelay = vi.spyOn(net.Socket.prototype, 'setNoDelay')
  const setKeepAlive = vi.spyOn(net.Socket.prototype, 'setKeepAlive')
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(server, 'connection')
  const calls = [setNoDelay.mock.calls, setKeepAlive.mock.calls]
  client.destroy()
  server.close()
  await once(server, 'close')
  expect(calls).toEqual([noDelay, keepAlive])
})
