import { describe, expect, test } from 'vitest'
import { Cookie } from '../../src/http/cookie.js'
import { ResponseHeader } from '../../src/http/response-header.js'
import { parseResponses } from '../helpers/responses.js'

/** Texts that would start a line, or end the head, if they reached the wire as they are. */
export const HOSTILE = [
  '\r\nX-Evil: 1',
  '\nX-Evil: 1',
  '\rX-Evil: 1',
  '\x00',
  '\u010aX-Evil: 1',
  '\u010d\u010aX-Evil: 1',
  '\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1',
  ': x\r\nX-Evil',
]

const hostileCookie = (text: string): Cookie => {
  const cookie = new Cookie()
  cookie.setKey(`k${text}`)
  cookie.setValue(`v${text}`)
  cookie.setPath(`/p${text}`)
  cookie.setDomain(`d${text}`)
  return cookie
}

const setters: [name: string, set: (h: ResponseHeader, text: string) => void][] = [
  ['set value', (h, t) => h.set('X-A', t)],
  ['set name', (h, t) => h.set(`X${t}`, 'v')],
  ['set bytes', (h, t) => h.set(Buffer.from(`X${t}`), Buffer.from(t))],
  ['add value', (h, t) => h.add('X-A', t)],
  ['add name', (h, t) => h.add(`X${t}`, 'v')],
  ['setCanonical', (h, t) => h.setCanonical(`x${t}`, t)],
  ['set Content-Type', (h, t) => h.set('content-type', t)],
  ['set Server', (h, t) => h.set('server', t)],
  ['set Connection', (h, t) => h.set('connection', t)],
  ['set Set-Cookie', (h, t) => h.set('set-cookie', t)],
  ['set Content-Length', (h, t) => h.set('content-length', `5${t}`)],
  ['set Transfer-Encoding', (h, t) => h.set('transfer-encoding', `chunked${t}`)],
  ['setContentType', (h, t) => h.setContentType(t)],
  ['setContentEncoding', (h, t) => h.setContentEncoding(t)],
  ['setServer', (h, t) => h.setServer(t)],
  ['setStatusMessage', (h, t) => h.setStatusMessage(t)],
  ['setStatusCode', (h, t) => h.setStatusCode(`200${t}` as unknown as number)],
  ['setContentRange', (h, t) => h.setContentRange(t as unknown as number, 1, 2)],
  ['setCookie', (h, t) => h.setCookie(hostileCookie(t))],
  ['delClientCookie', (h, t) => h.delClientCookie(t)],
  ['set Trailer', (h, t) => trailer(() => h.set('trailer', `X${t}`))],
  ['addTrailer', (h, t) => trailer(() => h.addTrailer(`X${t}`))],
]
const trailer = (add: () => void): void => {
  try {
    add()
  } catch (err) {
    expect(err).toMatchObject({ code: 'FH_ERR_BAD_TRAILER' })
  }
}

describe('no setter can start a line of its own', () => {
  test.each(setters)('%s', (_, set) => {
    for (const text of HOSTILE) {
      const header = new ResponseHeader()
      set(header, text)
      header.set('X-Last', 'end')
      // As it goes to the wire: one byte a character.
      const wire = Buffer.from(header.header(), 'latin1').toString('latin1')
      const [response, ...more] = parseResponses(wire, ['HEAD'])
      expect(more).toEqual([])
      expect(response!.fields.filter(([name]) => name.startsWith('x-evil'))).toEqual([])
      expect(response!.fields).toContainEqual(['x-last', 'end'])
      expect(response!.fields.map(([name]) => name)).not.toContain('transfer-encoding')
    }
  })
})

describe('status', () => {
  test.each([
    ['none', undefined, 200],
    ['zero', 0, 200],
    ['negative', -1, 200],
    ['NaN', NaN, 200],
    ['infinity', Infinity, 200],
    ['two digits', 99, 200],
    ['four digits', 1000, 200],
    ['a fraction', 404.5, 404],
    ['unregistered', 799, 799],
  ])('%s', (_, code, expected) => {
    const header = new ResponseHeader()
    if (code !== undefined) header.setStatusCode(code)
    expect(header.statusCode()).toBe(expected)
    expect(header.header()).toMatch(new RegExp(`^HTTP/1\\.1 ${expected} \\S`))
  })

  test("a message of one's own is sent as given", () => {
    const header = new ResponseHeader()
    header.setStatusMessage('Fine')
    expect(header.header()).toMatch(/^HTTP\/1\.1 200 Fine\r\n/)
  })
})

