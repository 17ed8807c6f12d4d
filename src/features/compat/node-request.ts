import type { IncomingMessage } from 'node:http'
import { headers } from './request-headers.js'
import { perRequest } from './state.js'

/**
 * The part of node:http's request that the packages below Express read: headers, method, target and the peer's address. Not a stream.
 */
export const nodeRequest = perRequest('nodeRequest', (ctx): IncomingMessage => {
  const socket = { remoteAddress: ctx.remoteAddr().address, encrypted: ctx.isTLS() }
  return {
    headers: headers(ctx),
    method: ctx.method(),
    url: ctx.requestURI(),
    socket,
    connection: socket,
  } as unknown as IncomingMessage
})
