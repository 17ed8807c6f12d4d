import { Readable } from 'node:stream'
import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hasZstd, unzstd } from '../../../src/bytes/coding/zstd.js'
import {
  compressHandler,
  compressHandlerBrotliLevel,
  compressHandlerLevel,
} from '../../../src/features/compress/index.js'
import { timeoutHandler, type RequestCtx, type RequestHandler } from '../../../src/index.js'
import { RawClient, serve, turns } from '../../helpers/raw-client.js'
import { field, parseResponses, type RawResponse } from '../../helpers/responses.js'

const TEXT = 'Some text that repeats itself. '.repeat(100)
const UNDO: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => gunzipSync(bytes),
  deflate: (bytes) => inflateSync(bytes),
  br: (bytes) => brotliDecompressSync(bytes),
  zstd: (bytes) => unzstd(bytes),
}

async function answer(
  handler: RequestHandler,
  accept: string | undefined,
  { method = 'GET', version = '1.1' } = {}
): Promise<RawResponse & { text: string }> {
  const served = await serve({ handler, logger: { printf() {} } })
  const client: RawClient = await served.connect()
  const fields = accept === undefined ? '' : `Accept-Encoding: ${accept}\r\n`
  client.end(`${method} / HTTP/${version}\r\nHost: h\r\nConnection: close\r\n${fields}\r\n`)
  const response = parseResponses(await client.untilEnd(), [method])[0]!
  await served.close()
  const coding = field(response, 'content-encoding')
  const body = Buffer.from(response.body, 'latin1')
  const text = coding === undefined || body.length === 0 ? body : (UNDO[coding]?.(body) ?? body)
  return { ...response, text: text.toString() }
}

const BODIES: [string, (ctx: RequestCtx) => void | Promise<void>][] = [
  ['text', (ctx) => ctx.setBody(TEXT)],
  ['bytes', (ctx) => ctx.response.setBodyRaw(Buffer.from(TEXT))],
  ['later', (ctx) => Promise.resolve().then(() => ctx.setBody(TEXT))],
  ['a stream', (ctx) => ctx.setBodyStream(Readable.from([TEXT.slice(0, 99), TEXT.slice(99)]))],
  ['a stream of known length', (ctx) => ctx.setBodyStream(Readable.from([TEXT]), TEXT.length)],
  [
    'a writer',
    (ctx) =>
      ctx.setBodyStreamWriter(async (w) => {
        w.write(TEXT.slice(0, 99))
        await w.flush()
        w.write(TEXT.slice(99))
      }),
  ],
]

describe.each(BODIES)('%s', (_, handler) => {
  test.each([
    ['gzip', 'gzip'],
    ['deflate', 'deflate'],
    ['br', undefined],
    ['gzip;q=0.1, deflate', 'deflate'],
    ['br, gzip', 'gzip'],
    ['zstd', hasZstd ? 'zstd' : undefined],
    ['gzip;q=0', undefined],
    [undefined, undefined],
  ])('compressHandler, Accept-Encoding: %s', async (accept, coding) => {
    const response = await answer(compressHandler(handler), accept)
    expect(field(response, 'content-encoding')).toBe(coding)
    expect(field(response, 'vary')).toBe('Accept-Encoding')
    expect(response.text).toBe(TEXT)
    if (coding !== undefined) expect(response.body.length).toBeLessThan(TEXT.length / 2)
  })

  test.each([
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.5, gzip', 'gzip'],
  ])('compressHandlerBrotliLevel, Accept-Encoding: %s', async (accept, coding) => {
    const response = await answer(compressHandlerBrotliLevel(handler, 11, 9), accept)
    expect([field(response, 'content-encoding'), response.text]).toEqual([coding, TEXT])
  })

  test('HTTP/1.0', async () => {
    const response = await answer(compressHandlerLevel(handler, 1), 'gzip', { version: '1.0' })
    expect([field(response, 'content-encoding'), response.text]).toEqual(['gzip', TEXT])
  })

  test('HEAD has the fields of GET and no body', async () => {
    const response = await answer(compressHandler(handler), 'gzip', { method: 'HEAD' })
    expect([field(response, 'content-encoding'), response.body]).toEqual(['gzip', ''])
  })
})

