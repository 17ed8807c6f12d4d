import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hasZstd, zstd } from '../../src/bytes/coding/zstd.js'
import { acquireRequest, releaseRequest, Request } from '../../src/http/request.js'
import { acquireResponse, releaseResponse, Response } from '../../src/http/response.js'

const MESSAGES = [
  ['Request', () => new Request()],
  ['Response', () => new Response()],
] as const

async function written(message: Request | Response): Promise<string> {
  const chunks: Uint8Array[] = []
  const size = await message.writeTo({ write: async (chunk) => void chunks.push(chunk) })
  const text = Buffer.concat(chunks).toString('latin1')
  expect(size).toBe(text.length)
  return text.replace(/Date: [^\r]+\r\n/, '')
}

describe.each(MESSAGES)('%s: body', (_, create) => {
  test('set, append, swap and reset', () => {
    const message = create()
    message.setBodyString('a')
    message.appendBody(Buffer.from('b'))
    message.appendBodyString('ö')
    expect(message.body()).toBe('abö')
    const next = Buffer.from('next')
    expect(message.swapBody(next).toString()).toBe('abö')
    expect(message.bodyBytes().buffer).toBe(next.buffer)
    message.resetBody()
    expect(message.bodyBytes()).toHaveLength(0)
    expect(message.swapBody(next)).toHaveLength(0)
  })

  test('releaseBody drops what is larger', () => {
    const message = create()
    message.setBody('12345')
    message.releaseBody(5)
    expect(message.body()).toBe('12345')
    message.releaseBody(4)
    expect(message.body()).toBe('')
    const stream = Readable.from(['x'])
    message.setBodyStream(stream, 100)
    message.releaseBody(4)
    expect(message.bodyStream()).toBe(stream)
  })

  test('bodyWriter appends', async () => {
    const message = create()
    message.setBody('a')
    message.bodyWriter().write('b')
    expect(message.body()).toBe('ab')
    await pipeline(Readable.from(['c', 'd']), message.bodyWriter())
    expect(message.body()).toBe('abcd')
  })

  test.each([
    ['text', (m: Request | Response) => m.setBody('öl')],
    [
      'a stream',
      (m: Request | Response) => m.setBodyStream(Readable.from(['ö', Buffer.from('l')])),
    ],
    ['a writer', (m: Request | Response) => m.setBodyStreamWriter((w) => w.write('öl'))],
  ])('bodyWriteTo: %s', async (_name, set) => {
    const message = create()
    set(message)
    let all = ''
    expect(await message.bodyWriteTo({ write: (chunk) => (all += String(chunk)) })).toBe(3)
    expect(all).toBe('öl')
  })

  test('bodyWriteTo: errors of stream and destination', async () => {
    const message = create()
    message.setBodyStream(
      new Readable({
        read() {
          this.destroy(new Error('broken'))
        },
      })
    )
    await expect(message.bodyWriteTo({ write() {} })).rejects.toThrow('broken')
    message.setBody('x')
    const write = () => Promise.reject(new Error('full'))
    await expect(message.bodyWriteTo({ write })).rejects.toThrow('full')
  })

  test.each([
    [3, 'more than 3 bytes'],
    [5, '4 bytes instead of 5'],
  ])('a stream of 4 bytes announced as %d', async (size, detail) => {
    const message = create()
    message.setBodyStream(Readable.from(['ab', 'cd']), size)
    await expect(message.bodyWriteTo({ write() {} })).rejects.toMatchObject({
      code: 'FH_ERR_BODY_STREAM_LENGTH',
      detail,
    })
  })
})

const PLAIN = Buffer.alloc(10_000, 'plain ')
const CODINGS = [
  ['gzip', gzipSync(PLAIN), 'bodyGunzip', 'bodyGunzipWithLimit'],
  ['deflate', deflateSync(PLAIN), 'bodyInflate', 'bodyInflateWithLimit'],
  ['br', brotliCompressSync(PLAIN), 'bodyUnbrotli', 'bodyUnbrotliWithLimit'],
  ...(hasZstd ? ([['zstd', zstd(PLAIN), 'bodyUnzstd', 'bodyUnzstdWithLimit']] as const) : []),
] as const

describe.each(MESSAGES)('%s: decompression', (_, create) => {
  test.each(CODINGS)('%s', (coding, bytes, plain, limited) => {
    const message = create()
    message.setBody(bytes)
    message.header.set('Content-Encoding', coding.toUpperCase())
    const whole = [
      message[plain](),
      message[limited](PLAIN.length),
      message[limited](0),
      message.bodyUncompressed(),
      message.bodyUncompressedWithLimit(PLAIN.length),
    ]
    for (const body of whole) expect(body.equals(PLAIN)).toBe(true)
    const tooLarge = expect.objectContaining({ code: 'FH_ERR_BODY_TOO_LARGE' })
    expect(() => message[limited](PLAIN.length - 1)).toThrow(tooLarge)
    expect(() => message.bodyUncompressedWithLimit(1)).toThrow(tooLarge)
    message.setBody(bytes.subarray(0, bytes.length - 5))
    const corrupt = expect.objectContaining({ code: 'FH_ERR_CORRUPT_BODY' })
    expect(() => message[plain]()).toThrow(corrupt)
    expect(() => message.bodyUncompressed()).toThrow(corrupt)
  })

  test('other codings', () => {
    const message = create()
    message.setBody('x')
    expect(message.bodyUncompressed().toString()).toBe('x')
    message.header.set('Content-Encoding', 'identity')
    expect(message.bodyUncompressed().toString()).toBe('x')
    message.header.set('Content-Encoding', 'gzip, br')
    expect(() => message.bodyUncompressed()).toThrow(
      expect.objectContaining({ code: 'FH_ERR_CONTENT_ENCODING_UNSUPPORTED' })
    )
  })

  test('a stream is not there to decompress', () => {
    const message = create()
    message.setBodyStream(Readable.from(['x']))
    expect(() => message.bodyGunzip()).toThrow(
      expect.objectContaining({ code: 'FH_ERR_BODY_STREAM_CONSUMED' })
    )
  })
})

