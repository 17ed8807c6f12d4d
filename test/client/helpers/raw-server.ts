import { once } from 'node:events'
import net from 'node:net'

/** One step of an answer: bytes, or something else that happens to the connection. */
export type Step = string | Buffer | 'FIN' | 'RST' | 'STALL'

export interface RawServer {
  port: number
  url: string
  /** Connections accepted so far. */
  connections: () => number
  /** Sockets that are open. */
  open: () => number
  /** Requests seen so far, heads and bodies as they came. */
  requests: string[]
  sockets: Set<net.Socket>
  close: () => Promise<void>
}

/** A server that answers request number n (from 0) of all connections by what `answer` does to the socket. */
export async function rawServer(
  answer: (socket: net.Socket, n: number, request: string) => void
): Promise<RawServer> {
  let connections = 0
  const requests: string[] = []
  const sockets = new Set<net.Socket>()
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    connections++
    sockets.add(socket)
    let received = ''
    socket.on('data', (data) => {
      received += data.toString('latin1')
      for (;;) {
        const end = received.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = Number(/content-length: (\d+)/i.exec(received.slice(0, end))?.[1] ?? 0)
        if (received.length < end + 4 + length) return
        const request = received.slice(0, end + 4 + length)
        received = received.slice(request.length)
        requests.push(request)
        answer(socket, requests.length - 1, request)
      }
    })
    socket.on('end', () => socket.end())
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    connections: () => connections,
    open: () => sockets.size,
    requests,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Plays `steps`, byte by byte if asked to. */
export async function play(
  socket: net.Socket,
  steps: readonly Step[],
  single: boolean
): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return
    if (step === 'FIN') socket.end()
    else if (step === 'RST') socket.resetAndDestroy()
    else if (step === 'STALL') return
    else if (!single) socket.write(step, 'latin1')
    else {
      for (const byte of Buffer.from(step as string, 'latin1')) {
        socket.write(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
