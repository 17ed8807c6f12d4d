import http from 'node:http'
import { Readable } from 'node:stream'
import express from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'
import { adapt, toNodeHandler } from '../../adaptor/index.js'
import type { RequestHandler } from '../../src/server/request-ctx.js'

const echo: RequestHandler = (ctx) => {
  ctx.setStatusCode(201)
  ctx.response.header.set('X-Path', ctx.requestURI())
  ctx.response.header.add('Set-Cookie', 'a=1')
  ctx.response.header.add('Set-Cookie', 'b=2')
  ctx.setBody(`${ctx.method()} ${ctx.host()} ${ctx.postBody()}`)
}

test('serves a handler from node:http', async () => {
  const res = await request(http.createServer(toNodeHandler(echo)))
    .post('/x?y')
    .set('Host', 'a.b')
    .type('text')
    .send('body')
  expect(res.status).toBe(201)
  expect(res.text).toBe('POST a.b body')
  expect(res.headers).toMatchObject({
    'x-path': '/x?y',
    'set-cookie': ['a=1', 'b=2'],
    'content-length': '13',
  })
})

test('works behind Express and its body parsers', async () => {
  const app = express()
  app.use(express.json(), toNodeHandler(echo))
  expect((await request(app).post('/').send({ a: 1 })).text).toContain('{"a":1}')
})

test('streams', async () => {
  const handler: RequestHandler = (ctx) => {
    ctx.setContentType('text/plain')
    ctx.setBodyStream(Readable.from(['a', 'b']))
  }
  expect((await request(http.createServer(toNodeHandler(handler))).get('/')).text).toBe('ab')
})

test('errors go to next', async () => {
  const app = express()
  app.use(
    toNodeHandler(() => {
      throw new Error('broken')
    })
  )
  app.use(
    (err: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(500).send(err.message)
    }
  )
  expect((await request(app).get('/')).text).toBe('broken')
})

test('errors without next are 500', async () => {
  const handler: RequestHandler = () => Promise.reject(new Error('broken'))
  expect((await request(http.createServer(toNodeHandler(handler))).get('/')).status).toBe(500)
})

test('a body over the limit is 413', async () => {
  const server = http.createServer(toNodeHandler(echo, { maxRequestBodySize: 10 }))
  expect((await request(server).post('/').type('text').send('x'.repeat(11))).status).toBe(413)
})

test('an adapted app gets node’s own messages', async () => {
  const handler = adapt((req, res) => res.end(String(req.constructor === http.IncomingMessage)))
  expect((await request(http.createServer(toNodeHandler(handler))).get('/')).text).toBe('true')
})