test.each<[string, RequestHandler]>([
  ['short', (ctx) => ctx.setBody('short')],
  [
    'compressed already',
    (ctx) => {
      ctx.response.header.setContentEncoding('x-own')
      ctx.setBody(TEXT)
    },
  ],
  ['an image', (ctx) => ctx.success('image/png', TEXT)],
  [
    'a part',
    (ctx) => {
      ctx.setStatusCode(206)
      ctx.response.header.setContentRange(0, TEXT.length - 1, TEXT.length)
      ctx.setBody(TEXT)
    },
  ],
  [
    'no-transform',
    (ctx) => {
      ctx.response.header.set('Cache-Control', 'no-transform')
      ctx.setBody(TEXT)
    },
  ],
  ['204', (ctx) => ctx.setStatusCode(204)],
])('left as it is: %s', async (_, handler) => {
  const plain = await answer(handler, 'gzip')
  const handled = await answer(compressHandler(handler), 'gzip')
  const fields = (r: RawResponse) => r.fields.filter(([name]) => name !== 'date')
  expect([handled.status, fields(handled), handled.body]).toEqual([
    plain.status,
    fields(plain),
    plain.body,
  ])
})

test('two compressing handlers compress once', async () => {
  const handler = compressHandlerBrotliLevel(compressHandler((ctx) => ctx.setBody(TEXT)))
  const response = await answer(handler, 'gzip, br')
  expect([field(response, 'content-encoding'), response.text]).toEqual(['gzip', TEXT])
})

test('a strong ETag becomes weak', async () => {
  const handler = (ctx: RequestCtx): void => {
    ctx.response.header.set('ETag', '"1"')
    ctx.setBody(TEXT)
  }
  expect(field(await answer(compressHandler(handler), 'gzip'), 'etag')).toBe('W/"1"')
  expect(field(await answer(compressHandler(handler), 'br'), 'etag')).toBe('"1"')
})

/** What can be read of a chunked gzip body that is not complete. */
function arrived(received: string): string {
  const chunks = received.slice(received.indexOf('\r\n\r\n') + 4)
  const bytes = chunks.replace(/([0-9a-f]+)\r\n([^]*?)\r\n(?=[0-9a-f]|$)/g, '$2')
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH }
    return gunzipSync(Buffer.from(bytes, 'latin1'), options).toString()
  } catch {
    return ''
  }
}

test('what a handler flushes arrives at once', async () => {
  let go: (() => void) | undefined
  const waiting = new Promise<void>((resolve) => (go = resolve))
  const handler = compressHandler((ctx) =>
    ctx.setBodyStreamWriter(async (w) => {
      w.write('first')
      await w.flush()
      await waiting
      w.write('second')
    })
  )
  const served = await serve({ handler })
  const client = await served.connect()
  client.write('GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n')
  while (arrived(client.received) !== 'first') await turns(1)
  go!()
  const all = await client.until(/\r\n0\r\n\r\n$/)
  const [response] = parseResponses(all)
  expect(gunzipSync(Buffer.from(response!.body, 'latin1')).toString()).toBe('firstsecond')
  await served.close()
})

test('a failing handler fails as without, a late one is answered as it is', async () => {
  const failing = compressHandler(() => {
    throw new Error('no')
  })
  expect((await answer(failing, 'gzip')).status).toBe(500)
  const late = compressHandler(timeoutHandler(() => new Promise(() => {}), 1, 'x'.repeat(300)))
  const response = await answer(late, 'gzip')
  expect([response.status, field(response, 'content-encoding')]).toEqual([408, undefined])
})

test('a stream that breaks breaks the answer, not the server', async () => {
  const handler = compressHandler((ctx) =>
    ctx.setBodyStream(
      new Readable({
        read() {
          this.destroy(new Error('broken'))
        },
      })
    )
  )
  const served = await serve({ handler, logger: { printf() {} } })
  const client = await served.connect()
  client.write('GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n')
  expect(await client.untilEnd()).not.toMatch(/\r\n0\r\n\r\n$/)
  await served.close()
})
