import net from 'node:net'
import process from 'node:process'
import tls from 'node:tls'
import { host, port } from './payload.mjs'

/** As little work as possible: every request gets the same bytes, so that the client is what is measured. `tls` as an argument: over TLS. */
const BODY = '/foo/bar?baz=123'
const RESPONSE =
  'HTTP/1.1 200 OK\r\nServer: fasthttp\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n' +
  `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

function serve(socket) {
  let partial = ''
  socket.on('data', (data) => {
    const text = partial + data.toString('latin1')
    const heads = text.split('\r\n\r\n')
    partial = heads.pop()
    if (heads.length > 0) socket.write(RESPONSE.repeat(heads.length), 'latin1')
  })
  socket.on('error', () => {})
}

async function createServer() {
  if (!process.argv.includes('tls')) return net.createServer({ noDelay: true }, serve)
  const { generateTestCertificate } = await import('fasthttp')
  const { cert, key } = generateTestCertificate('localhost')
  return tls.createServer({ cert, key, noDelay: true }, serve)
}

const server = await createServer()
server.listen(port, host)
