import { describe, expect, test } from 'vitest'
import { RequestHeader } from '../../src/http/request-header.js'
import { RequestParser } from '../../src/wire/request-parser.js'

function parsed(lines: string, version = '1.1'): RequestHeader {
  const parser = new RequestParser()
  const raw = Buffer.from(`GET /a HTTP/${version}\r\n${lines}\r\n`, 'latin1')
  expect(parser.parse(raw, 0, raw.length)).toBe(0)
  const header = new RequestHeader()
  header._setParsed(parser.method, parser.target, parser.minorVersion, parser.fields)
  return header
}

const MANY =
  'host: h\r\nX-a: 1\r\nCookie: a=1\r\ncookie: b=2\r\nContent-Type: x/1\r\nUSER-AGENT: u\r\ncontent-type: x/2\r\nConnection: close\r\n'

describe('peek', () => {
  test.each([
    ['first of several plain lines', 'Host: h\r\nX: 1\r\nx: 2\r\n', 'X', '1'],
    ['last Content-Type, as contentType()', MANY, 'content-type', 'x/2'],
    ['last User-Agent', 'Host: h\r\nUser-Agent: a\r\nUser-Agent: b\r\n', 'User-Agent', 'b'],
    ['all Cookie lines as one', MANY, 'Cookie', 'a=1; b=2'],
    ['a Cookie line as sent', 'Host: h\r\nCookie: a="1" ;b\r\n', 'COOKIE', 'a="1" ;b'],
    ['no Cookie', 'Host: h\r\n', 'Cookie', undefined],
    ['Connection', MANY, 'connection', 'close'],
    ['an absent line', MANY, 'X-Absent', undefined],
  ])('%s', (_, lines, key, value) => {
    const header = parsed(lines)
    expect(header.peek(key)).toBe(value)
    expect(header.peekCanonical(key)).toBe(value)
    expect(header.peekBytes(key)?.toString('latin1')).toBe(value)
    // The same from the store.
    header.set('Another', 'x')
    expect(header.peek(key)).toBe(value)
  })

  test('Connection of a header made by hand', () => {
    const header = new RequestHeader()
    expect(header.peek('Connection')).toBeUndefined()
    header.setConnectionClose()
    expect(header.peek('Connection')).toBe('close')
  })
})

test('peekKeys puts the fields with methods first and Connection last', () => {
  const order = ['Host', 'Content-Type', 'User-Agent', 'Cookie', 'X-A', 'Connection']
  expect(parsed(MANY).peekKeys()).toEqual(order)
})

describe('add', () => {
  test.each(['Host', 'User-Agent', 'Content-Type'])('%s overwrites', (name) => {
    const header = new RequestHeader()
    header.add(name, 'a')
    header.add(name.toLowerCase(), 'b')
    expect(header.peekAll(name)).toEqual(['b'])
  })

  test('Content-Length keeps the last, Transfer-Encoding is not for the caller to set', () => {
    const header = new RequestHeader()
    header.add('Content-Length', '1')
    header.add('Content-Length', '2')
    header.set('Content-Length', 'abc')
    header.set('Content-Length', '-1')
    header.add('Transfer-Encoding', 'gzip')
    expect([...header]).toEqual([['Content-Length', '2']])
    expect(header.contentLength()).toBe(2)
  })

  test('other fields repeat, set replaces the first alone', () => {
    const header = new RequestHeader()
    header.add('x', '1')
    header.add('X', '2')
    header.set('x', '3')
    expect(header.peekAll('X')).toEqual(['3', '2'])
    header.set('y', '')
    expect(header.peek('Y')).toBe('')
  })

  test('Cookie lines become cookies', () => {
    const header = new RequestHeader()
    header.add('Cookie', 'a=1; b=2')
    header.add('Cookie', 'c=3')
    expect([...header.cookies()]).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ])
    const visited: string[] = []
    header.visitAllCookie((key, value) => visited.push(key + value))
    expect(visited).toEqual(['a1', 'b2', 'c3'])
    expect(header.cookieBytes('b')).toEqual(Buffer.from('2'))
    expect(header.cookieBytes('d')).toBeUndefined()
  })
})

describe('Connection', () => {
  test.each([
    ['close', true, [['Connection', 'close']]],
    ['Close', true, [['Connection', 'close']]],
    ['x, CLOSE', true, [['Connection', 'x, CLOSE']]],
    ['keep-alive', false, [['Connection', 'keep-alive']]],
    ['closed', false, [['Connection', 'closed']]],
  ])('%s', (value, closes, lines) => {
    const header = new RequestHeader()
    header.set('Connection', value)
    expect(header.connectionClose()).toBe(closes)
    const text = lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')
    expect(header.header()).toBe(`GET / HTTP/1.1\r\n${text}\r\n`)
  })

  test('a later value takes the place of an earlier one', () => {
    const header = parsed('Host: h\r\nConnection: close\r\n')
    header.add('Connection', 'upgrade')
    expect(header.connectionClose()).toBe(false)
    expect(header.peekAll('Connection')).toEqual(['upgrade'])
  })
})

