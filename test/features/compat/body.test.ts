import zlib from 'node:zlib'
import express from 'express'
import { describe, expect, test } from 'vitest'
import * as fh from '../../../src/features/compat/index.js'
import { Router } from '../../../src/features/router/index.js'
import { describeCases, type Case } from './equivalence.js'
import { send, serve, type TestRequest } from './exchange.js'

/** Answers with the body and its kind, or `undefined`. */
function show(body: unknown): object {
  return {
    kind: Buffer.isBuffer(body) ? 'Buffer' : typeof body,
    body: Buffer.isBuffer(body) ? body.toString('hex') : body,
  }
}

function bodyCase(
  name: 'json' | 'urlencoded' | 'text' | 'raw',
  requests: TestRequest[],
  options: any = {}
): Case {
  const own = {
    json: fh.jsonBody,
    urlencoded: fh.urlencodedBody,
    text: fh.textBody,
    raw: fh.rawBody,
  }[name]
  return {
    expressApp: (app) => {
      app.use((express as any)[name](options))
      app.use((req, res) => void res.json(show(req.body)))
    },
    ownApp: (app) => {
      app.use(own(options))
      app.use((ctx) => fh.json(ctx, show(fh.body(ctx))))
    },
    requests,
  }
}

const post = (
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {}
): TestRequest => ({
  method: 'POST',
  headers: { 'Content-Type': type, ...headers },
  body,
})
const asJson = (body: string | Buffer, headers?: Record<string, string>) =>
  post('application/json', body, headers)
const asForm = (body: string | Buffer, headers?: Record<string, string>) =>
  post('application/x-www-form-urlencoded', body, headers)

const JSON_REQUESTS: TestRequest[] = [
  {},
  { method: 'POST' },
  { method: 'POST', headers: { 'Content-Type': 'application/json' } },
  {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
  },
  { method: 'GET', headers: { 'Content-Type': 'application/json' }, body: '{"get":1}' },
  ...[
    '{"a":1}',
    '[1,2]',
    '',
    '  {"a":1}\n',
    '"text"',
    '42',
    'null',
    ' true',
    '{',
    '{"a":1',
    '[1,]',
    '{"__proto__":{"x":1}}',
    '#',
    '   ',
    'x'.repeat(50),
    '\ufeff{"bom":1}',
    '{"ü":"€"}',
  ].map((body) => asJson(body)),
  post('application/json; charset=utf-8', '{"a":1}'),
  post('application/json; charset="UTF-8"', '{"a":1}'),
  post('application/json; charset=utf-16', Buffer.from('{"a":"ü"}', 'utf16le')),
  post('application/json; charset=utf-16le', Buffer.from('{"a":"ü"}', 'utf16le')),
  post('application/json; charset=iso-8859-1', '{"a":1}'),
  post('application/json; charset=bogus', '{"a":1}'),
  post('application/vnd.api+json', '{"a":1}'),
  post('text/plain', '{"a":1}'),
  post('APPLICATION/JSON', '{"a":1}'),
  post('nonsense', '{"a":1}'),
]

const encoded = (
  make: (type: (body: Buffer) => Buffer, name: string) => TestRequest
): TestRequest[] => [
  make(zlib.gzipSync, 'gzip'),
  make(zlib.deflateSync, 'deflate'),
  make(zlib.brotliCompressSync, 'br'),
  make(zlib.gzipSync, 'GZIP'),
]

