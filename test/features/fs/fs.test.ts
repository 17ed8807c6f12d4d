import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import * as fsPromises from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasZstd, unzstd } from '../../../src/bytes/coding/zstd.js'
import { formatHTTPDate } from '../../../src/bytes/http-date.js'
import {
  fileLastModified,
  FS,
  fsHandler,
  newPathPrefixStripper,
  newPathSlashesStripper,
  newVHostPathRewriter,
  serveFile,
  serveFileLiteral,
  serveFileUncompressed,
  serveFS,
  serveFSLiteral,
  type FileSystem,
  type FSOptions,
} from '../../../src/features/fs/index.js'
import { RequestCtx, type RequestHandler } from '../../../src/index.js'
import { serve, turns, type Served } from '../../helpers/raw-client.js'
import { field, parseResponses, type RawResponse } from '../../helpers/responses.js'

const MTIME = new Date(Date.UTC(2020, 1, 2, 3, 4, 5))
const DATE = formatHTTPDate(MTIME)
const LONG = 'A line that is there again and again.\n'.repeat(2000)

let base = ''
let root = ''
let served: (Served & { logged: string[] }) | undefined

function put(name: string, content: string | Buffer, mtime = MTIME): void {
  writeFileSync(join(root, name), content)
  utimesSync(join(root, name), mtime, mtime)
}

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'fs-'))
  root = join(base, 'root')
  for (const folder of ['', 'sub', 'sub/deep', 'site', 'empty', 'h.de'])
    mkdirSync(join(root, folder))
  writeFileSync(join(base, 'secret.txt'), 'SECRET')
  mkdirSync(join(base, 'root-other'))
  writeFileSync(join(base, 'root-other', 'secret.txt'), 'SECRET')
  put('a.txt', '0123456789')
  put('long.txt', LONG)
  put('noise.bin', randomBytes(20_000))
  put('ü %?#.txt', 'strange')
  put('site/index.html', '<h1>index</h1>')
  put('sub/b.txt', 'b')
  put('sub/<b>&"\'.txt', 'x')
  put('h.de/a.txt', 'host')
})
afterEach(async () => {
  await served?.close()
  served = undefined
  rmSync(base, { recursive: true })
})

async function start(handler: RequestHandler): Promise<void> {
  const logged: string[] = []
  const logger = { printf: (_: string, text: unknown) => void logged.push(String(text)) }
  served = { ...(await serve({ handler, logger })), logged }
}

async function get(
  target: string,
  fields: Record<string, string> = {},
  method = 'GET'
): Promise<RawResponse> {
  const client = await served!.connect()
  const lines = Object.entries({ Host: 'h.de', Connection: 'close', ...fields })
  client.end(
    `${method} ${target} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`
  )
  return parseResponses(await client.untilEnd(), [method])[0]!
}

const withFS = (options: FSOptions): Promise<void> =>
  start(new FS({ root, ...options }).newRequestHandler())

