import { expect, test } from 'vitest'
import { Response } from '../../src/http/response.js'
import type { Output } from '../../src/server/output.js'
import { writeResponse } from '../../src/server/response-writer.js'
import { HeadWriter } from '../../src/wire/head-writer.js'

const heads = new HeadWriter({ name: '', date: true, contentType: 'text/plain' })
heads.tick(0)

/** What is sent for a text body, byte for byte, one character each. */
function written(text: string, prepare?: (response: Response) => void): string {
  const response = new Response()
  response.setBody(text)
  prepare?.(response)
  let sent = ''
  const out = {
    add: (more: string) => (sent += more),
    addBytes: (bytes: Uint8Array) => (sent += Buffer.from(bytes).toString('latin1')),
  }
  writeResponse(out as unknown as Output, heads, response, false, 1, false)
  return sent
}

const DATE = 'Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n'

function expected(text: string, lines = ''): string {
  const body = Buffer.from(text, 'utf8').toString('latin1')
  const head = `HTTP/1.1 200 OK\r\n${DATE}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n`
  return `${head}${lines}\r\n${body}`
}

test.each([
  ['the same text again', ['Hello', 'Hello', 'Hello']],
  ['texts of one length', ['Hello', 'World', 'Hello', 'Hellö', 'Hello']],
  ['no ASCII, twice', ['grüße', 'grüße', '日本', '日本']],
  ['as many bytes as characters of another', ['ab', 'ä', 'ab']],
  ['long ones', ['x'.repeat(300), 'x'.repeat(300), 'ü'.repeat(300), 'y'.repeat(300)]],
  ['more than is copied', ['x'.repeat(20_000), 'ü'.repeat(20_000)]],
])('a text body: %s', (_name, texts) => {
  for (const text of texts) expect(written(text)).toBe(expected(text))
})

test('field values that are not ASCII do not make the body so', () => {
  const more = (response: Response): void => response.header.set('X', 'ü')
  const line = 'X: ü\r\n'
  for (const text of ['Hello', 'Hello', 'grüße'])
    expect(written(text, more)).toBe(expected(text, line))
})

test('a repeated text goes with the head of its own answer', () => {
  expect(written('Hello')).toBe(expected('Hello'))
  const notFound = written('Hello', (response) => response.setStatusCode(404))
  expect(notFound).toBe(expected('Hello').replace('200 OK', '404 Not Found'))
})
