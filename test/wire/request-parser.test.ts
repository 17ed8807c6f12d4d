import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NEED_MORE } from '../../src/http/field-block.js'
import { RequestParser } from '../../src/wire/request-parser.js'
import { wireExamples } from '../helpers/wire-fixtures.js'

// What is accepted and refused stands in fixtures/wire/request; here is what only the parser can show.
const HEAD = 'GET /a?b HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n'

function parse(parser: RequestParser, text: string, start = 0): number {
  const buf = Buffer.from(text, 'latin1')
  const result = parser.parse(buf, start, buf.length)
  parser.endOfRead()
  return result
}

test('what a head says, and where it ends', () => {
  const parser = new RequestParser()
  expect(parse(parser, `xx${HEAD}rest`, 2)).toBe(0)
  expect([parser.method, parser.target, parser.minorVersion, parser.next]).toEqual([
    'GET',
    '/a?b',
    1,
    2 + HEAD.length,
  ])
  expect([parser.fields.count, parser.fields.value(1)]).toEqual([2, 'y'])
})

test('equal field lines are not scanned again, others are', () => {
  const parser = new RequestParser()
  for (const [head, value] of [
    [HEAD, 'y'],
    [HEAD, 'y'],
    [HEAD.replace('y', 'z'), 'z'],
    [HEAD, 'y'],
  ] as const) {
    expect(parse(parser, head)).toBe(0)
    expect(parser.fields.value(1)).toBe(value)
  }
})

test('a failed parse leaves nothing that looks like the next head', () => {
  const parser = new RequestParser()
  parse(parser, HEAD)
  expect(parse(parser, 'GET / HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n')).toBeLessThan(0)
  expect(parse(parser, 'POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\nabc')).toBe(0)
  expect([parser.method, parser.fields.contentLength, parser.fields.value(0)]).toEqual([
    'POST',
    3,
    'b',
  ])
})

test('a head with equal lines is checked for its own version', () => {
  const parser = new RequestParser()
  expect(parse(parser, 'GET / HTTP/1.0\r\nX: y\r\n\r\n')).toBe(0)
  expect(parse(parser, 'GET / HTTP/1.1\r\nX: y\r\n\r\n')).toBeLessThan(NEED_MORE)
})

test('a beginning is either refused or needs more, and what was refused stays refused', () => {
  for (const { raw } of wireExamples()) {
    const whole = parse(new RequestParser(), raw.slice(0, 400))
    let refused = false
    for (let end = 1; end <= Math.min(raw.length, 400); end++) {
      const result = parse(new RequestParser(), raw.slice(0, end))
      if (refused) expect(result).toBeLessThan(NEED_MORE)
      refused = result < NEED_MORE
      if (result === 0) break
    }
    if (refused) expect(whole).toBeLessThan(NEED_MORE)
  }
})

test('a reused parser finds what a fresh one finds', () => {
  const raws = wireExamples().map((example) => example.raw)
  const shown = (parser: RequestParser, result: number): unknown => {
    if (result !== 0) return result
    const { method, target, minorVersion, next, fields } = parser
    const { contentLength, chunked, closes, keepsAlive, upgrades, expectsContinue, text } = fields
    return {
      method,
      target,
      minorVersion,
      next,
      contentLength,
      chunked,
      closes,
      keepsAlive,
      upgrades,
      expectsContinue,
      text,
    }
  }
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...raws), { minLength: 2, maxLength: 6 }), (sequence) => {
      const reused = new RequestParser()
      for (const raw of sequence) {
        const fresh = new RequestParser()
        expect(shown(reused, parse(reused, raw))).toEqual(shown(fresh, parse(fresh, raw)))
      }
    }),
    { numRuns: 500 }
  )
})
