import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { adapt, createServer, type NodeHandler } from '../../../adaptor/index.js'
import { Server } from '../../../src/server/server.js'

/** Something that listens for supertest. */
export interface Listening {
  readonly url: string
  close(): Promise<void>
}

interface Listens {
  listen(port: number, host: string, callback: () => void): unknown
  address(): AddressInfo | string | null
  close(callback?: () => void): unknown
  closeAllConnections(): void
}

/** The ways to serve a node:http app, node's own first. */
export const transports: [name: string, serve: (app: NodeHandler) => Promise<Listening>][] = [
  ['node:http', (app) => listen(http.createServer(app as http.RequestListener))],
  ['createServer', (app) => listen(createServer(app as http.RequestListener))],
  ['adapt', (app) => listen(new Server({ handler: adapt(app) }))],
]

export function listen(server: Listens): Promise<Listening> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}