describe('typed fields', () => {
  const text = (change: (h: ResponseHeader) => void): string => {
    const header = new ResponseHeader()
    change(header)
    return header.header().replaceAll('\r\n', '|')
  }

  test.each<[string, (h: ResponseHeader) => void, string]>([
    ["Date is the server's", (h) => h.set('Date', 'x'), ''],
    ["Transfer-Encoding is the server's", (h) => h.set('Transfer-Encoding', 'gzip'), ''],
    ['a bad Content-Length is ignored', (h) => h.set('Content-Length', 'abc'), ''],
    ['a good Content-Length', (h) => h.set('content-length', '12'), 'Content-Length: 12|'],
    ['Connection: close', (h) => h.set('connection', 'Close'), 'Connection: close|'],
    [
      'another Connection takes close back',
      (h) => (h.setConnectionClose(), h.set('Connection', 'x')),
      'Connection: x|',
    ],
    [
      'Set-Cookie adds',
      (h) => (h.set('Set-Cookie', 'a=1'), h.set('Set-Cookie', 'b=2')),
      'Set-Cookie: a=1|Set-Cookie: b=2|',
    ],
    [
      'the last Content-Type counts',
      (h) => (h.add('Content-Type', 'a/b'), h.add('Content-Type', 'c/d')),
      'Content-Type: c/d|',
    ],
    ['the last Server counts', (h) => (h.add('Server', 'a'), h.add('Server', 'b')), 'Server: b|'],
    ['an empty value stays', (h) => h.set('X', ''), 'X: |'],
    ['Trailer is announced', (h) => h.set('Trailer', 'X-A, x-b'), 'Trailer: X-A, X-B|'],
    [
      'a trailer field is withheld',
      (h) => (h.set('Trailer', 'X-A'), h.set('X-A', '1')),
      'Trailer: X-A|',
    ],
    ['setContentRange', (h) => h.setContentRange(1, 2, 3), 'Content-Range: bytes 1-2/3|'],
    [
      'setLastModified',
      (h) => h.setLastModified(0),
      'Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT|',
    ],
    [
      'delClientCookie',
      (h) => h.delClientCookie('a'),
      'Set-Cookie: a=; expires=Tue, 10 Nov 2009 23:00:00 GMT|',
    ],
  ])('%s', (_, change, lines) => {
    expect(text(change)).toBe(`HTTP/1.1 200 OK|${lines}|`)
  })

  test('trailers are written apart', () => {
    const header = new ResponseHeader()
    header.set('Trailer', 'X-A')
    header.set('X-A', '1')
    expect(header._trailerSection()).toBe('X-A: 1\r\n\r\n')
  })

  test('peek and del know every typed field', () => {
    const header = new ResponseHeader()
    const set: [string, string][] = [
      ['Server', 's'],
      ['Content-Type', 'a/b'],
      ['Content-Length', '3'],
      ['Set-Cookie', 'a=1'],
      ['X', 'y'],
    ]
    for (const [name, value] of set) header.set(name, value)
    for (const [name, value] of set) {
      expect(header.peek(name.toUpperCase())).toBe(value)
      expect(header.peekAll(name)).toEqual([value])
      header.del(name.toLowerCase())
    }
    header.setNoDefaultContentType(true)
    for (const [name] of set) expect(header.peek(name)).toBeUndefined()
  })
})

describe('cookies', () => {
  test('one of the same key is replaced, found and taken back', () => {
    const header = new ResponseHeader()
    const cookie = new Cookie()
    cookie.setKey('a')
    cookie.setValue('1')
    header.setCookie(cookie)
    cookie.setValue('2')
    header.setCookie(cookie)
    expect([...header.cookies()]).toEqual([['a', 'a=2']])
    const found = new Cookie()
    found.setKey('a')
    expect([header.cookie(found), found.value()]).toEqual([true, '2'])
    found.setKey('b')
    expect(header.cookie(found)).toBe(false)
    header.delCookie('a')
    expect([...header.cookies()]).toEqual([])
  })
})

test('copyTo copies everything, reset forgets everything', () => {
  const header = new ResponseHeader()
  const empty = header.header()
  header.setStatusCode(404)
  header.setStatusMessage('No')
  header.set('Server', 's')
  header.set('Set-Cookie', 'a=1')
  header.set('Trailer', 'X-T')
  header.set('X', 'y')
  header.setContentLength(7)
  header.setConnectionClose()
  const copy = new ResponseHeader()
  copy.set('Old', 'gone')
  header.copyTo(copy)
  expect(copy.header()).toBe(header.header())
  header.reset()
  expect(header.header()).toBe(empty)
  expect(copy.header()).not.toBe(empty)
})
