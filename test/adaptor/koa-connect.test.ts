import type http from 'node:http'
import connect from 'connect'
import Koa from 'koa'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NodeHandler } from '../../adaptor/index.js'
import { transports, type Listening } from './helpers/transports.js'

function koaApp(): NodeHandler {
  const app = new Koa()
  app.silent = true
  app.use(async (ctx, next) => {
    await next()
    ctx.set('X-After', 'yes')
  })
  app.use(async (ctx) => {
    if (ctx.path === '/json') ctx.body = { method: ctx.method, query: ctx.query }
    else if (ctx.path === '/stream')
      ctx.body = (await import('node:stream')).Readable.from(['a', 'b'])
    else if (ctx.path === '/echo') ctx.body = ctx.req
    else if (ctx.path === '/throws') ctx.throw(403, 'no')
    else if (ctx.path === '/breaks') throw new Error('broken')
  })
  return app.callback()
}

function connectApp(): NodeHandler {
  const app = connect()
  app.use('/mounted', (req: http.IncomingMessage, res: http.ServerResponse) => res.end(req.url))
  app.use('/throws', () => {
    throw new Error('broken')
  })
  app.use((req: http.IncomingMessage, res: http.ServerResponse) => res.end(`connect ${req.url}`))
  return app
}

describe.each(transports)('over %s', (_name, serve) => {
  describe('koa', () => {
    let server: Listening
    beforeAll(async () => void (server = await serve(koaApp())))
    afterAll(() => server.close())

    test.each([
      ['/json?a=1', 200, '{"method":"GET","query":{"a":"1"}}'],
      ['/stream', 200, 'ab'],
      ['/nothing', 404, 'Not Found'],
      ['/throws', 403, 'no'],
      ['/breaks', 500, 'Internal Server Error'],
    ])('%s', async (path, status, text) => {
      const res = await request(server.url).get(path).buffer(true).parse(asText)
      expect([res.status, res.body]).toEqual([status, text])
      if (status === 200) expect(res.headers['x-after']).toBe('yes')
    })

    test('echoes a body', async () => {
      const res = await request(server.url)
        .post('/echo')
        .send('x'.repeat(200_000))
        .buffer(true)
        .parse(asText)
      expect(res.body).toHaveLength(200_000)
    })
  })

  describe('connect', () => {
    let server: Listening
    beforeAll(async () => void (server = await serve(connectApp())))
    afterAll(() => server.close())

    test.each([
      ['/x', 200, 'connect /x'],
      ['/mounted/inner', 200, '/inner'],
      ['/throws', 500, expect.stringContaining('Error')],
    ])('%s', async (path, status, text) => {
      const res = await request(server.url).get(path).buffer(true).parse(asText)
      expect([res.status, res.body]).toEqual([status, text])
    })
  })
})

function asText(res: any, done: (err: Error | null, body: string) => void): void {
  let text = ''
  res.on('data', (chunk: Buffer) => (text += String(chunk)))
  res.on('end', () => done(null, text))
}
