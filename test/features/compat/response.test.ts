import { expect, test } from 'vitest'
import * as fh from '../../../src/features/compat/index.js'
import { App, Router } from '../../../src/features/router/index.js'
import { describeCases, withHeaders } from './equivalence.js'
import { send, serve } from './exchange.js'

/** What Express does, and what we do. */
type Pair = [express: (res: any, req: any) => unknown, own: (ctx: any) => unknown]

/** Runs the named one of several answers, so that one app serves a table of them. */
function table(entries: Pair[]) {
  const index = (target: string) => Number(new URL(target, 'http://h').searchParams.get('i'))
  return {
    express: (req: any, res: any, next: any) => {
      try {
        return entries[index(req.url)]![0](res, req)
      } catch (err) {
        return next(err)
      }
    },
    own: (ctx: any) => entries[index(ctx.requestURI())]![1](ctx),
    requests: entries.flatMap((_, i) => [
      { target: `/?i=${i}` },
      { target: `/?i=${i}`, method: 'HEAD' },
    ]),
    clean: ({ headers, body }: { headers: Record<string, unknown>; body: string }) => {
      // Messages of programming errors are ours.
      if (headers['x-error'] !== undefined) delete headers['content-length']
      return body
    },
  }
}

const BODIES: unknown[] = [
  'text',
  '',
  '<p>ü€😀</p>',
  'x'.repeat(2000),
  { a: 1 },
  [1, 'two', null],
  {},
  null,
  undefined,
  true,
  false,
  0,
  42,
  -1.5,
  Buffer.from('bytes'),
  Buffer.alloc(0),
  new Uint8Array([1, 2, 255]),
  { date: new Date(0), nested: { a: [1] }, html: '<script>&</script>' },
  'é'.repeat(10),
  new Date(0),
  'a\u2028b',
]

const NONE_MATCH = withHeaders(
  { 'If-None-Match': '*' },
  { 'If-None-Match': 'W/"4-mC+RYlsBTaIqXDJmRZHQ3WGHBgk"' }
)

