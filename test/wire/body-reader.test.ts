import { expect, test } from 'vitest'
import { BodyCollector } from '../../src/wire/body-collector.js'
import { BodyReader } from '../../src/wire/body-reader.js'

const input = Buffer.from('xabcdefy')

test('nothing to read', () => {
  const reader = new BodyReader()
  for (const length of [0, -1]) {
    reader.start(false, length, 0)
    expect([reader.done, reader.announced, reader.trailers]).toEqual([true, 0, []])
  }
})

test('a counted body ends where its length says', () => {
  const reader = new BodyReader()
  const collector = new BodyCollector(6)
  reader.start(false, 6, 0)
  expect(reader.read(input, 1, 3, collector)).toBe(3)
  expect([reader.done, reader.announced]).toEqual([false, 4])
  expect(reader.read(input, 3, input.length, collector)).toBe(7)
  expect([reader.done, reader.announced]).toEqual([true, 0])
  expect(collector.take().toString()).toBe('abcdef')
})

test('the next body knows nothing of the one before', () => {
  const reader = new BodyReader()
  const collector = new BodyCollector(0)
  reader.start(true, -1, 100)
  const chunked = Buffer.from('1\r\na\r\n0\r\nX: y\r\n\r\n')
  reader.read(chunked, 0, chunked.length, collector)
  expect([reader.done, reader.trailers]).toEqual([true, ['X', 'y']])
  reader.start(true, -1, 100)
  expect([reader.done, reader.trailers]).toEqual([false, []])
  reader.start(false, 2, 0)
  expect([reader.done, reader.announced, reader.trailers]).toEqual([false, 2, []])
})

test('a collector grows with what arrives, not with what is announced', () => {
  const collector = new BodyCollector(1_000_000_000)
  collector.onChunkData(Buffer.from('abc'), 1, 3)
  expect(collector.length).toBe(2)
  const body = collector.take()
  expect(body.toString()).toBe('bc')
  expect(body.buffer.byteLength).toBeLessThan(100_000)
})
