import { getDefaultHighWaterMark, Readable } from 'node:stream'
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { fetchBody } from '../../src/client/fetch-body.js'
import { Response } from '../../src/http/response.js'
import { until } from './helpers/raw-server.js'

const signal = new AbortController().signal

function responseOf(stream: Readable, contentEncoding = ''): Response {
  const resp = new Response()
  resp.setBodyStream(stream)
  if (contentEncoding !== '') resp.header.setContentEncoding(contentEncoding)
  return resp
}

function textOf(resp: Response): Promise<string> {
  return new globalThis.Response(fetchBody(resp, signal)).text()
}

test('a body in memory', async () => {
  const resp = new Response()
  expect(fetchBody(resp, signal)).toBeNull()
  resp.setBody('hello')
  expect(await textOf(resp)).toBe('hello')
})

const TEXT = 'some text '.repeat(2000)

test.each([
  ['', (text: string) => Buffer.from(text)],
  ['identity-like', (text: string) => Buffer.from(text)],
  ['gzip', zlib.gzipSync],
  ['x-gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['deflate', zlib.deflateRawSync],
  ['br', zlib.brotliCompressSync],
  ['gzip, br', (text: string) => zlib.brotliCompressSync(zlib.gzipSync(text))],
  ['deflate,deflate', (text: string) => zlib.deflateSync(zlib.deflateRawSync(text))],
])('%s, however the bytes arrive', async (coding, encode) => {
  const encoded = encode(TEXT)
  for (const size of [1, 100, encoded.length]) {
    const pieces = []
    for (let i = 0; i < encoded.length; i += size) pieces.push(encoded.subarray(i, i + size))
    expect(await textOf(responseOf(Readable.from(pieces), coding))).toBe(TEXT)
  }
})

test('what was decoded is there before the end', async () => {
  const source = new Readable({ read() {} })
  const gzip = zlib.createGzip()
  gzip.on('data', (chunk) => source.push(chunk))
  const body = fetchBody(responseOf(source, 'gzip'), signal) as ReadableStream<Uint8Array>
  gzip.write('first')
  gzip.flush()
  const { value } = await body.getReader().read()
  expect(Buffer.from(value!).toString()).toBe('first')
  source.destroy()
})

test.each(['', 'gzip', 'deflate', 'br'])('nothing is read ahead: %s', async (coding) => {
  // A decoder takes in what its own buffers hold, however large this Node makes them.
  const buffered = (2 * getDefaultHighWaterMark(false)) / 1024
  let read = 0
  const source = Readable.from(
    (async function* () {
      for (;;) {
        read++
        yield Buffer.alloc(1024)
      }
    })(),
    { highWaterMark: 1 }
  )
  fetchBody(responseOf(source, coding), signal)
  await new Promise(setImmediate)
  expect(read).toBeLessThan(buffered + 8)
  source.destroy()
})

test.each(['', 'gzip', 'deflate', 'br'])('cancelling closes the source: %s', async (coding) => {
  const source = new Readable({ read() {} })
  const body = fetchBody(responseOf(source, coding), signal) as ReadableStream
  const reader = body.getReader()
  const reading = reader.read()
  await reader.cancel()
  expect(await reading).toEqual({ done: true, value: undefined })
  await until(() => source.destroyed)
})

test.each(['', 'gzip', 'deflate', 'br'])('a source that fails: %s', async (coding) => {
  const source = new Readable({ read() {} })
  const text = textOf(responseOf(source, coding))
  const cause = new Error('lost')
  source.destroy(cause)
  await expect(text).rejects.toMatchObject({ name: 'TypeError', message: 'terminated', cause })
})

test('the reason of the signal comes first', async () => {
  const source = new Readable({ read() {} })
  const reason = new Error('enough')
  const body = fetchBody(responseOf(source), AbortSignal.abort(reason))
  source.destroy(new Error('lost'))
  await expect(new globalThis.Response(body).text()).rejects.toBe(reason)
})

test('more codings than anybody needs', () => {
  const resp = responseOf(Readable.from([]), Array(6).fill('gzip').join())
  expect(() => fetchBody(resp, signal)).toThrow(
    expect.objectContaining({ code: 'FH_ERR_CONTENT_ENCODING_UNSUPPORTED' })
  )
})
