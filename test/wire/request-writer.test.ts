import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RequestHeader } from '../../src/http/request-header.js'
import {
  CHUNKED,
  NO_LENGTH,
  writeRequestHead,
  writeRequestTrailer,
  type RequestTarget,
} from '../../src/wire/request-writer.js'

const TO: RequestTarget = { target: '/t', host: 'h.test', userAgent: 'ua', authorization: '' }

function write(
  fill: (header: RequestHeader) => void,
  {
    to = {},
    length = NO_LENGTH,
    type = '',
  }: { to?: Partial<RequestTarget>; length?: number; type?: string } = {}
): string {
  const header = new RequestHeader()
  fill(header)
  return writeRequestHead(header, { ...TO, ...to }, length, type)
}

const START = 'GET /t HTTP/1.1\r\nUser-Agent: ua\r\nHost: h.test\r\n'

describe('lines', () => {
  test.each<[string, (header: RequestHeader) => void, Parameters<typeof write>[1], string]>([
    ['nothing set', () => {}, {}, START + '\r\n'],
    [
      'a method and a target',
      (h) => h.setMethod('FOO'),
      { to: { target: '*' } },
      'FOO * HTTP/1.1\r\nUser-Agent: ua\r\nHost: h.test\r\n\r\n',
    ],
    [
      'no user agent',
      () => {},
      { to: { userAgent: '' } },
      'GET /t HTTP/1.1\r\nHost: h.test\r\n\r\n',
    ],
    [
      'a user agent of its own',
      (h) => h.setUserAgent('mine'),
      {},
      'GET /t HTTP/1.1\r\nUser-Agent: mine\r\nHost: h.test\r\n\r\n',
    ],
    ['the Host of the target', (h) => h.set('Host', 'other'), {}, START + '\r\n'],
    ['a length', () => {}, { length: 5 }, START + 'Content-Length: 5\r\n\r\n'],
    ['a length of zero', () => {}, { length: 0 }, START + 'Content-Length: 0\r\n\r\n'],
    ['chunks', () => {}, { length: CHUNKED }, START + 'Transfer-Encoding: chunked\r\n\r\n'],
    [
      'framing that was set is not looked at',
      (h) => {
        h.setContentLength(99)
        h.add('Transfer-Encoding', 'gzip')
      },
      { length: 3 },
      START + 'Content-Length: 3\r\n\r\n',
    ],
    [
      'a default type',
      () => {},
      { length: 1, type: 'a/b' },
      START + 'Content-Type: a/b\r\nContent-Length: 1\r\n\r\n',
    ],
    [
      'a type of its own',
      (h) => h.setContentType('c/d'),
      { length: 1, type: 'a/b' },
      START + 'Content-Type: c/d\r\nContent-Length: 1\r\n\r\n',
    ],
    [
      'other fields in their order, several of a name',
      (h) => {
        h.add('X-B', '1')
        h.add('X-A', '2')
        h.add('X-B', '3')
      },
      {},
      START + 'X-B: 1\r\nX-A: 2\r\nX-B: 3\r\n\r\n',
    ],
    [
      'cookies in one line behind them',
      (h) => {
        h.setCookie('a', '1')
        h.add('X', 'y')
        h.setCookie('b', '2')
      },
      {},
      START + 'X: y\r\nCookie: a=1; b=2\r\n\r\n',
    ],
    [
      'authorization of the URI goes before that of the header',
      (h) => h.set('Authorization', 'old'),
      { to: { authorization: 'new' } },
      START + 'Authorization: new\r\n\r\n',
    ],
    ['close at the end', (h) => h.setConnectionClose(), {}, START + 'Connection: close\r\n\r\n'],
    [
      'another Connection in its place',
      (h) => {
        h.set('Connection', 'upgrade')
        h.add('X', 'y')
      },
      {},
      START + 'Connection: upgrade\r\nX: y\r\n\r\n',
    ],
    [
      'trailers are announced before chunks, and withheld',
      (h) => {
        h.set('X-Sum', '1')
        h.setTrailer('X-Sum')
      },
      { length: CHUNKED },
      START + 'Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n',
    ],
  ])('%s', (_, fill, options, head) => expect(write(fill, options)).toBe(head))

  test('fields as they are with special ones disabled', () => {
    const head = write((h) => {
      h.disableSpecialHeader()
      h.disableNormalizing()
      h.add('host', 'my.host')
      h.add('user-agent', 'mine')
      h.add('content-length', '7')
      h.add('cookie', 'a=b')
    })
    expect(head).toBe('GET /t HTTP/1.1\r\nhost: my.host\r\nuser-agent: mine\r\ncookie: a=b\r\n\r\n')
  })
})

test('trailers', () => {
  const header = new RequestHeader()
  header.set('X-A', '1')
  header.add('X-B', '2')
  header.add('X-B', '3')
  header.setTrailer('X-A, X-B')
  expect(writeRequestTrailer(header)).toBe('X-A: 1\r\nX-B: 2\r\nX-B: 3\r\n\r\n')
  expect(writeRequestTrailer(new RequestHeader())).toBe('\r\n')
})

test('whatever is set, no value starts a line and there is one end', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', '\r', '\n', ':', ' ', '\0', '\t', 'é') })
  fc.assert(
    fc.property(text, text, text, (name, value, other) => {
      let head
      try {
        head = write((h) => {
          h.add(name, value)
          h.set('X-Other', other)
          h.setUserAgent(value)
          h.setContentType(other)
          h.setCookie(name, value)
        })
      } catch (err) {
        expect((err as { code: string }).code).toMatch(/^FH_ERR_/)
        return
      }
      const lines = head.split('\r\n')
      expect(head.indexOf('\r\n\r\n')).toBe(head.length - 4)
      expect(lines[0]).toBe('GET /t HTTP/1.1')
      for (const line of lines) expect(line).not.toMatch(/[\r\n]/)
      const names = lines.slice(1, -2).map((line) => line.split(':')[0])
      expect(names.filter((n) => n === 'Host')).toEqual(['Host'])
    })
  )
})
