import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mountedUrl, mountPath } from '../../../src/features/compat/url.js'
import { App, Router, type Next } from '../../../src/features/router/index.js'
import type { RequestCtx } from '../../../src/server/request-ctx.js'
import { send, serve, serveNode, type Running } from '../compat/exchange.js'

/** What the handlers of a scenario can do, whatever runs them. */
interface IO {
  trace(text: string): void
  /** Answers with what was traced. */
  done(): void
  readonly params: Record<string, string>
  readonly url: string
  readonly base: string
}

type Handler = (io: IO, next: Next) => unknown
type OnError = (err: any, io: IO, next: Next) => unknown

/** A router of either kind. */
interface Api {
  use(...args: any[]): void
  on(method: string, path: any, ...handlers: Handler[]): void
  route(path: any): { on(method: string, ...handlers: Handler[]): void }
  onError(path: string, handler: OnError): void
  param(name: string, handler: (io: IO, next: Next, value: string) => unknown): void
  router(options?: object): Api
  app(): Api
  readonly target: any
}

function expressIO(req: any, res: any): IO {
  const traced: string[] = (req.traced ??= [])
  return {
    trace: (text) => void traced.push(text),
    done: () => void res.type('text/plain').send(traced.join(' ')),
    get params() {
      // Express 5 splits what a wildcard matched.
      const entries = Object.entries(req.params as object)
      return Object.fromEntries(
        entries.map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value])
      )
    },
    get url() {
      return req.url
    },
    get base() {
      return req.baseUrl
    },
  }
}

function ownIO(ctx: RequestCtx): IO {
  const traced = (ctx.userValue('traced') ?? []) as string[]
  ctx.setUserValue('traced', traced)
  return {
    trace: (text) => void traced.push(text),
    done: () => ctx.success('text/plain; charset=utf-8', traced.join(' ')),
    get params() {
      return ctx.params()
    },
    get url() {
      return mountedUrl(ctx)
    },
    get base() {
      return mountPath(ctx)
    },
  }
}

function expressApi(target: any): Api {
  const wrap = (one: any): any =>
    Array.isArray(one)
      ? one.map(wrap)
      : typeof one !== 'function' || one.stack !== undefined || one.settings !== undefined
        ? one
        : (req: any, res: any, next: any) => one(expressIO(req, res), next)
  return {
    target,
    use: (...args) => target.use(...args.map((one) => wrap(one?.target ?? one))),
    on: (method, path, ...handlers) => target[method](path, ...handlers.map(wrap)),
    route: (path) => {
      const route = target.route(path)
      return { on: (method, ...handlers) => route[method](...handlers.map(wrap)) }
    },
    onError: (path, handler) =>
      target.use(path, (err: any, req: any, res: any, next: any) =>
        handler(err, expressIO(req, res), next)
      ),
    param: (name, handler) =>
      target.param(name, (req: any, res: any, next: any, value: string) =>
        handler(expressIO(req, res), next, value)
      ),
    router: (options) => expressApi(express.Router(options)),
    app: () => expressApi(express().set('env', 'test')),
  }
}

function ownApi(target: Router): Api {
  const wrap = (one: any): any =>
    Array.isArray(one)
      ? one.map(wrap)
      : typeof one !== 'function'
        ? one
        : (ctx: RequestCtx, next: Next) => one(ownIO(ctx), next)
  return {
    target,
    use: (...args) => void (target.use as any)(...args.map((one) => wrap(one?.target ?? one))),
    on: (method, path, ...handlers) => void (target as any)[method](path, ...handlers.map(wrap)),
    route: (path) => {
      const route = target.route(path) as any
      return { on: (method, ...handlers) => route[method](...handlers.map(wrap)) }
    },
    onError: (path, handler) =>
      void target.onError(path, (err, ctx, next) => handler(err, ownIO(ctx), next) as any),
    param: (name, handler) =>
      void target.param(name, (ctx, next, value) => handler(ownIO(ctx), next, value) as any),
    router: (options) => ownApi(new Router(options)),
    app: () => ownApi(new App().set('env', 'test')),
  }
}

const mark =
  (text: string): Handler =>
  (io, next) => {
    io.trace(text)
    return next()
  }
const last =
  (text: string): Handler =>
  (io) => {
    io.trace(`${text}${JSON.stringify(io.params)}`)
    io.done()
  }
const where: Handler = (io, next) => {
  io.trace(`[${io.base}|${io.url}]`)
  return next()
}
const pause = () => new Promise((resolve) => setImmediate(resolve))

