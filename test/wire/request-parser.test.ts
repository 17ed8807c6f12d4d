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
  parser.endOfRead(true)
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

test('one head after the other', () => {
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

const shown = (parser: RequestParser, result: number, from = 0): unknown => {
  if (result !== 0) return result
  const { method, target, minorVersion, next, fields } = parser
  const { contentLength, chunked, closes, keepsAlive, upgrades, expectsContinue } = fields
  const { multipart, host, text, length } = fields
  const lines = Array.from({ length: fields.count }, (_, i) => [fields.name(i), fields.value(i)])
  const noted = { contentLength, chunked, closes, keepsAlive, upgrades, expectsContinue }
  return {
    ...{ method, target, minorVersion, lines, multipart, host, text, length },
    ...noted,
    next: next - from,
  }
}

test('a reused parser finds what a fresh one finds', () => {
  const raws = wireExamples().map((example) => example.raw)
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

/** Lines that are the same, of other lengths, of other meaning and wrong, for heads that differ little from each other. */
const line = fc.constantFrom(
  ...['Host: a', 'Host: bc', 'host: a', 'Host:', 'X: 1', 'X: 22', 'X: 1 ', 'Y: 1', 'Accept: */*'],
  ...['Content-Length: 0', 'Content-Length: 12', 'Content-Length: 1x', 'Connection: close'],
  ...['Connection: keep-alive', 'Transfer-Encoding: chunked', 'Expect: 100-continue'],
  ...[
    'Content-Type: multipart/form-data',
    'Content-Type: text/plain',
    ' folded',
    'X : 1',
    'X: \x01',
  ]
)
const head = fc
  .record({
    first: fc.constantFrom(
      'GET / HTTP/1.1',
      'GET /ab HTTP/1.1',
      'GET / HTTP/1.0',
      'PUT / HTTP/1.1'
    ),
    lines: fc.array(line, { maxLength: 5 }),
  })
  .map(({ first, lines }) => [first, 'Host: a', ...lines].join('\r\n') + '\r\n\r\n')

test('heads in one piece of memory are found as if each stood alone', () => {
  fc.assert(
    fc.property(fc.array(head, { minLength: 2, maxLength: 6 }), fc.nat(400), (heads, cut) => {
      const reused = new RequestParser()
      const all = Buffer.from(heads.join(''), 'latin1')
      const end = Math.max(0, all.length - (cut % 40))
      for (let p = 0, i = 0; p < end; p += heads[i]!.length, i++) {
        const alone = Buffer.from(all.subarray(p, end))
        const fresh = new RequestParser()
        const expected = shown(fresh, fresh.parse(alone, 0, alone.length))
        expect(shown(reused, reused.parse(all, p, end), p)).toEqual(expected)
      }
    }),
    { numRuns: 2000 }
  )
})

test('heads of one read after the other are found as if each stood alone', () => {
  const read = fc.array(head, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(fc.array(read, { minLength: 2, maxLength: 4 }), fc.boolean(), (reads, inUse) => {
      const reused = new RequestParser()
      const memory = Buffer.alloc(1000)
      for (const heads of reads) {
        const length = memory.write(heads.join(''), 0, 'latin1')
        let start = 0
        for (const text of heads) {
          const fresh = new RequestParser()
          const expected = shown(fresh, parse(fresh, text))
          const result = reused.parse(memory, start, start + text.length)
          if (start + text.length === length) {
            reused.endOfRead(inUse || result === 0)
            memory.fill('!')
          }
          expect(shown(reused, result, start)).toEqual(expected)
          start += text.length
        }
      }
    }),
    { numRuns: 2000 }
  )
})

test('a head that is too long to be kept is found like any other', () => {
  const parser = new RequestParser()
  const long = HEAD.replace('y', 'y'.repeat(4000))
  for (const text of [long, HEAD, long, long, HEAD]) {
    expect(parse(parser, text)).toBe(0)
    expect([parser.fields.value(1).length, parser.next]).toEqual([
      text.length - HEAD.length + 1,
      text.length,
    ])
    parser.endOfRead(false)
  }
})

test('what was found outlives the memory it was found in, when it is in use', () => {
  const parser = new RequestParser()
  const buf = Buffer.from(HEAD + HEAD.replace('y', 'z'), 'latin1')
  parser.parse(buf, 0, buf.length)
  parser.parse(buf, parser.next, buf.length)
  parser.endOfRead(true)
  buf.fill('!')
  expect([parser.fields.value(1), parser.fields.text]).toEqual(['z', 'Host: a\r\nX: z\r\n\r\n'])
})

test('memory that was parsed before is not taken for what it was then', () => {
  const parser = new RequestParser()
  const buf = Buffer.from(HEAD, 'latin1')
  parser.parse(buf, 0, buf.length)
  parser.endOfRead(false)
  buf.write('HEAD /ab HTTP/1.1')
  expect(parser.parse(buf, 0, buf.length)).toBe(0)
  expect([parser.method, parser.target]).toEqual(['HEAD', '/ab'])
})

test("fields that are given away are no longer the parser's", () => {
  const parser = new RequestParser()
  const buf = Buffer.from(HEAD + HEAD.replace('y', 'z'), 'latin1')
  parser.parse(buf, 0, buf.length)
  const { fields } = parser
  parser.abandonFields()
  expect(parser.parse(buf, parser.next, buf.length)).toBe(0)
  expect([fields.value(1), parser.fields.value(1)]).toEqual(['y', 'z'])
})
