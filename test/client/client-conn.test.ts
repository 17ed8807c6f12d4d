import { afterEach, describe, expect, test } from 'vitest'
import { HostClient } from '../../src/client/host-client.js'
import type { HostClientOptions } from '../../src/client/options.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'
import { play, rawServer, until, type RawServer, type Step } from './helpers/raw-server.js'

interface Row {
  name: string
  steps: Step[]
  method?: string
  options?: Partial<HostClientOptions>
  status?: number
  body?: string
  /** Code the call fails with. */
  code?: string
  /** The connection serves the next request too. */
  reused?: boolean
  trailers?: [string, string][]
  /** Too many bytes for one write each. */
  wholeOnly?: boolean
}

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = OK + 'Transfer-Encoding: chunked\r\n\r\n'
const HEAD_ERROR = 'FH_ERR_READING_RESPONSE_HEADERS'
const EOF = 'FH_ERR_UNEXPECTED_EOF'
const CLOSED = 'FH_ERR_CONNECTION_CLOSED'
const CHUNK = 'FH_ERR_BROKEN_CHUNK'
const TRAILER = 'FH_ERR_READING_RESPONSE_TRAILER'
const TE = 'FH_ERR_UNSUPPORTED_TRANSFER_ENCODING'
const NUMBER = 'FH_ERR_NON_NUMERIC_CHARS'
const TOO_LARGE = 'FH_ERR_BODY_TOO_LARGE'
const STATUS = 'FH_ERR_UNEXPECTED_STATUS_CODE_CHAR'
const TIMEOUT = 'FH_ERR_TIMEOUT'
const SMALL = 'FH_ERR_SMALL_BUFFER'
const once = { maxIdempotentCallAttempts: 1 }
const quick = { ...once, readTimeout: 60 }

const good = (name: string, reply: string, body: string, more: Partial<Row> = {}): Row => ({
  name,
  steps: [reply],
  status: 200,
  body,
  reused: true,
  ...more,
})
const bad = (name: string, reply: string | Step[], code: string, more: Partial<Row> = {}): Row => ({
  name,
  steps: typeof reply === 'string' ? [reply] : reply,
  code,
  reused: false,
  ...more,
  options: { ...once, ...more.options },
})

const interim = (n: number): string => 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(n)
const withBody = (head: string): string => `${OK}${head}Content-Length: 2\r\n\r\nhi`

