import { Buffer } from 'node:buffer'
import net from 'node:net'

/** The floor: writes a constant and counts bytes. */
export function start({ port, path, inFlight, onResponse }) {
  const request = `GET ${path} HTTP/1.1\r\nUser-Agent: fasthttp\r\nHost: 127.0.0.1:${port}\r\n\r\n`
  const RESPONSE_BYTES = 151
  const buffer = Buffer.allocUnsafeSlow(64 * 1024)
  for (let i = 0; i < inFlight; i++) {
    let received = 0
    const callback = (length) => {
      received += length
      if (received < RESPONSE_BYTES) return true
      received = 0
      onResponse(16)
      socket.write(request, 'latin1')
      return true
    }
    const socket = net.connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer, callback },
    })
    socket.on('connect', () => socket.write(request, 'latin1'))
  }
}
