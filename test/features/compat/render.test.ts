import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import * as fh from '../../../src/features/compat/index.js'
import { App } from '../../../src/features/router/index.js'
import { describeCases } from './equivalence.js'
import { send, serve } from './exchange.js'

const views = mkdtempSync(join(tmpdir(), 'compat-views-'))
afterAll(() => rmSync(views, { recursive: true }))
const FILES = {
  'home.tpl': '<p>{user}</p>',
  'users/index.tpl': '<ul>{user}</ul>',
  'page.alt': 'alt {user}',
  'other/only.tpl': 'other {user}',
  'bad.tpl': 'throw',
  'late.tpl': 'late',
}
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(join(views, name, '..'), { recursive: true })
  writeFileSync(join(views, name), text)
}

/** An engine in the manner of Express: fills in names, fails on demand. */
function engine(path: string, options: any, callback: (err: unknown, text?: string) => void): void {
  const text = readFileSync(path, 'utf8')
  if (text === 'throw') throw new Error('engine threw')
  if (text === 'late') return void setImmediate(() => callback(new Error('engine failed')))
  callback(
    null,
    text.replace(/\{(\w+)\}/g, (_all, name) => String(options[name])) +
      ` ${options.settings.title} ${options.cache}`
  )
}

const RENDERS: [string, Record<string, unknown>?][] = [
  ['home'],
  ['home.tpl', { user: 'data' }],
  ['users'],
  ['page.alt', { user: 'alt' }],
  ['only'],
  ['none'],
  ['bad'],
  ['late'],
  ['home', { cache: true }],
]

describeCases({
  render: {
    settings: { views: [views, join(views, 'other')], 'view engine': 'tpl', title: 'T' },
    expressApp: (app) => {
      app.engine('tpl', engine).engine('.alt', engine)
      app.locals['user'] = 'app'
      app.use((req, res, next) => {
        if (req.query['local']) res.locals['user'] = 'local'
        next()
      })
      app.use(
        (req, res) => void res.render(...(RENDERS[Number(req.query['i'])] as [string, object]))
      )
    },
    ownApp: (app) => {
      app.engine('tpl', engine).engine('.alt', engine)
      app.locals['user'] = 'app'
      app.use((ctx, next) => {
        if (fh.query(ctx)['local']) fh.locals(ctx)['user'] = 'local'
        return next()
      })
      app.use((ctx) =>
        fh.render(
          ctx,
          ...(RENDERS[Number(fh.query(ctx)['i'])] as [string, Record<string, unknown>])
        )
      )
    },
    requests: RENDERS.flatMap((_, i) => [{ target: `/?i=${i}` }, { target: `/?i=${i}&local=1` }]),
    clean: (response) => {
      // The two name the directories in their own ways.
      if (response.body.includes('Failed to lookup view')) {
        response.body = 'Failed to lookup view'
        delete response.headers['content-length']
        delete response.headers['etag']
      }
    },
  },
})

async function rendered(
  setUp: (app: App) => void,
  view: string
): Promise<{ status: number; body: string }> {
  const app = new App()
  app.set('views', views).set('env', 'test')
  setUp(app)
  app.use((ctx) => fh.render(ctx, view, { user: 'u' }))
  app.onError((err, ctx) => {
    ctx.setStatusCode(500)
    ctx.setBody((err as Error).message)
  })
  const server = await serve(app.handler)
  const answer = await send(server.port, {})
  await server.close()
  return answer
}

describe('engines', () => {
  test('one is needed', async () => {
    expect((await rendered(() => {}, 'home')).body).toContain('view engine')
  })

  test('without registration the package of the name is loaded', async () => {
    const answer = await rendered((app) => app.set('view engine', 'express'), 'home')
    // Loaded, but no engine.
    expect(answer.body).toContain('the package express is no view engine')
  })

  test('of the parent serve a mounted app', async () => {
    const parent = new App()
    parent.engine('tpl', engine).set('views', views).set('view engine', 'tpl').set('title', 'P')
    const child = new App().set('views', views)
    child.get('/', (ctx) => fh.render(ctx, 'home', { user: 'c' }))
    parent.use('/c', child)
    const server = await serve(parent.handler)
    expect((await send(server.port, { target: '/c' })).body).toBe('<p>c</p> P false')
    await server.close()
  })
})

test('a cached view is looked up once', async () => {
  const path = join(views, 'gone.tpl')
  writeFileSync(path, 'here')
  const app = new App()
  let calls = 0
  app
    .set('views', views)
    .set('view cache', true)
    .engine('tpl', (_path, _options, callback) => callback(null, String(++calls)))
  app.use((ctx) => fh.render(ctx, 'gone.tpl'))
  const server = await serve(app.handler)
  expect((await send(server.port, {})).body).toBe('1')
  rmSync(path)
  expect((await send(server.port, {})).body).toBe('2')
  await server.close()
})

test('renderToString does not answer', async () => {
  const app = new App()
  app.set('views', views).engine('tpl', engine).set('title', 'S')
  app.use(async (ctx) => {
    const text = await fh.renderToString(ctx, 'home.tpl', { user: 's' })
    fh.send(ctx, text.toUpperCase())
  })
  const server = await serve(app.handler)
  expect((await send(server.port, {})).body).toBe('<P>S</P> S FALSE')
  await server.close()
})
