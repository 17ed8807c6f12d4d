import type http from 'node:http'
import compression from 'compression'
import cors from 'cors'
import express from 'express'
import session from 'express-session'
import morgan from 'morgan'
import request from 'supertest'
import { afterEach, expect, test } from 'vitest'
import { adaptMiddleware, type CtxMiddleware } from '../../adaptor/index.js'
import type { RequestCtx } from '../../src/server/request-ctx.js'
import { App } from '../../src/features/router/index.js'
import { Server } from '../../src/server/server.js'
import { listen, type Listening } from './helpers/transports.js'

let server: Listening | undefined
afterEach(() => server?.close())

/** Serves middlewares in front of a handler. */
async function serve(
  middlewares: CtxMiddleware[],
  handler: (ctx: RequestCtx) => void | Promise<void>
): Promise<string> {
  const run = async (ctx: RequestCtx, i: number): Promise<void> => {
    const middleware = middlewares[i]
    if (middleware === undefined) await handler(ctx)
    else await middleware(ctx, () => run(ctx, i + 1))
  }
  server = await listen(new Server({ handler: (ctx) => run(ctx, 0), logger: { printf() {} } }))
  return server.url
}

test('what a middleware puts on req becomes a user value', async () => {
  const url = await serve(
    [adaptMiddleware((req, _res, next) => ((req.user = { name: 'ann' }), next()))],
    (ctx) => ctx.setBody((ctx.userValue('user') as { name: string }).name)
  )
  expect((await request(url).get('/')).text).toBe('ann')
})

test('middlewares share req and res', async () => {
  const url = await serve(
    [
      adaptMiddleware((req, res, next) => ((req.seen = res), next())),
      adaptMiddleware((req, res, next) => ((req.same = req.seen === res), next())),
    ],
    (ctx) => ctx.setBody(String(ctx.userValue('same')))
  )
  expect((await request(url).get('/')).text).toBe('true')
})

test('headers and status set before the handler reach the client', async () => {
  const url = await serve(
    [
      adaptMiddleware(cors()),
      adaptMiddleware((_req, res, next) => {
        res.statusCode = 202
        res.setHeader('Set-Cookie', ['a=1', 'b=2'])
        next()
      }),
    ],
    (ctx) => ctx.setBody('x')
  )
  const res = await request(url).get('/')
  expect(res.status).toBe(202)
  expect(res.headers['access-control-allow-origin']).toBe('*')
  expect(res.headers['set-cookie']).toEqual(['a=1', 'b=2'])
})

test('the handler behind has the last word on headers', async () => {
  const url = await serve(
    [adaptMiddleware((_req, res, next) => (res.setHeader('X-A', '1'), next()))],
    (ctx) => {
      ctx.response.header.set('X-A', '2')
      ctx.setContentType('text/plain')
      ctx.setBody('x')
    }
  )
  const res = await request(url).get('/')
  expect(res.headers).toMatchObject({
    'x-a': '2',
    'content-type': 'text/plain',
    'content-length': '1',
  })
})

test('a middleware that answers ends the chain', async () => {
  const url = await serve(
    [adaptMiddleware((_req, res) => res.writeHead(401, { 'X-Why': 'no' }).end('stop'))],
    () => {
      throw new Error('not to be called')
    }
  )
  const res = await request(url).get('/')
  expect([res.status, res.text, res.headers['x-why']]).toEqual([401, 'stop', 'no'])
})

test('a middleware that streams its answer', async () => {
  const url = await serve(
    [
      adaptMiddleware((_req: http.IncomingMessage, res: http.ServerResponse) => {
        res.write('a')
        setTimeout(() => res.write('b'), 2)
        setTimeout(() => res.end('c'), 4)
      }),
    ],
    () => {}
  )
  expect((await request(url).get('/')).text).toBe('abc')
})

test('an error passed to next becomes 500', async () => {
  const url = await serve(
    [adaptMiddleware((_req, _res, next) => next(new Error('broken')))],
    () => {}
  )
  expect((await request(url).get('/')).status).toBe(500)
})

test('Express’s body parsers', async () => {
  const url = await serve([adaptMiddleware(express.json())], (ctx) => {
    ctx.setJSON({ parsed: ctx.userValue('body'), raw: ctx.postBody() })
  })
  const res = await request(url).post('/').send({ a: 1 })
  expect(res.body).toEqual({ parsed: { a: 1 }, raw: '{"a":1}' })
})

test('middlewares that wrap the response: compression, sessions, logging', async () => {
  const lines: string[] = []
  const url = await serve(
    [
      adaptMiddleware(
        morgan(':status :res[content-type]', {
          stream: { write: (line) => void lines.push(line.trim()) },
        })
      ),
      adaptMiddleware(compression({ threshold: 0 })),
      adaptMiddleware(session({ secret: 's', resave: false, saveUninitialized: false })),
    ],
    (ctx) => {
      const visits = ctx.userValue('session') as { count?: number }
      visits.count = (visits.count ?? 0) + 1
      ctx.setContentType('text/plain')
      ctx.setBody(`visit ${visits.count}`)
    }
  )
  const agent = request.agent(url)
  const first = await agent.get('/').set('Accept-Encoding', 'gzip')
  expect(first.headers['content-encoding']).toBe('gzip')
  expect(first.text).toBe('visit 1')
  expect((await agent.get('/')).text).toBe('visit 2')
  expect(lines).toEqual(['200 text/plain', '200 text/plain'])
})

test('error middleware gets the error, parameter handlers the value and the name', async () => {
  const app = new App()
  app.param(
    'id',
    adaptMiddleware((req, _res, next, id, name) => {
      req.loaded = { [name]: id }
      next()
    })
  )
  app.get('/users/:id', (ctx) => ctx.setJSON(ctx.userValue('loaded')))
  app.get('/fail', () => {
    throw new Error('no such page')
  })
  app.onError(
    adaptMiddleware((err, _req, res, next) => {
      res.setHeader('X-Seen', err.message)
      next(err)
    })
  )
  app.onError(
    adaptMiddleware((err, req, res, _next) => {
      res.statusCode = 418
      res.end(`${req.method} ${err.message}`)
    })
  )
  expect((await request(app).get('/users/7')).body).toEqual({ id: '7' })
  const failed = await request(app).get('/fail')
  expect([failed.status, failed.text]).toEqual([418, 'GET no such page'])
  expect(failed.headers['x-seen']).toBe('no such page')
})
