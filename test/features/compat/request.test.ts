import * as fh from '../../../src/features/compat/index.js'
import { describeCases, withHeaders } from './equivalence.js'

describeCases({
  headers: {
    express: (req, res) =>
      res.json([
        req.headers,
        req.get('Referer'),
        req.get('referrer'),
        req.get('X-A'),
        req.get('accept'),
        req.get('none') ?? null,
        req.xhr,
      ]),
    own: (ctx) =>
      fh.json(ctx, [
        { ...fh.headers(ctx) },
        fh.getHeader(ctx, 'Referer'),
        fh.getHeader(ctx, 'referrer'),
        fh.getHeader(ctx, 'X-A'),
        fh.getHeader(ctx, 'accept'),
        fh.getHeader(ctx, 'none') ?? null,
        fh.xhr(ctx),
      ]),
    requests: withHeaders(
      { Host: 'h' },
      { Host: 'h', 'X-A': ['1', '2'], Accept: ['a/b', 'c/d'], Cookie: ['a=1', 'b=2'] },
      { Host: 'h', Referer: 'r1', Referrer: 'r2' },
      { Host: 'h', Referrer: 'r2', 'User-Agent': ['u1', 'u2'], 'Set-Cookie': ['a=1', 'b=2'] },
      { Host: 'h', 'X-Requested-With': 'XmlHttpRequest', From: ['a', 'b'], ETag: ['1', '2'] },
      { Host: 'h', 'X-Latin': '\xe9\xff' }
    ),
  },
  rawHeaders: {
    express: (req, res) => res.json(req.rawHeaders),
    own: (ctx) => fh.json(ctx, fh.rawHeaders(ctx)),
    requests: withHeaders({ Host: 'h', 'x-LOWER-Upper': 'A', Accept: ['1', '2'] }),
  },
  query: {
    express: (req, res) => res.json(req.query),
    own: (ctx) => fh.json(ctx, fh.query(ctx)),
    requests: queries(),
  },
  'query extended': {
    settings: { 'query parser': 'extended' },
    express: (req, res) => res.json(req.query),
    own: (ctx) => fh.json(ctx, fh.query(ctx)),
    requests: queries(),
  },
  'query off': {
    settings: { 'query parser': false },
    express: (req, res) => res.json(req.query),
    own: (ctx) => fh.json(ctx, fh.query(ctx)),
    requests: queries().slice(0, 2),
  },
  'query of a function': {
    settings: { 'query parser': (text: string) => ({ text }) },
    express: (req, res) => res.json(req.query),
    own: (ctx) => fh.json(ctx, fh.query(ctx)),
    // Without a query Express gives the function null, we the empty text.
    requests: queries().slice(1, 3),
  },
  'target and mounts': {
    expressApp: (app) => {
      const show = (req: any, res: any) =>
        res.json([req.url, req.originalUrl, req.baseUrl, req.path])
      app.use('/a/:b', show)
      app.use(show)
    },
    ownApp: (app) => {
      const show = (ctx: any) =>
        fh.json(ctx, [fh.mountedUrl(ctx), ctx.requestURI(), fh.mountPath(ctx), fh.mountedPath(ctx)])
      app.use('/a/:b', show)
      app.use(show)
    },
    requests: [
      '/',
      '/a',
      '/a/b',
      '/a/b/',
      '/a/b?c=d',
      '/a/b/c/d?e#f',
      '/x/y?z',
      '/a%2Fb',
      '//a/b',
    ].map((target) => ({ target })),
  },
  connection: {
    express: (req, res) => res.json(connectionOf(req)),
    own: (ctx) => fh.json(ctx, ownConnectionOf(ctx)),
    requests: forwarded(),
  },
  'connection behind a proxy': {
    settings: { 'trust proxy': true },
    express: (req, res) => res.json(connectionOf(req)),
    own: (ctx) => fh.json(ctx, ownConnectionOf(ctx)),
    requests: forwarded(),
  },
  'connection behind one hop': {
    settings: { 'trust proxy': 1, 'subdomain offset': 1 },
    express: (req, res) => res.json(connectionOf(req)),
    own: (ctx) => fh.json(ctx, ownConnectionOf(ctx)),
    requests: forwarded(),
  },
  'connection behind named proxies': {
    settings: { 'trust proxy': 'loopback, 10.0.0.0/8' },
    express: (req, res) => res.json(connectionOf(req)),
    own: (ctx) => fh.json(ctx, ownConnectionOf(ctx)),
    requests: forwarded(),
  },
  'connection behind proxies of a function': {
    settings: { 'trust proxy': (address: string, i: number) => i < 2 && address !== '10.0.0.9' },
    express: (req, res) => res.json(connectionOf(req)),
    own: (ctx) => fh.json(ctx, ownConnectionOf(ctx)),
    requests: forwarded(),
  },
  accepts: {
    express: (req, res) =>
      res.json([
        req.accepts(),
        req.accepts('html'),
        req.accepts('json', 'text'),
        req.accepts(['png', 'application/json']),
        req.accepts('text/*'),
        req.accepts([]),
        req.acceptsEncodings(),
        req.acceptsEncodings('gzip', 'br'),
        req.acceptsEncodings(['identity']),
        req.acceptsCharsets(),
        req.acceptsCharsets('utf-8', 'iso-8859-1'),
        req.acceptsLanguages(),
        req.acceptsLanguages('en', 'de'),
        req.acceptsLanguages(['fr']),
      ]),
    own: (ctx) =>
      fh.json(ctx, [
        fh.accepts(ctx),
        fh.accepts(ctx, 'html'),
        fh.accepts(ctx, 'json', 'text'),
        fh.accepts(ctx, ['png', 'application/json']),
        fh.accepts(ctx, 'text/*'),
        fh.accepts(ctx, []),
        fh.acceptsEncodings(ctx),
        fh.acceptsEncodings(ctx, 'gzip', 'br'),
        fh.acceptsEncodings(ctx, ['identity']),
        fh.acceptsCharsets(ctx),
        fh.acceptsCharsets(ctx, 'utf-8', 'iso-8859-1'),
        fh.acceptsLanguages(ctx),
        fh.acceptsLanguages(ctx, 'en', 'de'),
        fh.acceptsLanguages(ctx, ['fr']),
      ]),
    requests: withHeaders(
      {},
      { Accept: 'text/html' },
      {
        Accept: 'text/*;q=.5, application/json',
        'Accept-Encoding': 'br;q=0.5, gzip',
        'Accept-Language': 'de-CH, en;q=0.8',
        'Accept-Charset': 'iso-8859-1',
      },
      { Accept: '*/*', 'Accept-Encoding': '*;q=0', 'Accept-Language': '*' },
      { Accept: 'image/png', 'Accept-Encoding': 'identity;q=0' },
      { Accept: ',,;q', 'Accept-Language': '' }
    ),
  },
  is: {
    express: (req, res) =>
      res.json([
        req.is('json'),
        req.is('text/*'),
        req.is('html', 'urlencoded'),
        req.is(['multipart', '+json']),
        req.is('application/*'),
      ]),
    own: (ctx) =>
      fh.json(ctx, [
        fh.is(ctx, 'json'),
        fh.is(ctx, 'text/*'),
        fh.is(ctx, 'html', 'urlencoded'),
        fh.is(ctx, ['multipart', '+json']),
        fh.is(ctx, 'application/*'),
      ]),
    requests: [
      {},
      { method: 'POST', headers: { 'Content-Type': 'application/json' } },
      ...[
        'application/json',
        'text/plain; charset=utf-8',
        'application/x-www-form-urlencoded',
        'application/vnd.api+json',
        'multipart/form-data; boundary=x',
        'nonsense',
        'TEXT/HTML',
      ].map((type) => ({
        method: 'POST',
        headers: { 'Content-Type': type },
        body: type.startsWith('multipart')
          ? '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
          : 'x',
      })),
    ],
  },
  'fresh and stale': {
    express: (req, res) => {
      if (req.query.etag) res.set('ETag', req.query.etag)
      if (req.query.date) res.set('Last-Modified', req.query.date)
      if (req.query.status) res.status(Number(req.query.status))
      res.set('X-Fresh', `${req.fresh} ${req.stale}`).end()
    },
    own: (ctx) => {
      const query = fh.query(ctx) as Record<string, string>
      if (query['etag']) fh.set(ctx, 'ETag', query['etag'])
      if (query['date']) fh.set(ctx, 'Last-Modified', query['date'])
      if (query['status']) fh.status(ctx, Number(query['status']))
      fh.set(ctx, 'X-Fresh', `${fh.fresh(ctx)} ${fh.stale(ctx)}`)
      fh.end(ctx)
    },
    requests: [
      '/',
      '/?etag="a"',
      '/?etag=W/"a"',
      '/?date=Mon,%2001%20Jan%202024%2000:00:00%20GMT',
      '/?etag="a"&status=404',
      '/?etag="a"&status=304',
    ].flatMap((target) => [
      { target, headers: { 'If-None-Match': '"a"' } },
      { target, headers: { 'If-None-Match': '*' } },
      { target, headers: { 'If-None-Match': '"a"', 'Cache-Control': 'no-cache' } },
      { target, headers: { 'If-Modified-Since': 'Mon, 01 Jan 2024 00:00:00 GMT' } },
      { target, method: 'HEAD', headers: { 'If-None-Match': '"b", "a"' } },
      { target, method: 'POST', headers: { 'If-None-Match': '"a"' } },
    ]),
  },
  range: {
    express: (req, res) =>
      res.json(
        [req.range(100), req.range(100)?.type, req.range(1000, { combine: true })].map(
          (one) => one ?? null
        )
      ),
    own: (ctx) => {
      const first = fh.range(ctx, 100)
      fh.json(
        ctx,
        [
          first,
          (first as { type?: string } | undefined)?.type,
          fh.range(ctx, 1000, { combine: true }),
        ].map((one) => one ?? null)
      )
    },
    requests: withHeaders(
      {},
      ...[
        'bytes=0-9',
        'bytes=0-',
        'bytes=-10',
        'bytes=90-200',
        'bytes=200-',
        'bytes=0-5,10-20, 4-12',
        'bytes=50-40',
        'bytes=',
        'bytes=-',
        'bytes=a-b',
        'bytes',
        'users=0-3',
        'bytes=-0',
        'bytes=-200',
        'bytes=50-60,0-10,5-20',
        'bytes=1.5-3',
        'bytes= 0 - 9 ',
      ].map((Range) => ({ Range }))
    ),
  },
})

