import { expect, test } from 'vitest'
import { asciiText, GetResult } from '../../src/client/get-result.js'

test.each([0, 10, 64 * 1024, 64 * 1024 + 1])('a body of %i bytes', (size) => {
  const bytes = Buffer.alloc(size, 'ab')
  const result = new GetResult(201, bytes, '')
  expect(result.statusCode).toBe(201)
  expect(result.body).toBe(bytes.toString())
  expect(result.body).toBe(result.body)
  expect(result.bodyBytes).toBe(bytes)
  expect(Object.keys(result)).toContain('body')
  const { statusCode, body } = { ...result }
  expect([statusCode, body.length]).toEqual([201, size])
})

test('text is UTF-8; what is none stays readable as bytes', () => {
  expect(new GetResult(200, Buffer.from('é€'), '').body).toBe('é€')
  const broken = new GetResult(200, Buffer.from([0xff]), '')
  expect(broken.body).toBe('\ufffd')
  expect([...broken.bodyBytes]).toEqual([0xff])
})

test('JSON', () => {
  expect(new GetResult(200, Buffer.from('{"a":[1]}'), '').json()).toEqual({ a: [1] })
  expect(() => new GetResult(200, Buffer.from('{'), '').json()).toThrow(
    expect.objectContaining({
      code: 'FH_ERR_INVALID_JSON',
      cause: expect.any(SyntaxError) as Error,
    })
  )
})

test.each<[string, number[] | string, boolean]>([
  ['ASCII', 'abc\0\x7f', true],
  ['nothing', '', true],
  ['two bytes for a character', 'é', false],
  ['four bytes for two units', '😀', false],
  ['a replacement character', '\ufffd', false],
  ['a byte that is no UTF-8', [0x61, 0xff], false],
  ['broken off', [0x61, 0xe2, 0x82], false],
  ['a byte order mark', '\ufeffa', false],
])('%s is kept as text: %s', (_, content, kept) => {
  const bytes = Buffer.from(content as string)
  const text = asciiText(
    Buffer.concat([Buffer.from('<'), bytes, Buffer.from('>')]),
    1,
    1 + bytes.length
  )
  expect(text !== undefined).toBe(kept)
  if (text === undefined) return
  const result = new GetResult(200, null, text)
  expect(result.body).toBe(bytes.toString())
  expect(result.bodyBytes.equals(bytes)).toBe(true)
  expect(result.bodyBytes).toBe(result.bodyBytes)
})
