import { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  auditRetention,
  RequestCtx,
  RetentionError,
  retentionTotals,
  Server,
  timeoutHandler,
  type RequestHandler,
} from '../../../src/index.js'

let reports: RetentionError[] = []
let servers: Server[] = []

beforeEach(() => {
  reports = []
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.shutdown()))
  servers = []
})

async function ask(handler: RequestHandler, path = '/one'): Promise<string> {
  const server = new Server({
    handler,
    debug: { retention: (err) => void reports.push(err) },
    logger: { printf() {} },
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body: 'hello',
    headers: { Connection: 'close' },
  })
  return response.text()
}

/** Resolves when a late touch was made. */
function late(touch: () => void): { promise: Promise<void>; run: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((done) => (resolve = done))
  return {
    promise,
    run: () => {
      try {
        touch()
      } finally {
        resolve()
      }
    },
  }
}

describe('a touch after the end is reported', () => {
  const emitter = new EventEmitter()
  test.each<[string, (ctx: RequestCtx) => () => void, string]>([
    ['a member', (ctx) => () => ctx.path(), 'ctx.path'],
    ['a setter', (ctx) => () => ctx.setBody('late'), 'ctx.setBody'],
    [
      'a handle got before',
      (ctx) => {
        const { response } = ctx
        return () => response.setStatusCode(500)
      },
      'ctx.response.setStatusCode',
    ],
    [
      'a handle of a handle',
      (ctx) => {
        const { header } = ctx.request
        return () => header.peek('Host')
      },
      'ctx.request.header.peek',
    ],
    [
      'arguments',
      (ctx) => {
        const args = ctx.queryArgs()
        return () => args.peek('a')
      },
      'ctx.queryArgs.peek',
    ],
    [
      'a method taken off',
      (ctx) => {
        const peek = ctx.request.header.peek
        return () => peek('Host')
      },
      'ctx.request.header.peek',
    ],
  ])('%s', async (_name, prepare, member) => {
    let touched!: Promise<void>
    await ask((ctx) => {
      const touch = late(prepare(ctx))
      touched = touch.promise
      setTimeout(touch.run, 1)
      ctx.setBody('answered')
    })
    await touched
    expect(reports.map((err) => err.member)).toContain(member)
    expect(reports[0]).toMatchObject({
      code: 'FH_ERR_CTX_RELEASED',
      request: { method: 'POST', path: '/one' },
    })
  })

  test.each<[string, (run: () => void) => void, string]>([
    ['a timer', (run) => setTimeout(run, 1), 'Timeout'],
    ['an immediate', (run) => setImmediate(run), 'Immediate'],
    ['a promise', (run) => void new Promise((r) => setTimeout(r, 1)).then(run), 'PROMISE'],
  ])('%s is named as what kept the ctx', async (_name, start, type) => {
    let touched!: Promise<void>
    await ask((ctx) => {
      const touch = late(() => ctx.path())
      touched = touch.promise
      start(touch.run)
    })
    await touched
    expect(reports[0]?.origin?.type).toBe(type)
    expect(reports[0]?.origin?.stack).toContain('guard-handler.test')
  })

  test('a listener', async () => {
    await ask((ctx) => {
      emitter.once('later', () => ctx.method())
    })
    emitter.emit('later')
    expect(reports[0]?.member).toBe('ctx.method')
  })

  test('with throw the touch throws', async () => {
    let kept!: RequestCtx
    const server = new Server({
      handler: (ctx) => void (kept = ctx),
      debug: { retention: 'throw' },
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(() => kept.path()).toThrow(RetentionError)
  })

  test('its site is the line that touched, not the one that kept', async () => {
    let touched!: Promise<void>
    await ask((ctx) => {
      const touch = late(() => {
        ctx.path()
        ctx.method()
      })
      touched = touch.promise
      setTimeout(touch.run, 1)
    })
    await touched
    const lines = reports.map((err) => Number(/guard-handler\.test\.ts:(\d+):/.exec(err.site)?.[1]))
    expect(lines[1]! - lines[0]!).toBe(1)
    expect(reports[0]?.stack).toMatch(/created at\n.*\n[^]*touched at\n +at .*guard-handler\.test/)
  })

  test('it is counted by site', async () => {
    let kept!: RequestCtx
    await ask((ctx) => void (kept = ctx))
    for (let i = 0; i < 3; i++) kept.method()
    expect(
      Object.entries(retentionTotals()).find(([site]) => site.includes('guard-handler.test'))
    ).toBeDefined()
    expect(Math.max(...Object.values(retentionTotals()))).toBeGreaterThanOrEqual(3)
  })
})

describe('what is allowed is not reported', () => {
  test.each<[string, RequestHandler]>([
    ['synchronous work', (ctx) => ctx.setBody(ctx.postBody() + ctx.path())],
    [
      'awaited work',
      async (ctx) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        ctx.setBody(ctx.postBody() + ctx.path())
      },
    ],
    [
      'copies in a timer',
      (ctx) => {
        const path = ctx.path()
        const body = Buffer.from(ctx.postBodyBytes())
        setTimeout(() => `${path}${body.toString()}`, 1)
        ctx.setBody('hello/one')
      },
    ],
  ])('%s', async (_name, handler) => {
    expect(await ask(handler)).toBe('hello/one')
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(reports).toEqual([])
  })

  test('bytes that were put there as a user value stay as they are', async () => {
    const mine = Buffer.from('mine')
    let kept!: Buffer
    await ask((ctx) => {
      ctx.setUserValue('bytes', mine)
      kept = ctx.userValue('bytes') as Buffer
    })
    expect(kept).toBe(mine)
    expect(kept.toString()).toBe('mine')
  })

  test('a handler that was given up after its timeout', async () => {
    let done!: Promise<void>
    const slow: RequestHandler = (ctx) =>
      (done = new Promise((resolve) => setTimeout(resolve, 50)).then(() => ctx.setBody('late')))
    expect(await ask(timeoutHandler(slow, 5, 'too slow'))).toBe('too slow')
    await done
    expect(reports).toEqual([])
  })
})

test('byte views are taken away at the end', async () => {
  let view!: Buffer
  await ask((ctx) => {
    view = ctx.postBodyBytes()
    expect(view.toString()).toBe('hello')
  })
  expect(view.length).toBe(0)
})

test('auditRetention finds what is kept and never touched', async () => {
  const kept: RequestCtx[] = []
  await ask((ctx) => void kept.push(ctx), '/kept')
  await ask((ctx) => ctx.setBody('gone'), '/gone')
  const paths = (await auditRetention()).map(({ path }) => path)
  expect(paths).toContain('/kept')
  expect(paths).not.toContain('/gone')
  expect(kept).toHaveLength(1)
})

test('an option of a wrong value is refused', () => {
  const debug = { retention: 'loud' as never }
  expect(() => new Server({ handler: () => {}, debug })).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
  )
})