describeCases({
  json: bodyCase('json', JSON_REQUESTS),
  'json, not strict': bodyCase('json', JSON_REQUESTS, { strict: false }),
  'json of other types': bodyCase('json', JSON_REQUESTS.slice(-8), { type: ['+json', 'text/*'] }),
  'json of all types': bodyCase('json', JSON_REQUESTS.slice(-8), { type: '*/*' }),
  'json with a reviver': bodyCase('json', [asJson('{"a":1,"b":[2]}')], {
    reviver: (_key: string, value: unknown) => (typeof value === 'number' ? value * 2 : value),
  }),
  'json, encoded': bodyCase('json', [
    ...encoded((encode, name) =>
      asJson(encode(Buffer.from('{"a":"ü"}')), { 'Content-Encoding': name })
    ),
    asJson('{"a":1}', { 'Content-Encoding': 'identity' }),
    asJson('{"a":1}', { 'Content-Encoding': 'gzip' }),
    asJson(zlib.gzipSync('{"a":1}').subarray(0, 20), { 'Content-Encoding': 'gzip' }),
    asJson('{"a":1}', { 'Content-Encoding': 'nulls' }),
    asJson('', { 'Content-Encoding': 'gzip' }),
  ]),
  'json, not to be inflated': bodyCase(
    'json',
    [
      ...encoded((encode, name) => asJson(encode(Buffer.from('{}')), { 'Content-Encoding': name })),
      asJson('{"a":1}'),
      asJson('{"a":1}', { 'Content-Encoding': 'identity' }),
    ],
    { inflate: false }
  ),
  'json with a limit': bodyCase(
    'json',
    [
      '{"a":1}',
      `{"a":"${'x'.repeat(20)}"}`,
      `{"a":"${'x'.repeat(8)}"}`,
      `{"a":"${'x'.repeat(9)}"}`,
      `{"a":"${'x'.repeat(7)}"}`,
    ].map((body) => asJson(body)),
    { limit: 16 }
  ),
  'json with a limit, chunked': bodyCase(
    'json',
    [
      {
        ...asJson(`{"a":"${'x'.repeat(20)}"}`),
        headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      },
    ],
    { limit: '10b' }
  ),
  'json with a limit, encoded': {
    ...bodyCase(
      'json',
      [
        asJson(zlib.gzipSync(`{"a":"${'x'.repeat(5000)}"}`), { 'Content-Encoding': 'gzip' }),
        asJson(zlib.gzipSync(`{"a":"${'x'.repeat(900)}"}`), { 'Content-Encoding': 'gzip' }),
      ],
      {
        limit: '1kb',
      }
    ),
  },
  'json over the default limit': bodyCase('json', [
    asJson(JSON.stringify('x'.repeat(102398))),
    asJson(`["${'x'.repeat(102399)}"]`),
    asJson(`["${'x'.repeat(102396)}"]`),
  ]),
  urlencoded: bodyCase('urlencoded', forms()),
  'urlencoded, extended': bodyCase('urlencoded', forms(), { extended: true }),
  'urlencoded, few parameters': bodyCase('urlencoded', forms(), {
    extended: true,
    parameterLimit: 2,
  }),
  'urlencoded, shallow': bodyCase('urlencoded', forms(), { extended: true, depth: 1 }),
  'urlencoded, sentinel': bodyCase('urlencoded', forms(), {
    charsetSentinel: true,
    interpretNumericEntities: true,
    extended: true,
  }),
  'urlencoded, latin1': bodyCase('urlencoded', forms(), {
    defaultCharset: 'iso-8859-1',
    interpretNumericEntities: true,
  }),
  text: bodyCase('text', [
    post('text/plain', 'plain ü'),
    post('text/plain', ''),
    post('text/html', 'html'),
    post('text/plain; charset=iso-8859-1', Buffer.from('ü', 'latin1')),
    post('text/plain; charset=utf-16le', Buffer.from('ü€', 'utf16le')),
    post('text/plain; charset=windows-1252', Buffer.from([0x80])),
    post('text/plain; charset=shift_jis', Buffer.from([0x83, 0x65])),
    post('text/plain; charset=x-none', 'x'),
    post('text/plain', Buffer.from([0xff, 0x61, 0xc3])),
    post('text/plain', '\ufefftext'),
  ]),
  'text, latin1': bodyCase('text', [post('text/plain', Buffer.from([0xe9]))], {
    defaultCharset: 'latin1',
  }),
  raw: bodyCase('raw', [
    post('application/octet-stream', Buffer.from([0, 255, 128])),
    post('application/octet-stream', ''),
    post('application/octet-stream; charset=bogus', 'x'),
    post('image/png', 'x'),
    post('application/octet-stream', zlib.gzipSync('raw'), { 'Content-Encoding': 'gzip' }),
  ]),
  'raw of all types': bodyCase('raw', [post('image/png', 'x'), post('', 'x'), {}], { type: '*/*' }),
  verify: {
    expressApp: (app) => {
      app.use(
        express.json({
          verify: (req: any, _res, bytes, encoding) => {
            req.raw = `${bytes.toString()} ${encoding}`
            if (bytes[0] === 0x5b) throw new Error('no lists')
            if (bytes.length === 2)
              throw Object.assign(new Error('teapot'), { status: 418, type: 'own' })
          },
        })
      )
      app.use((req: any, res) => void res.json([req.body, req.raw]))
    },
    ownApp: (app) => {
      app.use(
        fh.jsonBody({
          verify: (ctx, bytes, encoding) => {
            ctx.setUserValue('raw', `${bytes.toString()} ${encoding}`)
            if (bytes[0] === 0x5b) throw new Error('no lists')
            if (bytes.length === 2)
              throw Object.assign(new Error('teapot'), { status: 418, type: 'own' })
          },
        })
      )
      app.use((ctx) => fh.json(ctx, [fh.body(ctx), ctx.userValue('raw')]))
    },
    requests: [asJson('{"a":1}'), asJson('[1]'), asJson('{}'), asJson('{ }x')],
  },
  'several parsers': {
    expressApp: (app) => {
      app.use(
        express.json({ type: 'application/json' }),
        express.urlencoded(),
        express.text({ type: '*/*' })
      )
      app.use((req, res) => void res.json(show(req.body)))
    },
    ownApp: (app) => {
      app.use(
        fh.jsonBody({ type: 'application/json' }),
        fh.urlencodedBody(),
        fh.textBody({ type: '*/*' })
      )
      app.use((ctx) => fh.json(ctx, show(fh.body(ctx))))
    },
    requests: [asJson('{"a":1}'), asForm('a=1'), post('text/x', 'x'), asJson('')],
  },
  'a function as type': {
    expressApp: (app) => {
      app.use(express.text({ type: (req) => req.headers['x-parse'] === 'yes' }))
      app.use((req, res) => void res.json(show(req.body)))
    },
    ownApp: (app) => {
      app.use(fh.textBody({ type: (ctx) => fh.getHeader(ctx, 'X-Parse') === 'yes' }))
      app.use((ctx) => fh.json(ctx, show(fh.body(ctx))))
    },
    requests: [post('a/b', 'x', { 'X-Parse': 'yes' }), post('a/b', 'x', { 'X-Parse': 'no' })],
  },
  'paramValue as req.param of Express 4': {
    expressApp: (app) => {
      app.use(express.json())
      app.use('/:a', (req: any, res) => {
        const { params, query } = req
        const body = req.body ?? {}
        const own = (source: any, name: string) =>
          Object.hasOwn(source, name) ? source[name] : undefined
        res.json(
          ['a', 'b', 'c', 'toString'].map(
            (name) => own(params, name) ?? own(body, name) ?? own(query, name) ?? 'none'
          )
        )
      })
    },
    ownApp: (app) => {
      app.use(fh.jsonBody())
      app.use('/:a', (ctx) =>
        fh.json(
          ctx,
          ['a', 'b', 'c', 'toString'].map((name) => fh.paramValue(ctx, name, 'none'))
        )
      )
    },
    requests: [{ target: '/x?a=1&b=2' }, { ...asJson('{"a":3,"b":4}'), target: '/x?b=5&c=6' }],
  },
})

