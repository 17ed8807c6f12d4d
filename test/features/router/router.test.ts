import { describe, expect, expectTypeOf, test } from 'vitest'
import { Router, type ParamNames, type RouteCtx } from '../../../src/features/router/index.js'
import { RequestCtx } from '../../../src/server/request-ctx.js'
import { send, serve } from '../compat/exchange.js'

/** A ctx as the server would give it. */
function ctxOf(target: string, method = 'GET'): RequestCtx {
  const ctx = new RequestCtx()
  ctx.request.header.setMethod(method)
  ctx.request.setRequestURI(target)
  return ctx
}

function run(router: Router, target: string, method?: string) {
  const ctx = ctxOf(target, method)
  const result = router.handler(ctx)
  return { ctx, result, body: () => ctx.response.body(), status: () => ctx.response.statusCode() }
}

const tick = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('handler', () => {
  test('gives back nothing when all handlers are synchronous', () => {
    const router = new Router()
    router.use((_ctx, next) => void next())
    router.get(
      '/a/:b',
      (ctx, next) => void next(),
      (ctx) => ctx.setBody('done')
    )
    const { result, body } = run(router, '/a/1')
    expect(result).toBeUndefined()
    expect(body()).toBe('done')
  })

  test('waits for what next started though the middleware does not', async () => {
    const router = new Router()
    router.use((_ctx, next) => void next())
    router.use(async (_ctx, next) => void next())
    router.get('/', async (ctx) => {
      await tick()
      ctx.setBody('late')
    })
    const { result, body } = run(router, '/')
    await result
    expect(body()).toBe('late')
  })

  test('any number of synchronous handlers fits on the stack', async () => {
    const router = new Router()
    for (let i = 0; i < 20_000; i++) router.use((_ctx, next) => void next())
    router.get('/', (ctx) => ctx.setBody('reached'))
    const { result, body } = run(router, '/')
    await result
    expect(body()).toBe('reached')
  })

  test('next settles when what is behind is done, and never rejects', async () => {
    const router = new Router()
    const seen: string[] = []
    router.use(async (ctx, next) => {
      await next()
      seen.push(`${ctx.response.statusCode()}`)
    })
    router.get('/', async () => {
      await tick()
      throw new Error('no')
    })
    await run(router, '/').result
    expect(seen).toEqual(['500'])
  })

  test('an error after next goes on behind what has run', async () => {
    const router = new Router()
    router.use(async (_ctx, next) => {
      await next()
      throw new Error('after')
    })
    router.get('/', (ctx) => ctx.setBody('answer'))
    router.onError((err, ctx) => ctx.setBody((err as Error).message))
    const { result, body } = run(router, '/')
    await result
    expect(body()).toBe('after')
  })

  test('a second next of one handler changes nothing', () => {
    const router = new Router()
    router.use((_ctx, next) => {
      void next()
      void next()
    })
    let calls = 0
    router.get('/', () => void calls++)
    router.get('/', () => void calls++)
    expect(run(router, '/').status()).toBe(200)
    expect(calls).toBe(1)
  })

  test('next after the handler has settled is ignored with a warning', async () => {
    const router = new Router()
    let late: (() => Promise<void>) | undefined
    let calls = 0
    router.use((_ctx, next) => void (late = next))
    router.get('/', () => void calls++)
    run(router, '/')
    const warned = new Promise<Error & { code?: string }>((resolve) =>
      process.once('warning', resolve)
    )
    await late!()
    expect(calls).toBe(0)
    expect((await warned).code).toBe('FH_WARN_LATE_NEXT')
  })

  test('a rejection without a reason is an error', async () => {
    const router = new Router()
    router.get('/', () => Promise.reject(undefined))
    router.onError((err, ctx) => ctx.setBody((err as { code: string }).code))
    const { result, body } = run(router, '/')
    await result
    expect(body()).toBe('FH_ERR_HANDLER_FAILED')
  })

  test('routes added later are found', () => {
    const router = new Router()
    const route = router.route('/a')
    expect(run(router, '/a').status()).toBe(404)
    route.get((ctx) => ctx.setBody('a'))
    expect(run(router, '/a').body()).toBe('a')
    router.get('/b', (ctx) => ctx.setBody('b'))
    expect(run(router, '/b').body()).toBe('b')
  })

  test('a target in absolute form', () => {
    const router = new Router()
    router.get('/a', (ctx) => ctx.setBody('a'))
    expect(run(router, 'http://example.com/a?b').body()).toBe('a')
  })

  test('a target that is no URI is a 400', () => {
    const router = new Router()
    router.use((ctx) => ctx.setBody('reached'))
    expect(run(router, 'http://[::x/a').status()).toBe(400)
  })

  test('inherited names are not parameters', () => {
    const router = new Router()
    router.get('/:id', (ctx) => ctx.setBody(String(ctx.param('toString') ?? 'none')))
    expect(run(router, '/x').body()).toBe('none')
  })

  test('parameters are user values, behind those set', () => {
    const router = new Router()
    router.get('/:id/:user', (ctx) => {
      ctx.setUserValue('user', 'set')
      ctx.setBody(
        `${String(ctx.userValue('id'))} ${String(ctx.userValue('user'))} ${ctx.param('user')}`
      )
    })
    expect(run(router, '/1/2').body()).toBe('1 set 2')
  })

  test('parameters of one request do not reach the next', async () => {
    const router = new Router()
    router.get('/a/:id', (ctx) => ctx.setBody(JSON.stringify(ctx.params())))
    router.get('/b', (ctx) => ctx.setBody(JSON.stringify([ctx.params(), ctx.param('id') ?? null])))
    const server = await serve(router.handler)
    expect((await send(server.port, { target: '/a/1' })).body).toBe('{"id":"1"}')
    expect((await send(server.port, { target: '/b' })).body).toBe('[{},null]')
    await server.close()
  })

  test('parameters without a match are gone behind the layer', () => {
    const router = new Router()
    router.use('/:a', (_ctx, next) => void next())
    router.use((ctx) => ctx.setBody(JSON.stringify(ctx.params())))
    expect(run(router, '/x').body()).toBe('{}')
  })
})