describe('what is lost while the handler runs is reported', () => {
  const seen = (): unknown[] => reports.map(({ reason, member }) => [reason, member])

  test.each<[string, (ctx: RequestCtx) => void, string]>([
    ['a status', (ctx) => ctx.setStatusCode(503), 'ctx.setStatusCode'],
    ['a body', (ctx) => ctx.write('late'), 'ctx.write'],
    ['a redirect', (ctx) => ctx.redirect('/', 302), 'ctx.redirect'],
    [
      'a field of the response',
      (ctx) => ctx.response.header.set('Retry-After', '5'),
      'ctx.response.header.set',
    ],
    ['the response itself', (ctx) => ctx.response.setBody('x'), 'ctx.response.setBody'],
  ])('%s after timeoutError', async (_, change, member) => {
    await ask((ctx) => {
      ctx.timeoutError('busy')
      change(ctx)
    }, '/slow')
    expect(seen()).toEqual([['ignored', member]])
    expect(reports[0]).toMatchObject({ request: { method: 'POST', path: '/slow' }, age: 0 })
    expect(reports[0]!.message).toContain(
      `${member} of POST /slow, which timeoutError had given up before`
    )
  })

  test.each<[string, RequestHandler]>([
    [
      'a change before timeoutError',
      (ctx) => {
        ctx.setStatusCode(200)
        ctx.timeoutError('busy')
      },
    ],
    [
      'reads, user values and the request',
      (ctx) => {
        ctx.timeoutError('busy')
        ctx.setUserValue('a', ctx.path())
        ctx.removeUserValue('a')
        ctx.request.header.set('a', 'b')
        ctx.response.statusCode()
      },
    ],
    [
      'work that has lost the race',
      async (ctx) => {
        const work = Promise.resolve().then(() => new Promise((done) => setImmediate(done)))
        const written = work.then(() => ctx.setBody('late'))
        ctx.timeoutError('busy')
        await written
      },
    ],
    [
      'a middleware around it that goes on',
      async (ctx) => {
        await Promise.resolve().then(() => ctx.timeoutError('busy'))
        ctx.response.header.set('X-Took', '1')
      },
    ],
    ['a visitor that returns nothing', (ctx) => ctx.request.header.visitAll(() => undefined)],
  ])('not %s', async (_, handler) => {
    await ask(handler)
    expect(seen()).toEqual([])
  })

  test.each<[string, (ctx: RequestCtx, fn: () => Promise<void>) => void, string]>([
    ['fields', (ctx, fn) => ctx.request.header.visitAll(fn), 'ctx.request.header.visitAll'],
    ['arguments', (ctx, fn) => ctx.queryArgs().visitAll(fn), 'ctx.queryArgs.visitAll'],
    ['user values', (ctx, fn) => ctx.visitUserValues(fn), 'ctx.visitUserValues'],
  ])('a promise that a visitor of %s returns', async (_, visit, member) => {
    await ask((ctx) => {
      ctx.setUserValue('a', 1)
      visit(ctx, async () => {})
    }, '/?a=1')
    expect(seen()).toContainEqual(['promise', member])
    expect(reports[0]!.message).toContain('returned a promise')
  })

  test('the visitor is shown what it would be shown without', async () => {
    const shown: string[][] = []
    await ask(
      (ctx) => ctx.queryArgs().visitAll((key, value) => void shown.push([key, value])),
      '/?a=1'
    )
    expect(shown).toEqual([['a', '1']])
  })
})
