import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FieldBlock, NEED_MORE, TOO_MANY_FIELDS } from '../../src/http/field-block.js'

function scan(text: string): { result: number; block: FieldBlock } {
  const raw = Buffer.from(`xx${text}yy`, 'latin1')
  const block = new FieldBlock()
  const result = block.scan(raw, 2, raw.length - 2)
  if (result > 0) block.keepText()
  return { result, block }
}

// What must be refused stands in fixtures/wire/request/*.md.
describe('what is noted', () => {
  test.each<[string, string, Partial<FieldBlock>]>([
    [
      'nothing',
      '',
      {
        count: 0,
        host: -1,
        contentLength: -1,
        chunked: false,
        closes: false,
        keepsAlive: false,
        upgrades: false,
        expectsContinue: false,
      },
    ],
    ['Host', 'X: y\r\nhOsT: a\r\n', { count: 2, host: 1 }],
    ['Content-Length', 'content-length: 0012\r\n', { contentLength: 12 }],
    [
      'the largest length',
      'Content-Length: 9007199254740991\r\n',
      { contentLength: 9007199254740991 },
    ],
    ['chunked', 'TRANSFER-ENCODING: Chunked\r\n', { chunked: true }],
    [
      'Connection',
      'Connection: close\r\nConnection: Keep-Alive , upgrade\r\n',
      { closes: true, keepsAlive: true, upgrades: true },
    ],
    ['Expect', 'Expect: 100-CONTINUE\r\n', { expectsContinue: true }],
    [
      'names of equal length',
      'Hosu: a\r\nConnectiom: close\r\nContent-Lengti: 1\r\nTransfer-Encodinh: x\r\nExpecu: 100-continue\r\n',
      { host: -1, closes: false, contentLength: -1, chunked: false, expectsContinue: false },
    ],
  ])('%s', (_, fields, noted) => {
    const { result, block } = scan(`${fields}\r\n`)
    expect(result).toBe(2 + fields.length + 2)
    expect(block).toMatchObject(noted)
  })

  test('a second scan forgets the first', () => {
    const block = new FieldBlock()
    const all = Buffer.from(
      'Host: a\r\nContent-Length: 1\r\nConnection: close, keep-alive, upgrade\r\nExpect: 100-continue\r\n\r\n'
    )
    const chunked = Buffer.from('Transfer-Encoding: chunked\r\n\r\n')
    block.scan(all, 0, all.length)
    expect(block.scan(chunked, 0, chunked.length)).toBe(chunked.length)
    expect(block.scan(chunked, 0, chunked.length)).toBe(chunked.length)
    expect(block).toMatchObject({
      count: 1,
      host: -1,
      contentLength: -1,
      chunked: true,
      closes: false,
      keepsAlive: false,
      upgrades: false,
      expectsContinue: false,
    })
  })
})

test('too many lines', () => {
  expect(scan('a:\r\n'.repeat(1000) + '\r\n').result).toBeGreaterThan(0)
  expect(scan('a:\r\n'.repeat(1001) + '\r\n').result).toBe(TOO_MANY_FIELDS)
})

const token = fc
  .string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09azAZ"), minLength: 1, maxLength: 12 })
  .map((name) => `x${name}`)
const value = fc.string({ unit: fc.constantFrom(...'\t !"~azAZ09,;=\x80\xa0\xff'), maxLength: 20 })

test('any valid lines come out as they were, but for white space around values', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(token, value)), (lines) => {
      const text = lines.map(([n, v]) => `${n}:${v}\r\n`).join('') + '\r\n'
      const { result, block } = scan(text)
      expect(result).toBe(2 + text.length)
      const found = lines.map((_, i) => [block.name(i), block.value(i)])
      expect(found).toEqual(lines.map(([n, v]) => [n, v.replace(/^[ \t]+|[ \t]+$/g, '')]))
    })
  )
})

test('any beginning of valid lines needs more', () => {
  const text = 'Host: a\r\nX:  y \r\nConnection: close\r\n\r\n'
  for (let end = 0; end < text.length; end++) {
    const raw = Buffer.from(text.slice(0, end))
    expect(new FieldBlock().scan(raw, 0, raw.length), text.slice(0, end)).toBe(NEED_MORE)
  }
})

test('any bytes at all: a result, and never one beyond the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const raw = Buffer.from(bytes)
      const result = new FieldBlock().scan(raw, 0, raw.length)
      expect(result).toBeLessThanOrEqual(raw.length)
    })
  )
})
