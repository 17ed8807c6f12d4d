import type { Socket } from 'node:net'
import { DialTimeoutError, ProxyConnectError } from '../../errors.js'
import { NEED_MORE } from '../../http/field-block.js'
import { ResponseParser } from '../../wire/response-parser.js'
import type { ProxyURL } from './proxy-url.js'

/** Largest head of a proxy's answer. */
const MAX_HEAD_BYTES = 16 * 1024

/**
 * Asks the proxy at the other end of `socket` for a tunnel to `addr` (RFC 9110, section 9.3.6). Rejects with `FH_ERR_PROXY_CONNECT`
 * when it refuses and with `FH_ERR_DIAL_TIMEOUT` when it takes too long; the socket is destroyed then.
 *
 * @param timeout - milliseconds, 0 for no limit
 */
export function openTunnel(
  socket: Socket,
  proxy: ProxyURL,
  addr: string,
  timeout: number
): Promise<Socket> {
  const authorization = proxyAuthorization(proxy)
  return new Promise((resolve, reject) => {
    let head: Buffer = Buffer.alloc(0)
    const timer =
      timeout > 0 ? setTimeout(() => fail(new DialTimeoutError('CONNECT')), timeout) : undefined
    const settle = (): void => {
      clearTimeout(timer)
      socket.off('readable', onReadable)
      socket.off('error', fail)
      socket.off('close', onClose)
    }
    const fail = (err: Error): void => {
      settle()
      socket.on('error', () => {})
      socket.destroy()
      reject(err)
    }
    const onClose = (): void => fail(new ProxyConnectError('it closed the connection'))
    // Not 'data': what comes behind the head is left to whoever takes the socket over.
    const onReadable = (): void => {
      const chunk = socket.read() as Buffer | null
      if (chunk !== null) onBytes(chunk)
    }
    const onBytes = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const parser = new ResponseParser()
      const result = parser.parse(head, 0, head.length)
      if (result === NEED_MORE && head.length <= MAX_HEAD_BYTES) return
      if (result < 0) return fail(new ProxyConnectError('its answer is not HTTP'))
      const { statusCode, next } = parser
      if (statusCode < 200) {
        const rest = head.subarray(next)
        head = Buffer.alloc(0)
        if (rest.length > 0) onBytes(rest)
        return
      }
      if (statusCode >= 300) return fail(new ProxyConnectError(`status ${statusCode}`))
      settle()
      if (next < head.length) socket.unshift(head.subarray(next))
      resolve(socket)
    }
    socket.on('readable', onReadable)
    socket.on('error', fail)
    socket.on('close', onClose)
    socket.write(`CONNECT ${addr} HTTP/1.1\r\nHost: ${addr}\r\n${authorization}\r\n`, 'latin1')
  })
}

/** Field line with the credentials, `''` for none (RFC 7617). */
function proxyAuthorization({ credentials }: ProxyURL): string {
  if (credentials === undefined) return ''
  const { username, password } = credentials
  const token = Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
  return `Proxy-Authorization: Basic ${token}\r\n`
}
