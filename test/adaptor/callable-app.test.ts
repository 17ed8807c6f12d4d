import http from 'node:http'
import https from 'node:https'
import compression from 'compression'
import cors from 'cors'
import session from 'express-session'
import express from 'express'
import inject from 'light-my-request'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { adapt, adaptMiddleware, CallableApp } from '../../adaptor/index.js'
import { body, jsonBody, json, protocol, query, send } from '../../src/features/compat/index.js'
import { App, Router } from '../../src/features/router/index.js'
import { generateTestCertificate } from '../../src/net/test-certificate.js'
import { Server } from '../../src/server/server.js'

function makeApp(): CallableApp {
  const app = new CallableApp()
  app.use(jsonBody())
  const users = new Router()
  users.get('/:id', (ctx) => json(ctx, { id: ctx.param('id'), q: query(ctx)['q'] }))
  app.get('/protocol', (ctx) => send(ctx, protocol(ctx)))
  app.use('/users', users)
  app.post('/echo', (ctx) => json(ctx, body(ctx)))
  app.get('/fails', () => {
    throw Object.assign(new Error('no'), { status: 418 })
  })
  return app
}

test('is a function and an app', () => {
  const app = makeApp()
  expect(typeof app).toBe('function')
  expect(app).toBeInstanceOf(App)
  expect(app.get('env')).toBe('test')
  expect(app.use((_, next) => next())).toBe(app)
  expect(app.set('a', 1).get('a')).toBe(1)
  expect(typeof new App()).toBe('object')
})

describe.each<[string, (app: CallableApp) => unknown]>([
  ['http.createServer', (app) => http.createServer(app)],
  ['new http.Server', (app) => new http.Server(app)],
  ["server.on('request')", (app) => http.createServer().on('request', app)],
  ['a listener that calls it', (app) => http.createServer((req, res) => void app(req, res))],
  ['call', (app) => http.createServer((req, res) => void app.call(undefined, req, res))],
  ['bind', (app) => http.createServer(app.bind(undefined) as http.RequestListener)],
  ['supertest', (app) => app],
  ['an Express app', (app) => express().use((req, res, next) => void app(req, res, next))],
  ['adapt', (app) => http.createServer(app)],
  ['our server, by its handler', (app) => new Server({ handler: app.handler })],
  ['our server, as a handler', (app) => new Server({ handler: (ctx) => app(ctx) })],
])('%s', (_, serve) => {
  const client = () => request(serve(makeApp()) as http.Server)

  test('routes', async () => {
    expect((await client().get('/users/7?q=a')).body).toEqual({ id: '7', q: 'a' })
  })

  test('reads bodies', async () => {
    expect(
      (
        await client()
          .post('/echo')
          .send({ a: [1] })
      ).body
    ).toEqual({ a: [1] })
  })

  test('answers HEAD, what nothing handles and errors', async () => {
    const head = await client().head('/users/7')
    expect([head.status, head.text]).toEqual([200, undefined])
    expect((await client().get('/nowhere')).status).toBe(404)
    expect((await client().get('/fails')).status).toBe(418)
  })
})

test('https.createServer', async () => {
  const server = https.createServer(generateTestCertificate('localhost'), makeApp())
  const agent = request.agent(server, { rejectUnauthorized: false } as never)
  expect((await agent.get('/users/7').trustLocalhost()).body).toEqual({ id: '7' })
  expect((await agent.get('/protocol').trustLocalhost()).text).toBe('https')
})

test('light-my-request', async () => {
  const answer = await inject(makeApp() as never, { method: 'GET', url: '/users/7' })
  expect(answer.json()).toEqual({ id: '7' })
})

test('adapted middleware and handlers of an app that node:http serves', async () => {
  const app = new CallableApp()
  app.use(adaptMiddleware(cors()))
  app.use(adaptMiddleware(compression({ threshold: 0 })))
  app.use(
    adaptMiddleware(session({ secret: 's', resave: false, saveUninitialized: true }) as never)
  )
  app.get('/native', (ctx) => send(ctx, 'native'))
  app.get(
    '/adapted',
    adapt((_req, res) => res.setHeader('Content-Type', 'text/plain').end('adapted'))
  )
  for (const name of ['native', 'adapted']) {
    const answer = await request(http.createServer(app)).get(`/${name}`)
    expect(answer.text).toBe(name)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^connect\.sid=/)
  }
})

test('listens on the engine of this package', async () => {
  const app = makeApp()
  const server = app.listen(0)
  expect(server).toBeInstanceOf(Server)
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const answer = await fetch(`http://127.0.0.1:${port}/users/7`)
  expect(await answer.json()).toEqual({ id: '7' })
  await server.shutdown()
})

test('limits bodies as its server does', async () => {
  const app = new CallableApp({ maxRequestBodySize: 4 })
  app.post('/', (ctx) => send(ctx, 'read'))
  const status = async (text: string) =>
    (await request(http.createServer(app)).post('/').type('text').send(text)).status
  expect([await status('1234'), await status('12345')]).toEqual([200, 413])
})