describe('what a path leads to', () => {
  test.each<[string, string, FSOptions, number, string | RegExp]>([
    ['a file', '/a.txt', {}, 200, '0123456789'],
    ['a file below', '/sub/b.txt', {}, 200, 'b'],
    ['a slash behind a file', '/a.txt/', {}, 200, '0123456789'],
    ['escapes', '/%C3%BC%20%25%3F%23.txt', {}, 200, 'strange'],
    ['dots within the root', '/sub/../a.txt', {}, 200, '0123456789'],
    ['missing', '/none', {}, 404, 'Cannot open requested path'],
    ['below a file', '/a.txt/b', {}, 404, 'Cannot open requested path'],
    ['a very long name', '/' + 'x'.repeat(5000), {}, 404, 'Cannot open requested path'],
    ['NUL', '/a.txt%00', {}, 400, 'Are you a hacker?'],
    ['up by a rewrite', '/', { pathRewrite: () => '/../secret.txt' }, 500, 'Internal Server Error'],
    ['up at the end', '/', { pathRewrite: () => '/sub/..' }, 500, 'Internal Server Error'],
    ['two dots in a name', '/', { pathRewrite: () => '/..a' }, 404, 'Cannot open requested path'],
    ['a directory', '/sub/', {}, 403, 'Directory index is forbidden'],
    ['an index file', '/site/', { indexNames: ['none.html', 'index.html'] }, 200, '<h1>index</h1>'],
    ['no index file', '/sub/', { indexNames: ['index.html'] }, 403, 'Directory index is forbidden'],
    ['a list', '/sub/', { generateIndexPages: true }, 200, /b\.txt/],
    [
      'an index file before a list',
      '/site/',
      { generateIndexPages: true, indexNames: ['index.html'] },
      200,
      '<h1>index</h1>',
    ],
    ['any method', '/a.txt', {}, 200, '0123456789'],
  ])('%s', async (name, target, options, status, body) => {
    await withFS(options)
    const response = await get(target, {}, name === 'any method' ? 'DELETE' : 'GET')
    expect(response.status).toBe(status)
    if (typeof body === 'string') expect(response.body).toBe(body)
    else expect(response.body).toMatch(body)
  })

  test('a directory without a slash is redirected, keeping the query', async () => {
    await withFS({})
    const response = await get('/sub/deep?a=b')
    expect([response.status, field(response, 'location')]).toEqual([
      302,
      'http://h.de/sub/deep/?a=b',
    ])
  })

  test('pathNotFound answers, 404 unless it says otherwise', async () => {
    await withFS({ pathNotFound: (ctx) => ctx.setBody(`no ${ctx.path()}`) })
    expect(await get('/x')).toMatchObject({ status: 404, body: 'no /x' })
  })

  test('links are followed, pipes are not files', async () => {
    symlinkSync(join(base, 'secret.txt'), join(root, 'link'))
    symlinkSync('loop', join(root, 'loop'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    await withFS({})
    expect((await get('/link')).body).toBe('SECRET')
    expect((await get('/loop')).status).toBe(404)
    expect((await get('/pipe')).status).toBe(404)
  })

  test('a root that is no directory, an empty one, and a bad one', async () => {
    await start(new FS({ root: join(root, 'a.txt') }).newRequestHandler())
    expect((await get('/x')).status).toBe(404)
    await served!.close()
    await start(new FS().newRequestHandler())
    expect((await get('/package.json')).body).toBe(readFileSync('package.json', 'latin1'))
    await served!.close()
    await start(new FS({ allowEmptyRoot: true }).newRequestHandler())
    expect((await get(join(root, 'a.txt'))).body).toBe('0123456789')
    for (const bad of [{ root: 1 }, { compress: 'yes' }, { root: 'a\0' }]) {
      expect(() => new FS(bad as FSOptions)).toThrow(
        expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
      )
    }
  })
})

describe('hostile paths', () => {
  const UPS = [
    '..',
    '%2e%2e',
    '.%2e',
    '%2E.',
    '..%00',
    '..;',
    '...',
    '....',
    '.. ',
    '%c0%ae%c0%ae',
    '%252e%252e',
    '..%5c..',
    '%uff0e%uff0e',
    '．．',
  ]
  const SLASHES = ['/', '//', '%2f', '%5c', '\\', '%252f', '/./', '%c0%af', '/%2e/', '%2F%2F']
  const paths = new Set<string>()
  for (const up of UPS) {
    for (const slash of SLASHES) {
      paths.add(`/${up}${slash}secret.txt`)
      paths.add(`/sub/${up}${slash}${up}${slash}secret.txt`)
      paths.add(`/${up}${slash}root-other${slash}secret.txt`)
    }
  }
  for (const path of [
    '/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/../../../../../../etc/passwd',
    '//etc/passwd',
    '/%2fetc/passwd',
    '/%2f%2fetc%2fpasswd',
    '/sub/%00/../../secret.txt',
    '/a.txt%00.html',
    '/%00',
    '/file:///etc/passwd',
    '/C:/secret.txt',
    '/a.txt::$DATA',
    '/~root/secret.txt',
    '/..%2fsecret.txt?x=/a.txt',
    '/sub/..%2f..%2fsecret.txt#',
    '/%ff%fe/secret.txt',
    '/\xff/../../secret.txt',
    '/-root',
    '/root-other/secret.txt',
    '/../root-other/secret.txt',
    'http://h.de/../secret.txt',
    'http://h.de/%2e%2e%2fsecret.txt',
    'http://../secret.txt',
    '*',
  ]) {
    paths.add(path)
  }

  test('are at least 80', () => {
    expect(paths.size).toBeGreaterThan(80)
  })

  test.each([
    ['plain', () => new FS({ root }).newRequestHandler()],
    [
      'everything on',
      () =>
        new FS({
          root,
          compress: true,
          acceptByteRange: true,
          generateIndexPages: true,
          indexNames: ['index.html'],
        }).newRequestHandler(),
    ],
    [
      'one segment stripped',
      () => new FS({ root, pathRewrite: newPathSlashesStripper(1) }).newRequestHandler(),
    ],
    [
      'bytes stripped',
      () => new FS({ root, pathRewrite: newPathPrefixStripper(3) }).newRequestHandler(),
    ],
    ['by host', () => new FS({ root, pathRewrite: newVHostPathRewriter(0) }).newRequestHandler()],
  ])('never leave the root: %s', async (_, handler) => {
    await start(handler())
    for (const path of paths) {
      const target = Buffer.from(path, path.includes('\xff') ? 'latin1' : 'utf8').toString('latin1')
      const response = await get(target.replaceAll(' ', '%20'))
      expect(response.body, path).not.toMatch(/SECRET|root:.*:0:0:/)
      expect([200, 302, 400, 403, 404, 500], path).toContain(response.status)
      if (response.status === 302)
        expect(field(response, 'location'), path).toMatch(/^http:\/\/(?:h\.de|\.\.)\/(?!\/)/)
    }
    // The root itself is still served.
    const own = { 'one segment stripped': '/x/a.txt', 'bytes stripped': '/xx/a.txt' }[_] ?? '/a.txt'
    expect((await get(own)).status).toBe(200)
  })

  test.each(['..', '../root-other', '.', '../..', 'h.de/..', '..%2f'])('Host: %s', async (host) => {
    await start(new FS({ root, pathRewrite: newVHostPathRewriter(0) }).newRequestHandler())
    const response = await get('/secret.txt', { Host: host })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.body).not.toContain('SECRET')
  })
})

describe('dot files', () => {
  const hidden = [
    '/.env',
    '/.git/config',
    '/sub/.hidden',
    '/%2eenv',
    '/sub/%2Ehidden',
    '/.git/',
    '/.git',
  ]
  beforeEach(() => {
    mkdirSync(join(root, '.git'))
    mkdirSync(join(root, '.well-known'))
    for (const name of ['.env', '.git/config', 'sub/.hidden', '.well-known/x']) put(name, 'DOT')
  })

  test('are not there by default, but for the well-known', async () => {
    await withFS({ generateIndexPages: true })
    for (const path of hidden) expect((await get(path)).status, path).toBe(404)
    expect((await get('/.well-known/x')).body).toBe('DOT')
    expect((await get('/.well-known-not/x')).status).toBe(404)
    expect((await get('/')).body).not.toMatch(/\.env|\.git/)
    expect((await get('/sub/')).body).not.toContain('.hidden')
  })

  test('are served where they are asked for', async () => {
    await withFS({ dotFiles: true, generateIndexPages: true })
    for (const path of ['/.env', '/.git/config', '/sub/.hidden']) {
      expect((await get(path)).body, path).toBe('DOT')
    }
    expect((await get('/')).body).toContain('.env')
  })

  test('a file the program has chosen is served whatever its name', async () => {
    await start((ctx) => serveFile(ctx, join(root, '.env')))
    expect((await get('/')).body).toBe('DOT')
  })
})

describe('symbolic links', () => {
  beforeEach(() => {
    symlinkSync('../secret.txt', join(root, 'out.txt'))
    symlinkSync('../root-other', join(root, 'other'))
    symlinkSync('a.txt', join(root, 'in.txt'))
    symlinkSync('../../root/sub', join(root, 'sub/back'))
    mkdirSync(join(root, 'index'))
    symlinkSync('../../secret.txt', join(root, 'index/index.html'))
  })

  test('that lead out of the root lead nowhere when they must not', async () => {
    await withFS({ linksOutOfRoot: false, indexNames: ['index.html'], generateIndexPages: true })
    for (const path of ['/out.txt', '/other/secret.txt', '/other/', '/other']) {
      expect((await get(path)).status, path).toBe(404)
    }
    expect((await get('/index/')).body).not.toContain('SECRET')
    expect((await get('/in.txt')).body).toBe('0123456789')
    expect((await get('/sub/back/b.txt')).body).toBe('b')
  })

  test('are followed by default, and a root may be one itself', async () => {
    symlinkSync('root', join(base, 'link'))
    await start(new FS({ root: join(base, 'link') }).newRequestHandler())
    expect((await get('/out.txt')).body).toBe('SECRET')
    await served!.close()
    await start(new FS({ root: join(base, 'link'), linksOutOfRoot: false }).newRequestHandler())
    expect((await get('/a.txt')).body).toBe('0123456789')
    expect((await get('/out.txt')).status).toBe(404)
  })
})

test('an ETag and If-None-Match', async () => {
  await withFS({ etag: true, compress: true, acceptByteRange: true })
  const tag = field(await get('/a.txt'), 'etag')!
  expect(tag).toMatch(/^W\/"a-[0-9a-f]+"$/)
  for (const known of [tag, tag.slice(2), `"x", ${tag}`, '*']) {
    const answer = await get('/a.txt', { 'If-None-Match': known })
    expect([answer.status, field(answer, 'etag'), answer.body], known).toEqual([304, tag, ''])
  }
  // It goes before the date.
  const other = { 'If-None-Match': '"x"', 'If-Modified-Since': DATE }
  expect((await get('/a.txt', other)).status).toBe(200)
  // A weak tag is no condition for a part.
  const part = await get('/a.txt', { Range: 'bytes=0-1', 'If-Range': tag })
  expect([part.status, part.body]).toEqual([200, '0123456789'])
  const plain = field(await get('/long.txt'), 'etag')
  expect(field(await get('/long.txt', { 'Accept-Encoding': 'gzip' }), 'etag')).not.toBe(plain)
})

test('no more files are kept open than maxCachedFiles', async () => {
  const big = Buffer.alloc(20_000, 'x')
  for (let i = 0; i < 10; i++) put(`${i}.bin`, big)
  await withFS({ maxCachedFiles: 3 })
  const open = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(root)
      } catch {
        return false
      }
    }).length
  for (let i = 0; i < 10; i++) expect((await get(`/${i}.bin`)).body).toHaveLength(big.length)
  while (open() > 3) await turns(1)
  expect(open()).toBe(3)
})