function forms(): TestRequest[] {
  return [
    ...[
      'a=1&b=2',
      'a=1&a=2',
      'a[b]=1&a[c][d]=2',
      'a[]=1&a[]=2',
      'a[0]=x&a[2]=y',
      '',
      '&&',
      'a',
      'a=%20+%zz',
      'utf8=%E2%9C%93&a=%C3%BC',
      'utf8=%26%2310003%3B&a=%FC',
      'a=%26%239786%3B',
      'a.b=1',
      '__proto__[x]=1',
      'toString=1',
      'a[b][c][d][e]=1',
      'a=1;b=2',
      'a=ü',
    ].map((body) => asForm(body)),
    asForm('a=' + '&a='.repeat(1200)),
    asForm('a[]=1&'.repeat(150)),
    asForm('a' + '[b]'.repeat(40) + '=1'),
    post('application/x-www-form-urlencoded; charset=iso-8859-1', 'a=%FC'),
    post('application/x-www-form-urlencoded; charset=utf-16', 'a=1'),
  ]
}

describe('with a streaming server', () => {
  test.each([
    ['parsed', asJson('{"a":1}'), 200, '{"a":1}'],
    [
      'large',
      asJson(JSON.stringify({ a: 'x'.repeat(90_000) })),
      200,
      JSON.stringify({ a: 'x'.repeat(90_000) }),
    ],
    ['too large', asJson(JSON.stringify({ a: 'x'.repeat(200_000) })), 413, '"entity.too.large"'],
    ['encoded', asJson(zlib.gzipSync('{"b":2}'), { 'Content-Encoding': 'gzip' }), 200, '{"b":2}'],
  ])('%s', async (_name, request, status, body) => {
    const router = new Router()
    router.use(fh.jsonBody())
    router.use((ctx) => fh.json(ctx, fh.body(ctx)))
    router.onError((err, ctx) => {
      fh.status(ctx, (err as { status: number }).status)
      fh.json(ctx, (err as { type: string }).type)
    })
    const server = await serve(router.handler, { streamRequestBody: true })
    const answer = await send(server.port, request)
    expect([answer.status, answer.body]).toEqual([status, body])
    await server.close()
  })

  test.each([[true], [false]])('requestStream, streaming %s', async (streamRequestBody) => {
    const server = await serve(
      async (ctx) => {
        let text = ''
        for await (const chunk of fh.requestStream(ctx)) text += String(chunk)
        ctx.setBody(text.toUpperCase())
      },
      { streamRequestBody }
    )
    expect((await send(server.port, post('text/plain', 'piped'))).body).toBe('PIPED')
    expect((await send(server.port, {})).body).toBe('')
    await server.close()
  })
})

