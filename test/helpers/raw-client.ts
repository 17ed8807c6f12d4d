import { once } from 'node:events'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { InmemoryListener } from '../../src/features/fasthttputil/index.js'
import { Server, type ServerOptions } from '../../src/index.js'

/** The client's end of a connection, in bytes. */
export class RawClient {
  /** Everything received so far, one character a byte. */
  received = ''
  /** The server has closed its writing side. */
  ended = false
  /** Why the connection broke, if it did. */
  error: NodeJS.ErrnoException | undefined
  readonly stream: Duplex
  readonly #waiting = new Set<() => void>()
  #closed = false

  constructor(stream: Duplex) {
    this.stream = stream
    stream.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1')
      this.#changed()
    })
    stream.on('end', () => {
      this.ended = true
      this.#changed()
    })
    stream.on('error', (err) => {
      this.error = err
      this.#changed()
    })
    stream.on('close', () => {
      this.#closed = true
      this.#changed()
    })
  }

  write(data: string | Buffer): void {
    if (this.stream.writable) this.stream.write(data as string, 'latin1')
  }

  /** Closes the writing side. */
  end(data?: string): void {
    if (data !== undefined) this.write(data)
    this.stream.end()
  }

  destroy(): void {
    this.stream.destroy()
  }

  /** Resolves when what was received matches; rejects when the connection ends before. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) {
      if (this.ended || this.#closed) {
        throw new Error(`connection ended before ${pattern}: ${JSON.stringify(this.received)}`)
      }
      await this.#change()
    }
    return this.received
  }

  /** Resolves with everything received when the server has closed its writing side or the connection is gone. */
  async untilEnd(): Promise<string> {
    while (!this.ended && !this.#closed) await this.#change()
    return this.received
  }

  async untilClosed(): Promise<void> {
    while (!this.#closed) await this.#change()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

/** A served port, socket or listener that clients connect to. */
export interface Served {
  connect(): Promise<RawClient>
  close(): Promise<void>
}

export type Transport = 'tcp' | 'tls' | 'in memory'

// A shared key in place of a certificate: nothing to generate, nothing that expires.
const PSK = { psk: Buffer.from('0123456789abcdef'), identity: 'client' }
const PSK_CIPHERS = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const

/** Options of `tls.createServer` that {@link connectTLS} gets along with. */
export const TLS_OPTIONS: tls.TlsOptions = { ...PSK_CIPHERS, pskCallback: () => PSK.psk }

export function connectTLS(port: number): tls.TLSSocket {
  return tls.connect({
    ...PSK_CIPHERS,
    host: '127.0.0.1',
    port,
    allowHalfOpen: true,
    pskCallback: () => PSK,
    checkServerIdentity: () => undefined,
  } as tls.ConnectionOptions)
}

export function portOf(server: { address(): net.AddressInfo | string | null }): number {
  return (server.address() as net.AddressInfo).port
}

/** Connects to a TCP port of this machine. */
export async function connectTCP(port: number): Promise<RawClient> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const client = new RawClient(socket)
  await once(socket, 'connect')
  return client
}

/** Starts a server with `options` on `transport`. */
export async function serve(
  options: ServerOptions,
  transport: Transport = 'tcp'
): Promise<Served & { server: Server }> {
  if (transport === 'in memory') {
    const server = new Server(options)
    const listener = new InmemoryListener()
    const served = server.serve(listener)
    return {
      server,
      connect: async () => new RawClient((await listener.dial()).stream),
      async close() {
        listener.close()
        server.closeAllConnections()
        await served
        await server.shutdown()
      },
    }
  }
  const server = new Server(transport === 'tls' ? { ...options, tls: TLS_OPTIONS } : options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  return {
    server,
    async connect() {
      if (transport === 'tcp') return connectTCP(port)
      const socket = connectTLS(port)
      const client = new RawClient(socket)
      await once(socket, 'secureConnect')
      return client
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Lets everything that is already under way in this process happen. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}
