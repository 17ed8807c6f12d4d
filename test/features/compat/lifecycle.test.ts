import net from 'node:net'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { onClose, onFinish, setHeader, status } from '../../../src/features/compat/index.js'
import type { RequestCtx } from '../../../src/server/request-ctx.js'
import { send, serve } from './exchange.js'

/** Collects what hooks report and lets a test wait for it. */
function collector() {
  const seen: string[] = []
  const waiting: [number, () => void][] = []
  return {
    seen,
    add(text: string) {
      seen.push(text)
      for (const [count, resolve] of waiting) if (seen.length >= count) resolve()
    },
    async reach(count: number) {
      if (seen.length < count) await new Promise<void>((resolve) => waiting.push([count, resolve]))
    },
  }
}

const facts = (ctx: RequestCtx) =>
  `${ctx.method()} ${ctx.requestURI()} ${ctx.response.statusCode()} ${ctx.response.header.peek('X-A')}`

test.each([
  ['a body', (ctx: RequestCtx) => ctx.setBody('x')],
  ['no body', () => {}],
  ['a stream', (ctx: RequestCtx) => ctx.setBodyStream(Readable.from(['a', 'b']))],
  [
    'a promise',
    async (ctx: RequestCtx) => {
      await new Promise((resolve) => setImmediate(resolve))
      ctx.setBody('late')
    },
  ],
])('hooks run once with the response at hand, with %s', async (_name, answer) => {
  const { seen, add, reach } = collector()
  const server = await serve((ctx) => {
    onFinish(ctx, (done) => add(`finish ${facts(done)}`))
    onClose(ctx, (done) => add(`close ${facts(done)}`))
    status(ctx, 201)
    setHeader(ctx, 'X-A', 'b')
    return answer(ctx)
  })
  await send(server.port, { target: '/one' })
  await reach(2)
  await send(server.port, { target: '/two', method: 'POST', body: 'x' })
  await reach(4)
  await server.close()
  expect(seen).toEqual([
    'finish GET /one 201 b',
    'close GET /one 201 b',
    'finish POST /two 201 b',
    'close POST /two 201 b',
  ])
})

test('a client that goes away closes, and does not finish', async () => {
  const { seen, add, reach } = collector()
  let release: (() => void) | undefined
  const server = await serve((ctx) => {
    onFinish(ctx, () => add('finish'))
    onClose(ctx, () => add('close'))
    return new Promise<void>((resolve) => {
      release = resolve
      ctx.signal.addEventListener('abort', () => resolve())
      socket.resetAndDestroy()
    })
  })
  const socket = net.connect(server.port, '127.0.0.1', () =>
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  )
  socket.on('error', () => {})
  await reach(1)
  release?.()
  await server.close()
  expect(seen).toEqual(['close'])
})

test('a hook that throws is logged and harms nobody', async () => {
  const { seen, add, reach } = collector()
  const server = await serve(
    (ctx) => {
      onFinish(ctx, () => {
        throw new Error('hook')
      })
      onFinish(ctx, () => add('second'))
      ctx.setBody('fine')
    },
    {
      logger: {
        printf: (_format: string, ...args: unknown[]) => add(String(args[0]).split('\n')[0]!),
      },
    }
  )
  expect((await send(server.port, {})).body).toBe('fine')
  await reach(2)
  expect((await send(server.port, {})).body).toBe('fine')
  await reach(4)
  await server.close()
  expect(seen).toEqual(['Error: hook', 'second', 'Error: hook', 'second'])
})

test('a handler that waits for the client to go hears of it before it has settled', async () => {
  const { seen, add, reach } = collector()
  const server = await serve((ctx) => {
    return new Promise<void>((resolve) => {
      onClose(ctx, () => {
        add('close')
        resolve()
      })
      socket.resetAndDestroy()
    })
  })
  const socket = net.connect(server.port, '127.0.0.1', () =>
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  )
  socket.on('error', () => {})
  await reach(1)
  await server.close()
  expect(seen).toEqual(['close'])
})
