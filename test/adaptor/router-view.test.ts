import request from 'supertest'
import { afterEach, expect, test } from 'vitest'
import { adapt, adaptMiddleware, nodeRequest } from '../../adaptor/index.js'
import { json, send } from '../../src/features/compat/index.js'
import { App, Router } from '../../src/features/router/index.js'
import { Server } from '../../src/server/server.js'
import { listen, type Listening } from './helpers/transports.js'

let server: Listening | undefined
afterEach(() => server?.close())

/** Express's request or response. */
type View = any
type Handler = (req: View, res: View, next: (err?: unknown) => void) => unknown

const handler = (fn: Handler) => adapt(fn as never)

async function serve(app: App): Promise<string> {
  server = await listen(new Server({ handler: app.handler, logger: { printf() {} } }))
  return server.url
}

test.each<[name: string, fn: Handler, status: number, body: string]>([
  ['send', (_req, res) => res.send('x'), 200, 'x'],
  ['status and json', (_req, res) => res.status(201).json({ a: 1 }), 201, '{"a":1}'],
  ['sendStatus', (_req, res) => res.sendStatus(404), 404, 'Not Found'],
  ['get of what set gave', (_req, res) => res.send(res.set('X-A', 'a').get('x-a')), 200, 'a'],
  [
    'get of what type gave',
    (_req, res) => res.send(res.type('txt').get('Content-Type')),
    200,
    'text/plain; charset=utf-8',
  ],
  ['get of nothing', (_req, res) => res.send(String(res.get('X-B'))), 200, 'undefined'],
  ['parameters and query', (req, res) => res.send(req.params.id + req.query.q), 200, '71'],
  [
    'url, path and originalUrl',
    (req, res) => res.json([req.url, req.path, req.originalUrl, req.baseUrl]),
    200,
    '["/users/7?q=1","/users/7","/at/users/7?q=1","/at"]',
  ],
  [
    'three arguments',
    function () {
      // eslint-disable-next-line prefer-rest-params -- what is being tested
      arguments[1].send(String(arguments.length))
    },
    200,
    '3',
  ],
  [
    'format',
    (_req, res) =>
      res.format({
        html: (_: View, own: View) => own.send(own.get('Content-Type') + own.get('Vary')),
        json: () => res.json({ a: 1 }),
      }),
    200,
    'text/html; charset=utf-8Accept',
  ],
  ['format without a match', (_req, res) => res.format({}), 500, 'caught Not Acceptable'],
  ['next', (_req, _res, next) => next(), 200, 'behind'],
  ['an error given to next', (_req, _res, next) => next(new Error('broken')), 500, 'caught broken'],
  ['a rejection', async () => Promise.reject(new Error('late')), 500, 'caught late'],
])('%s', async (_name, fn, status, body) => {
  const router = new Router().get('/users/:id', handler(fn))
  const app = new App().use('/at', router)
  app.use((ctx) => send(ctx, 'behind'))
  app.onError((err, ctx) => {
    ctx.setStatusCode(500)
    send(ctx, `caught ${(err as Error).message}`)
  })
  const res = await request(await serve(app)).get('/at/users/7?q=1')
  expect([res.status, res.text]).toEqual([status, body])
})

test('headers that handlers in front set are seen and sent', async () => {
  const app = new App()
  app.use((ctx, next) => {
    ctx.response.header.set('X-A', 'a')
    return next()
  })
  app.get(
    '/',
    handler((_req, res) => res.end(res.get('X-A')))
  )
  const res = await request(await serve(app)).get('/')
  expect([res.text, res.headers['x-a']]).toEqual(['a', 'a'])
})

test('code behind next() runs when the handlers behind have run', async () => {
  const order: string[] = []
  const app = new App()
  app.use(
    adaptMiddleware((_req, _res, next) => {
      next()
      order.push('middleware')
    })
  )
  app.get('/', (ctx) => {
    order.push('handler')
    send(ctx, 'x')
  })
  await request(await serve(app)).get('/')
  expect(order).toEqual(['handler', 'middleware'])
})

