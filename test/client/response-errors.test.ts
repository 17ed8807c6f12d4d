import { expect, test } from 'vitest'
import { responseHeadError } from '../../src/client/response-errors.js'
import { ResponseParser } from '../../src/wire/response-parser.js'

test.each([
  ['HTTP/1.1\r\n\r\n', 'FH_ERR_RESPONSE_FIRST_LINE_MISSING_SPACE', undefined],
  ['HTTP/1.1 2x0 OK\r\n\r\n', 'FH_ERR_UNEXPECTED_STATUS_CODE_CHAR', undefined],
  ['HTTP/1.1 200 \x01\r\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS', 'reason phrase'],
  ['HTTP/2.0 200 OK\r\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS', 'HTTP/1.0 or HTTP/1.1'],
  ['HTTP/1.1 200 OK\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS', 'CRLF'],
  ['HTTP/1.1 200 OK\r\na b: c\r\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS', 'field name'],
  ['HTTP/1.1 200 OK\r\na: \x01\r\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS', 'field value'],
  ['HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n', 'FH_ERR_READING_RESPONSE_HEADERS', 'folded'],
  [
    `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(5000)}\r\n`,
    'FH_ERR_READING_RESPONSE_HEADERS',
    'too many',
  ],
  ['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 'FH_ERR_NON_NUMERIC_CHARS', undefined],
  [
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n',
    'FH_ERR_DUPLICATE_CONTENT_LENGTH',
    undefined,
  ],
  [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
    'FH_ERR_UNSUPPORTED_TRANSFER_ENCODING',
    undefined,
  ],
  [
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'FH_ERR_READING_RESPONSE_HEADERS',
    'both Transfer-Encoding and Content-Length',
  ],
])('%j', (head, code, detail) => {
  const bytes = Buffer.from(head, 'latin1')
  const result = new ResponseParser().parse(bytes, 0, bytes.length)
  const err = responseHeadError(result)
  expect(err.code).toBe(code)
  if (detail === undefined) expect(err.detail).toBeUndefined()
  else expect(err.detail).toContain(detail)
})

test('a result nobody knows is an error all the same', () => {
  expect(responseHeadError(-999)).toMatchObject({ code: 'FH_ERR_READING_RESPONSE_HEADERS' })
})
