import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { followRedirect, originOf, statusCodeIsRedirect } from '../../src/client/redirect.js'
import { Request } from '../../src/http/request.js'

test('statusCodeIsRedirect', () => {
  const codes = Array.from({ length: 500 }, (_, i) => i + 100).filter(statusCodeIsRedirect)
  expect(codes).toEqual([301, 302, 303, 307, 308])
})

function request(method: string, url: string): Request {
  const req = new Request()
  req.header.setMethod(method)
  req.setRequestURI(url)
  return req
}

describe('method and body', () => {
  test.each([
    [301, 'GET', 'GET', 'body'],
    [301, 'POST', 'GET', 'body'],
    [302, 'POST', 'GET', 'body'],
    [302, 'PUT', 'PUT', 'body'],
    [303, 'GET', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'DELETE', 'GET', ''],
    [303, 'HEAD', 'HEAD', ''],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
    [308, 'DELETE', 'DELETE', 'body'],
  ])('%i of %s', (status, method, after, body) => {
    const req = request(method, 'http://a.test/x')
    req.setBody('body')
    req.header.setContentType('text/x')
    req.header.set('X-Kept', '1')
    followRedirect(req, status, '/y', originOf(req.uri()))
    expect(req.header.method()).toBe(after)
    expect(req.body()).toBe(body)
    expect(req.header.contentType()).toBe(body === '' ? '' : 'text/x')
    expect(req.header.peek('X-Kept')).toBe('1')
  })

  test.each([301, 302, 307, 308])('%i of a body stream', (status) => {
    const req = request('POST', 'http://a.test/')
    req.setBodyStream(Readable.from(['x']))
    expect(() => followRedirect(req, status, '/', originOf(req.uri()))).toThrow(
      expect.objectContaining({ code: 'FH_ERR_BODY_STREAM_CONSUMED' })
    )
  })

  test('303 of a body stream drops it', () => {
    const req = request('POST', 'http://a.test/')
    req.setBodyStream(Readable.from(['x']))
    followRedirect(req, 303, '/', originOf(req.uri()))
    expect(req.isBodyStream()).toBe(false)
  })
})

describe('where to', () => {
  test.each([
    ['/b', 'http://h.test/b'],
    ['c', 'http://h.test/a/c'],
    ['?q=1', 'http://h.test/a/x?q=1'],
    ['//o.test/z', 'http://o.test/z'],
    ['https://o.test:8443/z?k#frag', 'https://o.test:8443/z?k'],
    ['', 'http://h.test/a/x?old=1'],
    ['../../up', 'http://h.test/up'],
  ])('%j', (location, url) => {
    const req = request('GET', 'http://h.test/a/x?old=1')
    followRedirect(req, 302, location, originOf(req.uri()))
    expect(req.uri().fullURI()).toBe(url)
  })

  test('a Host of its own stays for the same host only', () => {
    const req = request('GET', 'http://h.test/')
    req.useHostHeader = true
    followRedirect(req, 302, '/b', originOf(req.uri()))
    expect(req.useHostHeader).toBe(true)
    followRedirect(req, 302, 'http://o.test/', originOf(req.uri()))
    expect(req.useHostHeader).toBe(false)
  })
})

describe('credentials', () => {
  const NAMES = [
    'Authorization',
    'Cookie',
    'Cookie2',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Www-Authenticate',
  ]
  test.each([
    ['http://a.test/', '/x', true],
    ['http://a.test/', 'http://a.test:8080/', true],
    ['http://a.test/', 'http://A.TEST/', true],
    ['http://a.test/', 'http://sub.a.test/', true],
    ['http://a.test/', 'https://a.test/', true],
    ['https://a.test/', 'https://sub.a.test/', true],
    ['http://a.test/', 'http://b.test/', false],
    ['http://a.test/', 'http://xa.test/', false],
    ['http://a.test/', 'http://a.test.evil/', false],
    ['http://sub.a.test/', 'http://a.test/', false],
    ['http://a.test/', '//b.test/', false],
    ['https://a.test/', 'http://a.test/', false],
    ['http://1.2.3.4/', 'http://9.1.2.3.4/', false],
    ['http://0.0.1/', 'http://10.0.0.1/', false],
    ['http://a.test/', 'http://u:p@b.test/', false],
  ])('%s to %s: %s', (from, location, kept) => {
    const req = request('GET', from)
    for (const name of NAMES) req.header.set(name, name === 'Cookie' ? 'a=b' : 'secret')
    followRedirect(req, 307, location, originOf(req.uri()))
    const left = NAMES.filter((name) => (req.header.peek(name) ?? '') !== '')
    expect(left).toEqual(kept ? NAMES : [])
  })

  test('what was dropped does not come back, and the first host decides', () => {
    const req = request('GET', 'http://a.test/')
    req.header.set('Authorization', 'secret')
    const origin = originOf(req.uri())
    followRedirect(req, 302, 'http://b.test/', origin)
    followRedirect(req, 302, 'http://a.test/', origin)
    expect(req.header.peek('Authorization')).toBeUndefined()
  })
})