describe('conditions and ranges', () => {
  test('If-Modified-Since', async () => {
    await withFS({})
    expect(field(await get('/a.txt'), 'last-modified')).toBe(DATE)
    expect(await get('/a.txt', { 'If-Modified-Since': DATE })).toMatchObject({
      status: 304,
      body: '',
    })
    expect(await get('/a.txt', { 'If-Modified-Since': 'x' })).toMatchObject({ status: 200 })
  })

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=5-100', 206, '56789', 'bytes 5-9/10'],
    ['bytes=10-', 416, 'Range Not Satisfiable', 'bytes */10'],
    ['bytes=4-3', 416, 'Range Not Satisfiable', 'bytes */10'],
    ['bytes=0-1,4-5', 416, 'Range Not Satisfiable', 'bytes */10'],
  ])('%s', async (range, status, body, contentRange) => {
    await withFS({ acceptByteRange: true, compress: true })
    const response = await get('/a.txt', { Range: range, 'Accept-Encoding': 'gzip' })
    expect([response.status, response.body, field(response, 'content-range')]).toEqual([
      status,
      body,
      contentRange,
    ])
  })

  test('Accept-Ranges only with the option, Range ignored without', async () => {
    await withFS({ acceptByteRange: true })
    expect(field(await get('/a.txt'), 'accept-ranges')).toBe('bytes')
    await served!.close()
    await withFS({})
    const response = await get('/a.txt', { Range: 'bytes=0-1' })
    expect([response.status, field(response, 'accept-ranges'), response.body]).toEqual([
      200,
      undefined,
      '0123456789',
    ])
  })

  test('HEAD', async () => {
    await withFS({})
    const response = await get('/long.txt', {}, 'HEAD')
    expect([field(response, 'content-length'), response.body]).toEqual([String(LONG.length), ''])
  })
})

