import { once } from 'node:events'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sse } from '../../src/features/sse/index.js'
import { Upgrader, WebSocket as NodeWebSocket } from '../../src/features/websocket/index.js'
import { Server } from '../../src/index.js'
import { portOf } from '../helpers/raw-client.js'

let server: Server
let browser: Browser
let page: Page
let events: (string | undefined)[] = []
const upgrader = new Upgrader({ subprotocols: ['echo'], enableCompression: true })

beforeAll(async () => {
  server = new Server({
    handler(ctx) {
      if (ctx.path() === '/ws') {
        upgrader.upgrade(ctx, (conn) => {
          conn.on('message', (data, isBinary) => conn.send(data, { binary: isBinary }))
        })
      } else if (ctx.path() === '/events') {
        sse(ctx, async (stream) => {
          events.push(stream.lastEventId)
          await stream.send({ event: 'n', data: { n: 1 }, id: 'é1', retry: 10 })
          if (stream.lastEventId !== '') await stream.closed
        })
      } else ctx.success('text/html; charset=utf-8', '<!doctype html><title>x</title>')
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${portOf(server)}/`)
})
afterAll(async () => {
  await browser?.close()
  server.closeAllConnections()
  await server.shutdown()
})

test('text and bytes there and back, with a subprotocol and compression', async () => {
  const result = await page.evaluate(`(async () => {
    const socket = new WebSocket('ws://' + location.host + '/ws', ['other', 'echo'])
    socket.binaryType = 'arraybuffer'
    const received = []
    await new Promise((resolve) => (socket.onopen = resolve))
    socket.send('grüße '.repeat(1000))
    socket.send(new Uint8Array([0, 255]))
    await new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        received.push(typeof data === 'string' ? data.length : [...new Uint8Array(data)])
        if (received.length === 2) resolve()
      }
    })
    socket.close(1000, 'bye')
    const closed = await new Promise((resolve) => (socket.onclose = resolve))
    const { protocol, extensions } = socket
    return { received, protocol, extensions, code: closed.code, clean: closed.wasClean }
  })()`)
  expect(result).toEqual({
    received: [6000, [0, 255]],
    protocol: 'echo',
    extensions: 'permessage-deflate',
    code: 1000,
    clean: true,
  })
})

test('a page of another origin is not let in, a program is', async () => {
  const other = await browser.newPage()
  await other.goto(`http://localhost:${portOf(server)}/`)
  const url = `ws://127.0.0.1:${portOf(server)}/ws`
  const code = await other.evaluate(
    `new Promise((resolve) => (new WebSocket('${url}').onclose = (event) => resolve(event.code)))`
  )
  expect(code).toBe(1006)
  const node = new NodeWebSocket(url)
  await once(node, 'open')
  node.terminate()
  await other.close()
})

test('EventSource gets events, and connects again with its last id', async () => {
  events = []
  const seen = await page.evaluate(`(async () => {
    const source = new EventSource('/events')
    const received = []
    await new Promise((resolve) => {
      source.addEventListener('n', (event) => {
        received.push([JSON.parse(event.data), event.lastEventId])
        if (received.length === 2) resolve()
      })
    })
    source.close()
    return received
  })()`)
  expect(seen).toEqual([
    [{ n: 1 }, 'é1'],
    [{ n: 1 }, 'é1'],
  ])
  expect(events).toEqual(['', 'é1'])
})
