import { describe, expect, test } from 'vitest'
import { ResponseHeader } from '../../src/http/response-header.js'
import { CHUNKED, HeadWriter, NO_LENGTH, statusHasBody } from '../../src/wire/head-writer.js'

const NOW = Date.UTC(2024, 1, 29, 12, 0, 0)
const writer = (): HeadWriter => {
  const heads = new HeadWriter({ name: 'srv', date: true, contentType: 'a/b' })
  heads.tick(NOW)
  return heads
}
const DATE = 'Date: Thu, 29 Feb 2024 12:00:00 GMT|'

describe('heads', () => {
  test.each<[string, (h: ResponseHeader) => void, number, string, string]>([
    ['plain', () => {}, 5, '', `200 OK|Server: srv|${DATE}Content-Type: a/b|Content-Length: 5||`],
    ['empty', () => {}, 0, '', `200 OK|Server: srv|${DATE}Content-Length: 0||`],
    [
      'chunked',
      () => {},
      CHUNKED,
      'close',
      `200 OK|Server: srv|${DATE}Content-Type: a/b|Transfer-Encoding: chunked|Connection: close||`,
    ],
    ['no body', (h) => h.setStatusCode(204), NO_LENGTH, '', `204 No Content|Server: srv|${DATE}|`],
    [
      'type of an empty body',
      (h) => h.setContentType('c/d'),
      0,
      '',
      `200 OK|Server: srv|${DATE}Content-Type: c/d|Content-Length: 0||`,
    ],
    [
      'own server and message',
      (h) => (h.setServer('me'), h.setStatusMessage('Fine')),
      1,
      '',
      `200 Fine|Server: me|${DATE}Content-Type: a/b|Content-Length: 1||`,
    ],
    [
      'further lines',
      (h) => (h.set('X', '1'), h.set('Set-Cookie', 'a=b')),
      1,
      'keep-alive',
      `200 OK|Server: srv|${DATE}Content-Type: a/b|Content-Length: 1|X: 1|Set-Cookie: a=b|Connection: keep-alive||`,
    ],
  ])('%s', (_, change, length, connection, expected) => {
    const header = new ResponseHeader()
    change(header)
    // Twice: the second comes from what was kept.
    const heads = writer()
    for (let i = 0; i < 2; i++) {
      expect(heads.write(header, length, connection).replaceAll('\r\n', '|')).toBe(
        `HTTP/1.1 ${expected}`
      )
    }
  })

  test('what was kept does not outlive the second, the status or the type', () => {
    const heads = writer()
    const header = new ResponseHeader()
    heads.write(header, 1, '')
    heads.tick(NOW + 1000)
    expect(heads.write(header, 1, '')).toContain('12:00:01')
    header.setStatusCode(404)
    expect(heads.write(header, 1, '')).toMatch(/^HTTP\/1\.1 404 Not Found/)
    header.setContentType('x/y')
    expect(heads.write(header, 1, '')).toContain('Content-Type: x/y\r\n')
  })

  test('nothing that is turned off', () => {
    const heads = new HeadWriter({ name: '', date: false, contentType: '' })
    heads.tick(NOW)
    expect(heads.write(new ResponseHeader(), 1, '')).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n'
    )
  })
})

test.each([
  [100, false],
  [101, false],
  [200, true],
  [204, false],
  [205, true],
  [304, false],
  [404, true],
])('status %i has a body: %s', (status, has) => {
  expect(statusHasBody(status)).toBe(has)
})
