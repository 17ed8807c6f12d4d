import process from 'node:process'
import { Pool } from '../peers/node_modules/undici/index.js'
import { echo } from './node-http.mjs'
import { CannedSocket, pipe } from './pipe.mjs'
import { CANNED, CANNED_BODY, check, PATH } from './rows.mjs'

function getter(pool, path, expected) {
  return async () => {
    const { statusCode, body } = await pool.request({ method: 'GET', path })
    check(statusCode, await body.text(), expected)
  }
}

function fast(clients, extra) {
  const connect = (_options, done) => process.nextTick(done, null, new CannedSocket(CANNED))
  return Array.from({ length: clients }, (_, i) => {
    const pool = new Pool(`http://foobar${i}.com`, { connections: 1, connect, ...extra })
    return getter(pool, '/aaa/bbb', CANNED_BODY)
  })
}

export const rows = {
  async doFastServer(clients) {
    return fast(clients, {})
  },
  async getTimeoutFastServer(clients) {
    return fast(clients, { headersTimeout: 1000, bodyTimeout: 1000 })
  },
  async tcp(clients) {
    const server = echo()
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const pool = new Pool(`http://127.0.0.1:${server.address().port}`, { connections: clients })
    return Array(clients).fill(getter(pool, PATH, PATH))
  },
  async inmemory(clients) {
    const server = echo()
    const connect = (_options, done) => {
      const [client, served] = pipe()
      server.emit('connection', served)
      process.nextTick(done, null, client)
    }
    const pool = new Pool('http://unused.host', { connections: clients, connect })
    return Array(clients).fill(getter(pool, PATH, PATH))
  },
}
