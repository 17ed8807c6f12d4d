import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import { portOf, turns } from '../helpers/raw-client.js'

/** `npm run soak` asks for ten thousand and a million. */
const ABORTS = Number(process.env['SOAK_ABORTS'] ?? 240)
const REQUESTS = Number(process.env['SOAK_REQUESTS'] ?? 10_000)

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Bytes in use once garbage is collected. */
async function memory(): Promise<{ heap: number; buffers: number }> {
  for (let i = 0; i < 3; i++) {
    await delay(20)
    gc()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, buffers: arrayBuffers }
}

function count(type: string): number {
  return process.getActiveResourcesInfo().filter((name) => name === type).length
}

const MB = 1024 * 1024
/** Less than one kilobyte for each abort or connection of the short run. */
const GROWTH = { buffers: MB / 8, heap: MB }
let server: Server
let port: number

beforeAll(async () => {
  server = new Server({
    logger: { printf() {} },
    async handler(ctx) {
      switch (ctx.path()) {
        case '/late':
          if (!ctx.signal.aborted) await once(ctx.signal, 'abort')
          return
        case '/large':
          return ctx.setBody(Buffer.alloc(8 * MB))
        case '/written':
          return ctx.setBodyStreamWriter(async (writer) => {
            for (;;) {
              writer.write('x'.repeat(1000))
              await writer.flush()
              await delay(1)
            }
          })
        case '/hijacked':
          return ctx.hijack(async (stream) => void (await once(stream.resume(), 'end')))
        default:
          ctx.setBody(ctx.postBody())
      }
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = portOf(server)
})
afterAll(() => server.shutdown())

const head = (path: string, extra = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${extra}\r\n`
const POST = 'POST / HTTP/1.1\r\nHost: a\r\n'

/** What a client sends before it goes away, and whether it waits for an answer to begin. */
const STAGES: [name: string, sent: string, waits: boolean][] = [
  ['with nothing sent', '', false],
  ['in the request line', 'GE', false],
  ['in the head', 'GET / HTTP/1.1\r\nHost: a\r\nX-', false],
  ['in a body', `${POST}Content-Length: 100000\r\n\r\nabc`, false],
  ['in a chunk', `${POST}Transfer-Encoding: chunked\r\n\r\nff\r\nabc`, false],
  ['while the handler runs', head('/late'), false],
  ['while requests wait behind a handler', head('/late') + head('/').repeat(20), false],
  ['idle', head('/'), true],
  ['in a large answer', head('/large'), true],
  ['in a written answer', head('/written'), true],
  ['in a bad request', 'GET / HTTP/1.1\r\nBad header\r\n\r\n', true],
  ['hijacked', head('/hijacked'), true],
]

async function abort(sent: string, waits: boolean, reset: boolean): Promise<void> {
  const socket = net.connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  await once(socket, 'connect')
  if (sent !== '') socket.write(sent, 'latin1')
  if (waits) await once(socket, 'readable')
  else await turns(2)
  if (reset) socket.resetAndDestroy()
  else socket.destroy()
}

describe(`${ABORTS} requests are aborted`, () => {
  test('no socket, timer or buffer is left', { timeout: 600_000 }, async () => {
    const round = async (): Promise<void> => {
      await Promise.all(
        STAGES.flatMap(([, sent, waits]) => [abort(sent, waits, true), abort(sent, waits, false)])
      )
      while (server.openConnectionsCount() > 0) await turns(1)
    }
    await round()
    const sockets = count('TCPSocketWrap')
    const timers = count('Timeout')
    const before = await memory()
    for (let done = 0; done < ABORTS; done += STAGES.length * 2) await round()
    while (count('TCPSocketWrap') > sockets || count('Timeout') > timers) await delay(10)
    const after = await memory()
    expect(after.buffers - before.buffers).toBeLessThan(GROWTH.buffers)
    expect(after.heap - before.heap).toBeLessThan(GROWTH.heap)
  })
})

describe(`${REQUESTS} requests are answered`, () => {
  test.each([
    ['on one connection', REQUESTS],
    ['fifty on each connection', 50],
  ])('memory stays as it is, %s', { timeout: 900_000 }, async (_name, perConn) => {
    const serveSome = async (requests: number): Promise<void> => {
      for (let left = requests; left > 0; left -= perConn) await ask(Math.min(left, perConn))
    }
    await serveSome(Math.min(REQUESTS, 20_000))
    const before = await memory()
    await serveSome(REQUESTS)
    const after = await memory()
    expect(after.buffers - before.buffers).toBeLessThan(GROWTH.buffers)
    expect(after.heap - before.heap).toBeLessThan(GROWTH.heap)
  })
})

/** Has `requests` answered on a connection of their own, ten at a time and no two alike. */
async function ask(requests: number): Promise<void> {
  const socket = net.connect({ port, host: '127.0.0.1' })
  let answers = 0
  let sent = 0
  const send = (): void => {
    let text = ''
    for (const end = Math.min(sent + 10, requests); sent < end; sent++) {
      const body = `body ${sent}`
      text += `POST /${sent}?q=${sent} HTTP/1.1\r\nHost: a\r\nX-Number: ${sent}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    }
    socket.write(text)
  }
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      answers += chunk.toString('latin1').split('HTTP/1.1 200').length - 1
      if (answers === requests) resolve()
      else if (answers === sent) send()
    })
    send()
  })
  socket.destroy()
}