const scenarios: Record<string, [(app: Api) => void, string[]]> = {
  'order of middleware and routes': [
    (app) => {
      app.on('get', '/a', mark('first'))
      app.use(mark('use'))
      app.on('get', '/:x', mark('param'))
      app.on('get', '/a', last('a'))
      app.on('all', '/*rest', last('all'))
      app.use(last('end'))
    },
    ['/a', '/b', '/b/c', '/', 'POST /a', 'HEAD /a', 'OPTIONS /a', 'PURGE /a'],
  ],
  'handlers in lists': [
    (app) => app.on('get', '/a', [mark('1'), [mark('2')]] as any, mark('3'), last('4')),
    ['/a'],
  ],
  signals: [
    (app) => {
      const router = app.router()
      router.on('get', '/a', (_io, next) => next('route'), last('never'))
      router.on('get', '/a', mark('again'), (_io, next) => next('router'), last('never'))
      router.use(last('never'))
      app.use(router)
      app.on('get', '/b', mark('b'), (_io, next) => next('route'), last('never'))
      app.use(last('end'))
    },
    ['/a', '/b'],
  ],
  errors: [
    (app) => {
      app.on('get', '/throw', () => {
        throw new Error('thrown')
      })
      app.on('get', '/reject', async () => {
        await pause()
        throw new Error('rejected')
      })
      app.on('get', '/next', (_io, next) => next(new Error('passed')))
      app.on('get', '/late', async (_io, next) => {
        await pause()
        return next(new Error('late'))
      })
      app.on('get', '/text', (_io, next) => next('text'))
      app.on('get', '/null', async () => Promise.reject(null))
      app.on('get', '/recover', () => {
        throw new Error('recover')
      })
      app.use(mark('skipped'))
      app.onError('/', (err, io, next) => {
        io.trace(`one:${err.message ?? err}`)
        if (err.message === 'recover') return next()
        return next(err.message === 'passed' ? new Error('changed') : err)
      })
      app.onError('/other', (_err, io) => {
        io.trace('not here')
        io.done()
      })
      app.on('get', '/recover', last('recovered'))
      app.onError('/', (err, io) => {
        io.trace(`two:${err === null ? 'null' : (err.message ?? err)}`)
        io.done()
      })
    },
    ['/throw', '/reject', '/next', '/late', '/text', '/recover'],
  ],
  'errors in error handlers': [
    (app) => {
      app.use(() => {
        throw new Error('a')
      })
      app.onError('/', async (err) => {
        await pause()
        throw new Error(`${err.message}b`)
      })
      app.onError('/', (err) => {
        throw new Error(`${err.message}c`)
      })
      app.onError('/', (err, io) => {
        io.trace(err.message)
        io.done()
      })
    },
    ['/'],
  ],
  'errors leave a mounted router': [
    (app) => {
      const router = app.router()
      router.on('get', '/a', () => {
        throw new Error('inner')
      })
      router.onError('/', (err, io, next) => {
        io.trace(`in:${err.message}`)
        return next(err)
      })
      app.use('/m', router)
      app.onError('/m', (err, io) => {
        io.trace(`out:${err.message}[${io.base}|${io.url}]`)
        io.done()
      })
    },
    ['/m/a'],
  ],
  'mounts cut the path': [
    (app) => {
      const inner = app.router()
      inner.use(where)
      inner.on('get', '/', last('root'))
      inner.on('get', '/x', last('x'))
      const middle = app.router()
      middle.use(where)
      middle.use('/in/:id', inner)
      middle.use(where)
      app.use('/API', middle)
      app.use('/api', where, last('api'))
      app.use(where)
      app.use(last('end'))
    },
    [
      '/api',
      '/api/',
      '/api?q=1',
      '/api/in/5',
      '/api/in/5/',
      '/api/in/5/x?a=/b',
      '/api/in/5/y',
      '/apix',
      '/Api/In/5/X',
      '/api/in',
      '//api',
      '/api//',
      '/api/in//x',
      '/api%2fin',
    ],
  ],
  'parameters of mounts': [
    (app) => {
      const merged = app.router({ mergeParams: true })
      merged.use(last2('use'))
      merged.on('get', '/:b', last('merged'))
      const plain = app.router()
      plain.use(last2('use'))
      plain.on('get', '/:b', last('plain'))
      app.use('/m/:a', merged)
      app.use('/p/:a', last2('mw'), plain)
      app.use('/same/:b', merged)
      const inner = app.router()
      inner.on('get', '/plain/:c', last2('inner'))
      app.use(inner)
      app.use(last2('behind'))
      app.use(last('end'))
    },
    ['/plain/1', '/m/1/2', '/p/1/2', '/same/1/2', '/m/1', '/m/1/2/3', '/m/%41/%42'],
  ],
  'router.param': [
    (app) => {
      app.param('id', (io, next, value) => {
        io.trace(`id=${value}`)
        return value === 'bad' ? next(new Error('bad id')) : next()
      })
      app.param('id', async (io, next) => {
        await pause()
        io.trace('again')
        return next()
      })
      app.param('other', (io, next, value) => {
        io.trace(`other=${value}`)
        return value === 'skip' ? next('route') : next()
      })
      app.use('/:id', mark('use'))
      app.on('get', '/:id', mark('one'))
      app.on('get', '/:id/:other', last('two'))
      app.on('get', '/:id/:x', last('three'))
      app.use(last('end'))
      app.onError('/', (err, io) => {
        io.trace(err.message)
        io.done()
      })
    },
    ['/1', '/bad', '/1/2', '/1/skip', '/'],
  ],
  'parameters that cannot be decoded': [
    (app) => {
      app.on('get', '/:a', last('a'))
      app.use('/:b', last('b'))
      app.onError('/', (err, io) => {
        io.trace(`status ${err.status}`)
        io.done()
      })
    },
    ['/%zz', '/%', '/%E0%A4%A', '/ok%20ok'],
  ],
  'decode errors pass over routes that follow': [
    (app) => {
      app.on('get', '/:a', last('a'))
      app.on('get', '/%zz', last('literal'))
      app.use(mark('no'))
      app.onError('/', (err, io) => {
        io.trace(`status ${err.status}`)
        io.done()
      })
    },
    ['/%zz'],
  ],
  'one route, several methods': [
    (app) => {
      const route = app.route('/r/:id')
      route.on('all', mark('all'))
      route.on('get', last('get'))
      route.on('post', last('post'))
      app.use(last('end'))
    },
    ['/r/1', 'POST /r/1', 'PUT /r/1', 'HEAD /r/1', 'OPTIONS /r/1'],
  ],
  'HEAD of its own': [
    (app) => {
      app.on('head', '/a', last('head'))
      app.on('get', '/a', last('get'))
      app.on('get', '/b', last('get'))
    },
    ['HEAD /a', 'HEAD /b', '/a'],
  ],
  OPTIONS: [
    (app) => {
      app.on('get', '/a', last('get'))
      app.on('post', '/a', last('post'))
      app.on('put', '/:x', last('put'))
      const router = app.router()
      router.on('delete', '/b', last('delete'))
      app.use('/m', router)
      app.on('patch', '/m/b', last('patch'))
      app.on('options', '/own', last('options'))
      app.on('get', '/own', last('get'))
    },
    [
      'OPTIONS /a',
      'OPTIONS /x',
      'OPTIONS /m/b',
      'OPTIONS /none/',
      'OPTIONS /none/none',
      'OPTIONS /own',
    ],
  ],
  'regular expressions and lists of paths': [
    (app) => {
      app.use(['/u1', '/u2'], where)
      app.use(/^\/re(\d)?/, where)
      app.on('get', /^\/re(\d)$/, last('re'))
      app.on('get', ['/a', '/b/:c', /^\/d/], last('list'))
      app.use(last('end'))
    },
    ['/u1/x', '/u2', '/re1', '/re', '/re1/x', '/rest', '/a', '/b/1', '/dddd', '/c'],
  ],
  'apps in apps': [
    (app) => {
      const inner = app.app()
      inner.on('get', '/x', mark('inner'), last('x'))
      inner.on('get', '/err', () => {
        throw new Error('inner')
      })
      app.use('/app', inner)
      app.use(where)
      app.onError('/', (err, io) => {
        io.trace(`out:${err.message}[${io.base}]`)
        io.done()
      })
      app.use(last('end'))
    },
    ['/app/x', '/app/err', '/app/none', '/none'],
  ],
  'nothing handles it': [
    (app) => {
      app.on('get', '/a', last('a'))
      app.on('get', '/boom', () => {
        throw Object.assign(new Error('secret'), { status: 418, headers: { 'X-Why': 'tea' } })
      })
      app.on('get', '/404', () => {
        throw Object.assign(new Error('secret'), { statusCode: 404 })
      })
      app.on('get', '/odd', () => {
        throw Object.assign(new Error('secret'), { status: 200 })
      })
      app.on('get', '/text', (_io, next) => next('some text'))
    },
    [
      '/none',
      'POST /a',
      '/<b>"&\'',
      '/a%20b c',
      '/none?q=<x>',
      '/boom',
      '/404',
      '/odd',
      '/text',
      'HEAD /none',
    ].map((one) => one.replace(/ c$/, '')),
  ],
  'next after an answer': [
    (app) => {
      app.use(async (io: IO, next: Next) => {
        io.trace('before')
        await next()
      })
      app.on('get', '/a', async (io) => {
        await pause()
        io.trace('a')
        io.done()
      })
    },
    ['/a'],
  ],
}

function last2(text: string): Handler {
  return (io, next) => {
    io.trace(`${text}${JSON.stringify(io.params)}`)
    return next()
  }
}

describe.each(Object.entries(scenarios))('%s', (_name, [build, requests]) => {
  let own: Running
  let theirs: Running

  beforeAll(async () => {
    process.env['NODE_ENV'] = 'production'
    const reference = expressApi(express())
    // Stack traces are never sent by us, nor by Express in production.
    reference.target.set('env', 'production')
    build(reference)
    theirs = await serveNode(reference.target)
    const app = ownApi(new App())
    build(app)
    own = await serve(app.target.handler)
  })
  afterAll(async () => {
    delete process.env['NODE_ENV']
    await own.close()
    await theirs.close()
  })

  test.each(requests)('%s', async (request) => {
    const [method, target] = request.includes(' ') ? request.split(' ') : ['GET', request]
    const expected = await send(theirs.port, { method: method!, target: target! })
    delete expected.headers['etag']
    expect(await send(own.port, { method: method!, target: target! })).toEqual(expected)
  })
})
