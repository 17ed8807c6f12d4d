import { once } from 'node:events'
import { expect, test } from 'vitest'
import { newStreamReader } from '../../src/http/stream-reader.js'

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += chunk.toString()
  return all
}

test('reads what is written, flushed or not', async () => {
  const reader = newStreamReader(async (w) => {
    w.write('a')
    await w.flush()
    w.write(Buffer.from('b'))
    w.write('')
    w.write('c'.repeat(100_000))
    await w.flush()
    w.write('d')
  })
  expect(await text(reader)).toBe(`ab${'c'.repeat(100_000)}d`)
})

test('a writer that writes nothing gives an empty stream', async () => {
  expect(await text(newStreamReader(() => {}))).toBe('')
})

test('the writer starts with the first read, and flush waits for the reader', async () => {
  let flushed = 0
  const reader = newStreamReader(async (w) => {
    for (let i = 0; i < 100; i++) {
      w.write(Buffer.alloc(16 * 1024))
      await w.flush()
      flushed++
    }
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(flushed).toBe(0)
  await once(reader, 'readable')
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
  expect(flushed).toBeLessThan(10)
  expect(await text(reader)).toHaveLength(100 * 16 * 1024)
  expect(flushed).toBe(100)
})

test('what is written may be reused at once', async () => {
  const reader = newStreamReader((w) => {
    const buf = Buffer.from('1')
    w.write(buf)
    buf.write('2')
    w.write(buf)
  })
  expect(await text(reader)).toBe('12')
})

test("an error of the writer is the stream's", async () => {
  const reader = newStreamReader((w) => {
    w.write('a')
    throw new Error('no more')
  })
  await expect(text(reader)).rejects.toThrow('no more')
})

test('a closed stream stops its writer', async () => {
  const errors: unknown[] = []
  let signal: AbortSignal | undefined
  const done = new Promise<void>((resolve) => {
    const reader = newStreamReader(async (w) => {
      signal = w.signal
      try {
        for (;;) {
          w.write(Buffer.alloc(64 * 1024))
          await w.flush()
        }
      } catch (err) {
        errors.push(err)
      }
      try {
        w.write('x')
      } catch (err) {
        errors.push(err)
      }
      resolve()
    })
    reader.once('data', () => reader.destroy())
  })
  await done
  expect(signal?.aborted).toBe(true)
  expect(errors).toMatchObject([
    { code: 'FH_ERR_CONNECTION_CLOSED' },
    { code: 'FH_ERR_CONNECTION_CLOSED' },
  ])
})
