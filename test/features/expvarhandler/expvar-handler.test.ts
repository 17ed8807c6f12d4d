import { afterEach, expect, test } from 'vitest'
import {
  expvarHandler,
  newInt,
  publish,
  unpublish,
} from '../../../src/features/expvarhandler/index.js'
import { RequestCtx } from '../../../src/index.js'
import { guardHandler } from '../../../src/server/retention/guard-handler.js'

const published: string[] = []

function show(name: string, value: unknown): void {
  publish(name, value)
  published.push(name)
}

afterEach(() => {
  for (const name of published.splice(0)) unpublish(name)
})

function ask(query = ''): { status: number; type: string; body: string } {
  const ctx = new RequestCtx()
  ctx.init()
  ctx.request.setRequestURI(`/debug/vars${query}`)
  expvarHandler(ctx)
  const { response } = ctx
  return {
    status: response.statusCode(),
    type: response.header.contentType(),
    body: response.body(),
  }
}

const vars = (query?: string): Record<string, any> => JSON.parse(ask(query).body)

test('built-in values', () => {
  const { status, type, body } = ask()
  expect([status, type]).toEqual([200, 'application/json; charset=utf-8'])
  const all = JSON.parse(body)
  expect(all.cmdline).toEqual(process.argv)
  expect(all.memstats.heapUsed).toBeGreaterThan(0)
  expect(vars()['expvarHandlerCalls']).toBe(all.expvarHandlerCalls + 1)
  expect(Object.keys(all)).toEqual(Object.keys(all).sort())
})

test('published values: constants, functions, numbers, and what JSON cannot hold', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  let n = 0
  show('a', 'text "quoted"')
  show('b', () => ++n)
  show('c', () => {
    throw new Error('broken')
  })
  show('d', cycle)
  show('e', () => undefined)
  show('f', { big: 2n })
  const int = newInt('g')
  published.push('g')
  int.set(5)
  int.add(-2)
  const shown = vars('?r=^[a-g]$')
  expect(shown).toEqual({
    a: 'text "quoted"',
    b: 1,
    c: 'error: broken',
    d: null,
    e: null,
    f: { big: 2 },
    g: 3,
  })
  expect(vars('?r=^b$')).toEqual({ b: 2 })
})

test('a pattern picks names', () => {
  expect(Object.keys(vars('?r=cmd'))).toEqual(['cmdline'])
  expect(Object.keys(vars('?r=^(cmd|mem)'))).toEqual(['cmdline', 'memstats'])
  expect(vars('?r=nothing-of-this-name')).toEqual({})
})

test.each(['(', '*', '[z-a]', '\\'])('the malformed pattern %s gets 400', (source) => {
  const before = vars()['expvarRegexpErrors']
  expect(ask(`?r=${encodeURIComponent(source)}`).status).toBe(400)
  expect(vars()['expvarRegexpErrors']).toBe(before + 1)
})

test('a pattern that would take for ever gets 400', () => {
  show('a'.repeat(60), 1)
  expect(ask(`?r=${encodeURIComponent('(a+)+!')}`).status).toBe(400)
})

test('a pattern is no code', () => {
  const source = '"+process.exit()+"'
  expect(vars(`?r=${encodeURIComponent(source)}`)).toEqual({})
})

test('touches of kept contexts are counted by line', async () => {
  let kept: RequestCtx | undefined
  const ctx = new RequestCtx()
  ctx.init()
  await guardHandler((guarded) => void (kept = guarded), { retention: () => {} })(ctx)
  kept!.path()
  const counts = vars('?r=^fasthttp.retention$')['fasthttp.retention'] as Record<string, number>
  const site = Object.keys(counts).find((name) => name.includes('expvar-handler.test'))!
  expect(counts[site]).toBeGreaterThan(0)
})