describe('without a handler', () => {
  test.each([
    ['/none', 404, '404 Page not found'],
    ['/boom', 500, 'Internal Server Error'],
    ['/teapot', 418, "I'm a Teapot"],
    ['/%zz', 400, 'Bad Request'],
  ])('%s', (target, status, body) => {
    const router = new Router()
    router.use((ctx, next) => {
      ctx.response.header.set('Access-Control-Allow-Origin', '*')
      void next()
    })
    router.get('/boom', () => {
      throw new Error('secret')
    })
    router.get('/teapot', () => {
      throw Object.assign(new Error('secret'), { statusCode: 418 })
    })
    router.get('/:id(\\d+)', () => {})
    router.get('/:any([^n].*)', () => {})
    const answer = run(router, target)
    expect([answer.status(), answer.body()]).toEqual([status, body])
    expect(answer.ctx.response.header.peek('Access-Control-Allow-Origin')).toBe('*')
  })

  test('an error is logged with its stack', () => {
    const router = new Router()
    const ctx = ctxOf('/')
    const lines: unknown[] = []
    ctx.logger = () => ({ printf: (...args: unknown[]) => void lines.push(args) })
    router.use(() => {
      throw new Error('secret')
    })
    router.handler(ctx)
    expect(JSON.stringify(lines)).toContain('Error: secret')
    expect(JSON.stringify(lines)).toContain('router.test')
  })
})

