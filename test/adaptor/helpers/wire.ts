import { once } from 'node:events'
import net from 'node:net'

/** A request of which the server closes the connection, in raw bytes. */
export function rawRequest(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = ''
): string {
  const fields = { Host: 'localhost', Connection: 'close', ...headers }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** All that the server at `url` sends for `request`, as latin1, with the date masked. */
export async function wire(url: string, request: string): Promise<string> {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request)
  let received = ''
  for await (const chunk of socket) received += (chunk as Buffer).toString('latin1')
  return received.replace(/^Date: .*GMT\r$/gim, 'Date: (now)\r')
}