test("what is kept of a body is the caller's", async () => {
  const kept: Buffer[] = []
  const router = new Router()
  router.use(fh.rawBody(), fh.jsonBody({ verify: (_ctx, bytes) => void kept.push(bytes) }))
  router.use((ctx) => {
    if (Buffer.isBuffer(fh.body(ctx))) kept.push(fh.body(ctx))
  })
  const server = await serve(router.handler)
  await send(server.port, post('application/octet-stream', 'first!'))
  await send(server.port, asJson('{"a":1}'))
  await send(server.port, post('application/octet-stream', 'others'))
  await send(server.port, asJson('[2,2,2]'))
  expect(kept.map(String)).toEqual(['first!', '{"a":1}', 'others', '[2,2,2]'])
  await server.close()
})

test('a body that is no JSON is a SyntaxError with a code', async () => {
  const router = new Router()
  let seen: unknown
  router.use(fh.jsonBody())
  router.onError((err) => void (seen = err))
  const server = await serve(router.handler)
  await send(server.port, asJson('{'))
  expect(seen).toBeInstanceOf(SyntaxError)
  expect(seen).toMatchObject({
    code: 'FH_ERR_INVALID_JSON',
    status: 400,
    type: 'entity.parse.failed',
    body: '{',
  })
  await server.close()
})

test.each([
  ['limit', () => fh.jsonBody({ limit: 'much' })],
  ['verify', () => fh.jsonBody({ verify: 1 as never })],
  ['parameterLimit', () => fh.urlencodedBody({ parameterLimit: 0 })],
  ['depth', () => fh.urlencodedBody({ extended: true, depth: -1 })],
  ['defaultCharset', () => fh.urlencodedBody({ defaultCharset: 'utf-16' })],
])('refuses a bad %s', (_name, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' }))
})
