import process from 'node:process'
import { Client, Request, Response, Server } from 'fasthttp'
import { InmemoryListener } from 'fasthttp/fasthttputil'
import { CANNED, CANNED_BODY, check, PATH } from './rows.mjs'

const ADDR = { network: 'tcp', address: '1.2.3.4', port: 80 }

/** Answers every write with the same bytes. */
class CannedConn {
  remoteAddr = ADDR
  localAddr = ADDR
  encrypted = false
  pendingBytes = 0
  unsentBytes = 0
  stream = {}
  #receiver = null
  open(receiver) {
    this.#receiver = receiver
  }
  write() {
    process.nextTick(this.#answer)
    return true
  }
  #answer = () => this.#receiver.onRead(CANNED, CANNED.length)
  cork() {}
  uncork() {}
  pause() {}
  resume() {}
  end() {}
  close() {}
  destroy() {}
  detach() {
    return null
  }
}

const newServer = () =>
  new Server({ handler: (ctx) => ctx.success('text/plain', ctx.requestURI()), concurrency: 20_000 })

async function getter(url, options) {
  const client = new Client(options)
  return async () => {
    const { statusCode, body } = await client.get(url)
    check(statusCode, body, PATH)
  }
}

/** Functions that make one request each, for `clients` of them at a time. */
export const rows = {
  async doFastServer(clients) {
    const client = new Client({ dial: () => new CannedConn() })
    return Array.from({ length: clients }, (_, i) => {
      const req = new Request()
      const resp = new Response()
      req.setRequestURI(`http://foobar${i}.com/aaa/bbb`)
      return async () => {
        await client.do(req, resp)
        check(resp.statusCode(), resp.body(), CANNED_BODY)
      }
    })
  },
  async getTimeoutFastServer(clients) {
    const client = new Client({ dial: () => new CannedConn() })
    return Array.from({ length: clients }, (_, i) => async () => {
      const { statusCode, body } = await client.getTimeout(`http://foobar${i}.com/aaa/bbb`, 1000)
      check(statusCode, body, CANNED_BODY)
    })
  },
  async tcp(clients) {
    const server = newServer()
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${server.address().port}${PATH}`
    return Array(clients).fill(await getter(url, { maxConnsPerHost: clients }))
  },
  async inmemory(clients) {
    const listener = new InmemoryListener()
    void newServer().serve(listener)
    const options = { dial: () => listener.dial(), maxConnsPerHost: clients }
    return Array(clients).fill(await getter(`http://unused.host${PATH}`, options))
  },
}
