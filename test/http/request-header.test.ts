import { describe, expect, test } from 'vitest'
import { FieldBlock } from '../../src/http/field-block.js'
import { RequestHeader } from '../../src/http/request-header.js'

function parsed(lines: string[], minor = 1): RequestHeader {
  const raw = Buffer.from([...lines, '', ''].join('\r\n'), 'latin1')
  const block = new FieldBlock()
  expect(block.scan(raw, 0, raw.length)).toBe(raw.length)
  block.keepText()
  const header = new RequestHeader()
  header._setParsed('POST', '/a?b', minor, block)
  return header
}

const LINES = [
  'Host: h',
  'x-a: 1',
  'X-B: 2',
  'X-A: 3',
  'Cookie: a=1; b="2"',
  'Cookie: a=3',
  'Content-Type: t/1',
  'Content-Type: t/2',
  'Content-Length: 5',
]

// The same answers whether the lines are still in wire form or were changed since.
describe.each([
  ['in wire form', () => parsed(LINES)],
  [
    'after a change',
    () => {
      const h = parsed(LINES)
      h.set('X-New', 'n')
      h.del('X-New')
      return h
    },
  ],
])('%s', (_, make) => {
  test.each<[string, (h: RequestHeader) => unknown, unknown]>([
    ['peek', (h) => h.peek('X-a'), '1'],
    ['peek of nothing', (h) => h.peek('X-C'), undefined],
    ['peekAll', (h) => h.peekAll('x-A'), ['1', '3']],
    ['peekBytes', (h) => h.peekBytes('x-b'), Buffer.from('2')],
    ['host', (h) => h.host(), 'h'],
    ['the last Content-Type', (h) => h.contentType(), 't/2'],
    ['contentLength', (h) => h.contentLength(), 5],
    [
      'cookies of all lines',
      (h) => [...h.cookies()],
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    ['the first cookie of a name', (h) => h.cookie('a'), '1'],
    [
      'names, each once',
      (h) => h.peekKeys().sort(),
      ['Content-Length', 'Content-Type', 'Cookie', 'Host', 'X-A', 'X-B'],
    ],
    ['len', (h) => h.len(), 9],
    ['first line', (h) => [h.method(), h.requestURI(), h.protocol()], ['POST', '/a?b', 'HTTP/1.1']],
  ])('%s', (_name, get, expected) => {
    expect(get(make())).toEqual(expected)
  })
})

test('rawHeaders are the lines as they came', () => {
  const header = parsed(['x-a: 1'])
  expect(header.rawHeaders()).toBe('x-a: 1\r\n\r\n')
  header.reset()
  expect(header.rawHeaders()).toBe('')
})

test.each([
  [1, [], false],
  [1, ['Connection: close'], true],
  [1, ['Connection: x, CLOSE'], true],
  [0, [], true],
  [0, ['Connection: keep-alive'], false],
  [0, ['Connection: keep-alive, close'], true],
])('HTTP/1.%i with %j closes: %s', (minor, lines, closes) => {
  expect(parsed(lines, minor).connectionClose()).toBe(closes)
})

const HOSTILE = [
  '\r\nX-Evil: 1',
  '\nX-Evil: 1',
  '\rX-Evil: 1',
  '\x00',
  '\u010aX-Evil: 1',
  ' HTTP/1.1\r\nX-Evil: 1',
]
test.each<[string, (h: RequestHeader, text: string) => void]>([
  ['setMethod', (h, t) => h.setMethod(`GET${t}`)],
  ['setRequestURI', (h, t) => h.setRequestURI(`/${t}`)],
  ['setProtocol', (h, t) => h.setProtocol(`HTTP/1.1${t}`)],
  ['set', (h, t) => h.set(`X${t}`, t)],
  ['add', (h, t) => h.add(`X${t}`, t)],
  ['setCanonical', (h, t) => h.setCanonical(`X${t}`, t)],
  ['setHost', (h, t) => h.setHost(`a${t}`)],
  ['setUserAgent', (h, t) => h.setUserAgent(t)],
  ['setReferer', (h, t) => h.setReferer(t)],
  ['setContentType', (h, t) => h.setContentType(t)],
  ['setContentEncoding', (h, t) => h.setContentEncoding(t)],
  ['setMultipartFormBoundary', (h, t) => h.setMultipartFormBoundary(t)],
  ['setCookie', (h, t) => h.setCookie(`k${t}`, `v${t}`)],
  ['set Cookie', (h, t) => h.set('Cookie', `a=b${t}`)],
])('%s cannot start a line of its own', (_, set) => {
  for (const text of HOSTILE) {
    const header = new RequestHeader()
    set(header, text)
    const wire = Buffer.from(header.header(), 'latin1').toString('latin1')
    const lines = wire.split('\r\n')
    expect(lines[0]).toMatch(/^[!-~]+ [\x21-\xff]+ /)
    expect(wire).not.toMatch(/[\r\n]X-Evil/)
    expect(wire).toMatch(/^(?:[\t\x20-\x7e\x80-\xff]+\r\n)+\r\n$/)
  }
})

test.each<[string, (h: RequestHeader) => void, string]>([
  ['Transfer-Encoding is left to setContentLength', (h) => h.set('Transfer-Encoding', 'gzip'), ''],
  ['chunked', (h) => h.setContentLength(-1), 'Transfer-Encoding: chunked|'],
  [
    'a length takes chunked back',
    (h) => (h.setContentLength(-1), h.setContentLength(3)),
    'Content-Length: 3|',
  ],
  ['a bad Content-Length is ignored', (h) => h.set('Content-Length', '3x'), ''],
  ['Connection: close', (h) => h.set('Connection', 'close'), 'Connection: close|'],
  [
    'cookies are one line',
    (h) => (h.setCookie('a', '1'), h.setCookie('b', '2'), h.setCookie('a', '3')),
    'Cookie: a=3; b=2|',
  ],
  ['no cookies are no line', (h) => (h.setCookie('a', '1'), h.delCookie('a')), ''],
  ['byte ranges', (h) => h.setByteRange(0, -1), 'Range: bytes=0-|'],
  ['byte ranges from the end', (h) => h.setByteRange(-5, 0), 'Range: bytes=-5|'],
])('%s', (_, change, lines) => {
  const header = new RequestHeader()
  change(header)
  expect(header.header().replaceAll('\r\n', '|')).toBe(`GET / HTTP/1.1|${lines}|`)
})

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['multipart/form-data; charset=x; boundary="a b"', 'a b'],
  ['multipart/form-data; boundary=abc; x=y', 'abc'],
  ['multipart/form-data', undefined],
  ['multipart/mixed; boundary=abc', undefined],
])('boundary of %s', (type, boundary) => {
  expect(parsed([`Content-Type: ${type}`]).multipartFormBoundary()).toBe(boundary)
})

test.each([
  ['gzip', true],
  ['deflate, GZIP', true],
  ['br,gzip;q=0.5', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['gzipx', false],
  ['', false],
])('Accept-Encoding: %s accepts gzip: %s', (value, accepts) => {
  expect(parsed([`Accept-Encoding: ${value}`]).hasAcceptEncoding('gzip')).toBe(accepts)
})

test('copyTo is independent of the source and its read memory', () => {
  const header = parsed([...LINES, 'Connection: close'])
  const copy = new RequestHeader()
  copy.set('Old', 'x')
  header.copyTo(copy)
  const text = copy.header()
  header.reset()
  expect(copy.header()).toBe(text)
  expect(text).toContain('X-A: 1\r\nX-B: 2\r\nX-A: 3\r\n')
  expect([copy.contentLength(), copy.connectionClose(), copy.peek('Old')]).toEqual([
    5,
    true,
    undefined,
  ])
})