describeCases({
  send: table(BODIES.map((body): Pair => [(res) => res.send(body), (ctx) => fh.send(ctx, body)])),
  'send, etag strong': {
    ...table(BODIES.map((body): Pair => [(res) => res.send(body), (ctx) => fh.send(ctx, body)])),
    settings: { etag: 'strong' },
  },
  'send, no etag': {
    ...table(BODIES.map((body): Pair => [(res) => res.send(body), (ctx) => fh.send(ctx, body)])),
    settings: { etag: false },
  },
  'send, etag of a function': {
    ...table(BODIES.map((body): Pair => [(res) => res.send(body), (ctx) => fh.send(ctx, body)])),
    settings: { etag: (bytes: Buffer) => (bytes.length > 5 ? `"${bytes.length}"` : undefined) },
  },
  'send of a kind': table(
    [
      'text/plain',
      'text/html; charset=iso-8859-1',
      'application/xml; Charset="UTF-16"; q="a b"',
      'json',
      'html',
      'TEXT/X-Own;a=b',
      'image/png',
      'application/json',
    ].flatMap((type) =>
      ['text', Buffer.from('bytes'), { a: 1 }].map((body): Pair => [
        (res) => res.type(type).send(body),
        (ctx) => {
          fh.setType(ctx, type)
          fh.send(ctx, body)
        },
      ])
    )
  ),
  'send with a status': table(
    [200, 201, 204, 205, 304, 400, 404, 500, 599, 299].flatMap((code) =>
      ['text', { a: 1 }, undefined, Buffer.from('bytes')].map((body): Pair => [
        (res) => res.status(code).send(body),
        (ctx) => {
          fh.status(ctx, code)
          fh.send(ctx, body)
        },
      ])
    )
  ),
  'send to one who has it': {
    express: (req, res) => {
      if (req.query.tag) res.set('ETag', req.query.tag)
      res.send('text')
    },
    own: (ctx) => {
      const { tag } = fh.query(ctx) as { tag?: string }
      if (tag) fh.set(ctx, 'ETag', tag)
      fh.send(ctx, 'text')
    },
    requests: ['/', '/?tag="own"'].flatMap((target) =>
      [
        ...NONE_MATCH,
        { headers: { 'If-None-Match': '"own"' } },
        { headers: { 'If-None-Match': 'W/"4-NyoqoGpXgFLXnIYd1NjD0Z0DVXc"' } },
      ].flatMap((one) => [
        { ...one, target },
        { ...one, target, method: 'HEAD' },
        { ...one, target, method: 'POST' },
      ])
    ),
  },
  json: table(BODIES.map((body): Pair => [(res) => res.json(body), (ctx) => fh.json(ctx, body)])),
  'json with settings': {
    ...table(BODIES.map((body): Pair => [(res) => res.json(body), (ctx) => fh.json(ctx, body)])),
    settings: {
      'json spaces': 2,
      'json escape': true,
      'json replacer': (key: string, value: unknown) => (key === 'a' ? 'replaced' : value),
    },
  },
  'json of another type': table([
    [
      (res) => res.type('application/vnd.api+json').json({ a: 1 }),
      (ctx) => (fh.setType(ctx, 'application/vnd.api+json'), fh.json(ctx, { a: 1 })),
    ],
    [
      (res) => res.type('text').json({ a: 1 }),
      (ctx) => (fh.setType(ctx, 'text'), fh.json(ctx, { a: 1 })),
    ],
  ]),
  jsonp: {
    express: (_req, res) => res.jsonp({ a: '\u2028<>' }),
    own: (ctx) => fh.jsonp(ctx, { a: '\u2028<>' }),
    requests: [
      '/',
      '/?callback=cb',
      '/?callback=a.b[0]',
      '/?callback=<script>',
      '/?callback=a&callback=b',
      '/?callback=',
      '/?other=x',
    ].map((target) => ({ target })),
  },
  'jsonp of nothing, another name': {
    express: (_req, res) => res.jsonp(undefined),
    own: (ctx) => fh.jsonp(ctx, undefined),
    settings: { 'jsonp callback name': 'cb' },
    requests: ['/', '/?cb=x', '/?callback=x'].map((target) => ({ target })),
  },
  sendStatus: table(
    [200, 201, 204, 205, 304, 400, 404, 418, 500, 599].map((code): Pair => [
      (res) => res.sendStatus(code),
      (ctx) => fh.sendStatus(ctx, code),
    ])
  ),
  redirect: {
    ...table([
      [(res) => res.redirect('/a'), (ctx) => fh.redirect(ctx, '/a')],
      [
        (res) => res.redirect(301, 'http://example.com/?a=<b>&c="d"'),
        (ctx) => fh.redirect(ctx, 301, 'http://example.com/?a=<b>&c="d"'),
      ],
      [(res) => res.redirect('../up'), (ctx) => fh.redirect(ctx, '../up')],
      [
        (res) => res.redirect(307, '//host/ü%20%zz'),
        (ctx) => fh.redirect(ctx, 307, '//host/ü%20%zz'),
      ],
      [
        (res) => res.redirect('javascript:alert(1)'),
        (ctx) => fh.redirect(ctx, 'javascript:alert(1)'),
      ],
      [(res) => res.redirect(303, 'a b\\c'), (ctx) => fh.redirect(ctx, 303, 'a b\\c')],
      [(res) => res.redirect('back'), (ctx) => fh.redirect(ctx, 'back')],
      [(res) => res.redirect(''), (ctx) => fh.redirect(ctx, '')],
    ]),
    requests: [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) =>
      [{}, { Accept: 'text/html' }, { Accept: 'text/plain' }, { Accept: 'image/png' }].flatMap(
        (headers) => [
          { target: `/?i=${i}`, headers: headers as Record<string, string> },
          { target: `/?i=${i}`, headers: headers as Record<string, string>, method: 'HEAD' },
        ]
      )
    ),
  },
  format: {
    express: (req, res) =>
      res.format({
        text: () => res.send('hey'),
        'text/html': () => res.send('<p>hey</p>'),
        json: () => res.send({ message: 'hey' }),
        ...(req.query.default && { default: () => res.send('default') }),
      }),
    own: (ctx) =>
      fh.format(ctx, {
        text: () => fh.send(ctx, 'hey'),
        'text/html': () => fh.send(ctx, '<p>hey</p>'),
        json: () => fh.send(ctx, { message: 'hey' }),
        ...(fh.query(ctx)['default'] ? { default: () => fh.send(ctx, 'default') } : {}),
      }),
    requests: ['/', '/?default=1'].flatMap((target) =>
      [
        {},
        { Accept: 'text/html' },
        { Accept: 'application/json, text/plain;q=0.5' },
        { Accept: 'image/png' },
        { Accept: '*/*' },
      ].map((headers) => ({
        target,
        headers: headers as Record<string, string>,
      }))
    ),
  },
  fields: table([
    [
      (res) =>
        res
          .set('X-A', 'b')
          .set({ 'X-B': 1, 'X-C': ['d', 'e'] })
          .end(),
      (ctx) => (fh.set(ctx, 'X-A', 'b'), fh.set(ctx, { 'X-B': 1, 'X-C': ['d', 'e'] }), fh.end(ctx)),
    ],
    ...[
      'text/html',
      'html',
      'application/json',
      'text/x-own',
      'image/png',
      'text/html; charset=x',
    ].map((type): Pair => [
      (res) => res.set('Content-Type', type).end('x'),
      (ctx) => (fh.set(ctx, 'Content-Type', type), fh.end(ctx, 'x')),
    ]),
    ...[
      'html',
      '.png',
      'json',
      'unknown-ext',
      'text/plain',
      'md',
      'application/json; charset=x',
    ].map((type): Pair => [
      (res) => res.type(type).end('x'),
      (ctx) => (fh.setType(ctx, type), fh.end(ctx, 'x')),
    ]),
    [
      (res) => res.append('X-A', '1').append('X-A', '2').append('X-A', ['3', '4']).end(),
      (ctx) => (
        fh.append(ctx, 'X-A', '1'),
        fh.append(ctx, 'X-A', '2'),
        fh.append(ctx, 'X-A', ['3', '4']),
        fh.end(ctx)
      ),
    ],
    [
      (res) => res.append('Set-Cookie', 'a=1').append('Set-Cookie', ['b=2', 'a=3']).end(),
      (ctx) => (
        fh.append(ctx, 'Set-Cookie', 'a=1'),
        fh.append(ctx, 'Set-Cookie', ['b=2', 'a=3']),
        fh.end(ctx)
      ),
    ],
    [
      (res) => (
        res.setHeader('X-A', ['1', '2']),
        res.setHeader('x-a', '3'),
        res.setHeader('Set-Cookie', ['a=1', 'b=2']),
        res.setHeader('Set-Cookie', 'c=3'),
        res.end()
      ),
      (ctx) => (
        fh.setHeader(ctx, 'X-A', ['1', '2']),
        fh.setHeader(ctx, 'x-a', '3'),
        fh.setHeader(ctx, 'Set-Cookie', ['a=1', 'b=2']),
        fh.setHeader(ctx, 'Set-Cookie', 'c=3'),
        fh.end(ctx)
      ),
    ],
    ...[
      ['Accept'],
      ['Accept, Origin'],
      [['A', 'B']],
      ['*'],
      ['accept'],
      ['Accept', 'accept'],
      ['Accept', '*'],
      ['*', 'A'],
      ['A', ['b', 'a', 'C']],
    ].map((fields): Pair => [
      (res) => (fields.forEach((one) => res.vary(one)), res.end()),
      (ctx) => (fields.forEach((one) => fh.vary(ctx, one)), fh.end(ctx)),
    ]),
    [
      (res) =>
        res
          .links({ next: '/2', last: ['/5', '/6'] })
          .links({ prev: '/0' })
          .end(),
      (ctx) => (
        fh.links(ctx, { next: '/2', last: ['/5', '/6'] }),
        fh.links(ctx, { prev: '/0' }),
        fh.end(ctx)
      ),
    ],
    ...[
      '/a b',
      'http://ü.example/?q=ü#f',
      '/%20%',
      'a\\b|c^`{}"',
      '\ud800x',
      '[::1]',
      "/'()*!~",
    ].map((url): Pair => [
      (res) => res.location(url).end(),
      (ctx) => (fh.location(ctx, url), fh.end(ctx)),
    ]),
    ...[undefined, 'a.png', '/x/y/ü €.txt', 'a"b.html', 'noext', '../../etc/passwd', ''].map(
      (name): Pair => [
        (res) => res.attachment(name).end('x'),
        (ctx) => (fh.attachment(ctx, name), fh.end(ctx, 'x')),
      ]
    ),
    [
      (res) => (
        res.set({ 'X-A': ['1', '2'], B: 'c' }),
        res.json([res.getHeaders(), res.getHeader('x-a'), res.getHeader('none') ?? null])
      ),
      (ctx) => (
        fh.set(ctx, { 'X-A': ['1', '2'], B: 'c' }),
        fh.json(ctx, [
          fh.responseHeaders(ctx),
          fh.responseHeaderValue(ctx, 'x-a'),
          fh.responseHeaderValue(ctx, 'none') ?? null,
        ])
      ),
    ],
  ]),
  'writeHead and end': {
    ...table([
      [
        (res) => (res.writeHead(201), res.end('x')),
        (ctx) => (fh.writeHead(ctx, 201), fh.end(ctx, 'x')),
      ],
      [
        (res) => (res.writeHead(404, 'Gone Fishing', { 'X-A': '1' }), res.end()),
        (ctx) => (fh.writeHead(ctx, 404, 'Gone Fishing', { 'X-A': '1' }), fh.end(ctx)),
      ],
      [
        (res) => (
          res.writeHead(200, { 'Content-Type': 'text/plain', 'X-A': ['1', '2'], 'X-N': 5 }),
          res.end('ü')
        ),
        (ctx) => (
          fh.writeHead(ctx, 200, { 'Content-Type': 'text/plain', 'X-A': ['1', '2'], 'X-N': 5 }),
          fh.end(ctx, 'ü')
        ),
      ],
      [
        (res) => (res.writeHead(200, ['X-A', '1', 'X-B', '2']), res.end()),
        (ctx) => (fh.writeHead(ctx, 200, ['X-A', '1', 'X-B', '2']), fh.end(ctx)),
      ],
      [(res) => (res.write('a'), res.end('b')), (ctx) => (ctx.write('a'), fh.end(ctx, 'b'))],
      [(res) => res.end('616263', 'hex'), (ctx) => fh.end(ctx, '616263', 'hex')],
      [(res) => res.end(Buffer.from([0, 255])), (ctx) => fh.end(ctx, Buffer.from([0, 255]))],
    ]),
    clean: ({ headers }) => delete headers['content-length'],
  },
  'the first answer stands': {
    expressApp: (app) => {
      app.get('/twice', (_req, res) => {
        res.json({ first: true })
        res.status(500).json({ second: true })
      })
      app.get('/throws', (_req, res) => {
        res.status(201).send('sent')
        throw new Error('after')
      })
      app.get('/next', (_req, res, next) => {
        res.send('sent')
        next()
      })
      app.get('/redirects', (_req, res) => {
        res.redirect('/a')
        res.redirect('/b')
      })
    },
    ownApp: (app) => {
      app.get('/twice', (ctx) => {
        fh.json(ctx, { first: true })
        fh.status(ctx, 500)
        fh.json(ctx, { second: true })
      })
      app.get('/throws', (ctx) => {
        fh.status(ctx, 201)
        fh.send(ctx, 'sent')
        throw new Error('after')
      })
      app.get('/next', (ctx, next) => {
        fh.send(ctx, 'sent')
        return next()
      })
      app.get('/redirects', (ctx) => {
        fh.redirect(ctx, '/a')
        fh.redirect(ctx, '/b')
      })
    },
    requests: ['/twice', '/throws', '/next', '/redirects'].map((target) => ({ target })),
  },
  headersSent: {
    express: (_req, res) => {
      const before = res.headersSent
      res.set('X-Before', String(before)).json({})
    },
    own: (ctx) => {
      fh.set(ctx, 'X-Before', String(fh.responded(ctx)))
      fh.json(ctx, {})
      if (!fh.responded(ctx)) throw new Error('not responded')
    },
    requests: [{}],
  },
  locals: {
    expressApp: (app) => {
      app.use((_req, res, next) => {
        res.locals['user'] = 'tobi'
        next()
      })
      app.use((_req, res) => void res.json(res.locals))
    },
    ownApp: (app) => {
      app.use((ctx, next) => {
        fh.locals(ctx)['user'] = 'tobi'
        return next()
      })
      app.use((ctx) => fh.json(ctx, fh.locals(ctx)))
    },
    requests: [{}],
  },
})