const CODINGS = [
  ['gzip', '.fasthttp.gz', gunzipSync],
  ['br', '.fasthttp.br', brotliDecompressSync],
  ...(hasZstd ? [['zstd', '.fasthttp.zst', unzstd] as const] : []),
] as const
const ALL = { compress: true, compressBrotli: true, compressZstd: true }

describe('compressed copies', () => {
  test.each(CODINGS)('%s, kept beside the original', async (coding, suffix, undo) => {
    await withFS({ ...ALL, acceptByteRange: true })
    for (let i = 0; i < 2; i++) {
      const response = await get('/long.txt', { 'Accept-Encoding': coding })
      expect(field(response, 'content-encoding')).toBe(coding)
      expect(field(response, 'vary')).toBe('Accept-Encoding')
      expect(field(response, 'content-type')).toBe('text/plain; charset=utf-8')
      expect(field(response, 'last-modified')).toBe(DATE)
      expect(undo(Buffer.from(response.body, 'latin1')).toString()).toBe(LONG)
    }
    expect(undo(readFileSync(join(root, `long.txt${suffix}`))).toString()).toBe(LONG)
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('br before gzip, gzip without compressBrotli, none without Accept-Encoding', async () => {
    await withFS(ALL)
    expect(
      field(await get('/long.txt', { 'Accept-Encoding': 'gzip, br' }), 'content-encoding')
    ).toBe('br')
    expect(field(await get('/long.txt'), 'content-encoding')).toBeUndefined()
    expect(field(await get('/long.txt'), 'vary')).toBe('Accept-Encoding')
    await served!.close()
    await withFS({ compress: true })
    expect(
      field(await get('/long.txt', { 'Accept-Encoding': 'gzip, br' }), 'content-encoding')
    ).toBe('gzip')
  })

  test('a 304 says that it varies', async () => {
    await withFS(ALL)
    const response = await get('/long.txt', {
      'Accept-Encoding': 'gzip',
      'If-Modified-Since': DATE,
    })
    expect([response.status, field(response, 'vary'), field(response, 'content-encoding')]).toEqual(
      [304, 'Accept-Encoding', undefined]
    )
  })

  test('a hand-made copy is served, an old one made anew', async () => {
    put('long.txt.fasthttp.gz', gzipSync('by hand'))
    await withFS({ compress: true, skipCache: true })
    const gzip = { 'Accept-Encoding': 'gzip' }
    const text = async () =>
      gunzipSync(Buffer.from((await get('/long.txt', gzip)).body, 'latin1')).toString()
    expect(await text()).toBe('by hand')
    put('long.txt', LONG + 'new', new Date(MTIME.getTime() + 1000))
    expect(await text()).toBe(LONG + 'new')
  })

  test('compressRoot, where old copies are made anew too', async () => {
    const compressRoot = join(base, 'copies')
    await withFS({ compress: true, compressRoot, skipCache: true })
    const gzip = { 'Accept-Encoding': 'gzip' }
    const text = async () =>
      gunzipSync(Buffer.from((await get('/sub/long.txt', gzip)).body, 'latin1')).toString()
    put('sub/long.txt', LONG)
    expect(await text()).toBe(LONG)
    expect(existsSync(join(compressRoot, 'sub/long.txt.fasthttp.gz'))).toBe(true)
    expect(readdirSync(join(root, 'sub'))).not.toContain('long.txt.fasthttp.gz')
    put('sub/long.txt', LONG + 'new', new Date(MTIME.getTime() + 5000))
    expect(await text()).toBe(LONG + 'new')
  })

  test('own suffixes', async () => {
    await withFS({ ...ALL, compressedFileSuffix: '.z', compressedFileSuffixes: { br: '.b' } })
    await get('/long.txt', { 'Accept-Encoding': 'gzip' })
    await get('/long.txt', { 'Accept-Encoding': 'br' })
    expect(readdirSync(root)).toEqual(expect.arrayContaining(['long.txt.z', 'long.txt.b']))
  })

  test.each(['/noise.bin', '/a.txt'])('%s is not worth it', async (path) => {
    await withFS(ALL)
    const response = await get(path, { 'Accept-Encoding': 'gzip, br' })
    expect(field(response, 'content-encoding')).toBeUndefined()
    expect(readdirSync(root).filter((name) => name.includes('.fasthttp.'))).toEqual([])
  })

  test('a directory that cannot be written: as it is, with a line in the log', async () => {
    const compressRoot = join(root, 'a.txt')
    await withFS({ compress: true, compressRoot })
    const response = await get('/long.txt', { 'Accept-Encoding': 'gzip' })
    expect([response.status, field(response, 'content-encoding'), response.body]).toEqual([
      200,
      undefined,
      LONG,
    ])
    expect(served!.logged.join()).toContain('cannot write the compressed copy')
  })

  test('many requests at a time make one copy', async () => {
    await withFS({ compress: true, skipCache: true })
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => get('/long.txt', { 'Accept-Encoding': 'gzip' }))
    )
    for (const { body } of responses)
      expect(gunzipSync(Buffer.from(body, 'latin1')).toString()).toBe(LONG)
    expect(readdirSync(root).filter((name) => name.includes('.fasthttp.'))).toEqual([
      'long.txt.fasthttp.gz',
    ])
  })
})

