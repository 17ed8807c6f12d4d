import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, expect, test } from 'vitest'
import * as fh from '../../../src/features/compat/index.js'
import { Router } from '../../../src/features/router/index.js'
import { describeCases, type Case } from './equivalence.js'
import { send, serve, type TestRequest } from './exchange.js'

const root = mkdtempSync(join(tmpdir(), 'compat-files-'))
afterAll(() => rmSync(root, { recursive: true }))

const FILES: Record<string, string> = {
  'index.html': '<p>index</p>',
  'name.txt': 'tobi',
  'empty.txt': '',
  'todo.html': '- groceries',
  'todo.txt': 'text todo',
  '.hidden': 'secret',
  '.dir/file.txt': 'in a hidden directory',
  'users/index.html': '<p>users</p>',
  'users/tobi.txt': 'ferret',
  'plain/a.txt': 'a',
  'with space ü.txt': 'odd name',
  '100%.txt': 'percent',
  'large.bin': 'x'.repeat(200_000),
  noext: 'no extension',
  'style.css': 'body{}',
  'data.json': '{}',
  'a.unknownext': '?',
}
for (const [name, text] of Object.entries(FILES)) {
  const path = join(root, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  utimesSync(path, new Date(1_700_000_000_000), new Date(1_700_000_000_000))
}

const TARGETS = [
  '/',
  '/index.html',
  '/name.txt',
  '/empty.txt',
  '/todo',
  '/todo.html',
  '/.hidden',
  '/.dir/file.txt',
  '/users',
  '/users/',
  '/users?q=1',
  '/users/tobi.txt',
  '/users/tobi.txt/',
  '/plain',
  '/plain/',
  '/with%20space%20%C3%BC.txt',
  '/100%25.txt',
  '/100%.txt',
  '/large.bin',
  '/noext',
  '/style.css',
  '/data.json',
  '/a.unknownext',
  '/none',
  '/none/',
  '/../name.txt',
  '/users/../name.txt',
  '/%2e%2e/name.txt',
  '/users%2ftobi.txt',
  '/%00',
  '/name.txt%00',
  '//users',
  '//',
  '/users//tobi.txt',
  '/NAME.TXT',
  '/' + 'x'.repeat(300),
  '/..%5cname.txt',
  '/./name.txt',
]

const CONDITIONS: Record<string, string>[] = [
  { Range: 'bytes=0-3' },
  { Range: 'bytes=2-' },
  { Range: 'bytes=-2' },
  { Range: 'bytes=100-' },
  { Range: 'bytes=0-0,2-3' },
  { Range: 'bytes=0-1,1-3' },
  { Range: 'bytes=3-1' },
  { Range: 'chars=0-1' },
  { Range: 'bytes=x' },
  { Range: 'bytes=0-3', 'If-Range': 'Tue, 14 Nov 2023 22:13:20 GMT' },
  { Range: 'bytes=0-3', 'If-Range': 'Mon, 13 Nov 2023 22:13:20 GMT' },
  { Range: 'bytes=0-3', 'If-Range': '"other"' },
  { 'If-Modified-Since': 'Tue, 14 Nov 2023 22:13:20 GMT' },
  { 'If-Modified-Since': 'Mon, 13 Nov 2023 22:13:20 GMT' },
  { 'If-Modified-Since': 'x' },
  { 'If-None-Match': '*' },
  { 'If-None-Match': '"other"' },
  { 'If-Match': '*' },
  { 'If-Match': '"other"' },
  { 'If-Unmodified-Since': 'Mon, 13 Nov 2023 22:13:20 GMT' },
  { 'If-Unmodified-Since': 'Tue, 14 Nov 2023 22:13:20 GMT' },
]

const all: TestRequest[] = [
  ...TARGETS.map((target) => ({ target })),
  ...['/name.txt', '/users', '/none', '/empty.txt', '/large.bin'].map((target) => ({
    target,
    method: 'HEAD',
  })),
  ...['/name.txt', '/none'].map((target) => ({ target, method: 'POST' })),
  ...CONDITIONS.flatMap((headers) => [
    { target: '/name.txt', headers },
    { target: '/name.txt', headers, method: 'HEAD' },
    { target: '/large.bin', headers },
    { target: '/empty.txt', headers },
  ]),
]

function staticCase(options: any = {}, requests = all, mount = '/'): Case {
  return {
    expressApp: (app) => {
      app.use(mount, express.static(root, options))
      app.use((req, res) => void res.status(404).type('text').send(`next ${req.url}`))
    },
    ownApp: (app) => {
      app.use(mount, fh.staticFiles(root, options))
      app.use((ctx) => {
        fh.status(ctx, 404)
        fh.setType(ctx, 'text')
        fh.send(ctx, `next ${fh.mountedUrl(ctx)}`)
      })
    },
    requests,
  }
}

const some = TARGETS.map((target) => ({ target }))

function sendFileCase(options: any = {}, settings: Record<string, unknown> = {}): Case {
  return {
    settings,
    expressApp: (app) => {
      app.use((req, res) => void res.sendFile(decodeURIComponent(req.path), { root, ...options }))
    },
    ownApp: (app) => {
      app.use((ctx) =>
        fh.sendFile(ctx, decodeURIComponent(fh.mountedPath(ctx)), { root, ...options })
      )
    },
    requests: [
      ...[
        '/name.txt',
        '/empty.txt',
        '/users/tobi.txt',
        '/.hidden',
        '/.dir/file.txt',
        '/with%20space%20%C3%BC.txt',
        '/100%25.txt',
        '/large.bin',
        '/none',
        '/users/../name.txt',
        '/a/../../x',
        '/users/',
      ].map((target) => ({
        target,
      })),
      { target: '/name.txt', method: 'HEAD' },
      { target: '/name.txt', method: 'POST' },
      ...CONDITIONS.map((headers) => ({ target: '/name.txt', headers })),
    ],
    clean: (response) => {
      // The system's message names the directory.
      response.body = response.body.replaceAll(root, 'ROOT')
    },
  }
}

describeCases({
  'static files': staticCase(),
  'static files, mounted': staticCase(
    {},
    [
      '/files',
      '/files/',
      '/files/name.txt',
      '/files/users',
      '/files/users?x',
      '/files/none',
      '/filesx',
      '/FILES/name.txt',
      '/files//users',
    ].map((target) => ({ target })),
    '/files'
  ),
  'static files, no fallthrough': staticCase({ fallthrough: false }),
  'static files, no redirect': staticCase({ redirect: false }, some),
  'static files, no index': staticCase({ index: false }, some),
  'static files, other indexes': staticCase({ index: ['none.html', 'tobi.txt', 'a.txt'] }, some),
  'static files, extensions': staticCase({ extensions: ['none', 'txt', 'html'] }, some),
  'static files, dotfiles allowed': staticCase({ dotfiles: 'allow' }, some),
  'static files, dotfiles denied': staticCase({ dotfiles: 'deny' }, some),
  'static files, dotfiles denied, no fallthrough': staticCase(
    { dotfiles: 'deny', fallthrough: false },
    some
  ),
  'static files, no validators': staticCase({
    etag: false,
    lastModified: false,
    acceptRanges: false,
  }),
  'static files, cached': staticCase({ maxAge: '1d', immutable: true }, some.slice(0, 5)),
  'static files, cached for milliseconds': staticCase({ maxAge: 1500 }, some.slice(0, 3)),
  'static files, cached too long': staticCase({ maxAge: '10 years' }, some.slice(0, 3)),
  'static files, not cached': staticCase({ cacheControl: false }, some.slice(0, 3)),
  'static files, own fields': {
    ...staticCase(),
    requests: some.slice(0, 5),
    expressApp: (app) => {
      app.use(
        express.static(root, {
          setHeaders: (res, path, stat) =>
            void res.set({ 'X-Path': path, 'X-Size': stat.size, 'Cache-Control': 'own' }),
        })
      )
    },
    ownApp: (app) => {
      app.use(
        fh.staticFiles(root, {
          setHeaders: (ctx, path, stat) =>
            fh.set(ctx, { 'X-Path': path, 'X-Size': stat.size, 'Cache-Control': 'own' }),
        })
      )
    },
  },
  sendFile: sendFileCase(),
  'sendFile with options': sendFileCase(
    {
      maxAge: '2h',
      immutable: true,
      lastModified: false,
      dotfiles: 'allow',
      headers: { 'X-A': 'b', 'Content-Type': 'text/x-own' },
    },
    { etag: false }
  ),
  'sendFile of a part': sendFileCase({ start: 1, end: 2 }),
  'sendFile, absolute': {
    express: (_req, res) => res.sendFile(join(root, 'name.txt')),
    own: (ctx) => fh.sendFile(ctx, join(root, 'name.txt')),
    requests: [{}],
  },
  download: {
    expressApp: (app) => {
      app.get('/a', (_req, res) => void res.download(join(root, 'name.txt')))
      app.get('/b', (_req, res) => void res.download(join(root, 'name.txt'), 'üser "x".txt'))
      app.get(
        '/c',
        (_req, res) =>
          void res.download('name.txt', 'x.html', {
            root,
            headers: { 'X-A': 'b', 'content-disposition': 'inline' },
          })
      )
      app.get('/d', (_req, res) => void res.download('name.txt', { root } as any))
      app.get('/e', (_req, res) => void res.download(join(root, 'none.txt')))
    },
    ownApp: (app) => {
      app.get('/a', (ctx) => fh.download(ctx, join(root, 'name.txt')))
      app.get('/b', (ctx) => fh.download(ctx, join(root, 'name.txt'), 'üser "x".txt'))
      app.get('/c', (ctx) =>
        fh.download(ctx, 'name.txt', 'x.html', {
          root,
          headers: { 'X-A': 'b', 'content-disposition': 'inline' },
        })
      )
      app.get('/d', (ctx) => fh.download(ctx, 'name.txt', { root }))
      app.get('/e', (ctx) => fh.download(ctx, join(root, 'none.txt')))
    },
    requests: ['/a', '/b', '/c', '/d', '/e'].map((target) => ({ target })),
  },
})

test('a directory is no file', async () => {
  const router = new Router()
  router.use((ctx) => fh.sendFile(ctx, root))
  const server = await serve(router.handler)
  expect((await send(server.port, {})).status).toBe(404)
  await server.close()
})

test.each([
  ['a relative path', (ctx: any) => fh.sendFile(ctx, 'name.txt')],
  ['a path that is no text', (ctx: any) => fh.sendFile(ctx, 1 as never)],
  ['dotfiles', (ctx: any) => fh.sendFile(ctx, '/x', { dotfiles: 'x' as never })],
])('sendFile refuses %s', async (_name, run) => {
  const router = new Router()
  router.use(run)
  router.onError((err, ctx) => ctx.setBody((err as { code: string }).code))
  const server = await serve(router.handler)
  expect((await send(server.port, {})).body).toBe('FH_ERR_INVALID_OPTION')
  await server.close()
})

test.each([
  ['no root', () => fh.staticFiles('')],
  ['setHeaders', () => fh.staticFiles(root, { setHeaders: 1 as never })],
  ['index', () => fh.staticFiles(root, { index: 1 as never })],
])('staticFiles refuses %s', (_name, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' }))
})
