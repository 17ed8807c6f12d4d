import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { afterEach, expect, test } from 'vitest'
import type { RequestHandler, RequestMessage } from '../../src/index.js'
import { serve } from '../helpers/raw-client.js'

const NAMES = ['start', 'end', 'error'] as const
let undo: (() => void)[] = []

function subscribe(name: string, listener: (message: RequestMessage) => void): void {
  const subscriber = (message: unknown): void => listener(message as RequestMessage)
  diagnostics.subscribe(`fasthttp.request.${name}`, subscriber)
  undo.push(() => diagnostics.unsubscribe(`fasthttp.request.${name}`, subscriber))
}

afterEach(() => {
  for (const fn of undo) fn()
  undo = []
})

async function ask(handler: RequestHandler): Promise<string> {
  const served = await serve({ handler, logger: { printf() {} } })
  const client = await served.connect()
  client.write('GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  const answer = await client.untilEnd()
  await served.close()
  return answer
}

const handlers: [name: string, handler: RequestHandler, events: string[]][] = [
  ['synchronous', (ctx) => ctx.setStatusCode(201), ['start 200', 'handler', 'end 201']],
  [
    'asynchronous',
    async (ctx) => {
      await new Promise((resolve) => setImmediate(resolve))
      ctx.setStatusCode(202)
    },
    ['start 200', 'handler', 'end 202'],
  ],
  [
    'throwing',
    () => {
      throw new Error('no')
    },
    ['start 200', 'handler', 'error no', 'end no'],
  ],
  [
    'rejecting',
    () => Promise.reject(new Error('no')),
    ['start 200', 'handler', 'error no', 'end no'],
  ],
]

test.each(handlers)('%s handler', async (_, handler, expected) => {
  const events: string[] = []
  const messages = new Set<RequestMessage>()
  for (const name of NAMES) {
    subscribe(name, (message) => {
      messages.add(message)
      const { ctx, error } = message
      expect(ctx.path()).toBe('/a')
      events.push(`${name} ${error instanceof Error ? error.message : ctx.response.statusCode()}`)
    })
  }
  await ask((ctx) => {
    events.push('handler')
    return handler(ctx)
  })
  expect(events).toEqual(expected)
  expect(messages.size).toBe(1)
})

test('what subscribers bind to the start is there in the handler and in all it starts', async () => {
  const store = new AsyncLocalStorage<RequestMessage>()
  const start = diagnostics.channel('fasthttp.request.start')
  start.bindStore(store)
  undo.push(() => start.unbindStore(store))
  let ended: unknown
  subscribe('end', () => (ended = store.getStore()))
  let seen: unknown
  await ask(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    seen = store.getStore()
  })
  expect(seen).toMatchObject({ error: undefined })
  expect(ended).toBe(seen)
})

test('subscribers that come and go while a server runs', async () => {
  const served = await serve({ handler: (ctx) => ctx.setBody('x') })
  const client = await served.connect()
  const paths: string[] = []
  const listener = (message: unknown): void => {
    paths.push((message as RequestMessage).ctx.path())
  }
  for (const path of ['/1', '/2', '/3']) {
    if (path === '/2') diagnostics.subscribe('fasthttp.request.end', listener)
    else diagnostics.unsubscribe('fasthttp.request.end', listener)
    client.received = ''
    client.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`)
    await client.until(/x$/)
  }
  expect(paths).toEqual(['/2'])
  await served.close()
})