describe('lists', () => {
  test('names are sorted, escaped and linked, copies are hidden', async () => {
    put('sub/a.txt.fasthttp.gz', 'x')
    put('sub/javascript:alert(1)', 'x')
    await withFS({ generateIndexPages: true })
    const response = await get('/sub/')
    expect(field(response, 'content-type')).toBe('text/html; charset=utf-8')
    expect(field(response, 'last-modified')).toBeDefined()
    const links = [...response.body.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)<\/a>/g)].map(
      ([, href, text]) => [href, text]
    )
    expect(links).toEqual([
      ['../', '..'],
      ["./%3Cb%3E%26%22'.txt", '&lt;b&gt;&amp;&#34;&#39;.txt'],
      ['./b.txt', 'b.txt'],
      ['./deep/', 'deep/'],
      ['./javascript%3Aalert(1)', 'javascript:alert(1)'],
    ])
    expect(response.body).toContain('file, 1 bytes, last modified 2020-02-02T03:04:05.000Z')
    for (const [href] of links.slice(1)) {
      expect((await get(new URL(href!, 'http://h.de/sub/').pathname)).status).not.toBe(404)
    }
  })

  test('the root has no way up', async () => {
    await withFS({ generateIndexPages: true })
    expect((await get('/')).body).not.toContain('../')
  })

  test('compressed, in memory', async () => {
    for (let i = 0; i < 100; i++) put(`empty/file-${i}`, '')
    await withFS({ generateIndexPages: true, compress: true })
    const response = await get('/empty/', { 'Accept-Encoding': 'gzip' })
    expect(gunzipSync(Buffer.from(response.body, 'latin1')).toString()).toContain('file-99')
    expect(readdirSync(join(root, 'empty'))).toHaveLength(100)
  })
})

