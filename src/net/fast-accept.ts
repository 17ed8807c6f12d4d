import type net from 'node:net'
import { HandleConn, type ConnCount } from './handle-conn.js'
import {
  canShareReads,
  nativeParts,
  socketOver,
  type ReadCallback,
  type StreamHandle,
} from './stream-handle.js'

/*
 * Accepting past net.Server: the listening handle's `onconnection`, undocumented like what stream-handle holds, is replaced. Where Node
 * lacks any of it, nothing is changed and the functions return `false`: connections arrive as 'connection' events then.
 */

interface ListeningHandle {
  onconnection?: (err: number, client: StreamHandle | undefined) => void
}

interface ServerInternals {
  _handle: ListeningHandle | null
  _connections: number
  maxConnections?: number
  highWaterMark?: number
  _emitCloseIfDrained(): void
}

/** Hands the accepted handles of a listening `server`, counted, to `take`. */
function acceptHandles(server: net.Server, take: (handle: StreamHandle) => void): boolean {
  const internals = server as unknown as ServerInternals
  const listening = internals._handle
  if (typeof listening?.onconnection !== 'function') return false
  if (typeof internals._emitCloseIfDrained !== 'function') return false

  const fallback = listening.onconnection
  listening.onconnection = function (err, client) {
    const max = internals.maxConnections
    if (err !== 0 || !client || (max !== undefined && internals._connections >= max)) {
      fallback.call(this, err, client)
      return
    }
    internals._connections++
    client.setNoDelay?.(true)
    take(client)
  }
  return true
}

/** Makes `server` count `socket` as one of its own, and wait for it in close(). */
function claim(server: net.Server, socket: net.Socket): void {
  const owned = socket as unknown as { server: net.Server; _server: net.Server }
  owned.server = server
  owned._server = server
}

/**
 * Makes a listening `server` accept sockets that read into a buffer shared by all connections. `onSocket` gets each socket, `onRead` its
 * bytes. Returns `false`, having changed nothing, where this Node cannot do it.
 */
export function acceptInto(
  server: net.Server,
  onSocket: (socket: net.Socket) => void,
  onRead: ReadCallback
): boolean {
  if (!canShareReads()) return false
  return acceptHandles(server, (handle) => {
    const { highWaterMark } = server as unknown as ServerInternals
    const socket = socketOver(handle, onRead, highWaterMark)
    claim(server, socket)
    onSocket(socket)
  })
}

/**
 * Makes a listening `server` accept without building a `net.Socket` for each connection. `onConn` gets each connection.
 * Returns `false`, having changed nothing, where this Node cannot do it.
 */
export function acceptConns(server: net.Server, onConn: (conn: HandleConn) => void): boolean {
  if (nativeParts() === null) return false
  const internals = server as unknown as ServerInternals
  const count: ConnCount = {
    claim: (socket) => claim(server, socket),
    drop: () => {
      internals._connections--
      internals._emitCloseIfDrained()
    },
  }
  return acceptHandles(server, (handle) => onConn(new HandleConn(handle, count)))
}
