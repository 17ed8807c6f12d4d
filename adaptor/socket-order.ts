import type { Exchange } from '../src/server/exchange.js'
import type { ResponseInternals, SocketInternals } from './node-internals.js'

/*
 * Output of responses is gathered before it reaches the socket. What an app does to the socket itself comes behind what it had sent by
 * then, as on node:http.
 */

const kOrdered = Symbol('fasthttp.ordered')

type OrderedSocket = SocketInternals & { [kOrdered]?: true }

export function isOrdered(socket: OrderedSocket): boolean {
  return socket[kOrdered] === true
}

/** Gives the socket of `exchange` methods that send first what was gathered. */
export function keepOrder(socket: OrderedSocket, exchange: Exchange): void {
  const { write, end, destroy, destroySoon } = socket
  socket[kOrdered] = true
  socket.write = (...args: unknown[]): boolean => {
    exchange.flush()
    return Reflect.apply(write, socket, args) as boolean
  }
  socket.end = (...args: unknown[]) => {
    exchange.flush()
    return Reflect.apply(end, socket, args) as typeof socket
  }
  socket.destroy = (err?: Error) => {
    if (!isHeld(socket)) exchange.flush()
    return destroy.call(socket, err)
  }
  if (destroySoon === undefined) return
  socket.destroySoon = () => {
    exchange.flush()
    destroySoon.call(socket)
  }
}

/** The socket leaves HTTP. */
export function leaveOrder(socket: OrderedSocket): void {
  if (!isOrdered(socket)) return
  for (const name of ['write', 'end', 'destroy', 'destroySoon', kOrdered] as const) {
    Reflect.deleteProperty(socket, name)
  }
}

/** The first part of an answer leaves with the rest of its turn: an answer that is cut by then never began. */
function isHeld({ _httpMessage }: SocketInternals): boolean {
  const res = _httpMessage as ResponseInternals | null | undefined
  return res?._headerSent === true && !res.finished
}