test.each(['', '/at'])(
  'a changed req.url sends the request another way (mounted at %j)',
  async (mount) => {
    const router = new Router()
    router.use(
      adaptMiddleware((req, _res, next) => {
        if (req.url === '/old?q=1') req.url = '/new?q=2'
        next()
      })
    )
    router.get(
      '/new',
      handler((req, res) => res.json([req.url, req.query, req.originalUrl]))
    )
    const app = mount === '' ? new App().use(router) : new App().use(mount, router)
    const res = await request(await serve(app)).get(`${mount}/old?q=1`)
    expect(res.body).toEqual(['/new?q=2', { q: '2' }, `${mount}/old?q=1`])
  }
)

test.each(['', '/at'])(
  'a changed req.method picks another route (mounted at %j)',
  async (mount) => {
    const router = new Router().put('/x', (ctx) => send(ctx, `put ${ctx.method()}`))
    router.post('/x', (ctx) => send(ctx, 'post'))
    const app = new App()
    app.use(
      adaptMiddleware((req, _res, next) => {
        if (req.query._method !== undefined) req.method = req.query._method
        next()
      })
    )
    app.use(mount === '' ? '/' : mount, router)
    const url = await serve(app)
    expect((await request(url).post(`${mount}/x?_method=PUT`)).text).toBe('put PUT')
    expect((await request(url).post(`${mount}/x`)).text).toBe('post')
  }
)

test('a middleware behind nodeRequest still sees the answer', async () => {
  const statuses: number[] = []
  const app = new App()
  app.use((ctx, next) => {
    expect(nodeRequest(ctx)).not.toHaveProperty('user')
    return next()
  })
  app.use(
    adaptMiddleware((_req, res, next) => {
      res.on('finish', () => statuses.push(res.statusCode))
      next()
    })
  )
  app.get('/', (ctx) => send(ctx, 'x'))
  await request(await serve(app))
    .get('/')
    .expect(200, 'x')
  expect(statuses).toEqual([200])
})

test.each<[name: string, path: string, body: string]>([
  ['a native send', '/send', 'a '],
  ['an adapted send', '/adapted', 'a '],
  ['an adapted json', '/json', '1 '],
])('a replaced res.send revises %s once', async (_name, path, body) => {
  const app = new App()
  app.use(
    adaptMiddleware((_req, res, next) => {
      const own = res.send
      res.send = (text: string) => own.call(res, `${text} `)
      next()
    })
  )
  app.get('/send', (ctx) => send(ctx, 'a'))
  app.get(
    '/adapted',
    handler((_req, res) => res.send('a'))
  )
  app.get(
    '/json',
    handler((_req, res) => res.json(1))
  )
  expect((await request(await serve(app)).get(path)).text).toBe(body)
})

test('a replaced res.json revises a native json', async () => {
  const app = new App()
  app.use(
    adaptMiddleware((_req, res, next) => {
      const own = res.json
      res.json = (value: object) => own.call(res, { ...value, more: true })
      next()
    })
  )
  app.get('/', (ctx) => json(ctx, { a: 1 }))
  expect((await request(await serve(app)).get('/')).body).toEqual({ a: 1, more: true })
})

test('what is read for the first time after the answer is what it was before', async () => {
  let keep: (req: View) => void = () => {}
  const late = new Promise<View>((resolve) => (keep = resolve))
  const app = new App()
  app.use(
    '/at',
    new Router().get(
      '/users/:id',
      handler((req, res) => {
        res.send('x')
        setTimeout(() => keep(req), 20)
      })
    )
  )
  const url = await serve(app)
  await request(url).get('/at/users/7?q=1').set('X-Requested-With', 'XMLHttpRequest')
  await request(url).get('/other')
  const { url: rest, path, baseUrl, params, query, xhr, ips, subdomains, fresh, stale } = await late
  expect({ rest, path, baseUrl, params: { ...params }, query: { ...query } }).toEqual({
    rest: '/users/7?q=1',
    path: '/users/7',
    baseUrl: '/at',
    params: { id: '7' },
    query: { q: '1' },
  })
  expect({ xhr, ips, subdomains, fresh, stale }).toEqual({
    xhr: true,
    ips: [],
    subdomains: [],
    fresh: false,
    stale: true,
  })
})
