import http from 'node:http'
import request from 'supertest'
import { afterEach, describe, expect, test } from 'vitest'
import { adaptMiddleware, nodeRequest, nodeResponse } from '../../adaptor/index.js'
import { status } from '../../src/features/compat/index.js'
import { App } from '../../src/features/router/index.js'
import type { RequestHandler } from '../../src/server/request-ctx.js'
import { Server } from '../../src/server/server.js'
import { listen, type Listening } from './helpers/transports.js'

let server: Listening | undefined
afterEach(() => server?.close())

async function serve(handler: RequestHandler): Promise<string> {
  server = await listen(new Server({ handler, logger: { printf() {} } }))
  return server.url
}

interface Fields {
  [name: string]: unknown
}
const fieldsOf = (message: object): Fields => message as Fields

describe('nodeRequest', () => {
  test('is a real request, the same each time, with the body', async () => {
    const url = await serve(async (ctx) => {
      const req = nodeRequest(ctx)
      expect(req).toBeInstanceOf(http.IncomingMessage)
      expect(nodeRequest(ctx)).toBe(req)
      let body = ''
      for await (const chunk of req) body += String(chunk)
      ctx.setBody(`${req.method} ${req.url} ${req.headers['x-a']} ${body}`)
    })
    const res = await request(url).post('/p?q=1').set('X-A', 'a').send('body')
    expect(res.text).toBe('POST /p?q=1 a body')
  })

  test('is what middlewares before got, also of a ctx that a router serves', async () => {
    const app = new App()
    app.use(
      adaptMiddleware((req, _res, next) => {
        req.isAuthenticated = () => true
        req.me = req
        next()
      })
    )
    app.get('/users/:id', (ctx) => {
      const req = nodeRequest(ctx)
      const { params, query, isAuthenticated, me } = fieldsOf(req)
      ctx.setJSON([params, query, (isAuthenticated as () => boolean)(), me === req])
    })
    const url = await serve(app.handler)
    expect((await request(url).get('/users/7?a=1')).body).toEqual([
      { id: '7' },
      { a: '1' },
      true,
      true,
    ])
  })

  test('gets Express’s view when the router comes after a middleware', async () => {
    const app = new App().get('/users/:id', (ctx) =>
      ctx.setJSON(fieldsOf(nodeRequest(ctx))['params'])
    )
    const middleware = adaptMiddleware((_req, _res, next) => next())
    const url = await serve((ctx) => middleware(ctx, () => app.handler(ctx)))
    expect((await request(url).get('/users/7')).body).toEqual({ id: '7' })
  })

  test('its fields are one with the user values', async () => {
    const url = await serve((ctx) => {
      ctx.setUserValue('before', 1)
      const fields = fieldsOf(nodeRequest(ctx))
      ctx.setUserValue('after', 2)
      fields['put'] = 3
      ctx.setJSON([fields['before'], fields['after'], ctx.userValue('put')])
    })
    expect((await request(url).get('/')).body).toEqual([1, 2, 3])
  })

  test('kept beyond the handler it does not see another request', async () => {
    const kept: Fields[] = []
    const app = new App().get('/:id', (ctx) => {
      kept.push(fieldsOf(nodeRequest(ctx)))
      kept.at(-1)!['params'] satisfies unknown
    })
    const url = await serve(app.handler)
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (const path of ['/a', '/b']) await request(url).get(path).agent(agent)
    agent.destroy()
    expect(kept.map((req) => [req['url'], req['params']])).toEqual([
      ['/a', { id: 'a' }],
      ['/b', { id: 'b' }],
    ])
  })
})

describe('nodeResponse', () => {
  test('reads and sets status and headers of ctx.response', async () => {
    const url = await serve((ctx) => {
      ctx.response.header.set('X-Given', 'given')
      const res = nodeResponse(ctx)
      res.statusCode = 202
      res.setHeader('X-Read', String(res.getHeader('x-given')))
      res.setHeader('Set-Cookie', ['a=1', 'b=2'])
      res.appendHeader('Set-Cookie', 'c=3')
      res.setHeader('X-Gone', 'x')
      res.removeHeader('X-Gone')
      ctx.setBody('x')
    })
    const res = await request(url).get('/')
    expect(res.status).toBe(202)
    expect(res.headers).toMatchObject({ 'x-given': 'given', 'x-read': 'given' })
    expect(res.headers['set-cookie']).toEqual(['a=1', 'b=2', 'c=3'])
    expect(res.headers).not.toHaveProperty('x-gone')
  })

  test('behind adapted middleware', async () => {
    const app = new App()
    app.use(adaptMiddleware((_req, res, next) => (res.setHeader('X-First', '1'), next())))
    app.get('/', (ctx) => {
      const res = nodeResponse(ctx)
      status(ctx, 201)
      res.setHeader('X-Second', `${String(res.getHeader('x-first'))}2`)
      ctx.setBody('x')
    })
    const url = await serve(app.handler)
    const res = await request(url).get('/')
    expect(res.status).toBe(201)
    expect(res.headers).toMatchObject({ 'x-first': '1', 'x-second': '12' })
  })

  test('kept beyond the handler it changes no other response', async () => {
    const kept: http.ServerResponse[] = []
    const url = await serve((ctx) => {
      for (const res of kept.splice(0)) {
        res.setHeader('X-Late', '1')
        res.statusCode = 500
      }
      kept.push(nodeResponse(ctx))
      ctx.setBody('x')
    })
    await request(url).get('/')
    const res = await request(url).get('/')
    expect([res.status, res.headers['x-late']]).toEqual([200, undefined])
  })
})