test.each([
  ['status below 100', (ctx: any) => fh.status(ctx, 99)],
  ['status of text', (ctx: any) => fh.status(ctx, '200' as never)],
  ['a name that is no token', (ctx: any) => fh.setHeader(ctx, 'a b', 'c')],
  ['a value that is missing', (ctx: any) => fh.setHeader(ctx, 'a', undefined as never)],
  ['a list as content type', (ctx: any) => fh.set(ctx, 'Content-Type', ['a/b'])],
  ['nothing to vary by', (ctx: any) => fh.vary(ctx, '')],
  ['a function as body', (ctx: any) => fh.send(ctx, () => {})],
])('refuses %s', async (_name, run) => {
  const router = new Router()
  router.use(run)
  router.onError((err, ctx) => ctx.setBody((err as { code: string }).code))
  const server = await serve(router.handler)
  expect((await send(server.port, {})).body).toBe('FH_ERR_INVALID_OPTION')
  await server.close()
})

test('without an app the settings of Express apply', async () => {
  const server = await serve((ctx) =>
    fh.json(ctx, [fh.query(ctx), fh.protocol(ctx), fh.subdomains(ctx)])
  )
  const answer = await send(server.port, { target: '/?a[b]=1', headers: { Host: 'a.b.c' } })
  expect(answer.body).toBe('[{"a[b]":"1"},"http",["a"]]')
  expect(answer.headers['etag']).toMatch(/^W\//)
  await server.close()
})

test('end after the response was given does nothing', async () => {
  const server = await serve((ctx) => {
    fh.end(ctx, 'first')
    fh.end(ctx, 'second')
  })
  expect((await send(server.port, {})).body).toBe('first')
  await server.close()
})

test('appOf gives the innermost app, and refuses where there is none', async () => {
  const app = new App()
  const inner = new App().set('name', 'inner')
  inner.get('/', (ctx) => fh.send(ctx, String(fh.appOf(ctx).get('name'))))
  app.set('name', 'outer').use('/in', inner)
  app.get('/', (ctx) => fh.send(ctx, String(fh.appOf(ctx).get('name'))))
  const server = await serve(app.handler)
  expect((await send(server.port, { target: '/in' })).body).toBe('inner')
  expect((await send(server.port, { target: '/' })).body).toBe('outer')
  await server.close()
  const bare = await serve((ctx) => {
    expect(() => fh.appOf(ctx)).toThrow(expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' }))
  })
  expect((await send(bare.port, {})).status).toBe(200)
  await bare.close()
})
