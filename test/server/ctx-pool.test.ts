import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Args } from '../../src/http/args.js'
import { Cookie } from '../../src/http/cookie.js'
import { FieldBlock } from '../../src/http/field-block.js'
import { URI } from '../../src/http/uri.js'
import { CtxPool } from '../../src/server/ctx-pool.js'
import type { RequestCtx } from '../../src/server/request-ctx.js'
import { serve, type RawClient } from '../helpers/raw-client.js'

/** Strings that only a request before can have brought. */
const SECRET = 'zq7secret'

/** Every string and buffer that can be reached from `value` through own fields, getters apart, with the way there. */
function reachable(value: unknown, path: string, seen: Set<unknown>, found: string[]): string[] {
  if (typeof value === 'string') {
    if (value.includes(SECRET)) found.push(path)
    return found
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return found
  seen.add(value)
  if (value instanceof Uint8Array) {
    if (Buffer.from(value).includes(SECRET)) found.push(path)
    return found
  }
  if (value instanceof Map || value instanceof Set) reachable([...value], `${path}[]`, seen, found)
  for (const key of Reflect.ownKeys(value)) {
    const { value: held } = Object.getOwnPropertyDescriptor(value, key)!
    reachable(held, `${path}.${String(key)}`, seen, found)
  }
  return found
}

/** What every public method without parameters answers, by name. */
function answers(object: object, path: string, depth = 0): [string, unknown][] {
  const found: [string, unknown][] = []
  for (
    let proto = Object.getPrototypeOf(object) as object;
    proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto) as object
  ) {
    for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (
        name === 'constructor' ||
        /^(?:_|reset|release|close|remove|disable|enable|take|not|time|setConnection|connTime)/.test(
          name
        )
      )
        continue
      if (get === undefined && (typeof value !== 'function' || value.length > 0)) continue
      let answer: unknown
      try {
        answer = get === undefined ? (value as () => unknown).call(object) : get.call(object)
      } catch (err) {
        answer = (err as Error).message
      }
      const isIterator = typeof (answer as Iterator<unknown> | undefined)?.next === 'function'
      if (isIterator) answer = [...(answer as Iterable<unknown>)]
      if (answer instanceof Promise) answer.catch(() => {})
      const plain = typeof answer !== 'object' || answer === null
      if (plain || Array.isArray(answer) || answer instanceof Uint8Array) {
        found.push([`${path}.${name}`, answer])
      } else if (answer instanceof URI || answer instanceof Args) {
        if (depth < 2) found.push(...answers(answer, `${path}.${name}()`, depth + 1))
      }
    }
  }
  return found
}

function allAnswers(ctx: RequestCtx): Map<string, unknown> {
  return new Map([
    ...answers(ctx, 'ctx'),
    ...answers(ctx.request, 'request'),
    ...answers(ctx.request.header, 'request.header'),
    ...answers(ctx.response, 'response'),
    ...answers(ctx.response.header, 'response.header'),
  ])
}

