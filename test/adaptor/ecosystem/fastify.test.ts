import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyServerFactory } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServer } from '../../../adaptor/index.js'
import { rawRequest, wire } from '../helpers/wire.js'

function build(serverFactory: FastifyServerFactory): FastifyInstance {
  const app = fastify({ serverFactory, bodyLimit: 1000, genReqId: () => 'id' })
  app.addHook('onRequest', async (_request, reply) => void reply.header('X-Hook', 'yes'))
  app.get('/', async () => ({ hello: 'world' }))
  app.get('/text', (_request, reply) => reply.type('text/plain').code(201).send('text'))
  app.get('/stream', (_request, reply) => reply.send(Readable.from(['a', 'b', 'c'])))
  app.get('/raw', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(202, { 'X-Raw': '1' })
    reply.raw.end('raw')
  })
  app.get('/throws', async () => {
    throw new Error('broken')
  })
  app.get('/params/:id', async (request) => ({
    params: request.params,
    query: request.query,
    ip: request.ip,
    host: request.host,
    protocol: request.protocol,
  }))
  app.post('/echo', async (request) => ({ got: request.body }))
  app.post(
    '/checked',
    {
      schema: { body: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } } },
    },
    async (request) => request.body
  )
  return app
}

const json = { 'Content-Type': 'application/json' }
const requests: [name: string, status: number, request: string][] = [
  ['an object', 200, rawRequest('GET', '/')],
  ['HEAD', 200, rawRequest('HEAD', '/')],
  ['a status and a type', 201, rawRequest('GET', '/text')],
  ['a stream', 200, rawRequest('GET', '/stream')],
  ['a hijacked reply', 202, rawRequest('GET', '/raw')],
  ['an error', 500, rawRequest('GET', '/throws')],
  ['parameters', 200, rawRequest('GET', '/params/7?a=1&a=2')],
  ['no route', 404, rawRequest('GET', '/none')],
  ['no such method there', 404, rawRequest('DELETE', '/text')],
  ['JSON', 200, rawRequest('POST', '/echo', json, '{"a":[1,2]}')],
  ['broken JSON', 400, rawRequest('POST', '/echo', json, '{"a":')],
  ['empty JSON', 400, rawRequest('POST', '/echo', { ...json, 'Content-Length': '0' })],
  ['a type nobody reads', 415, rawRequest('POST', '/echo', { 'Content-Type': 'a/b' }, 'x')],
  ['too large', 413, rawRequest('POST', '/echo', json, `"${'x'.repeat(2000)}"`)],
  ['fits the schema', 200, rawRequest('POST', '/checked', json, '{"n":1}')],
  ['does not fit the schema', 400, rawRequest('POST', '/checked', json, '{"n":"a"}')],
]

const apps = [
  build((handler) => http.createServer(handler)),
  build((handler) => createServer(handler)),
]
const urls: string[] = []

beforeAll(async () => {
  for (const app of apps) {
    await app.listen({ port: 0, host: '127.0.0.1' })
    urls.push(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  }
})
afterAll(() => Promise.all(apps.map((app) => app.close())))

test.each(requests)('%s', async (_name, status, request) => {
  const [native, ours] = await Promise.all(urls.map((url) => wire(url, request)))
  expect(native).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(ours).toBe(native)
})

test.each([
  ['node:http', 0],
  ['createServer', 1],
])('closes with kept connections: %s', async (_name, i) => {
  const app = build(i === 0 ? (handler) => http.createServer(handler) : createServer)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const agent = new http.Agent({ keepAlive: true })
  const kept = new Promise((resolve) => agent.once('free', resolve))
  http.get(url, { agent }, (res) => res.resume())
  await kept
  await app.close()
  expect(app.server.listening).toBe(false)
  agent.destroy()
})
