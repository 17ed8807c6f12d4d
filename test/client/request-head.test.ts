import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { resolveClientOptions, type ClientOptions } from '../../src/client/options.js'
import { requestHead } from '../../src/client/request-head.js'
import { Request } from '../../src/http/request.js'

function headOf(url: string, fill: (req: Request) => void = () => {}, options: ClientOptions = {}) {
  const req = new Request()
  req.setRequestURI(url)
  fill(req)
  const lines = requestHead(req, resolveClientOptions(options)).split('\r\n')
  expect(lines.slice(-2)).toEqual(['', ''])
  return { lines: lines.slice(0, -2), body: req.isBodyStream() ? undefined : req.body() }
}

describe('target and Host', () => {
  test.each([
    ['http://h.test', 'GET / HTTP/1.1', 'h.test'],
    ['http://H.test:8080/a?b#c', 'GET /a?b HTTP/1.1', 'h.test:8080'],
    ['http://h.test/a/../b', 'GET /b HTTP/1.1', 'h.test'],
    ['http://[::1]:8/a b', 'GET /a%20b HTTP/1.1', '[::1]:8'],
  ])('%s', (url, line, host) => {
    const { lines } = headOf(url)
    expect(lines).toEqual([line, 'User-Agent: fasthttp', `Host: ${host}`])
  })

  test('CONNECT has the authority as its target', () => {
    const { lines } = headOf('http://h.test:443/x', (req) => req.header.setMethod('CONNECT'))
    expect(lines[0]).toBe('CONNECT h.test:443 HTTP/1.1')
  })

  test('a Host of its own, where it is wanted', () => {
    const host = (use: boolean): string | undefined =>
      headOf('http://h.test/', (req) => {
        req.header.setHost('other')
        req.useHostHeader = use
      }).lines.find((line) => line.startsWith('Host'))
    expect([host(true), host(false)]).toEqual(['Host: other', 'Host: h.test'])
  })

  test('disablePathNormalizing', () => {
    const { lines } = headOf('http://h.test/a/../b', undefined, { disablePathNormalizing: true })
    expect(lines[0]).toBe('GET /a/../b HTTP/1.1')
  })

  test.each(['/only/a/path', 'http:///x'])('%s has no host', (url) => {
    expect(() => headOf(url)).toThrow(expect.objectContaining({ code: 'FH_ERR_INVALID_HOST' }))
  })
})

describe('framing and type', () => {
  test.each<[string, (req: Request) => void, string[]]>([
    ['GET', () => {}, []],
    ['DELETE', (req) => req.header.setMethod('DELETE'), []],
    ['POST without a body', (req) => req.header.setMethod('POST'), ['Content-Length: 0']],
    ['PUT without a body', (req) => req.header.setMethod('PUT'), ['Content-Length: 0']],
    [
      'a body',
      (req) => req.setBody('é'),
      ['Content-Type: application/octet-stream', 'Content-Length: 2'],
    ],
    [
      'a body without a type',
      (req) => {
        req.header.setNoDefaultContentType(true)
        req.setBody('x')
      },
      ['Content-Length: 1'],
    ],
    [
      'form arguments',
      (req) => req.postArgs().set('a', 'b c'),
      ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 5'],
    ],
    [
      'a stream',
      (req) => req.setBodyStream(Readable.from(['x'])),
      ['Content-Type: application/octet-stream', 'Transfer-Encoding: chunked'],
    ],
    [
      'a stream of known size',
      (req) => req.setBodyStream(Readable.from(['x']), 1),
      ['Content-Type: application/octet-stream', 'Content-Length: 1'],
    ],
  ])('%s', (_, fill, expected) => {
    expect(headOf('http://h.test/', fill).lines.slice(3)).toEqual(expected)
  })

  test('form arguments become the body, unless there is one', () => {
    const { body } = headOf('http://h.test/', (req) => req.postArgs().set('a', 'b c'))
    expect(body).toBe('a=b+c')
    const both = headOf('http://h.test/', (req) => {
      req.setBody('text')
      req.postArgs().set('a', 'b')
    })
    expect(both.body).toBe('text')
  })
})

test.each([
  ['http://u:p@h.test/', 'u:p'],
  ['http://u@h.test/', 'u:'],
  ['http://:p@h.test/', ':p'],
])('%s: basic authorization', (url, login) => {
  const { lines } = headOf(url, (req) => req.header.set('Authorization', 'old'))
  const token = Buffer.from(login).toString('base64')
  expect(lines.filter((line) => line.startsWith('Auth'))).toEqual([`Authorization: Basic ${token}`])
})

test.each<[ClientOptions, string[]]>([
  [{ name: 'me' }, ['User-Agent: me']],
  [{ noDefaultUserAgentHeader: true }, []],
  [{ noDefaultUserAgentHeader: true, name: 'me' }, []],
])('user agent with %j', (options, expected) => {
  const { lines } = headOf('http://h.test/', undefined, options)
  expect(lines.filter((line) => line.startsWith('User'))).toEqual(expected)
})