/** Gives every field of `ctx` something to remember. */
function fill(ctx: RequestCtx): void {
  const raw = Buffer.from(
    `Host: ${SECRET}.example\r\nCookie: ${SECRET}=${SECRET}\r\nContent-Type: application/x-www-form-urlencoded\r\nX: ${SECRET}\r\nConnection: close, upgrade\r\nUser-Agent: ${SECRET}\r\nReferer: /${SECRET}\r\n\r\n`
  )
  const block = new FieldBlock()
  block.scan(raw, 0, raw.length)
  block.keepText()
  const { request, response } = ctx
  request.header._setParsed('POST', `/${SECRET}?${SECRET}=${SECRET}#${SECRET}`, 0, block)
  request.header._trailerFields = ['X', SECRET]
  request._isTLS = true
  request.setBody(`${SECRET}=${SECRET}`)
  ctx.postArgs().len()
  ctx.queryArgs().len()
  ctx.uri().fullURI()
  request.header.cookie(SECRET)
  request.header.set('Y', SECRET)
  request.header.setTrailer(SECRET)
  ctx.setUserValue(SECRET, { of: SECRET })
  ctx.setRemoteAddr({ network: 'tcp', address: SECRET, port: 1 })
  const cookie = new Cookie()
  cookie.setKey(SECRET)
  response.header.setCookie(cookie)
  response.header.setStatusMessage(SECRET)
  response.header.setProtocol(SECRET)
  response.header.setServer(SECRET)
  response.header.set('Z', SECRET)
  response.header.setTrailer(`${SECRET}-t`)
  response.header.setContentLength(9)
  response.header.setConnectionClose()
  response.header.setNoDefaultContentType(true)
  response.skipBody = true
  response.immediateHeaderFlush = true
  ctx.error(SECRET, 418)
  response.header.setContentType(SECRET)
  response.header.set('Z', SECRET)
  ctx.hijack(() => void SECRET)
  ctx.hijackSetNoResponse(true)
  ctx.timeoutError(SECRET)
}

describe('a ctx that comes out of the pool again', () => {
  const used = (): [fresh: RequestCtx, reused: RequestCtx] => {
    const pool = new CtxPool(true)
    const ctx = pool.acquire(null)
    fill(ctx)
    expect(reachable(ctx, 'ctx', new Set(), []).length).toBeGreaterThan(5)
    pool.release(ctx)
    const reused = pool.acquire(null)
    expect(reused).toBe(ctx)
    return [new CtxPool(true).acquire(null), reused]
  }

  test('holds no text of the request before', () => {
    const [, reused] = used()
    expect(reachable(reused, 'ctx', new Set(), [])).toEqual([])
  })

  test('answers every method as a fresh one does', () => {
    const [fresh, reused] = used()
    const [expected, actual] = [allAnswers(fresh), allAnswers(reused)]
    expect(expected.size).toBeGreaterThan(80)
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected))
  })

  test('has the same fields as a fresh one', () => {
    const [fresh, reused] = used()
    for (const key of Reflect.ownKeys(fresh) as (keyof RequestCtx)[]) {
      if (typeof fresh[key] !== 'object' || fresh[key] === null)
        expect(reused[key], key).toEqual(fresh[key])
    }
  })

  test('a body stream of the request before is destroyed', () => {
    const pool = new CtxPool(true)
    const ctx = pool.acquire(null)
    const stream = new Readable({ read() {} })
    ctx.setBodyStream(stream)
    pool.release(ctx)
    expect(stream.destroyed).toBe(true)
    expect(pool.acquire(null).response.isBodyStream()).toBe(false)
  })

  test("spelling of names is the pool's", () => {
    const pool = new CtxPool(false)
    const ctx = pool.acquire(null)
    ctx.response.header.set('x-FOO', '1')
    expect(ctx.response.header.peekKeys()).toContain('x-FOO')
  })
})

test('over a connection, nothing of one request shows in the next', async () => {
  const states: string[] = []
  let first = true
  const server = await serve({
    handler(ctx) {
      states.push(
        JSON.stringify(
          [...allAnswers(ctx)].filter(([name]) => !/connRequestNum|\.id$|toString/i.test(name)),
          (_, v) => (typeof v === 'bigint' ? String(v) : (v as unknown))
        )
      )
      if (first) {
        ctx.setUserValue('k', SECRET)
        ctx.response.header.set('X', SECRET)
        ctx.setStatusCode(418)
        ctx.setBody(SECRET)
      }
      first = false
    },
  })
  const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
  const client: RawClient = await server.connect()
  client.write(GET + GET)
  await client.until(/200 OK[^]*\r\n\r\n/)
  client.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  await client.untilEnd()
  expect(states).toHaveLength(3)
  expect(states[1]).toBe(states[0])
  expect(states[1]).not.toContain(SECRET)
  await server.close()
})