function queries() {
  return [
    '/',
    '/?a=1&a=2&b',
    '/?a[b]=1&a[c][d]=2&e[]=3&e[]=4',
    '/?x=%20y+z&%zz=1',
    '/?a=1?b=2',
    '/?__proto__[x]=1&toString=2',
    '/?a.b=1&a=1;2',
    '/?' + 'k[]=1&'.repeat(30),
    '/?é=ü',
  ].map((target) => ({ target: encodeURI(decodeSafely(target)) }))
}

function decodeSafely(text: string): string {
  return text.replace(/%(?![0-9a-f]{2})/gi, '%25')
}

function connectionOf(req: any) {
  return [
    req.protocol,
    req.secure,
    req.host ?? null,
    req.hostname ?? null,
    req.ip,
    req.ips,
    req.subdomains,
  ]
}

function ownConnectionOf(ctx: any) {
  return [
    fh.protocol(ctx),
    fh.secure(ctx),
    fh.host(ctx) ?? null,
    fh.hostname(ctx) ?? null,
    fh.ip(ctx),
    fh.ips(ctx),
    fh.subdomains(ctx),
  ]
}

function forwarded() {
  return withHeaders(
    { Host: 'tobi.ferrets.example.com:3000' },
    { Host: '[::1]:3000' },
    { Host: '127.0.0.1' },
    {
      Host: 'h',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'a.b.example.com:8080',
      'X-Forwarded-For': '1.2.3.4',
    },
    {
      Host: 'h',
      'X-Forwarded-Proto': 'https , http',
      'X-Forwarded-Host': 'x.y , z',
      'X-Forwarded-For': '1.2.3.4, 10.0.0.1, 10.0.0.2',
    },
    { Host: 'h', 'X-Forwarded-For': '10.0.0.9, 8.8.8.8, 10.0.0.2' }
  )
}
