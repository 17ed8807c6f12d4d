import type { Socket } from 'node:net'
import { SocksClient, type SocksClientOptions } from 'socks'
import { DialTimeoutError, ProxyConnectError } from '../../errors.js'
import { splitHostPort } from '../../net/address.js'
import type { ProxyURL } from './proxy-url.js'

/**
 * Asks the SOCKS5 proxy at the other end of `socket` for a connection to `addr`, whose name the proxy resolves (RFC 1928, and RFC 1929
 * for user and password). Rejects with `FH_ERR_PROXY_CONNECT` when it refuses and with `FH_ERR_DIAL_TIMEOUT` when it takes too long; the
 * socket is destroyed then.
 *
 * @param timeout - milliseconds, 0 for the 30 seconds of the `socks` package
 */
export function openSocks(
  socket: Socket,
  proxy: ProxyURL,
  addr: string,
  timeout: number
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const client = new SocksClient(optionsOf(proxy, addr, timeout))
    // Set before the package's own, so that it comes first.
    const timer =
      timeout > 0 ? setTimeout(() => fail(new DialTimeoutError('SOCKS')), timeout) : undefined
    const ignore = (): void => {}
    socket.on('error', ignore)
    const fail = (err: Error): void => {
      clearTimeout(timer)
      client.removeAllListeners().on('error', ignore)
      socket.destroy()
      reject(err)
    }
    // The error of the package holds its options, with the password: it is no cause to pass on.
    client.on('error', (err: Error) => fail(new ProxyConnectError(err.message)))
    client.on('established', () => {
      clearTimeout(timer)
      const early: Buffer[] = []
      const keep = (chunk: Buffer): void => void early.push(chunk)
      socket.on('data', keep)
      // In a turn of its own the package emits what came behind the proxy's answer, as an event that nobody could listen to yet.
      setImmediate(() => {
        socket.off('data', keep)
        socket.off('error', ignore)
        if (socket.destroyed) return reject(new ProxyConnectError('it closed the connection'))
        socket.pause()
        if (early.length > 0) socket.unshift(Buffer.concat(early))
        // Neither flowing nor paused on purpose: a 'data' listener starts it.
        ;(socket as { readableFlowing: boolean | null }).readableFlowing = null
        resolve(socket)
      })
    })
    client.connect(socket)
  })
}

function optionsOf(proxy: ProxyURL, addr: string, timeout: number): SocksClientOptions {
  const { username, password } = proxy.credentials ?? {}
  return {
    command: 'connect',
    destination: splitHostPort(addr),
    proxy: {
      ...splitHostPort(proxy.addr),
      type: 5,
      ...(username === undefined ? {} : { userId: username }),
      ...(password === undefined ? {} : { password }),
    },
    ...(timeout > 0 ? { timeout } : {}),
  }
}
