import { expect, test } from 'vitest'
import { retentionMatchers, type RequestCtx, type RequestHandler } from '../../../src/index.js'

const kept: RequestCtx[] = []

test.each<[string, RequestHandler, boolean]>([
  ['a handler that answers', (ctx) => ctx.setBody(ctx.path()), true],
  [
    'a handler that awaits',
    async (ctx) => {
      await null
      ctx.setBody(ctx.path())
    },
    true,
  ],
  ['a handler that touches ctx later', (ctx) => void setImmediate(() => ctx.path()), false],
  ['a handler that keeps ctx', (ctx) => void kept.push(ctx), false],
])('%s', async (_name, handler, pass) => {
  expect((await retentionMatchers.toReleaseCtx(handler)).pass).toBe(pass)
})

test('the ctx can be prepared', async () => {
  let body = ''
  const { pass } = await retentionMatchers.toReleaseCtx(
    (ctx) => void (body = ctx.postBody()),
    (ctx) => ctx.request.setBody('hello')
  )
  expect([pass, body]).toEqual([true, 'hello'])
})