describe('cache', () => {
  test('a small change is seen after cacheDuration, with skipCache at once', async () => {
    await withFS({})
    await get('/a.txt')
    put('a.txt', 'changed')
    expect((await get('/a.txt')).body).toBe('0123456789')
    await served!.close()
    await withFS({ cacheDuration: 20 })
    await get('/a.txt')
    put('a.txt', 'again')
    while ((await get('/a.txt')).body !== 'again') await turns(1)
    await served!.close()
    await withFS({ skipCache: true })
    await get('/a.txt')
    put('a.txt', 'at once')
    expect((await get('/a.txt')).body).toBe('at once')
  })

  test('open files are closed in time, and all of them by cleanStop', async () => {
    let open = 0
    let opened = 0
    const fs: FileSystem = {
      stat: fsPromises.stat,
      readdir: fsPromises.readdir,
      async open(path) {
        const file = await fsPromises.open(path)
        open++
        opened++
        return {
          read: (...args) => file.read(...args),
          async close() {
            open--
            await file.close()
          },
        }
      },
    }
    const stop = new AbortController()
    await start(new FS({ root, fs, cleanStop: stop.signal }).newRequestHandler())
    await get('/long.txt')
    await get('/long.txt')
    expect([open, opened]).toEqual([1, 1])
    stop.abort()
    await turns()
    expect(open).toBe(0)
    await get('/long.txt')
    await turns()
    expect([open, opened]).toEqual([0, 2])
    await served!.close()
    await start(new FS({ root, fs, cacheDuration: 10 }).newRequestHandler())
    await get('/long.txt')
    while (open > 0) await turns(1)
  })

  test('a client that goes away does not keep its file open', async () => {
    put('huge', Buffer.alloc(50_000_000))
    let open = 0
    const fs: FileSystem = {
      stat: fsPromises.stat,
      readdir: fsPromises.readdir,
      async open(path) {
        const file = await fsPromises.open(path)
        open++
        return { read: (...args) => file.read(...args), close: () => (open--, file.close()) }
      },
    }
    await start(new FS({ root, fs, skipCache: true }).newRequestHandler())
    const client = await served!.connect()
    client.write('GET /huge HTTP/1.1\r\nHost: h\r\n\r\n')
    await client.until(/\r\n\r\n/)
    expect(open).toBe(1)
    client.destroy()
    while (open > 0) await turns(1)
  })
})

