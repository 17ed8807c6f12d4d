import http from 'node:http'
import { CannedSocket, pipe } from './pipe.mjs'
import { CANNED, CANNED_BODY, check, PATH } from './rows.mjs'

export function echo() {
  return http.createServer((req, res) => {
    res.setHeader('Content-Type', 'text/plain')
    res.setHeader('Content-Length', req.url.length)
    res.end(req.url)
  })
}

class Agent extends http.Agent {
  #connect
  constructor(clients, connect) {
    super({ keepAlive: true, maxSockets: clients })
    this.#connect = connect
  }
  createConnection() {
    return this.#connect()
  }
}

function getter(options, expected) {
  return () =>
    new Promise((resolve, reject) => {
      const req = http.get(options, (res) => {
        let body = ''
        res.setEncoding('latin1')
        res.on('data', (chunk) => (body += chunk))
        res.on('end', () => {
          check(res.statusCode, body, expected)
          resolve()
        })
      })
      req.on('error', reject)
    })
}

function fast(clients, extra) {
  const agent = new Agent(clients, () => new CannedSocket(CANNED))
  return Array.from({ length: clients }, (_, i) =>
    getter({ agent, host: `foobar${i}.com`, path: '/aaa/bbb', ...extra }, CANNED_BODY)
  )
}

export const rows = {
  async doFastServer(clients) {
    return fast(clients, {})
  },
  async getTimeoutFastServer(clients) {
    return fast(clients, { timeout: 1000 })
  },
  async tcp(clients) {
    const server = echo()
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const agent = new http.Agent({ keepAlive: true, maxSockets: clients })
    const { port } = server.address()
    return Array(clients).fill(getter({ agent, host: '127.0.0.1', port, path: PATH }, PATH))
  },
  async inmemory(clients) {
    const server = echo()
    const agent = new Agent(clients, () => {
      const [client, served] = pipe()
      server.emit('connection', served)
      return client
    })
    return Array(clients).fill(getter({ agent, host: 'unused.host', path: PATH }, PATH))
  },
}
