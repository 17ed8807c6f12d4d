import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatHTTPDate } from '../../src/bytes/http-date.js'
import { Response } from '../../src/http/response.js'
import type { RequestCtx } from '../../src/index.js'
import { field, parseResponses } from '../helpers/responses.js'
import { serve, type Served } from '../helpers/raw-client.js'

let directory = ''
let served: Served
const MTIME = new Date(Date.UTC(2020, 1, 2, 3, 4, 5, 678))
const DATE = formatHTTPDate(MTIME)
const BIG = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i & 0xff))

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'send-file-'))
  const put = (name: string, content: string | Buffer): void => {
    writeFileSync(join(directory, name), content)
    utimesSync(join(directory, name), MTIME, MTIME)
  }
  put('a.html', '<p>0123456789</p>')
  put('empty.txt', '')
  put('big.bin', BIG)
  put('text', 'plain text, ü')
  put('binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]))
  put('100%25.txt', 'percent')
  mkdirSync(join(directory, 'folder'))
  execFileSync('mkfifo', [join(directory, 'pipe')])
  served = await serve({
    handler: async (ctx: RequestCtx) => {
      const name = ctx.queryArgs().peek('f')!
      if (ctx.queryArgs().has('type')) ctx.setContentType('x/y')
      if (ctx.queryArgs().has('literal')) await ctx.sendFileLiteral(join(directory, name))
      else await ctx.sendFile(join(directory, name))
    },
  })
})
afterAll(async () => {
  await served.close()
  rmSync(directory, { recursive: true })
})

async function get(query: string, fields = '', method = 'GET') {
  const client = await served.connect()
  client.end(`${method} /?f=${query} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${fields}\r\n`)
  return parseResponses(await client.untilEnd(), [method])[0]!
}

describe('sendFile', () => {
  test.each<[string, string, number, string, string]>([
    ['html', 'a.html', 200, 'text/html; charset=utf-8', '<p>0123456789</p>'],
    ['nothing', 'empty.txt', 200, 'text/plain; charset=utf-8', ''],
    [
      'no extension, text',
      'text',
      200,
      'text/plain; charset=utf-8',
      Buffer.from('plain text, ü').toString('latin1'),
    ],
    ['no extension, binary', 'binary', 200, 'application/octet-stream', '\x7fELF\0'],
    ['the type of the handler', 'a.html&type', 200, 'x/y', '<p>0123456789</p>'],
    ['percent', '100%2525.txt', 200, 'text/plain; charset=utf-8', 'percent'],
    ['percent, literally', '100%2525.txt&literal', 200, 'text/plain; charset=utf-8', 'percent'],
    ['missing', 'none', 404, 'text/plain; charset=utf-8', 'Cannot open requested path'],
    ['a directory', 'folder', 404, 'text/plain; charset=utf-8', 'Cannot open requested path'],
    ['a pipe', 'pipe', 404, 'text/plain; charset=utf-8', 'Cannot open requested path'],
    ['NUL', 'a.html%00', 404, 'text/plain; charset=utf-8', 'Cannot open requested path'],
  ])('%s', async (_, query, status, type, body) => {
    const response = await get(query)
    expect([response.status, field(response, 'content-type'), response.body]).toEqual([
      status,
      type,
      body,
    ])
    expect(field(response, 'last-modified')).toBe(status === 200 ? DATE : undefined)
  })

  test('a large file streams whole', async () => {
    const response = await get('big.bin')
    expect(Buffer.from(response.body, 'latin1').equals(BIG)).toBe(true)
    expect(field(response, 'content-length')).toBe('300000')
  })

  test('HEAD', async () => {
    const response = await get('big.bin', '', 'HEAD')
    expect([response.status, field(response, 'content-length'), response.body]).toEqual([
      200,
      '300000',
      '',
    ])
  })

  test.each([
    ['bytes=0-2', 206, '<p>', 'bytes 0-2/17'],
    ['bytes=13-', 206, '</p>', 'bytes 13-16/17'],
    ['bytes=-4', 206, '</p>', 'bytes 13-16/17'],
    ['bytes=0-999', 206, '<p>0123456789</p>', 'bytes 0-16/17'],
    ['bytes=17-', 416, 'Range Not Satisfiable', 'bytes */17'],
    ['bytes=5-4', 416, 'Range Not Satisfiable', 'bytes */17'],
    ['bytes=0-1,3-4', 416, 'Range Not Satisfiable', 'bytes */17'],
    ['lines=0-1', 200, '<p>0123456789</p>', undefined],
  ])('Range: %s', async (range, status, body, contentRange) => {
    const response = await get('a.html', `Range: ${range}\r\n`)
    expect([response.status, response.body, field(response, 'content-range')]).toEqual([
      status,
      body,
      contentRange,
    ])
  })

  test('a range of a large file', async () => {
    const response = await get('big.bin', 'Range: bytes=100000-299998\r\n')
    expect(Buffer.from(response.body, 'latin1').equals(BIG.subarray(100_000, 299_999))).toBe(true)
  })

  test.each([
    ['If-Range with the date', `If-Range: ${DATE}\r\n`, 206],
    ['If-Range with another date', 'If-Range: Sun, 02 Feb 2020 03:04:06 GMT\r\n', 200],
    ['If-Range with a tag', 'If-Range: "x"\r\n', 200],
  ])('%s', async (_, fields, status) => {
    expect((await get('a.html', `Range: bytes=0-0\r\n${fields}`)).status).toBe(status)
  })

  test.each([
    ['the date', DATE, 304],
    ['a later one', 'Sun, 02 Feb 2020 03:04:06 GMT', 304],
    ['an earlier one', 'Sun, 02 Feb 2020 03:04:04 GMT', 200],
    ['no date', 'yesterday', 200],
  ])('If-Modified-Since: %s', async (_, date, status) => {
    const response = await get('a.html', `If-Modified-Since: ${date}\r\n`)
    expect(response.status).toBe(status)
    expect(response.body).toBe(status === 304 ? '' : '<p>0123456789</p>')
  })
})

test('Response.sendFile', async () => {
  const response = new Response()
  await response.sendFile(join(directory, 'a.html'))
  expect(response.header.peek('Last-Modified')).toBe(DATE)
  let body = ''
  await response.bodyWriteTo({ write: (chunk) => (body += String(chunk)) })
  expect(body).toHaveLength(statSync(join(directory, 'a.html')).size)
  await expect(response.sendFile(join(directory, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
})
