import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Request } from '../../src/http/request.js'
import { readRequest } from '../../src/server/read-request.js'

const GET = 'GET /a?b HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n'
const POST = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody'
const CHUNKED =
  'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n'

/** Single bytes of what is short. */
function pieces(text: string): Readable {
  const size = Math.ceil(text.length / 500)
  const parts = text.match(new RegExp(`[^]{1,${size || 1}}`, 'g')) ?? []
  return Readable.from(parts.map((part) => Buffer.from(part)))
}

describe.each([
  ['whole', (text: string) => Buffer.from(text)],
  ['in pieces', pieces],
])('%s', (_, source) => {
  test.each([
    ['no body', GET, '/a?b', ''],
    ['Content-Length', POST, '/', 'body'],
    ['chunked', CHUNKED, '/', 'abcde'],
    ['empty lines before', '\r\n\r\n' + GET, '/a?b', ''],
  ])('%s', async (_name, text, target, body) => {
    const request = new Request()
    request.setBody('old')
    expect(await readRequest(request, source(text))).toHaveLength(0)
    expect([request.requestURI(), request.body()]).toEqual([target, body])
    expect([...request.header.trailers()]).toEqual(text === CHUNKED ? [['T', '1']] : [])
  })

  test.each([
    ['nothing', '', 'FH_ERR_UNEXPECTED_EOF'],
    ['half a head', 'GET / HT', 'FH_ERR_UNEXPECTED_EOF'],
    ['half a body', POST.slice(0, -1), 'FH_ERR_UNEXPECTED_EOF'],
    ['half a chunk', CHUNKED.slice(0, -5), 'FH_ERR_UNEXPECTED_EOF'],
    ['a broken chunk', CHUNKED.replace('abc\r\n', 'abcd\r\n'), 'FH_ERR_BROKEN_CHUNK'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'FH_ERR_MISSING_HOST'],
    ['a bad head', 'GET / HTTP/1.1\r\nHost h\r\n\r\n', 'FH_ERR_BAD_REQUEST'],
    ['a long head', GET.replace('y', 'y'.repeat(20_000)), 'ok'],
    [
      'an endless head',
      `GET / HTTP/1.1\r\nHost: h\r\nX: ${'y'.repeat(20_000)}`,
      'FH_ERR_SMALL_BUFFER',
    ],
  ])('%s', async (_name, text, code) => {
    const outcome = await readRequest(new Request(), source(text)).then(
      () => 'ok',
      (err: { code: string }) => err.code
    )
    // In pieces the head is too long before its end is there.
    expect(outcome).toBe(_name === 'a long head' && _ !== 'whole' ? 'FH_ERR_SMALL_BUFFER' : code)
  })

  test.each([
    [POST, 4, undefined],
    [POST, 3, 'FH_ERR_BODY_TOO_LARGE'],
    [CHUNKED, 5, undefined],
    [CHUNKED, 4, 'FH_ERR_BODY_TOO_LARGE'],
  ])('limit of the body: %j %d', async (text, maxBodySize, code) => {
    const read = readRequest(new Request(), source(text), { maxBodySize })
    if (code === undefined) await read
    else await expect(read).rejects.toMatchObject({ code })
  })
})

test('one request after the other', async () => {
  const request = new Request()
  let rest: Buffer = Buffer.from(POST + CHUNKED + GET)
  const bodies: string[] = []
  while (rest.length > 0) {
    rest = await readRequest(request, rest)
    bodies.push(request.body())
  }
  expect(bodies).toEqual(['body', 'abcde', ''])
})

test('what is written is read again', async () => {
  const request = new Request()
  request.setHost('h')
  request.header.setMethod('PUT')
  request.header.set('X', 'y')
  request.setBody('content')
  const chunks: Uint8Array[] = []
  await request.writeTo({ write: (chunk) => chunks.push(chunk) })
  const again = new Request()
  await readRequest(again, Buffer.concat(chunks))
  expect(String(again)).toBe(String(request))
})