describe('another file system', () => {
  const files: Record<string, string> = {
    'r/a.txt': 'in memory',
    'r/long.txt': LONG,
    'r/d/index.html': 'index',
  }
  const missing = (): never => {
    throw Object.assign(new Error('missing'), { code: 'ENOENT' })
  }
  const fs: FileSystem = {
    async stat(path) {
      const content = files[path]
      const isDirectory = Object.keys(files).some((name) => name.startsWith(`${path}/`))
      if (content === undefined && !isDirectory) missing()
      return {
        isFile: () => content !== undefined,
        isDirectory: () => isDirectory,
        size: content?.length ?? 0,
        mtime: MTIME,
      }
    },
    async open(path) {
      const bytes = Buffer.from(files[path] ?? missing())
      return {
        read: async (buffer, offset, length, position) => ({
          bytesRead: bytes.copy(buffer, offset, position, position + length),
        }),
        close: async () => {},
      }
    },
    async readdir(path) {
      const names = Object.keys(files).filter((name) => name.startsWith(`${path}/`))
      return [...new Set(names.map((name) => name.slice(path.length + 1).split('/')[0]!))]
    },
  }

  test('serves, lists and compresses in memory', async () => {
    await start(
      new FS({
        fs,
        root: 'r',
        compress: true,
        generateIndexPages: true,
        indexNames: ['index.html'],
      }).newRequestHandler()
    )
    expect((await get('/a.txt')).body).toBe('in memory')
    expect((await get('/d/')).body).toBe('index')
    expect((await get('/')).body).toContain('./long.txt')
    expect((await get('/../a.txt')).body).toBe('in memory')
    expect((await get('/none')).status).toBe(404)
    const response = await get('/long.txt', { 'Accept-Encoding': 'gzip' })
    expect(gunzipSync(Buffer.from(response.body, 'latin1')).toString()).toBe(LONG)
  })

  test('a failure of its own is a 500, with a line in the log', async () => {
    const broken: FileSystem = { ...fs, stat: () => Promise.reject(new Error('disk on fire')) }
    await start(new FS({ fs: broken }).newRequestHandler())
    expect((await get('/a.txt')).status).toBe(500)
    expect(served!.logged.join()).toContain('disk on fire')
  })

  test.each([
    ['serveFS', serveFS],
    ['serveFSLiteral', serveFSLiteral],
  ])('%s', async (_, serveIt) => {
    await start((ctx) => serveIt(ctx, fs, 'r/a.txt'))
    expect((await get('/whatever')).body).toBe('in memory')
  })
})

