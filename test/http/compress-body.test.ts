import { Readable } from 'node:stream'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hasZstd, unzstd } from '../../src/bytes/coding/zstd.js'
import { compressBody, isCompressible } from '../../src/http/compress-body.js'
import { Response } from '../../src/http/response.js'
import { newStreamReader } from '../../src/http/stream-reader.js'

const TEXT = 'some text, '.repeat(1000)

const CODINGS = [
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ...(hasZstd ? [['zstd', unzstd] as const] : []),
] as const

async function bytes(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  await response.bodyWriteTo({ write: (chunk) => chunks.push(chunk) })
  return Buffer.concat(chunks)
}

describe.each(CODINGS)('%s', (coding, undo) => {
  test.each<[string, (r: Response) => void]>([
    ['text', (r) => r.setBody(TEXT)],
    ['bytes', (r) => r.setBodyRaw(Buffer.from(TEXT))],
    [
      'a stream',
      (r) => r.setBodyStream(Readable.from([TEXT.slice(0, 10), TEXT.slice(10)]), TEXT.length),
    ],
    [
      'a writer',
      (r) =>
        r.setBodyStreamWriter(async (w) => {
          w.write(TEXT.slice(0, 5))
          await w.flush()
          w.write('')
          w.write(Buffer.from(TEXT.slice(5)))
        }),
    ],
  ])('%s', async (_, set) => {
    const response = new Response()
    set(response)
    response.header.set('ETag', '"x"')
    await compressBody(response, coding)
    const compressed = await bytes(response)
    expect(compressed.length).toBeLessThan(TEXT.length / 4)
    expect(undo(compressed).toString()).toBe(TEXT)
    expect(response.header.contentEncoding()).toBe(coding)
    expect(response.header.peek('ETag')).toBe('W/"x"')
  })

  test('what a writer flushes can be read before it goes on', async () => {
    const response = new Response()
    const seen: string[] = []
    response.setBodyStreamWriter(async (w) => {
      for (const part of ['one', 'two']) {
        w.write(part)
        await w.flush()
        seen.push(part)
      }
    })
    await compressBody(response, coding)
    const reader = newStreamReader(
      response._body.takeSource() as Parameters<typeof newStreamReader>[0]
    )
    const sizes: number[] = []
    for await (const chunk of reader) sizes.push((chunk as Buffer).length)
    expect(sizes.length).toBeGreaterThanOrEqual(2)
    expect(seen).toEqual(['one', 'two'])
  })
})

test('errors of streams and writers are passed on', async () => {
  const response = new Response()
  response.setBodyStream(
    new Readable({
      read() {
        this.destroy(new Error('broken'))
      },
    })
  )
  await compressBody(response, 'gzip')
  await expect(bytes(response)).rejects.toThrow('broken')
  response.setBodyStreamWriter(() => Promise.reject(new Error('no more')))
  response.header.del('Content-Encoding')
  await compressBody(response, 'gzip')
  await expect(bytes(response)).rejects.toThrow('no more')
})

test('a compressed stream that is given up closes its source', async () => {
  const source = new Readable({ read() {} })
  const response = new Response()
  response.setBodyStream(source)
  await compressBody(response, 'gzip')
  const closed = new Promise((resolve) => source.once('close', resolve))
  response.resetBody()
  await closed
})

test.each([
  [[], ['Accept-Encoding']],
  [['Cookie'], ['Cookie,Accept-Encoding']],
  [
    ['Cookie', 'X'],
    ['Cookie,Accept-Encoding', 'X'],
  ],
  [['x, accept-encoding'], ['x, accept-encoding']],
  [['*'], ['*']],
])('Vary: %j', async (before, after) => {
  const response = new Response()
  for (const value of before) response.header.add('Vary', value)
  await compressBody(response, 'gzip')
  expect(response.header.peekAll('Vary')).toEqual(after)
})

test.each<[string, boolean, (r: Response) => void]>([
  ['long text', true, () => {}],
  ['JSON', true, (r) => r.header.setContentType('application/json')],
  ['SVG', true, (r) => r.header.setContentType('Image/SVG+xml')],
  ['a font', true, (r) => r.header.setContentType('font/ttf')],
  ['PNG', false, (r) => r.header.setContentType('image/png')],
  ['no type', false, (r) => r.header.setNoDefaultContentType(true)],
  ['199 bytes', false, (r) => r.setBody('x'.repeat(199))],
  ['200 bytes', true, (r) => r.setBody('x'.repeat(200))],
  ['a stream', true, (r) => r.setBodyStream(Readable.from(['x']))],
  ['compressed already', false, (r) => r.header.setContentEncoding('br')],
  ['a part', false, (r) => r.header.setContentRange(0, 1, 2)],
  ['no-transform', false, (r) => r.header.set('Cache-Control', 'private, no-transform')],
])('isCompressible: %s %s', (_, may, prepare) => {
  const response = new Response()
  response.setBody(TEXT)
  prepare(response)
  expect(isCompressible(response)).toBe(may)
})

test.each([
  ['writeGzip', gunzipSync, 'gzip'],
  ['writeGzipLevel', gunzipSync, 'gzip'],
  ['writeDeflate', inflateSync, 'deflate'],
  ['writeDeflateLevel', inflateSync, 'deflate'],
] as const)('%s', async (method, undo, coding) => {
  const response = new Response()
  response.setBody(TEXT)
  const chunks: Uint8Array[] = []
  await response[method]({ write: (chunk) => chunks.push(chunk) }, 9)
  const all = Buffer.concat(chunks)
  const split = all.indexOf('\r\n\r\n')
  const head = all.subarray(0, split).toString()
  expect(head).toContain(`\r\nContent-Encoding: ${coding}`)
  expect(head).toContain(`\r\nContent-Length: ${all.length - split - 4}`)
  expect(undo(all.subarray(split + 4)).toString()).toBe(TEXT)
})
