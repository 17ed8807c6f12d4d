import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { hasReusePort, withReusePort } from '../../src/net/reuse-port.js'

test('hasReusePort says whether two servers can have one port', async () => {
  const first = net.createServer().listen(withReusePort({ host: '127.0.0.1', port: 0 }))
  await once(first, 'listening')
  const { port } = first.address() as AddressInfo
  const second = net.createServer()
  const outcome = new Promise((resolve) => {
    second.on('listening', () => resolve(true)).on('error', () => resolve(false))
  })
  second.listen(withReusePort({ host: '127.0.0.1', port }))
  expect(await outcome).toBe(hasReusePort)
  first.close()
  second.close()
})
