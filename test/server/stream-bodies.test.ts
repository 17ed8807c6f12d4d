import { once } from 'node:events'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import type { ServerOptions } from '../../src/index.js'
import { serve, turns, type RawClient } from '../helpers/raw-client.js'
import { field, parseResponses } from '../helpers/responses.js'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options: ServerOptions) {
  const log: string[] = []
  const served = await serve({
    logger: { printf: (_, line) => void log.push(String(line)) },
    ...options,
  })
  cleanups.push(served.close)
  return { ...served, log }
}

const get = (extra = 'Connection: close\r\n', version = '1.1', method = 'GET'): string =>
  `${method} / HTTP/${version}\r\nHost: a\r\n${extra}\r\n`

async function exchange(options: ServerOptions, raw: string, methods?: string[]) {
  const server = await start(options)
  const client = await server.connect()
  client.write(raw)
  return { responses: parseResponses(await client.untilEnd(), methods), server, client }
}

describe('response streams', () => {
  const abc = (): Readable => Readable.from(['a', Buffer.from('b'), '', 'c'], { objectMode: false })

  test.each<
    [string, ServerOptions['handler'], string, string, string | undefined, string | undefined]
  >([
    ['chunked', (ctx) => ctx.setBodyStream(abc()), get(), 'abc', 'chunked', undefined],
    ['with a length', (ctx) => ctx.setBodyStream(abc(), 3), get(), 'abc', undefined, '3'],
    [
      'HTTP/1.0 ends with the connection',
      (ctx) => ctx.setBodyStream(abc()),
      get('', '1.0'),
      'abc',
      undefined,
      undefined,
    ],
    [
      'HTTP/1.0 with a length',
      (ctx) => ctx.setBodyStream(abc(), 3),
      get('', '1.0'),
      'abc',
      undefined,
      '3',
    ],
    ['empty', (ctx) => ctx.setBodyStream(Readable.from([])), get(), '', 'chunked', undefined],
    [
      'a writer',
      (ctx) =>
        ctx.setBodyStreamWriter(async (w) => {
          w.write('a')
          await w.flush()
          w.write(Buffer.from('bc'))
        }),
      get(),
      'abc',
      'chunked',
      undefined,
    ],
    [
      'a sync writer',
      (ctx) =>
        ctx.setBodyStreamWriter((w) => {
          w.write('abc')
        }),
      get(),
      'abc',
      'chunked',
      undefined,
    ],
    [
      'a stream that has ended is empty',
      async (ctx) => {
        const s = Readable.from([])
        s.resume()
        await once(s, 'end')
        ctx.setBodyStream(s)
      },
      get(),
      '',
      'chunked',
      undefined,
    ],
  ])('%s', async (_, handler, raw, body, coding, length) => {
    const { responses } = await exchange({ handler }, raw)
    expect(responses).toHaveLength(1)
    expect(responses[0]!.body).toBe(body)
    expect(field(responses[0]!, 'transfer-encoding')).toBe(coding)
    expect(field(responses[0]!, 'content-length')).toBe(length)
  })

  test('trailers follow the last chunk', async () => {
    const { responses } = await exchange(
      {
        handler(ctx) {
          ctx.response.header.setTrailer('X-Sum')
          ctx.response.header.set('X-Sum', '7')
          ctx.setBodyStream(abc())
        },
      },
      get()
    )
    expect(field(responses[0]!, 'trailer')).toBe('X-Sum')
    expect(field(responses[0]!, 'x-sum')).toBeUndefined()
    expect(responses[0]!.trailers).toEqual([['x-sum', '7']])
  })

  test.each([
    ['HEAD', get(undefined, '1.1', 'HEAD'), 200],
    ['204', get(), 204],
    ['304', get(), 304],
  ])('%s sends no byte of the stream and destroys it', async (_, raw, status) => {
    const stream = new Readable({
      read() {
        this.push('x')
      },
    })
    const { responses } = await exchange(
      {
        handler(ctx) {
          ctx.setStatusCode(status)
          ctx.setBodyStream(stream)
        },
      },
      raw,
      [raw.slice(0, 4).trim()]
    )
    expect(responses).toMatchObject([{ status, body: '' }])
    expect(stream.destroyed).toBe(true)
  })

  test('the connection goes on behind a chunked stream and one with a length', async () => {
    const { responses } = await exchange(
      { handler: (ctx) => ctx.setBodyStream(abc(), ctx.connRequestNum() === 1 ? -1 : 3) },
      get('') + get('') + get()
    )
    expect(responses.map((r) => r.body)).toEqual(['abc', 'abc', 'abc'])
  })

  test.each<[string, ServerOptions['handler']]>([
    ['shorter than announced', (ctx) => ctx.setBodyStream(abc(), 4)],
    [
      'fails',
      (ctx) =>
        ctx.setBodyStream(
          new Readable({
            read() {
              this.destroy(new Error('disk'))
            },
          })
        ),
    ],
    [
      'fails before it is sent',
      async (ctx) => {
        const s = new Readable({ read() {} })
        ctx.setBodyStream(s)
        s.destroy(new Error('disk'))
        await turns(2)
      },
    ],
    [
      'destroyed before it is set',
      async (ctx) => {
        const s = new Readable({ read() {} })
        s.destroy()
        await turns(1)
        ctx.setBodyStream(s)
      },
    ],
    [
      'a writer that throws',
      (ctx) =>
        ctx.setBodyStreamWriter((w) => {
          w.write('abc')
          throw new Error('disk')
        }),
    ],
    [
      'a writer that rejects',
      (ctx) =>
        ctx.setBodyStreamWriter(async (w) => {
          w.write('abc')
          await w.flush()
          throw new Error('disk')
        }),
    ],
  ])('%s: the client sees an unfinished body', async (_, handler) => {
    const server = await start({ handler, logAllErrors: true })
    const client = await server.connect()
    client.write(get(''))
    await client.untilEnd()
    expect(client.received).toMatch(/^HTTP\/1\.1 200/)
    expect(() => parseResponses(client.received)).toThrow()
    expect(server.log).toHaveLength(1)
  })

  test('longer than announced: not a byte more is sent, and the connection closes', async () => {
    const server = await start({ handler: (ctx) => ctx.setBodyStream(abc(), 2) })
    const client = await server.connect()
    client.write(get('') + get(''))
    expect(parseResponses(await client.untilEnd()).map((r) => r.body)).toEqual(['ab'])
    expect(server.log).toHaveLength(1)
  })

  test('a client that reads slowly slows the stream down', async () => {
    let pushed = 0
    const stream = new Readable({
      read() {
        pushed += 65536
        this.push(Buffer.alloc(65536))
      },
    })
    const server = await start({ handler: (ctx) => ctx.setBodyStream(stream) })
    const client = await server.connect()
    client.stream.pause()
    client.write(get())
    let before = -1
    while (before !== pushed || pushed === 0) {
      before = pushed
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // What the kernel's buffers take, and no more.
    expect(pushed).toBeLessThan(64 * 1024 * 1024)
    client.destroy()
    await once(stream, 'close')
  })

  test('flush waits for a client that reads slowly, and fails when it goes away', async () => {
    let flushed = 0
    const failed: unknown[] = []
    const server = await start({
      handler: (ctx) =>
        ctx.setBodyStreamWriter(async (w) => {
          try {
            for (;;) {
              w.write(Buffer.alloc(65536))
              await w.flush()
              flushed += 65536
            }
          } catch (err) {
            failed.push((err as { code: string }).code, w.signal.aborted)
          }
        }),
    })
    const client = await server.connect()
    client.stream.pause()
    client.write(get())
    let before = -1
    while (before !== flushed || flushed === 0) {
      before = flushed
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(flushed).toBeLessThan(64 * 1024 * 1024)
    client.destroy()
    while (failed.length === 0) await turns(1)
    expect(failed).toEqual(['FH_ERR_CONNECTION_CLOSED', true])
  })
})

describe('request streams', () => {
  const read = async (stream: Readable): Promise<string> => {
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    return text
  }
  const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n'
  const echo: ServerOptions['handler'] = async (ctx) => {
    const body = await read(ctx.requestBodyStream()!)
    ctx.setBody(JSON.stringify([body, ...ctx.request.header.trailers()].flat()))
  }

  test.each([
    ['counted', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc', ['abc']],
    ['chunked', `${CHUNKED}\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n`, ['abc']],
    ['with trailers', `${CHUNKED}\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n`, ['abc', 'X', 'y']],
  ])('%s, then a request', async (_, raw, expected) => {
    const server = await start({
      streamRequestBody: true,
      handler: (ctx) => (ctx.isGet() ? ctx.setBody('next') : echo(ctx)),
    })
    for (const parts of [[raw], [...raw]]) {
      const client = await server.connect()
      for (const part of parts) {
        client.write(part)
        if (parts.length > 1) await turns(1)
      }
      client.write(get())
      const responses = parseResponses(await client.untilEnd())
      expect(responses.map((r) => r.body)).toEqual([JSON.stringify(expected), 'next'])
    }
  })

  test('a body larger than every buffer, read late and slowly', async () => {
    const size = 3_000_000
    let most = 0
    const server = await start({
      streamRequestBody: true,
      async handler(ctx) {
        const stream = ctx.requestBodyStream()!
        await turns(20)
        let read = 0
        for await (const chunk of stream) {
          most = Math.max(most, stream.readableLength)
          read += (chunk as Buffer).length
          if (read % 3 === 0) await turns(1)
        }
        ctx.setBody(String(read))
      },
    })
    const client = await server.connect()
    client.write(
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`
    )
    client.write(Buffer.alloc(size))
    expect(parseResponses(await client.untilEnd())[0]!.body).toBe(String(size))
    expect(most).toBeLessThan(512 * 1024)
  })

  test('many tiny chunks that arrive before the handler reads', async () => {
    const server = await start({
      streamRequestBody: true,
      async handler(ctx) {
        await turns(30)
        await echo(ctx)
      },
    })
    const client = await server.connect()
    client.write(`${CHUNKED}Connection: close\r\n\r\n${'1\r\nx\r\n'.repeat(60_000)}0\r\n\r\n`)
    expect(parseResponses(await client.untilEnd())[0]!.body).toBe(
      JSON.stringify(['x'.repeat(60_000)])
    )
  })

  test('a body that is echoed while it arrives', async () => {
    const size = 2_000_000
    const server = await start({
      streamRequestBody: true,
      handler(ctx) {
        const stream = ctx.requestBodyStream()!
        return new Promise((resolve) => {
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('end', () => resolve(ctx.setBodyStream(Readable.from(chunks))))
        })
      },
    })
    const client = await server.connect()
    client.write(
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`
    )
    client.write(Buffer.alloc(size, 'x'))
    expect(parseResponses(await client.untilEnd())[0]!.body).toHaveLength(size)
  })

  test.each<[string, number, number[]]>([
    ['small: the connection goes on', 1000, [200, 200]],
    ['large: the connection closes', 1_000_000, [200]],
  ])('an unread remainder, %s', async (_, size, statuses) => {
    const server = await start({ streamRequestBody: true, handler: (ctx) => ctx.setBody('ok') })
    const client = await server.connect()
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`)
    await client.until(/ok$/)
    client.write(Buffer.alloc(size))
    client.write(get())
    const responses = parseResponses(await client.untilEnd())
    expect(responses.map((r) => r.status)).toEqual(statuses)
  })

  test.each([
    ['broken framing', `${CHUNKED}\r\n3\r\nabcXX`, 'FH_ERR_BROKEN_CHUNK'],
    ['an early end', `${CHUNKED}\r\n3\r\nabc\r\n`, 'FH_ERR_UNEXPECTED_EOF'],
  ])('%s: the stream fails, the handler answers, nothing follows', async (_, raw, code) => {
    const server = await start({
      streamRequestBody: true,
      async handler(ctx) {
        try {
          await read(ctx.requestBodyStream()!)
        } catch (err) {
          ctx.setBody((err as { code: string }).code)
        }
      },
    })
    const client: RawClient = await server.connect()
    client.write(raw + (raw.endsWith('XX') ? get('') + get('') : ''))
    client.end()
    expect(parseResponses(await client.untilEnd()).map((r) => r.body)).toEqual([code])
  })

  test('a stream kept beyond the handler is destroyed', async () => {
    let kept: Readable | undefined
    const server = await start({
      streamRequestBody: true,
      handler: (ctx) => void (kept = ctx.requestBodyStream()),
    })
    const client = await server.connect()
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc')
    await client.until(/200/)
    expect(kept!.destroyed).toBe(true)
  })
})
