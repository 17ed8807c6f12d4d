import express from 'express'
import request from 'supertest'
import { afterEach, expect, test } from 'vitest'
import { adapt, adaptFetch, toFetchHandler } from '../../adaptor/index.js'
import { Server } from '../../src/server/server.js'
import { listen, type Listening } from './helpers/transports.js'

let server: Listening | undefined
afterEach(() => server?.close())

async function serve(handler: (request: Request) => Response | Promise<Response>): Promise<string> {
  server = await listen(new Server({ handler: adaptFetch(handler) }))
  return server.url
}

test('adaptFetch gives the request', async () => {
  const url = await serve(async (req) => {
    const { method, headers } = req
    return Response.json({
      method,
      url: new URL(req.url).pathname,
      type: headers.get('x-a'),
      body: await req.text(),
    })
  })
  const res = await request(url).post('/p?q').set('X-A', '1').type('text').send('hi')
  expect(res.body).toEqual({ method: 'POST', url: '/p', type: '1', body: 'hi' })
})

test('adaptFetch sends status, headers and cookies', async () => {
  const url = await serve(() => {
    const headers = new Headers({ 'X-B': '2' })
    headers.append('Set-Cookie', 'a=1')
    headers.append('Set-Cookie', 'b=2')
    return new Response(null, { status: 404, headers })
  })
  const res = await request(url).get('/')
  expect(res.status).toBe(404)
  expect(res.headers).toMatchObject({
    'x-b': '2',
    'set-cookie': ['a=1', 'b=2'],
    'content-length': '0',
  })
})

test('adaptFetch streams', async () => {
  const url = await serve(
    () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('a'))
            controller.enqueue(new TextEncoder().encode('b'))
            controller.close()
          },
        }),
        { headers: { 'Content-Type': 'text/plain' } }
      )
  )
  expect((await request(url).get('/')).text).toBe('ab')
})

test('toFetchHandler answers a Request', async () => {
  const handle = toFetchHandler((ctx) => {
    ctx.setStatusCode(202)
    ctx.setContentType('text/plain')
    ctx.setBody(`${ctx.method()} ${ctx.host()} ${ctx.requestURI()} ${ctx.postBody()}`)
  })
  const res = await handle(new Request('http://a.b/c?d=1', { method: 'POST', body: 'hi' }))
  expect([res.status, res.headers.get('content-type'), await res.text()]).toEqual([
    202,
    'text/plain',
    'POST a.b /c?d=1 hi',
  ])
})

test('toFetchHandler has no body for 204 and HEAD', async () => {
  const handle = toFetchHandler((ctx) => {
    if (ctx.isGet()) ctx.setStatusCode(204)
    ctx.setBody('dropped')
  })
  expect((await handle(new Request('http://a/'))).body).toBeNull()
  expect((await handle(new Request('http://a/', { method: 'HEAD' }))).body).toBeNull()
})

test('an Express app through toFetchHandler', async () => {
  const app = express()
  app.post('/x', express.json(), (req, res) => void res.status(201).json({ got: req.body }))
  const handle = toFetchHandler(adapt(app))
  const res = await handle(
    new Request('http://a/x', {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'Content-Type': 'application/json' },
    })
  )
  expect([res.status, await res.json()]).toEqual([201, { got: { a: 1 } }])
})