const ROWS: Row[] = [
  // Heads
  good('a body with a length', withBody(''), 'hi'),
  good('an empty body', OK + 'Content-Length: 0\r\n\r\n', ''),
  good('no reason phrase and no space', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi', 'hi'),
  good('an empty reason phrase', 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi', 'hi'),
  good(
    'a reason phrase with a tab and bytes above 7f',
    'HTTP/1.1 200 a\tb\xe9\r\nContent-Length: 2\r\n\r\nhi',
    'hi'
  ),
  good('status 599', 'HTTP/1.1 599 X\r\nContent-Length: 2\r\n\r\nhi', 'hi', { status: 599 }),
  good('status 999', 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n', '', { status: 999 }),
  good('white space around values', withBody('X: \t a \t\r\n'), 'hi'),
  good('no white space before a value', withBody('X:a\r\n'), 'hi'),
  good('an empty value', withBody('X:\r\n'), 'hi'),
  good('bytes above 7f in a value', withBody('X: \xff\x80\r\n'), 'hi'),
  good('names in any case', OK + 'cOnTeNt-LeNgTh: 2\r\n\r\nhi', 'hi'),
  good('leading zeros of a length', OK + 'Content-Length: 0002\r\n\r\nhi', 'hi'),
  good('the largest number of field lines', withBody('A: b\r\n'.repeat(999)), 'hi', {
    wholeOnly: true,
  }),
  good(
    'a head as long as the limit',
    withBody(`X: ${'a'.repeat(16384 - OK.length - 26)}\r\n`),
    'hi',
    { wholeOnly: true }
  ),
  // Chunked bodies
  good('one chunk', CHUNKED + '2\r\nhi\r\n0\r\n\r\n', 'hi'),
  good('several chunks', CHUNKED + '1\r\nh\r\n1\r\ni\r\n0\r\n\r\n', 'hi'),
  good('no chunk', CHUNKED + '0\r\n\r\n', ''),
  good(
    'chunk sizes in capitals and with zeros',
    CHUNKED + '00B\r\nhello there\r\n000\r\n\r\n',
    'hello there'
  ),
  good('chunk extensions', CHUNKED + '2;a=b;c="d"\r\nhi\r\n0;x\r\n\r\n', 'hi'),
  good(
    'the coding in capitals',
    OK + 'Transfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    'hi'
  ),
  good('trailer fields', CHUNKED + '2\r\nhi\r\n0\r\nX: a\r\nY: b\r\n\r\n', 'hi', {
    trailers: [
      ['X', 'a'],
      ['Y', 'b'],
    ],
  }),
  // Messages without a body
  good('204', 'HTTP/1.1 204 No Content\r\n\r\n', '', { status: 204 }),
  good('304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n', '', {
    status: 304,
  }),
  good('304 with a coding', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n', '', {
    status: 304,
  }),
  good('HEAD with a length', OK + 'Content-Length: 500\r\n\r\n', '', { method: 'HEAD' }),
  good('HEAD with a coding', OK + 'Transfer-Encoding: chunked\r\n\r\n', '', { method: 'HEAD' }),
  good('HEAD without either', OK + '\r\n', '', { method: 'HEAD' }),
  // Interim responses
  good('100 before the response', 'HTTP/1.1 100 Continue\r\n\r\n' + withBody(''), 'hi'),
  good(
    'several interim responses with fields',
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 X\r\n\r\n' + withBody(''),
    'hi'
  ),
  good('as many interim responses as allowed', interim(100) + withBody(''), 'hi', {
    wholeOnly: true,
  }),
  bad('one interim response too many', interim(101) + withBody(''), HEAD_ERROR, {
    wholeOnly: true,
  }),
  bad('a storm of interim responses', interim(5000), HEAD_ERROR, { wholeOnly: true }),
  bad('nothing but an interim response', ['HTTP/1.1 100 Continue\r\n\r\n', 'FIN'], EOF),
  good('101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', '', {
    status: 101,
    reused: false,
  }),
  // Bodies up to the end of the connection
  good('a body up to the end', '', 'hello', { steps: [OK + '\r\nhello', 'FIN'], reused: false }),
  good('a body up to the end in pieces', '', 'hello', {
    steps: [OK + '\r\nhe', 'llo', 'FIN'],
    reused: false,
  }),
  good('an empty body up to the end', '', '', { steps: [OK + '\r\n', 'FIN'], reused: false }),
  good('HTTP/1.0 up to the end', '', 'hi', {
    steps: ['HTTP/1.0 200 OK\r\n\r\nhi', 'FIN'],
    reused: false,
  }),
  // Persistence
  good('HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'hi', { reused: false }),
  good(
    'HTTP/1.0 with keep-alive',
    'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi',
    'hi'
  ),
  good(
    'HTTP/1.0 with keep-alive and close',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 2\r\n\r\nhi',
    'hi',
    { reused: false }
  ),
  good('close', withBody('Connection: close\r\n'), 'hi', { reused: false }),
  good('close in capitals', withBody('Connection: CLOSE\r\n'), 'hi', { reused: false }),
  good('close in a list', withBody('Connection: x , close\r\n'), 'hi', { reused: false }),
  good(
    'close in a second line',
    withBody('Connection: keep-alive\r\nConnection: close\r\n'),
    'hi',
    { reused: false }
  ),
  good('closer is not close', withBody('Connection: closer\r\n'), 'hi'),
  good('a server that closes after the response', '', 'hi', {
    steps: [withBody(''), 'FIN'],
    reused: false,
  }),
  good('a server that resets after the response', '', 'hi', {
    steps: [withBody(''), 'RST'],
    reused: false,
  }),
  good('garbage behind the body', withBody('') + 'x', 'hi', { reused: false, wholeOnly: true }),
  good('an empty line behind the body', withBody('') + '\r\n', 'hi', {
    reused: false,
    wholeOnly: true,
  }),
  good('a second response at once', withBody('') + withBody(''), 'hi', {
    reused: false,
    wholeOnly: true,
  }),
  good('garbage behind the last chunk', CHUNKED + '0\r\n\r\nx', '', {
    reused: false,
    wholeOnly: true,
  }),
  good('a body of a 204', 'HTTP/1.1 204 X\r\nContent-Length: 2\r\n\r\nhi', '', {
    status: 204,
    reused: false,
  }),
  good('a chunked 204', 'HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '', {
    status: 204,
    reused: false,
  }),
  good('a body for HEAD', withBody(''), '', { method: 'HEAD', reused: false, wholeOnly: true }),
  good('a body of a 304', 'HTTP/1.1 304 X\r\nContent-Length: 2\r\n\r\nhi', '', {
    status: 304,
    reused: false,
    wholeOnly: true,
  }),
  // Status lines
  bad('no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', HEAD_ERROR),
  bad('ICY', 'ICY 200 OK\r\n\r\n', HEAD_ERROR),
  bad('an empty line first', '\r\n' + withBody(''), HEAD_ERROR),
  bad('HTTP in small letters', 'http/1.1 200 OK\r\n\r\n', HEAD_ERROR),
  bad('HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n', HEAD_ERROR),
  bad('HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n', HEAD_ERROR),
  bad('HTTP/0.9', 'HTTP/0.9 200 OK\r\n\r\n', HEAD_ERROR),
  bad('HTTP/1.10', 'HTTP/1.10 200 OK\r\n\r\n', 'FH_ERR_RESPONSE_FIRST_LINE_MISSING_SPACE'),
  bad('a version alone', 'HTTP/1.1\r\n\r\n', 'FH_ERR_RESPONSE_FIRST_LINE_MISSING_SPACE'),
  bad('a tab for a space', 'HTTP/1.1\t200 OK\r\n\r\n', 'FH_ERR_RESPONSE_FIRST_LINE_MISSING_SPACE'),
  bad('two spaces', 'HTTP/1.1  200 OK\r\n\r\n', STATUS),
  bad('a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', STATUS),
  bad('a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', STATUS),
  bad('a status with a letter', 'HTTP/1.1 2o0 OK\r\n\r\n', STATUS),
  bad('a negative status', 'HTTP/1.1 -20 OK\r\n\r\n', STATUS),
  bad('status 099', 'HTTP/1.1 099 OK\r\n\r\n', STATUS),
  bad('status 000', 'HTTP/1.1 000 OK\r\n\r\n', STATUS),
  bad('a tab behind the status', 'HTTP/1.1 200\tOK\r\n\r\n', STATUS),
  bad('a NUL in the reason phrase', 'HTTP/1.1 200 O\0K\r\n\r\n', HEAD_ERROR),
  bad('a DEL in the reason phrase', 'HTTP/1.1 200 O\x7fK\r\n\r\n', HEAD_ERROR),
  bad('a CR in the reason phrase', 'HTTP/1.1 200 O\rK\r\n\r\n', HEAD_ERROR),
  bad('LF for CRLF in the status line', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n', HEAD_ERROR),
  // Field lines
  bad('LF for CRLF behind a field', OK + 'Content-Length: 0\n\r\n', HEAD_ERROR),
  bad('LF for the empty line', OK + 'Content-Length: 0\r\n\n', HEAD_ERROR),
  bad('CR without LF', OK + 'X: a\rContent-Length: 0\r\n\r\n', HEAD_ERROR),
  bad('a line without a colon', OK + 'nonsense\r\n\r\n', HEAD_ERROR),
  bad('a line without a name', OK + ': a\r\n\r\n', HEAD_ERROR),
  bad('a space before the colon', OK + 'Content-Length : 0\r\n\r\n', HEAD_ERROR),
  bad('a space in a name', OK + 'Content Length: 0\r\n\r\n', HEAD_ERROR),
  bad('a byte above 7f in a name', OK + 'X\xe9: a\r\n\r\n', HEAD_ERROR),
  bad('a first line with leading space', OK + ' X: a\r\n\r\n', HEAD_ERROR),
  bad('a folded line', OK + 'X: a\r\n b\r\nContent-Length: 0\r\n\r\n', HEAD_ERROR),
  bad('a line folded by a tab', OK + 'X: a\r\n\tb\r\nContent-Length: 0\r\n\r\n', HEAD_ERROR),
  bad('a NUL in a value', OK + 'X: a\0b\r\n\r\n', HEAD_ERROR),
  bad('a control character in a value', OK + 'X: a\x01b\r\n\r\n', HEAD_ERROR),
  bad('a DEL in a value', OK + 'X: a\x7fb\r\n\r\n', HEAD_ERROR),
  bad('one field line too many', withBody('A: b\r\n'.repeat(1000)), HEAD_ERROR, {
    wholeOnly: true,
  }),
  bad('a head above the limit', withBody(`X: ${'a'.repeat(16384 - OK.length - 25)}\r\n`), SMALL, {
    wholeOnly: true,
  }),
  bad('a head above a limit of its own', withBody(`X: ${'a'.repeat(300)}\r\n`), SMALL, {
    options: { readBufferSize: 200 },
  }),
  bad('endless fields', OK + `X: ${'a'.repeat(200)}\r\n`.repeat(3000), SMALL, { wholeOnly: true }),
  bad('an endless name', OK + 'X'.repeat(100_000), SMALL, { wholeOnly: true }),
  bad('an endless reason phrase', 'HTTP/1.1 200 ' + 'X'.repeat(100_000), SMALL, {
    wholeOnly: true,
  }),
  // Lengths
  bad(
    'two equal lengths',
    OK + 'Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi',
    'FH_ERR_DUPLICATE_CONTENT_LENGTH'
  ),
  bad(
    'two lengths',
    OK + 'Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi',
    'FH_ERR_DUPLICATE_CONTENT_LENGTH'
  ),
  bad('a list of lengths', OK + 'Content-Length: 2, 2\r\n\r\nhi', NUMBER),
  bad('a negative length', OK + 'Content-Length: -2\r\n\r\nhi', NUMBER),
  bad('a length with a sign', OK + 'Content-Length: +2\r\n\r\nhi', NUMBER),
  bad('a hexadecimal length', OK + 'Content-Length: 0x2\r\n\r\nhi', NUMBER),
  bad('a length with an exponent', OK + 'Content-Length: 2e0\r\n\r\nhi', NUMBER),
  bad('a length with a fraction', OK + 'Content-Length: 2.0\r\n\r\nhi', NUMBER),
  bad('an empty length', OK + 'Content-Length: \r\n\r\nhi', NUMBER),
  bad('a length above 2^53', OK + 'Content-Length: 9007199254740992\r\n\r\nhi', NUMBER),
  bad('a length above 2^64', OK + 'Content-Length: 18446744073709551618\r\n\r\nhi', NUMBER),
  // Codings
  bad(
    'a coding and a length',
    OK + 'Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n',
    HEAD_ERROR
  ),
  bad(
    'a length and a coding',
    OK + 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    HEAD_ERROR
  ),
  bad('gzip as transfer coding', OK + 'Transfer-Encoding: gzip\r\n\r\n', TE),
  bad('identity as transfer coding', OK + 'Transfer-Encoding: identity\r\n\r\n', TE),
  bad('chunked, gzip', OK + 'Transfer-Encoding: chunked, gzip\r\n\r\n', TE),
  bad('gzip, chunked', OK + 'Transfer-Encoding: gzip, chunked\r\n\r\n', TE),
  bad('chunked twice in one line', OK + 'Transfer-Encoding: chunked, chunked\r\n\r\n', TE),
  bad(
    'chunked twice in two lines',
    OK + 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
    TE
  ),
  bad('an empty transfer coding', OK + 'Transfer-Encoding: \r\n\r\n', TE),
  bad('xchunked', OK + 'Transfer-Encoding: xchunked\r\n\r\n', TE),
  bad('chunked in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', TE),
  // Chunks
  bad('no chunk size', CHUNKED + '\r\nhi\r\n0\r\n\r\n', CHUNK),
  bad('a chunk size that is none', CHUNKED + 'xyz\r\n', CHUNK),
  bad('a chunk size with 0x', CHUNKED + '0x2\r\nhi\r\n0\r\n\r\n', CHUNK),
  bad('a negative chunk size', CHUNKED + '-2\r\nhi\r\n', CHUNK),
  bad('a chunk size of 16 digits', CHUNKED + '0000000000000002\r\nhi\r\n0\r\n\r\n', CHUNK),
  bad('a chunk size above 2^53', CHUNKED + 'fffffffffffffff\r\n', CHUNK),
  bad('a space behind a chunk size', CHUNKED + '2 \r\nhi\r\n0\r\n\r\n', CHUNK),
  bad('a space before a chunk size', CHUNKED + ' 2\r\nhi\r\n0\r\n\r\n', CHUNK),
  bad('LF behind a chunk size', CHUNKED + '2\nhi\r\n0\r\n\r\n', CHUNK),
  bad('CR without LF behind a chunk size', CHUNKED + '2\rxhi\r\n', CHUNK),
  bad('LF in a chunk extension', CHUNKED + '2;a\nb\r\nhi\r\n', CHUNK),
  bad('endless chunk extensions', CHUNKED + '2;' + 'a'.repeat(20_000), CHUNK, { wholeOnly: true }),
  bad('more data than the chunk has', CHUNKED + '2\r\nhix\r\n0\r\n\r\n', CHUNK),
  bad('LF behind a chunk', CHUNKED + '2\r\nhi\n0\r\n\r\n', CHUNK),
  bad('a forbidden trailer field', CHUNKED + '0\r\nContent-Length: 2\r\n\r\n', TRAILER),
  bad('a Set-Cookie trailer field', CHUNKED + '0\r\nSet-Cookie: a=b\r\n\r\n', TRAILER),
  bad('a malformed trailer field', CHUNKED + '0\r\nX a\r\n\r\n', TRAILER),
  bad('a control character in a trailer field', CHUNKED + '0\r\nX: a\0\r\n\r\n', TRAILER),
  bad('a folded trailer field', CHUNKED + '0\r\nX: a\r\n b\r\n\r\n', TRAILER),
  bad('endless trailer fields', CHUNKED + '0\r\n' + 'X: aaaaaaaaaa\r\n'.repeat(2000), TRAILER, {
    wholeOnly: true,
  }),
  // Early ends
  bad('a close before the first byte', ['FIN'], CLOSED),
  bad('a reset before the first byte', ['RST'], CLOSED),
  bad('a close in the status line', ['HTTP/1.1 20', 'FIN'], EOF),
  bad('a reset in the status line', ['HTTP/1.1 20', 'RST'], EOF),
  bad('a close in a field line', [OK + 'Content-Le', 'FIN'], EOF),
  bad('a close before the empty line', [OK + 'Content-Length: 2\r\n', 'FIN'], EOF),
  bad('a close before the body', [OK + 'Content-Length: 2\r\n\r\n', 'FIN'], EOF),
  bad('a close in the body', [OK + 'Content-Length: 2\r\n\r\nh', 'FIN'], EOF),
  bad('a reset in the body', [OK + 'Content-Length: 2\r\n\r\nh', 'RST'], EOF),
  bad('a close before the first chunk', [CHUNKED, 'FIN'], EOF),
  bad('a close in a chunk size', [CHUNKED + '2', 'FIN'], EOF),
  bad('a close in a chunk', [CHUNKED + '2\r\nh', 'FIN'], EOF),
  bad('a close behind a chunk', [CHUNKED + '2\r\nhi\r\n', 'FIN'], EOF),
  bad('a close before the last line end', [CHUNKED + '2\r\nhi\r\n0\r\n', 'FIN'], EOF),
  bad('a close in the trailer section', [CHUNKED + '0\r\nX: a\r\n', 'FIN'], EOF),
  // Limits
  bad('a length above the limit', OK + 'Content-Length: 11\r\n\r\n', TOO_LARGE, {
    options: { maxResponseBodySize: 10 },
  }),
  bad('a huge length', OK + 'Content-Length: 9007199254740991\r\n\r\n', TOO_LARGE, {
    options: { maxResponseBodySize: 10 },
  }),
  bad('a chunk above the limit', CHUNKED + 'b\r\n', TOO_LARGE, {
    options: { maxResponseBodySize: 10 },
  }),
  bad('chunks above the limit', CHUNKED + '6\r\nhello \r\n6\r\n', TOO_LARGE, {
    options: { maxResponseBodySize: 10 },
  }),
  bad('a body up to the end above the limit', OK + '\r\nhello hello', TOO_LARGE, {
    options: { maxResponseBodySize: 10 },
  }),
  good('a length at the limit', OK + 'Content-Length: 4\r\n\r\nhihi', 'hihi', {
    options: { maxResponseBodySize: 4 },
  }),
  good('chunks at the limit', CHUNKED + '3\r\nhih\r\n1\r\ni\r\n0\r\n\r\n', 'hihi', {
    options: { maxResponseBodySize: 4 },
  }),
  // Time
  bad('silence', ['STALL'], TIMEOUT, { options: quick }),
  bad('a head that stops', ['HTTP/1.1 200', 'STALL'], TIMEOUT, { options: quick }),
  bad('an interim response and silence', ['HTTP/1.1 100 Continue\r\n\r\n', 'STALL'], TIMEOUT, {
    options: quick,
  }),
  bad('a body that stops', [OK + 'Content-Length: 9\r\n\r\nhel', 'STALL'], TIMEOUT, {
    options: quick,
  }),
  bad('a chunked body that stops', [CHUNKED + '9\r\nhel', 'STALL'], TIMEOUT, { options: quick }),
  bad('a body up to an end that does not come', [OK + '\r\nhel', 'STALL'], TIMEOUT, {
    options: quick,
  }),
  // skipBody and others
  good(
    'lengths of many digits',
    OK + 'Content-Length: 000000000000000000000000000002\r\n\r\nhi',
    'hi'
  ),
]

let server: RawServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function check(row: Row, single: boolean): Promise<void> {
  server = await rawServer((socket, n) => {
    if (n === 0) void play(socket, row.steps, single)
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext')
  })
  const client = new HostClient({ addr: `127.0.0.1:${server.port}`, ...row.options })
  const req = new Request()
  req.setRequestURI(server.url)
  if (row.method !== undefined) req.header.setMethod(row.method)
  const resp = new Response()

  const outcome = client.do(req, resp)
  if (row.code !== undefined) {
    await expect(outcome).rejects.toMatchObject({ code: row.code })
  } else {
    await outcome
    expect(resp.statusCode()).toBe(row.status)
    expect(resp.bodyBytes().toString('latin1')).toBe(row.body)
    if (row.trailers !== undefined) expect([...resp.header.trailers()]).toEqual(row.trailers)
  }
  expect(client.pendingRequests()).toBe(0)
  // A connection that is done with goes away on both sides.
  if (row.reused !== true) await until(() => server!.open() === 0 && client.connsCount() === 0)
  const { body } = await client.get(server.url)
  expect(body).toBe('next')
  expect(server.connections()).toBe(row.reused === true ? 1 : 2)
  await client.close()
  expect(client.connsCount()).toBe(0)
}

describe('what servers send', () => {
  test('names are unique', () => {
    expect(new Set(ROWS.map((row) => row.name)).size).toBe(ROWS.length)
    expect(ROWS.length).toBeGreaterThan(150)
  })
  test.each(ROWS.map((row) => [row.name, row] as const))('%s', (_, row) => check(row, false))
})

describe('what servers send, byte by byte', () => {
  const rows = ROWS.filter((row) => row.wholeOnly !== true && !row.options?.readTimeout)
  test.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => check(row, true))
})
