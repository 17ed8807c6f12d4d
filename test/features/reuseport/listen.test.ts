import cluster from 'node:cluster'
import { connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { listen } from '../../../src/features/reuseport/index.js'
import { Server } from '../../../src/index.js'
import type { Listener } from '../../../src/net/listener.js'
import { hasReusePort } from '../../../src/net/reuse-port.js'

const listeners: Listener[] = []
async function open(network: 'tcp' | 'tcp4' | 'tcp6', addr: string): Promise<Listener> {
  const listener = await listen(network, addr)
  listeners.push(listener)
  return listener
}
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close()
})

async function get(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}

describe.runIf(hasReusePort)('with SO_REUSEPORT', () => {
  test('two listeners have one port, and both get connections', async () => {
    const first = await open('tcp4', '127.0.0.1:0')
    const { port } = first.addr()
    const second = await open('tcp4', `127.0.0.1:${port}`)
    const servers = [first, second].map((listener, i) => {
      const server = new Server({ handler: (ctx) => ctx.setBody(String(i)) })
      void server.serve(listener)
      return server
    })
    const seen = new Set<string>()
    while (seen.size < 2) seen.add(await get(port))
    for (const server of servers) await server.shutdown()
  })
})

describe.runIf(!hasReusePort)('without', () => {
  test('it is an error', async () => {
    await expect(listen('tcp4', '127.0.0.1:0')).rejects.toMatchObject({
      code: 'FH_ERR_NO_REUSE_PORT',
    })
  })

  test('a worker of a cluster listens all the same', async () => {
    vi.spyOn(cluster, 'isWorker', 'get').mockReturnValue(true)
    try {
      const listener = await open('tcp4', '127.0.0.1:0')
      const server = new Server({ handler: (ctx) => ctx.setBody('shared') })
      void server.serve(listener)
      expect(await get(listener.addr().port)).toBe('shared')
      await server.shutdown()
    } finally {
      vi.restoreAllMocks()
    }
  })
})

test('an address that is none', async () => {
  await expect(listen('tcp4', 'nowhere')).rejects.toMatchObject({ code: 'FH_ERR_INVALID_OPTION' })
})