describe('group', () => {
  test('serves what is below its path, also what is added later, and keeps parameters', () => {
    const router = new Router({ caseSensitive: true, methodNotAllowed: true })
    const users = router.group('/orgs/{org}').group('/users')
    users.use((ctx, next) => {
      ctx.setUserValue('seen', true)
      return next()
    })
    users.get('/{id:\\d+}', (ctx) =>
      ctx.setBody(`${ctx.param('org')} ${ctx.param('id')} ${ctx.userValue('seen')}`)
    )
    expect(run(router, '/orgs/a/users/7').body()).toBe('a 7 true')
    expect(run(router, '/orgs/a/users/x').status()).toBe(404)
    expect(run(router, '/orgs/a/Users/7').status()).toBe(404)
    expect(run(router, '/users/7').status()).toBe(404)
    const refused = run(router, '/orgs/a/users/7', 'POST')
    expect(refused.status()).toBe(405)
    expect(refused.ctx.response.header.peek('Allow')).toBe('GET, HEAD')
    expect(run(router, '/orgs/a/users/7', 'OPTIONS').body()).toBe('GET, HEAD')
    users.get('/late', (ctx) => ctx.setBody('late'))
    expect(run(router, '/orgs/a/users/late').body()).toBe('late')
  })
})

describe('methodNotAllowed', () => {
  test.each([
    ['POST', '/a', 405, 'GET, HEAD, PUT'],
    ['PROPFIND', '/a', 405, 'GET, HEAD, PUT'],
    ['OPTIONS', '/a', 200, 'GET, HEAD, PUT'],
    ['POST', '/b', 404, undefined],
    ['GET', '/a', 200, undefined],
  ])('%s %s', (method, target, status, allow) => {
    const router = new Router({ methodNotAllowed: true })
    router.get('/a', () => {})
    router.use((_ctx, next) => void next())
    router.put('/:x(a)', () => {})
    const answer = run(router, target, method)
    expect([answer.status(), answer.ctx.response.header.peek('Allow')]).toEqual([status, allow])
  })
})

test('handle serves any method', () => {
  const router = new Router()
  router.handle('propfind', '/a', (ctx) => ctx.setBody('found'))
  router.handle('X-OWN', '/a', (ctx) => ctx.setBody('own'))
  expect(run(router, '/a', 'PROPFIND').body()).toBe('found')
  expect(run(router, '/a', 'X-OWN').body()).toBe('own')
  expect(run(router, '/a', 'X-OTHER').status()).toBe(404)
})

test.each([
  ['strict', { strict: true }, ['/a', '/b/'], ['/a/', '/b', '/A/']],
  ['caseSensitive', { caseSensitive: true }, ['/a', '/a/', '/b'], ['/A', '/B']],
])('%s', (_name, options, found, missing) => {
  const router = new Router(options)
  router.get('/a', () => {})
  router.get('/b/', () => {})
  expect(found.map((target) => run(router, target).status())).toEqual(found.map(() => 200))
  expect(missing.map((target) => run(router, target).status())).toEqual(missing.map(() => 404))
})

test.each([
  ['no handler', (router: Router) => router.get('/a')],
  ['a handler that is no function', (router: Router) => router.get('/a', 'x' as never)],
  ['no middleware', (router: Router) => router.use('/a')],
  ['middleware that is no function', (router: Router) => router.use({} as never)],
  ['an error handler that is no function', (router: Router) => router.onError({} as never)],
  ['a path that is no string', (router: Router) => router.get(1 as never, () => {})],
])('refuses %s', (_name, register) => {
  expect(() => register(new Router())).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
  )
})

test('types of parameters', () => {
  expectTypeOf<ParamNames<'/users/:id/books/:bookId.:ext'>>().toEqualTypeOf<
    'id' | 'bookId' | 'ext'
  >()
  expectTypeOf<ParamNames<'/{a}/*rest'>>().toEqualTypeOf<'a' | 'rest'>()
  const router = new Router()
  router.get('/users/:id', (ctx) => {
    expectTypeOf(ctx.param('id')).toEqualTypeOf<string>()
    expectTypeOf(ctx.param('other')).toEqualTypeOf<string | undefined>()
  })
  router.get('/users/:id?', (ctx) => {
    expectTypeOf(ctx.param('id')).toEqualTypeOf<string | undefined>()
  })
  router.get('/plain', (ctx: RequestCtx) => ctx.setBody(''))
  expectTypeOf<RouteCtx<string>>().toEqualTypeOf<RequestCtx>()
})