describe('serveFile', () => {
  test.each([
    ['serveFile', serveFile, 'br'],
    ['serveFileLiteral', serveFileLiteral, 'br'],
    ['serveFileUncompressed', serveFileUncompressed, undefined],
  ])('%s', async (_, serveIt, coding) => {
    await start((ctx) => serveIt(ctx, join(root, ctx.queryArgs().peek('f')!)))
    expect((await get('/x?f=a.txt')).body).toBe('0123456789')
    expect((await get('/x?f=%C3%BC%20%25%3F%23.txt')).body).toBe('strange')
    expect(await get('/x?f=a.txt', { Range: 'bytes=1-2' })).toMatchObject({
      status: 206,
      body: '12',
    })
    expect(field(await get('/x?f=long.txt', { 'Accept-Encoding': 'br' }), 'content-encoding')).toBe(
      coding
    )
    for (const bad of ['none', 'sub', 'sub/']) expect((await get(`/x?f=${bad}`)).status).toBe(404)
    expect((await get('/x?f=a.txt%00')).status).toBe(400)
  })

  test('a relative path, and the type of the handler', async () => {
    await start(async (ctx) => {
      ctx.setContentType('x/y')
      await serveFile(ctx, 'LICENSE')
    })
    const response = await get('/')
    expect([response.body, field(response, 'content-type')]).toEqual([
      readFileSync('LICENSE', 'latin1'),
      'x/y',
    ])
  })
})

test('fsHandler', async () => {
  await start(fsHandler(root, 1))
  expect((await get('/static/a.txt', { Range: 'bytes=0-0' })).body).toBe('0')
  expect((await get('/static/site/')).body).toBe('<h1>index</h1>')
  expect((await get('/static/sub/')).body).toContain('./b.txt')
  expect(field(await get('/static'), 'location')).toBe('http://h.de/static/')
  expect(field(await get('/static/sub'), 'location')).toBe('http://h.de/static/sub/')
})

test('fileLastModified', async () => {
  expect(await fileLastModified(join(root, 'a.txt'))).toEqual(MTIME)
  await expect(fileLastModified(join(root, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test.each<[string, (ctx: RequestCtx) => string, string, string, string]>([
  ['slashes 0', newPathSlashesStripper(0), '/foo/bar/baz', 'h', '/foo/bar/baz'],
  ['slashes 1', newPathSlashesStripper(1), '/foo/bar/baz', 'h', '/bar/baz'],
  ['slashes 2', newPathSlashesStripper(2), '/foo/bar/baz', 'h', '/baz'],
  ['slashes 3', newPathSlashesStripper(3), '/foo/bar/baz', 'h', ''],
  ['slashes 4', newPathSlashesStripper(4), '/foo/bar/baz', 'h', ''],
  ['prefix 0', newPathPrefixStripper(0), '/foo/bar', 'h', '/foo/bar'],
  ['prefix 4', newPathPrefixStripper(4), '/foo/bar', 'h', '/bar'],
  ['prefix 8', newPathPrefixStripper(8), '/foo/bar', 'h', ''],
  ['prefix 9', newPathPrefixStripper(9), '/foo/bar', 'h', '/foo/bar'],
  ['prefix, in bytes', newPathPrefixStripper(3), '/%C3%BC/x', 'h', '/x'],
  ['host 0', newVHostPathRewriter(0), '/foo/bar', 'H.de', '/h.de/foo/bar'],
  ['host 1', newVHostPathRewriter(1), '/foo/bar', 'h.de', '/h.de/bar'],
  ['host 2', newVHostPathRewriter(2), '/foo/bar', 'h.de', '/h.de'],
  ['no host', newVHostPathRewriter(0), '/foo', '', '/invalid-host/foo'],
])('%s', (name, rewrite, target, host, path) => {
  const ctx = new RequestCtx()
  ctx.init()
  ctx.request.setRequestURI(target)
  if (host !== '') ctx.request.setHost(host)
  expect(rewrite(ctx)).toBe(path)
  if (name.includes('host')) expect(ctx.path()).toBe(path)
})

test('a file that may not be read is not there', async () => {
  chmodSync(join(root, 'a.txt'), 0o000)
  await withFS({})
  // Root may read everything.
  const expected = process.getuid?.() === 0 ? 200 : 404
  expect((await get('/a.txt')).status).toBe(expected)
})
