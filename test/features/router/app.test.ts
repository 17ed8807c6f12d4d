import http from 'node:http'
import type net from 'node:net'
import request from 'supertest'
import { afterEach, describe, expect, test } from 'vitest'
import { App, Router } from '../../../src/features/router/index.js'
import { routingOf } from '../../../src/server/routing.js'

const apps: App[] = []
function make(options = {}): App {
  const app = new App({ logger: { printf() {} }, ...options })
  apps.push(app)
  return app
}
afterEach(async () => {
  for (const app of apps.splice(0)) await new Promise((resolve) => app.close(resolve))
})

describe('as a server', () => {
  test('supertest takes the app', async () => {
    const app = make()
    app.get('/hello/:name', (ctx) => ctx.setBody(`hello ${ctx.param('name')}`))
    const agent = request(app)
    await agent.get('/hello/you').expect(200, /hello you/)
    await agent.get('/none').expect(404)
    await agent.get('/hello/again').expect(200)
  })

  test('listens, tells where and closes', async () => {
    const app = make()
    app.get('/', (ctx) => ctx.setBody('up'))
    expect(app.address()).toBeNull()
    const server = await new Promise<ReturnType<App['listen']>>((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
    })
    const { port } = app.address() as { port: number }
    expect(server.address()).toEqual(app.address())
    const res = await new Promise<http.IncomingMessage>((resolve) =>
      http.get({ port, host: '127.0.0.1', agent: false }, resolve)
    )
    // As Express, no content type of its own accord.
    expect(res.headers['content-type']).toBeUndefined()
    expect(res.headers['server']).toBeUndefined()
    res.resume()
    await new Promise((resolve) => app.close(resolve))
    expect(app.address()).toBeNull()
  })

  test('a second listen takes a further server', async () => {
    const app = make()
    const first = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => first.once('listening', resolve))
    const second = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => second.once('listening', resolve))
    expect(second).not.toBe(first)
    await new Promise((resolve) => first.close(resolve))
  })

  test('listen tells its callback of an error', async () => {
    const first = make()
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', () => resolve()))
    const { port } = first.address() as { port: number }
    const second = make()
    const err = await new Promise<unknown>((resolve) => second.listen(port, '127.0.0.1', resolve))
    expect(err).toMatchObject({ code: 'EADDRINUSE' })
  })

  test('has what a net.Server has', async () => {
    const app: net.Server = make()
    const events: string[] = []
    expect(app.on('listening', () => events.push('on'))).toBe(app)
    app.prependListener('listening', () => events.push('first'))
    app.addListener('close', () => events.push('close'))
    expect([app.listenerCount('listening'), app.listening, app.eventNames()]).toEqual([
      2,
      false,
      ['listening', 'close'],
    ])
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', () => resolve()))
    expect(app.listening).toBe(true)
    expect(await new Promise((resolve) => app.getConnections((_err, n) => resolve(n)))).toBe(0)
    app.unref().ref()
    await new Promise((resolve) => app.close(resolve))
    expect(events.slice(0, 2)).toEqual(['first', 'on'])
  })
})

describe('settings', () => {
  test('are those of Express by default', () => {
    const app = make()
    expect(app.get('etag')).toBe('weak')
    expect(app.get('query parser')).toBe('simple')
    expect(app.get('subdomain offset')).toBe(2)
    expect(app.get('env')).toBe(process.env['NODE_ENV'] ?? 'development')
    expect(app.get('none')).toBeUndefined()
    expect(app.locals['settings']).toBe(app.settings)
  })

  test('are set, read, enabled and disabled', () => {
    const app = make()
    expect(app.set('title', 'x')).toBe(app)
    expect([app.set('title'), app.get('title'), app.settings['title']]).toEqual(['x', 'x', 'x'])
    expect(app.enable('a').enabled('a')).toBe(true)
    expect(app.disable('a').disabled('a')).toBe(true)
    expect(app.set('a', undefined).get('a')).toBeUndefined()
  })

  test('of the parent stand behind those of a mounted app', () => {
    const parent = make()
    const child = make()
    parent.set('trust proxy', true).set('view engine', 'pug').set('etag', false)
    parent.use('/child', child)
    expect([child.get('trust proxy'), child.get('view engine'), child.get('etag')]).toEqual([
      true,
      'pug',
      'weak',
    ])
    expect([child.mountpath, child.path(), parent.path()]).toEqual(['/child', '/child', ''])
    const own = make().set('trust proxy', 1)
    parent.use(own)
    expect(own.get('trust proxy')).toBe(1)
  })

  test('tell how paths compare', async () => {
    const app = make().enable('case sensitive routing').enable('strict routing')
    app.get('/a', (ctx) => ctx.setBody('a'))
    await request(app).get('/a').expect(200)
    await request(app).get('/A').expect(404)
    await request(app).get('/a/').expect(404)
  })
})

test('the running app is on the ctx, and the outer one again behind it', async () => {
  const app = make()
  const inner = make()
  const seen: unknown[] = []
  const note = (name: string) =>
    app.use((ctx, next) => {
      seen.push([name, routingOf(ctx)?.app === app])
      return next()
    })
  note('before')
  inner.use((ctx, next) => {
    seen.push(['inner', routingOf(ctx)?.app === inner])
    return next()
  })
  app.use(inner)
  app.use('/x', new Router().use(inner))
  note('after')
  await request(app).get('/x')
  expect(seen).toEqual([
    ['before', true],
    ['inner', true],
    ['inner', true],
    ['after', true],
  ])
})

test('engine takes extensions with and without a dot', () => {
  const engine = () => {}
  const app = make().engine('html', engine).engine('.md', engine)
  expect(Object.keys(app.engines)).toEqual(['.html', '.md'])
  expect(() => app.engine('x', undefined as never)).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
  )
})

test('errors are logged, but not in tests', async () => {
  const lines: unknown[] = []
  const app = make({ logger: { printf: (...args: unknown[]) => void lines.push(args) } })
  app.get('/', () => {
    throw new Error('logged')
  })
  app.set('env', 'test')
  await request(app).get('/').expect(500)
  expect(lines).toEqual([])
  app.set('env', 'production')
  const res = await request(app).get('/').expect(500)
  expect(JSON.stringify(lines)).toContain('Error: logged')
  expect(res.text).not.toContain('logged')
})

describe('an error that nothing handles', () => {
  const exposed = Object.assign(new Error('<no> such user'), { status: 404, expose: true })
  const hidden = Object.assign(new Error('secret'), { status: 404 })

  test.each([
    ['development', exposed, 'Error: &lt;no&gt; such user'],
    ['production', exposed, 'Not Found'],
    ['development', hidden, 'Not Found'],
  ])('in %s', async (env, error, text) => {
    const app = make()
    app.set('env', env)
    app.get('/', () => {
      throw error
    })
    const { body, text: page } = await request(app).get('/').expect(404)
    expect(body).toEqual({})
    expect(page).toContain(`<pre>${text}</pre>`)
    expect(page).not.toContain('secret')
  })
})
