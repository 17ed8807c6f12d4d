import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BAD_CHUNK,
  BAD_TRAILER,
  ChunkedDecoder,
  TRAILER_TOO_LARGE,
} from '../../src/wire/chunked.js'

/** Decodes `parts`: the data, where decoding ended in the last part, and the trailers. */
function decode(parts: Buffer[], maxTrailer = 1024) {
  const decoder = new ChunkedDecoder(maxTrailer)
  let data = ''
  let reached = 0
  for (const part of parts) {
    reached = decoder.decode(part, 0, part.length, {
      onChunkData(buf, start, end) {
        data += buf.toString('latin1', start, end)
        return true
      },
    })
    if (reached < 0) break
  }
  return { data, reached, done: decoder.done, trailers: decoder.trailers }
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

// What must be refused stands in fixtures/wire/request/chunked.md and trailers.md.
test.each([
  ['a bad size', 'x\r\n', BAD_CHUNK],
  ['a bad trailer', '0\r\nHost: a\r\n\r\n', BAD_TRAILER],
  ['a long trailer', `0\r\nX: ${'a'.repeat(2000)}\r\n\r\n`, TRAILER_TOO_LARGE],
  ['an endless trailer', `0\r\nX: ${'a'.repeat(2000)}`, TRAILER_TOO_LARGE],
])('%s', (_, text, result) => {
  expect(decode([bytes(text)]).reached).toBe(result)
})

test('stops where the body ends', () => {
  const text = bytes('1\r\na\r\n0\r\n\r\nGET / HTTP/1.1')
  expect(decode([text])).toEqual({ data: 'a', reached: 11, done: true, trailers: [] })
})

test('a sink that has enough is given no more', () => {
  const decoder = new ChunkedDecoder(0)
  const text = bytes('1\r\na\r\n1\r\nb\r\n0\r\n\r\n')
  let data = ''
  const sink = {
    onChunkData(buf: Buffer, start: number, end: number): boolean {
      data += buf.toString('latin1', start, end)
      return false
    },
  }
  const first = decoder.decode(text, 0, text.length, sink)
  expect([data, first, decoder.announced]).toEqual(['a', 4, 0])
  decoder.decode(text, first, text.length, sink)
  expect(data).toBe('ab')
})

test('announces a chunk before its data comes', () => {
  const decoder = new ChunkedDecoder(0)
  const text = bytes('ff\r\nabc')
  decoder.decode(text, 0, 4, { onChunkData: () => true })
  expect(decoder.announced).toBe(255)
})

describe('any body, however it was chunked and is cut', () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((a) => Buffer.from(a))
  const extension = fc.constantFrom('', ';a', ';a=b', ';a="b c"', ';\t')
  test('comes out as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(chunk, extension, fc.nat(5), fc.boolean())),
        fc.array(fc.nat(200)),
        (chunks, cuts) => {
          let wire = ''
          for (const [data, ext, zeros, upper] of chunks) {
            const size = '0'.repeat(zeros) + data.length.toString(16)
            wire += `${upper ? size.toUpperCase() : size}${ext}\r\n${data.toString('latin1')}\r\n`
          }
          wire += '0\r\nX-A: 1\r\nx-b:2\r\n\r\n'
          const at = [0, ...cuts.map((c) => c % wire.length).sort((a, b) => a - b), wire.length]
          const parts = at.slice(1).map((end, i) => bytes(wire.slice(at[i], end)))
          const { data, done, trailers } = decode(parts)
          expect(data).toBe(Buffer.concat(chunks.map(([d]) => d)).toString('latin1'))
          expect(done).toBe(true)
          expect(trailers).toEqual(['X-A', '1', 'x-b', '2'])
        }
      )
    )
  })
})
