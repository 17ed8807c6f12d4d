import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NEED_MORE } from '../../src/http/field-block.js'
import {
  BAD_STATUS_CODE,
  BODY_CHUNKED,
  BODY_LENGTH,
  BODY_NONE,
  BODY_TO_END,
  MISSING_SPACE,
  ResponseParser,
} from '../../src/wire/response-parser.js'

function parse(text: string, parser = new ResponseParser(), start = 0) {
  const buf = Buffer.from(text, 'latin1')
  return { result: parser.parse(buf, start, buf.length), parser }
}

const HEAD = 'HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 12\r\n\r\n'

describe('parse', () => {
  test('a head', () => {
    const { result, parser } = parse(HEAD + 'body')
    expect(result).toBe(0)
    expect([parser.statusCode, parser.minorVersion, parser.reason, parser.next]).toEqual([
      404,
      1,
      'Not Found',
      HEAD.length,
    ])
    expect(parser.fields.value(parser.fields.find('server'))).toBe('x')
    expect(parser.fields.contentLength).toBe(12)
  })

  test('starts anywhere in the buffer', () => {
    const { result, parser } = parse('xyz' + HEAD, undefined, 3)
    expect([result, parser.next]).toEqual([0, HEAD.length + 3])
  })

  test('needs more at every split', () => {
    const parser = new ResponseParser()
    for (let end = 0; end < HEAD.length; end++) {
      expect(parse(HEAD.slice(0, end), parser).result).toBe(NEED_MORE)
    }
    expect(parse(HEAD, parser).result).toBe(0)
  })

  test('an equal head is taken again, another one is not mistaken for it', () => {
    const parser = new ResponseParser()
    parse(HEAD, parser)
    const { fields } = parser
    parse(HEAD + 'more', parser)
    expect(parser.fields).toBe(fields)
    // As long as the one before, differing in a single byte.
    parse(HEAD.replace('404', '405'), parser)
    expect(parser.statusCode).toBe(405)
    parse(HEAD.replace('12', '13'), parser)
    expect(parser.fields.contentLength).toBe(13)
    expect(fields.contentLength).toBe(12)
    expect(fields.value(0)).toBe('x')
  })

  test('a failure makes it forget the last head', () => {
    const parser = new ResponseParser()
    parse(HEAD, parser)
    expect(parse('nonsense', parser).result).toBeLessThan(NEED_MORE)
    expect(parse(HEAD, parser).result).toBe(0)
  })

  test.each([
    ['HTTP/1.1', NEED_MORE],
    ['HTTP/1.1\r\n\r\n\r\n', MISSING_SPACE],
    ['HTTP/1.1 99 \r\n\r\n', BAD_STATUS_CODE],
  ])('%j', (text, result) => {
    expect(parse(text).result).toBe(result)
  })

  test('arbitrary bytes never throw and never count as a head by chance', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const buf = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), bytes])
        const parser = new ResponseParser()
        const result = parser.parse(buf, 0, buf.length)
        if (result === 0)
          expect(buf.subarray(parser.next - 4, parser.next).toString('latin1')).toMatch(
            /\r\n\r\n$|^.*\r\n$/s
          )
        else expect(result).toBeLessThan(0)
      })
    )
  })

  test('what is written is read', () => {
    const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/)
    const value = fc.stringMatching(
      /^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,10}[\x21-\x7e\x80-\xff])?$/
    )
    const special = /^(?:content-length|transfer-encoding|host|expect|connection)$/i
    const lines = fc.array(
      fc.tuple(
        token.filter((name) => !special.test(name)),
        value
      ),
      { maxLength: 10 }
    )
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), lines, (status, fields) => {
        const text = `HTTP/1.1 ${status} X\r\n${fields.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`
        const { result, parser } = parse(text)
        expect([result, parser.statusCode]).toEqual([0, status])
        const read = fields.map((_, i) => [parser.fields.name(i), parser.fields.value(i)])
        expect(read).toEqual(fields)
      })
    )
  })
})

describe('bodyKind', () => {
  const LENGTH = 'Content-Length: 1\r\n'
  const CODING = 'Transfer-Encoding: chunked\r\n'
  test.each([
    [200, LENGTH, 'GET', BODY_LENGTH],
    [200, CODING, 'GET', BODY_CHUNKED],
    [200, '', 'GET', BODY_TO_END],
    [200, LENGTH, 'HEAD', BODY_NONE],
    [200, CODING, 'HEAD', BODY_NONE],
    [204, LENGTH, 'GET', BODY_NONE],
    [304, CODING, 'GET', BODY_NONE],
    [101, '', 'GET', BODY_NONE],
    [200, '', 'CONNECT', BODY_NONE],
    [403, LENGTH, 'CONNECT', BODY_LENGTH],
    [205, LENGTH, 'GET', BODY_LENGTH],
  ])('%i with %j to %s', (status, lines, method, kind) => {
    expect(parse(`HTTP/1.1 ${status} X\r\n${lines}\r\n`).parser.bodyKind(method)).toBe(kind)
  })
})

describe('keepsAlive', () => {
  test.each([
    ['1.1', 200, '', true],
    ['1.1', 200, 'Connection: close\r\n', false],
    ['1.0', 200, '', false],
    ['1.0', 200, 'Connection: keep-alive\r\n', true],
    ['1.1', 101, 'Connection: upgrade\r\n', false],
    ['1.1', 204, 'Content-Length: 0\r\n', true],
    ['1.1', 204, 'Content-Length: 1\r\n', false],
  ])('HTTP/%s %i %j', (version, status, lines, keeps) => {
    expect(parse(`HTTP/${version} ${status} X\r\n${lines}\r\n`).parser.keepsAlive()).toBe(keeps)
  })
})