describe('trailers', () => {
  test('set takes the allowed names silently, setTrailer throws for the others', () => {
    const header = new RequestHeader()
    header.set('Trailer', 'Foo, Content-Length, bar')
    expect(header.peekTrailerKeys()).toEqual(['Foo', 'Bar'])
    expect(header.peek('trailer')).toBe('Foo, Bar')
    expect(() => header.addTrailer('Host, Baz')).toThrow(
      expect.objectContaining({ code: 'FH_ERR_BAD_TRAILER' })
    )
    expect(header.peekTrailerKeys()).toEqual(['Foo', 'Bar', 'Baz'])
    header.set('Foo', '1')
    expect(header.trailerHeader()).toBe('Foo: 1\r\n\r\n')
    expect(header.trailerHeaderBytes()).toEqual(Buffer.from('Foo: 1\r\n\r\n'))
    expect(header.header()).toContain('\r\nTrailer: Foo, Bar, Baz\r\n')
  })

  test('announced by a received line', () => {
    const header = parsed('Host: h\r\nTrailer: Foo\r\nTrailer: Host, bar\r\n')
    expect(header.peekTrailerKeys()).toEqual(['Foo', 'Bar'])
  })
})

describe('multipartFormBoundary', () => {
  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data;boundary="a;b c"', 'a;b c'],
    ['Multipart/Form-Data; charset=utf-8; Boundary=abc ; x=y', 'abc'],
    ['multipart/form-data; boundary=----=_Part_1_2.3', '----=_Part_1_2.3'],
    ['multipart/form-data; x="; boundary=evil"; boundary=abc', 'abc'],
    ['multipart/form-data; boundary=a; boundary=b', 'a'],
    ['multipart/form-data; xboundary=a', undefined],
    ['multipart/form-data; boundary=', undefined],
    ['multipart/form-data', undefined],
    ['multipart/form-datax; boundary=a', undefined],
    ['multipart/mixed; boundary=a', undefined],
    ['', undefined],
  ])('%s', (type, boundary) => {
    const header = new RequestHeader()
    if (type !== '') header.setContentType(type)
    expect(header.multipartFormBoundary()).toBe(boundary)
  })

  test('what setMultipartFormBoundary sets', () => {
    const header = new RequestHeader()
    header.setMultipartFormBoundary('xyz')
    expect(header.multipartFormBoundary()).toBe('xyz')
  })
})

describe('the lines as they came', () => {
  test('survive changes and copies, and end with reset', () => {
    const header = parsed(MANY)
    header.set('Host', 'other')
    const copy = new RequestHeader()
    header.copyTo(copy)
    for (const one of [header, copy]) {
      expect(one.rawHeaders()).toBe(MANY + '\r\n')
      expect(one.rawHeadersBytes()).toEqual(Buffer.from(MANY + '\r\n'))
      expect([...one.allInOrder()].slice(0, 4)).toEqual([
        ['Host', 'h'],
        ['X-A', '1'],
        ['Cookie', 'a=1'],
        ['Cookie', 'b=2'],
      ])
    }
    header.reset()
    expect(header.rawHeaders()).toBe('')
    expect([...header.allInOrder()]).toEqual([])
  })

  test('keep their spelling without normalizing, and values their U+00A0', () => {
    const header = parsed('hOST: h\r\nx-y:  \xa0a\t \r\n')
    header.disableNormalizing()
    const seen: string[][] = []
    header.visitAllInOrder((name, value) => seen.push([name, value]))
    expect(seen).toEqual([
      ['hOST', 'h'],
      ['x-y', '\xa0a'],
    ])
  })

  test('of a header made by hand are its lines', () => {
    const header = new RequestHeader()
    header.set('b', '1')
    header.set('a', '2')
    expect([...header.allInOrder()]).toEqual([
      ['B', '1'],
      ['A', '2'],
    ])
  })
})

describe('disableSpecialHeader', () => {
  test('lines keep order, spelling and number until it is undone', () => {
    const header = new RequestHeader()
    header.disableSpecialHeader()
    header.add('x', '1')
    header.add('user-AGENT', 'a')
    header.add('host', 'h')
    header.add('host', 'i')
    expect(header.header()).toBe(
      'GET / HTTP/1.1\r\nx: 1\r\nuser-AGENT: a\r\nhost: h\r\nhost: i\r\n\r\n'
    )
    header.reset()
    header.add('host', 'h')
    header.add('host', 'i')
    expect(header.header()).toBe('GET / HTTP/1.1\r\nHost: i\r\n\r\n')
  })

  test("framing is still not the caller's", () => {
    const header = new RequestHeader()
    header.disableSpecialHeader()
    header.set('transfer-encoding', 'chunked')
    header.set('content-length', 'x')
    expect(header.len()).toBe(0)
  })
})

test('written forms', () => {
  const header = new RequestHeader()
  header.setMethod('PUT')
  header.set('a', 'b')
  const text = 'PUT / HTTP/1.1\r\nA: b\r\n\r\n'
  expect(String(header)).toBe(text)
  expect(header.headerBytes()).toEqual(Buffer.from(text))
  expect(header.appendBytes(Buffer.from('>')).toString()).toBe('>' + text)
  const chunks: Buffer[] = []
  expect(header.writeTo({ write: (chunk) => chunks.push(chunk) })).toBe(text.length)
  header.write({ write: (chunk) => chunks.push(chunk) })
  expect(Buffer.concat(chunks).toString()).toBe(text + text)
})

test('bytes of the typed fields', () => {
  const header = parsed(
    'Host: h\xe9.de'.replace('\xe9', 'e') + '\r\nReferer: \xe9\r\nContent-Encoding: gzip\r\n'
  )
  expect(header.methodBytes().toString()).toBe('GET')
  expect(header.requestURIBytes().toString()).toBe('/a')
  expect(header.protocolBytes().toString()).toBe('HTTP/1.1')
  expect(header.hostBytes().toString()).toBe('he.de')
  expect(header.refererBytes()).toEqual(Buffer.from([0xe9]))
  expect(header.contentEncodingBytes().toString()).toBe('gzip')
  expect(header.contentTypeBytes()).toHaveLength(0)
  expect(header.userAgentBytes()).toHaveLength(0)
})
