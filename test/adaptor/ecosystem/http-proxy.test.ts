import { once } from 'node:events'
import http from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createServer } from '../../../adaptor/index.js'
import { rawRequest, wire } from '../helpers/wire.js'

const require = createRequire(import.meta.url)
const httpProxy = require('http-proxy') as { createProxyServer(options: object): any }

type Create = (listener: http.RequestListener) => http.Server

/** A target, and a proxy before it, both on servers of `create`. */
async function serve(create: Create): Promise<{ url: string; close(): Promise<void> }> {
  const target = create((req, res) => {
    if (req.url === '/echo') {
      req.pipe(res)
      return
    }
    res.setHeader('X-Target', 'yes')
    res.appendHeader('Set-Cookie', ['a=1', 'b=2'])
    const { 'x-forwarded-port': _port, ...headers } = req.headers
    res.end(JSON.stringify({ method: req.method, url: req.url, ...headers, host: undefined }))
  })
  const sockets = new WebSocketServer({ server: target })
  sockets.on('connection', (ws, req) => {
    ws.on('message', (data) => ws.send(`${req.url} ${String(data)}`))
  })
  await once(target.listen(0, '127.0.0.1'), 'listening')
  const proxy = httpProxy.createProxyServer({
    target: `http://127.0.0.1:${(target.address() as AddressInfo).port}`,
    ws: true,
    xfwd: true,
  })
  proxy.on('proxyReq', (proxyReq: http.ClientRequest) => proxyReq.setHeader('X-Proxy', 'yes'))
  proxy.on('error', (err: NodeJS.ErrnoException, _req: unknown, res: http.ServerResponse) => {
    res.writeHead(502).end(String(err.code))
  })
  const front = create((req, res) => {
    if (req.url === '/refused') proxy.web(req, res, { target: 'http://127.0.0.1:1' })
    else proxy.web(req, res)
  })
  front.on('upgrade', (req, socket, head) => proxy.ws(req, socket, head))
  await once(front.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    async close() {
      for (const server of [front, target]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

const running: Awaited<ReturnType<typeof serve>>[] = []
beforeAll(async () => {
  for (const create of [http.createServer as Create, createServer])
    running.push(await serve(create))
})
afterAll(() => Promise.all(running.map((one) => one.close())))

test.each<[name: string, status: number, request: string]>([
  ['a GET', 200, rawRequest('GET', '/a?b=c', { 'X-A': '1' })],
  ['a HEAD', 200, rawRequest('HEAD', '/')],
  ['a DELETE', 200, rawRequest('DELETE', '/')],
  ['a body', 200, rawRequest('POST', '/echo', {}, 'a body')],
  [
    'a chunked body',
    200,
    `${rawRequest('POST', '/echo', { 'Transfer-Encoding': 'chunked' })}3\r\nabc\r\n0\r\n\r\n`,
  ],
  ['a target that refuses', 502, rawRequest('GET', '/refused')],
])('%s', async (_name, status, request) => {
  const [native, ours] = await Promise.all(running.map(({ url }) => wire(url, request)))
  expect(native).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(ours).toBe(native)
})

describe.each([
  ['node:http', 0],
  ['createServer', 1],
])('through %s', (_name, i) => {
  test('a large body', async () => {
    const body = 'x'.repeat(200_000)
    const response = await fetch(`${running[i]?.url}/echo`, { method: 'POST', body })
    expect(await response.text()).toBe(body)
  })

  test('WebSocket messages both ways', async () => {
    const ws = new WebSocket(`${running[i]?.url.replace('http', 'ws')}/chat`)
    await once(ws, 'open')
    for (const text of ['a', 'x'.repeat(100_000)]) {
      ws.send(text)
      const [data] = (await once(ws, 'message')) as [Buffer]
      expect(String(data)).toBe(`/chat ${text}`)
    }
    ws.close()
    await once(ws, 'close')
  })
})
