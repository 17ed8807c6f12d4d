import type http from 'node:http'
import type { Duplex } from 'node:stream'
import { answerTo } from './client-error.js'
import type { ResponseInternals, SocketInternals } from './node-internals.js'

const kClaimed = Symbol('fasthttp.claimed')

/** Makes `server` the owner of a connection: its timeouts are told to request, response and server, its errors to 'clientError' listeners. */
export function claimSocket(server: http.Server, stream: Duplex): void {
  const socket = stream as SocketInternals & { [kClaimed]?: true }
  socket.server = server
  if (socket[kClaimed] === true) return
  socket[kClaimed] = true
  socket.setEncoding = refuseEncoding
  socket.on('timeout', onTimeout)
  socket.on('error', onError)
}

/** The socket leaves HTTP. */
export function leaveSocket(socket: SocketInternals): void {
  socket.off('timeout', onTimeout)
  socket.off('error', onError)
}

function onTimeout(this: SocketInternals): void {
  const res = this._httpMessage
  const req = res?.req
  const reqHeard = req !== undefined && !req.complete && req.emit('timeout', this)
  const resHeard = res?.emit('timeout', this) === true
  const serverHeard = this.server?.emit('timeout', this) === true
  if (!reqHeard && !resHeard && !serverHeard) this.destroy()
}

/** The first error; the connection's own listener takes further ones. */
function onError(this: SocketInternals, err: NodeJS.ErrnoException): void {
  this.off('error', onError)
  if (this.server?.emit('clientError', err, this) === true) return
  const current = this._httpMessage as ResponseInternals | null | undefined
  if (this.writable && current?._headerSent !== true) this.write(answerTo(err))
  this.destroy(err)
}

function refuseEncoding(): never {
  throw Object.assign(
    new Error('Changing the socket encoding is not allowed per RFC7230 Section 3.'),
    { code: 'ERR_HTTP_SOCKET_ENCODING' }
  )
}
