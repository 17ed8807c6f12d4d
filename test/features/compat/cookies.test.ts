import cookieParser from 'cookie-parser'
import { sign } from 'cookie-signature'
import { expect, test } from 'vitest'
import * as fh from '../../../src/features/compat/index.js'
import { describeCases, withHeaders, type Case } from './equivalence.js'
import { send, serve } from './exchange.js'

const signed = (value: string, secret = 'keyboard') =>
  encodeURIComponent(`s:${sign(value, secret)}`)

const REQUESTS = withHeaders(
  {},
  { Cookie: 'a=1; b=two%20words; c="quoted"; d=%zz; e' },
  { Cookie: 'a=1; a=2; =x; y=; __proto__=z; toString=t' },
  {
    Cookie:
      'j=' +
      encodeURIComponent('j:{"a":[1]}') +
      '; bad=j:{; zero=j:0; text=' +
      encodeURIComponent('j:"x"'),
  },
  {
    Cookie: `s=${signed('value')}; forged=${signed('value')}x; j=${signed('j:{"b":2}')}; old=${signed('v', 'cat')}; plain=p; fake=s:abc`,
  },
  { Cookie: ['a=1', 'b=2'] }
)

function parserCase(...args: any[]): Case {
  return {
    expressApp: (app) => {
      app.use(cookieParser(...args))
      app.use(
        (req: any, res) => void res.json([req.cookies, req.signedCookies, req.secret ?? null])
      )
    },
    ownApp: (app) => {
      app.use(fh.cookieParser(...args))
      app.use((ctx) =>
        fh.json(ctx, [fh.cookies(ctx), fh.signedCookies(ctx), ctx.userValue('secret') ?? null])
      )
    },
    requests: REQUESTS,
  }
}

const OPTIONS: [unknown, fh.CookieOptions?][] = [
  ['v'],
  ['two words;é'],
  [{ a: [1] }],
  [null],
  [42],
  [undefined],
  ['v', {}],
  ['v', { httpOnly: true, secure: true, path: '/x', domain: 'example.com' }],
  ['v', { sameSite: 'lax' }],
  ['v', { sameSite: true }],
  ['v', { sameSite: 'none', partitioned: true, priority: 'high' }],
  ['v', { expires: new Date(0) }],
  ['v', { maxAge: null }],
  ['v', { encode: (value) => value.toUpperCase() }],
]

describeCases({
  cookieParser: parserCase(),
  'cookieParser with a secret': parserCase('keyboard'),
  'cookieParser with secrets': parserCase(['keyboard', 'cat']),
  'cookieParser that does not decode': parserCase(undefined, { decode: (value: string) => value }),
  setCookie: {
    express: (req, res) => {
      const [value, options] = OPTIONS[Number(req.query.i)]!
      res.cookie('name', value, options as any).end()
    },
    own: (ctx) => {
      const [value, options] = OPTIONS[Number(fh.query(ctx)['i'])]!
      fh.setCookie(ctx, 'name', value, options)
      fh.end(ctx)
    },
    requests: OPTIONS.map((_, i) => ({ target: `/?i=${i}` })),
  },
  clearCookie: {
    express: (_req, res) =>
      res.clearCookie('a').clearCookie('b', { path: '/x', httpOnly: true, maxAge: 5000 }).end(),
    own: (ctx) => {
      fh.clearCookie(ctx, 'a')
      fh.clearCookie(ctx, 'b', { path: '/x', httpOnly: true, maxAge: 5000 })
      fh.end(ctx)
    },
    requests: [{}],
  },
  'several cookies, one name twice': {
    express: (_req, res) => res.cookie('a', '1').cookie('b', '2').cookie('a', '3').end(),
    own: (ctx) => {
      fh.setCookie(ctx, 'a', '1')
      fh.setCookie(ctx, 'b', '2')
      fh.setCookie(ctx, 'a', '3')
      fh.end(ctx)
    },
    requests: [{}],
  },
  'signed cookies are set': {
    expressApp: (app) => {
      app.use(cookieParser('keyboard'))
      app.use(
        (_req, res) =>
          void res.cookie('a', 'v', { signed: true }).cookie('b', { c: 1 }, { signed: true }).end()
      )
    },
    ownApp: (app) => {
      app.use(fh.cookieParser('keyboard'))
      app.use((ctx) => {
        fh.setCookie(ctx, 'a', 'v', { signed: true })
        fh.setCookie(ctx, 'b', { c: 1 }, { signed: true })
        fh.end(ctx)
      })
    },
    requests: [{}],
  },
  'a lifetime': {
    express: (_req, res) =>
      res.cookie('a', 'v', { maxAge: 3_600_500 }).cookie('b', 'v', { maxAge: 0 }).end(),
    own: (ctx) => {
      fh.setCookie(ctx, 'a', 'v', { maxAge: 3_600_500 })
      fh.setCookie(ctx, 'b', 'v', { maxAge: 0 })
      fh.end(ctx)
    },
    requests: [{}],
    // The two are asked one after the other.
    clean: ({ headers }) => {
      headers['set-cookie'] = (headers['set-cookie'] as string[]).map((one) =>
        one.replace(/Expires=[^;]+/, 'Expires')
      )
    },
  },
})

test('expires is now and maxAge', async () => {
  const server = await serve((ctx) => fh.setCookie(ctx, 'a', 'v', { maxAge: 3_600_000 }))
  const before = Date.now()
  const [cookie] = (await send(server.port, {})).headers['set-cookie'] as string[]
  const expires = Date.parse(/Expires=([^;]+)/.exec(cookie!)![1]!)
  expect(expires).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000 + 3_600_000)
  expect(expires).toBeLessThanOrEqual(Date.now() + 3_600_000)
  await server.close()
})

test('without cookieParser cookies are parsed when asked for', async () => {
  const server = await serve((ctx) =>
    fh.json(ctx, [fh.cookies(ctx), fh.signedCookies(ctx, 'keyboard')])
  )
  const answer = await send(server.port, { headers: { Cookie: `a=1; s=${signed('v')}` } })
  expect(JSON.parse(answer.body)).toMatchObject([{ a: '1' }, { s: 'v' }])
  await server.close()
})

test.each([
  ['a signed one without a secret', 'a', { signed: true }],
  ['a name that is no token', 'a b', {}],
  ['a path with a semicolon', 'a', { path: '/;x' }],
  ['a lifetime that is no number', 'a', { maxAge: 'x' as never }],
])('setCookie refuses %s', async (_name, name, options) => {
  let seen: unknown
  const server = await serve((ctx) => {
    try {
      fh.setCookie(ctx, name, 'v', options)
    } catch (err) {
      seen = err
    }
  })
  await send(server.port, {})
  expect(seen).toMatchObject({ code: 'FH_ERR_INVALID_OPTION' })
  await server.close()
})
