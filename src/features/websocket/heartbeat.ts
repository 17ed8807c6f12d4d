import type { WebSocket, WebSocketServer } from 'ws'

interface Heartbeat {
  readonly timer: NodeJS.Timeout
  /** Those who have not answered the last ping. */
  readonly silent: Set<WebSocket>
}

const heartbeats = new WeakMap<WebSocketServer, Heartbeat>()

/**
 * Pings `conn` with all others of its server, by one timer, and cuts off who does not answer: a peer that has vanished would hold its
 * connection for ever. (RFC 6455, section 5.5.2)
 *
 * @param interval - milliseconds; 0 for no pings
 */
export function startHeartbeat(server: WebSocketServer, conn: WebSocket, interval: number): void {
  if (interval === 0) return
  let heartbeat = heartbeats.get(server)
  if (heartbeat === undefined) {
    const silent = new Set<WebSocket>()
    heartbeat = { silent, timer: setInterval(() => beat(server, silent), interval).unref() }
    heartbeats.set(server, heartbeat)
  }
  const { silent, timer } = heartbeat
  conn.on('pong', () => silent.delete(conn))
  conn.on('close', () => {
    silent.delete(conn)
    if (server.clients.size > 0) return
    clearInterval(timer)
    heartbeats.delete(server)
  })
}

function beat(server: WebSocketServer, silent: Set<WebSocket>): void {
  for (const conn of server.clients) {
    if (silent.has(conn)) conn.terminate()
    else if (conn.readyState === conn.OPEN) {
      silent.add(conn)
      conn.ping()
    }
  }
}
