import { expect, test } from 'vitest'
import { Server, type RequestCtx, type RequestHandler } from '../../src/index.js'
import type { Conn, ConnReceiver } from '../../src/net/conn.js'
import { kTakesExchange } from '../../src/server/exchange.js'
import { Settlement } from '../../src/server/settlement.js'

const ADDR = { network: 'tcp', address: '127.0.0.1', port: 1 }

/** Delivers as sockets that share their read memory do: it is another's as soon as a read has returned. */
async function connect(handler: RequestHandler, resume = () => {}) {
  let receiver!: ConnReceiver
  let output = ''
  const conn = {
    ...{ remoteAddr: ADDR, localAddr: ADDR, encrypted: false, pendingBytes: 0, unsentBytes: 0 },
    open: (r: ConnReceiver) => (receiver = r),
    write(data: string | Uint8Array) {
      output += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
      return true
    },
    ...{ cork() {}, uncork() {}, pause() {}, resume, end() {}, close() {}, destroy() {} },
  } as unknown as Conn
  void new Server({ handler, logger: { printf() {} } }).serveConn(conn)
  await Promise.resolve()
  const memory = Buffer.alloc(1024)
  return {
    deliver(text: string): void {
      memory.write(text, 'latin1')
      receiver.onRead(memory, text.length)
      memory.fill('!')
    },
    receiver: () => receiver,
    output: () => output,
    end: () => receiver.onClose(undefined),
  }
}

const seen = (ctx: RequestCtx): unknown => [
  ctx.method(),
  ctx.requestURI(),
  ctx.host(),
  ctx.request.header.peek('X'),
  [...ctx.request.header.all()].length,
  ctx.postBody(),
]

const HEAD = 'POST /long/target?q HTTP/1.1\r\nHost: a.example\r\nX: y\r\nContent-Length: 4\r\n\r\n'
const EXPECTED = ['POST', '/long/target?q', 'a.example', 'y', 3, 'body']

test.each<[string, string[]]>([
  ['in one read', [`${HEAD}body`]],
  ['with a body that comes later', [HEAD, 'bo', 'dy']],
  ['with a head that comes in parts', [HEAD.slice(0, 40), HEAD.slice(40), 'body']],
])('what a handler sees after it has waited, of a request %s', async (_, parts) => {
  let goOn!: () => void
  const waiting = new Promise<void>((resolve) => (goOn = resolve))
  let result: unknown
  const conn = await connect(async (ctx) => {
    await waiting
    result = seen(ctx)
  })
  for (const part of parts) conn.deliver(part)
  goOn()
  await expect.poll(conn.output).toContain('HTTP/1.1 200 OK')
  expect(result).toEqual(EXPECTED)
  conn.end()
})

test('what a handler sees of a ctx that was given up', async () => {
  let late!: RequestCtx
  const conn = await connect((ctx) => {
    late = ctx
    ctx.timeoutError('late')
  })
  conn.deliver(`${HEAD}body${HEAD.replaceAll('long', 'next')}body`)
  conn.deliver(`${HEAD.replaceAll('a.example', 'other.example')}body`)
  expect(conn.output().match(/HTTP\/1.1 408/g)).toHaveLength(3)
  expect(seen(late)).toEqual(EXPECTED.map((s) => (s === 'a.example' ? 'other.example' : s)))
  conn.end()
})

test('nothing of the request before is seen, though its lines are the same', async () => {
  const all: unknown[] = []
  const conn = await connect((ctx) => {
    all.push(seen(ctx))
    ctx.request.header.set('X', 'changed')
    ctx.request.header.add('Y', 'added')
  })
  conn.deliver(`${HEAD}body`.repeat(3))
  conn.deliver(`${HEAD}body`)
  expect(all).toEqual([EXPECTED, EXPECTED, EXPECTED, EXPECTED])
  conn.end()
})

test('a connection may deliver from within resume()', async () => {
  const rest: string[] = []
  const handler = Object.assign(
    (ctx: RequestCtx) => {
      const exchange = ctx._takeExchange()
      let body = ''
      let done!: () => void
      exchange.readBody({
        onData(chunk) {
          body += chunk.toString('latin1')
          return true
        },
        onEnd() {
          exchange.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
          exchange.end(false)
          done()
        },
        onError() {},
      })
      return new Promise<void>((resolve) => (done = resolve))
    },
    { [kTakesExchange]: true }
  )
  const conn = await connect(handler, () => {
    for (const text of rest.splice(0)) conn.receiver().onRead(Buffer.from(text), text.length)
  })
  const next = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok'
  rest.push('bo', 'dy', next.slice(0, 20), next.slice(20))
  conn.deliver(HEAD)
  const answer = (body: string): string =>
    `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  await expect.poll(conn.output).toBe(answer('body') + answer('ok'))
  conn.end()
})

class Answer extends Settlement {
  done(): void {
    this.settle()
  }
}

test.each([
  ['a body that comes in one', ['body']],
  ['a body that comes in parts', ['bo', 'dy']],
  ['a body and a request behind it', ['bodyGET /next HTTP/1.1\r\nHost: a\r\n\r\n']],
  ['a body in parts and a request behind it', ['bo', 'dyGET /next HTTP/1.1\r\nHost: a\r\n\r\n']],
])('a late answer may be complete in the middle of a read: %s', async (_, parts) => {
  const seenTargets: string[] = []
  const handler = Object.assign(
    (ctx: RequestCtx) => {
      seenTargets.push(ctx.requestURI())
      const exchange = ctx._takeExchange()
      const answer = new Answer()
      let isOpen = true
      const end = (): void => {
        if (!isOpen) return
        isOpen = false
        exchange.write('HTTP/1.1 204 No Content\r\n\r\n')
        exchange.end(false)
        answer.done()
      }
      exchange.readBody({
        onData() {
          end()
          return true
        },
        onEnd: end,
        onError() {},
      })
      return answer
    },
    { [kTakesExchange]: true }
  )
  const conn = await connect(handler)
  conn.deliver(HEAD)
  for (const part of parts) conn.deliver(part)
  const requests = parts.join('').includes('GET') ? 2 : 1
  await expect.poll(conn.output).toBe('HTTP/1.1 204 No Content\r\n\r\n'.repeat(requests))
  // The connection goes on with whatever comes.
  conn.deliver('GET /last HTTP/1.1\r\nHost: a\r\n\r\n')
  await expect.poll(conn.output).toBe('HTTP/1.1 204 No Content\r\n\r\n'.repeat(requests + 1))
  expect(seenTargets).toEqual(['/long/target?q', ...(requests === 2 ? ['/next'] : []), '/last'])
  conn.end()
})
