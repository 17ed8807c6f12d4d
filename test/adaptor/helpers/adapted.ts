import http from 'node:http'
import { adapt } from '../../../adaptor/index.js'
import { Server } from '../../../src/server/server.js'
import type { CreateServer } from './compare.js'

/** A node:http server that does not listen itself: its requests come by a `Server` of this package through `adapt`. */
export const adapted: CreateServer = (options, listener) => {
  const hub = http.createServer(options, listener)
  let server: Server | undefined
  return Object.assign(hub, {
    listen: (port: number, host: string) => {
      server = new Server({ handler: adapt(hub), logger: { printf() {} } })
      server.on('listening', () => hub.emit('listening'))
      server.listen(port, host)
      return hub
    },
    address: () => server?.address() ?? null,
    close: (done: () => void) => {
      server?.close(done)
      return hub
    },
    closeAllConnections: () => server?.closeAllConnections(),
  })
}
