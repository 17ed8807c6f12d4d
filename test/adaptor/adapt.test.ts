import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import http from 'node:http'
import request from 'supertest'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { adapt, createServer, type NodeHandler } from '../../adaptor/index.js'
import type { RequestHandler } from '../../src/server/request-ctx.js'
import { Server } from '../../src/server/server.js'
import { listen, transports, type Listening } from './helpers/transports.js'

let server: Listening | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const TEXT = { 'Content-Type': 'text/plain' }
const logged: string[] = []
const logger = {
  printf: (_format: string, ...args: unknown[]) => void logged.push(String(args[0])),
}

async function serve(handler: RequestHandler): Promise<string> {
  server = await listen(new Server({ handler, logger }))
  return server.url
}

describe('a listener that fails', () => {
  test.each<[string, NodeHandler]>([
    [
      'throws',
      () => {
        throw new Error('broken on purpose')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken on purpose'))],
    [
      'throws after headers were set',
      (_req, res) => {
        res.setHeader('X-Secret', '1')
        throw new Error('broken on purpose')
      },
    ],
  ])('%s: 500 and a log line', async (_how, target) => {
    logged.length = 0
    const res = await request(await serve(adapt(target))).get('/')
    expect([res.status, res.text]).toEqual([500, 'Internal Server Error'])
    expect(res.headers).not.toHaveProperty('x-secret')
    expect(logged.join()).toContain('broken on purpose')
  })

  test('cuts an answer that has begun', async () => {
    const url = await serve(
      adapt((_req, res) => {
        res.write('part')
        return new Promise((_resolve, reject) => setTimeout(() => reject(new Error('broken')), 5))
      })
    )
    await expect(request(url).get('/')).rejects.toThrow()
  })
})

test.each([undefined, {}, { callback() {} }])('what is no app is refused at once: %o', (target) => {
  expect(() => adapt(target as unknown as NodeHandler)).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
  )
})

test('an adapted app behind a handler of its own', async () => {
  const app = adapt((req, res) => void req.pipe(res.writeHead(201, TEXT)))
  const url = await serve((ctx) => (ctx.path() === '/native' ? ctx.setBody('native') : app(ctx)))
  expect((await request(url).get('/native')).text).toBe('native')
  const res = await request(url).post('/').type('text').send('echoed')
  expect([res.status, res.text]).toEqual([201, 'echoed'])
})

test('the listeners of an http.Server are called', async () => {
  const hub = http.createServer((_req, res) => res.writeHead(200, TEXT).end('from the hub'))
  const sockets = new WebSocketServer({ server: hub })
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => socket.send(`echo ${String(data)}`))
  )
  const url = await serve(adapt(hub))
  expect((await request(url).get('/')).text).toBe('from the hub')
  const socket = new WebSocket(url.replace('http', 'ws'))
  const answer = await new Promise<string>((resolve, reject) => {
    socket.on('open', () => socket.send('hi'))
    socket.on('message', (data) => resolve(String(data)))
    socket.on('error', reject)
  })
  expect(answer).toBe('echo hi')
  socket.terminate()
  sockets.close()
})

describe.each(transports)('over %s', (_name, start) => {
  test('AsyncLocalStorage follows the request', async () => {
    const storage = new AsyncLocalStorage<string>()
    server = await start((req, res) =>
      storage.run(req.url as string, () => {
        req.on('end', () => setTimeout(() => res.writeHead(200, TEXT).end(storage.getStore()), 1))
        req.resume()
      })
    )
    const paths = ['/a', '/b', '/c']
    const texts = paths.map(async (path) => (await request(server!.url).get(path)).text)
    expect(await Promise.all(texts)).toEqual(paths)
  })

  test('diagnostics_channel publishes requests and responses', async () => {
    const seen: string[] = []
    const note = (message: unknown, name: string | symbol): void => {
      const { request: req, response, socket } = message as any
      if (req.url === '/watched')
        seen.push(`${String(name)} ${response.req === req} ${socket === req.socket}`)
    }
    const names = ['http.server.request.start', 'http.server.response.finish']
    for (const name of names) subscribe(name, note)
    server = await start((_req, res) => res.end())
    await request(server.url).get('/watched')
    await expect.poll(() => seen).toEqual(names.map((name) => `${name} true true`))
    for (const name of names) unsubscribe(name, note)
  })
})

describe('createServer', () => {
  test('is an http.Server', async () => {
    const own = createServer({ keepAliveTimeout: 1234 }, (_req, res) => res.end('x'))
    expect(own).toBeInstanceOf(http.Server)
    expect([own.keepAliveTimeout, own.listening, own.address()]).toEqual([1234, false, null])
    server = await listen(own)
    expect(own.listening).toBe(true)
    expect(
      await new Promise((resolve) => own.getConnections((_err, count) => resolve(count)))
    ).toBe(0)
  })

  test.each([
    ['a port', { port: -1 }, 'ERR_SOCKET_BAD_PORT'],
    ['nothing to listen on', {}, 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s as http.createServer does', (_what, options, code) => {
    const own = createServer()
    expect(() => own.listen(options)).toThrow(expect.objectContaining({ code }))
  })

  test('refuses bad options as http.createServer does', () => {
    expect(() => createServer({ maxHeaderSize: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' })
    )
  })

  test('a second request listener is called too', async () => {
    const own = createServer((_req, res) => void res.setHeader('X-First', '1'))
    own.on('request', (_req, res) => res.end('second'))
    server = await listen(own)
    expect((await request(server.url).get('/')).headers['x-first']).toBe('1')
  })

  test('close waits for the answer and closes idle connections', async () => {
    const own = createServer((_req, res) => void setTimeout(() => res.end('done'), 20))
    const listening = await listen(own)
    const agent = new http.Agent({ keepAlive: true })
    const text = new Promise<string>((resolve) => {
      http.get(listening.url, { agent }, (res) => res.on('data', (chunk) => resolve(String(chunk))))
    })
    await new Promise((resolve) => own.once('request', resolve))
    const closed = new Promise((resolve) => own.close(resolve))
    expect(await text).toBe('done')
    agent.destroy()
    await closed
  })
})
