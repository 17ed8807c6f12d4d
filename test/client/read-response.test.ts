import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readResponse } from '../../src/client/read-response.js'
import { Response } from '../../src/http/response.js'

const PLAIN = 'HTTP/1.1 404 Nope\r\nContent-Length: 2\r\nX: y\r\n\r\nno'
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: 1\r\n\r\n'

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
    ['Content-Length', PLAIN, 'GET', 404, 'no'],
    ['chunked', CHUNKED, 'GET', 200, 'a'],
    ['to the end', 'HTTP/1.0 200 OK\r\n\r\nall of it', 'GET', 200, 'all of it'],
    [
      'interim ones',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n' + PLAIN,
      'GET',
      404,
      'no',
    ],
    ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET', 204, ''],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'GET', 101, ''],
    ['HEAD', PLAIN.slice(0, -2), 'HEAD', 404, ''],
  ])('%s', async (_name, text, method, status, body) => {
    const response = new Response()
    response.setBody('old')
    expect(await readResponse(response, source(text), { method })).toHaveLength(0)
    expect([response.statusCode(), response.body()]).toEqual([status, body])
  })

  test.each([
    ['nothing', '', 'FH_ERR_UNEXPECTED_EOF'],
    ['half a body', PLAIN.slice(0, -1), 'FH_ERR_UNEXPECTED_EOF'],
    ['no version', 'nonsense\r\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS'],
    ['no status', 'HTTP/1.1 x\r\n\r\n', 'FH_ERR_UNEXPECTED_STATUS_CODE_CHAR'],
    [
      'an endless head',
      `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)}`,
      'FH_ERR_READING_RESPONSE_HEADERS',
    ],
  ])('%s', async (_name, text, code) => {
    await expect(readResponse(new Response(), source(text))).rejects.toMatchObject({ code })
  })

  test('limits', async () => {
    for (const text of [PLAIN, 'HTTP/1.0 200 OK\r\n\r\nno', CHUNKED.replace('1\r\na', '2\r\nno')]) {
      await readResponse(new Response(), source(text), { maxBodySize: 2 })
      await expect(
        readResponse(new Response(), source(text), { maxBodySize: 1 })
      ).rejects.toMatchObject({ code: 'FH_ERR_BODY_TOO_LARGE' })
    }
  })
})

test('skipBody leaves the body behind', async () => {
  const response = new Response()
  response.skipBody = true
  expect(String(await readResponse(response, Buffer.from(PLAIN)))).toBe('no')
})

test('what is written is read again', async () => {
  const response = new Response()
  response.setStatusCode(201)
  response.header.set('X', 'y')
  response.setBodyStream(Readable.from(['ab', 'c']))
  const chunks: Uint8Array[] = []
  await response.writeTo({ write: (chunk) => chunks.push(chunk) })
  const again = new Response()
  await readResponse(again, Buffer.concat(chunks))
  expect([again.statusCode(), again.header.peek('x'), again.body()]).toEqual([201, 'y', 'abc'])
})