describe('a written response', () => {
  test.each<[string, (r: Response) => void, string]>([
    ['empty', () => {}, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    [
      'text',
      (r) => {
        r.setStatusCode(404)
        r.setBody('no')
        r.header.setServer('me')
        r.setConnectionClose()
      },
      'HTTP/1.1 404 Not Found\r\nServer: me\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno',
    ],
    [
      'a stream with trailers',
      (r) => {
        r.header.setTrailer('X')
        r.header.set('X', '1')
        r.setBodyStream(Readable.from(['ab', '', 'c']))
      },
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX: 1\r\n\r\n',
    ],
    [
      'a stream of known length',
      (r) => r.setBodyStream(Readable.from(['abc']), 3),
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\nabc',
    ],
    [
      '204',
      (r) => {
        r.setStatusCode(204)
        r.setBody('x')
      },
      'HTTP/1.1 204 No Content\r\n\r\n',
    ],
    [
      'skipBody',
      (r) => {
        r.skipBody = true
        r.setBody('abc')
      },
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\n',
    ],
  ])('%s', async (_, prepare, text) => {
    const response = new Response()
    prepare(response)
    expect(await written(response)).toBe(text)
  })

  test('has a date', async () => {
    let all = ''
    await new Response().write({ write: (chunk) => (all += String(chunk)) })
    expect(all).toMatch(/\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/)
  })
})

describe('a written request', () => {
  test.each<[string, (r: Request) => void, string]>([
    [
      'GET',
      (r) => {
        r.setHost('h')
        r.setRequestURI('/a?b')
        r.header.set('Content-Length', '5')
      },
      'GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n',
    ],
    [
      'POST with a body',
      (r) => {
        r.setHost('h')
        r.header.setMethod('POST')
        r.setBody('x')
      },
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Type: application/octet-stream\r\n\r\nx',
    ],
    [
      'POST without one',
      (r) => {
        r.setHost('h')
        r.header.setMethod('POST')
      },
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'host and target of an absolute URI',
      (r) => r.setRequestURI('http://H.de/x/../y?z#w'),
      'GET /y?z HTTP/1.1\r\nHost: h.de\r\n\r\n',
    ],
    [
      'Host of the caller',
      (r) => {
        r.setHost('mine')
        r.setRequestURI('http://h.de/')
        r.useHostHeader = true
        r.uri()
      },
      'GET / HTTP/1.1\r\nHost: mine\r\n\r\n',
    ],
    [
      'form arguments',
      (r) => {
        r.setHost('h')
        r.header.setMethod('POST')
        r.postArgs().set('a', 'b c')
      },
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=b+c',
    ],
    [
      'a stream',
      (r) => {
        r.setHost('h')
        r.header.setMethod('POST')
        r.header.setContentType('x/y')
        r.setBodyStream(Readable.from(['ab']))
      },
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Type: x/y\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n',
    ],
  ])('%s', async (_, prepare, text) => {
    const request = new Request()
    prepare(request)
    expect(await written(request)).toBe(text)
  })

  test('needs a host', async () => {
    await expect(new Request().writeTo({ write() {} })).rejects.toMatchObject({
      code: 'FH_ERR_INVALID_HOST',
    })
  })
})

test('acquired messages are empty, whatever the released ones held', () => {
  const request = acquireRequest()
  request.setBody('x')
  request.header.set('a', 'b')
  releaseRequest(request)
  expect(acquireRequest()).toBe(request)
  expect([request.body(), request.header.len()]).toEqual(['', 0])
  const response = acquireResponse()
  response.setBody('x')
  response.setStatusCode(500)
  releaseResponse(response)
  expect(acquireResponse()).toBe(response)
  expect([response.body(), response.statusCode()]).toEqual(['', 200])
})

test.each([
  ['100-continue', 'HTTP/1.1', true],
  ['100-Continue', 'HTTP/1.1', true],
  ['100-continue', 'HTTP/1.0', false],
  ['', 'HTTP/1.1', false],
])('mayContinue: %s %s', (expect_, protocol, may) => {
  const request = new Request()
  request.header.setProtocol(protocol)
  if (expect_ !== '') request.header.set('Expect', expect_)
  expect(request.mayContinue()).toBe(may)
})
