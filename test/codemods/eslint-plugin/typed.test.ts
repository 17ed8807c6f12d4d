import { describe, expect, it } from 'vitest'
import { readCorpus } from './helpers/corpus.js'
import { RECOMMENDED, lint } from './helpers/lint.js'
import { lintTyped } from './helpers/typed.js'

interface Case {
  readonly title: string
  readonly code: string
  /** Reports without and with type information. */
  readonly untyped: readonly string[]
  readonly typed: readonly string[]
}

const PRELUDE = "import type { RequestCtx, RequestHandler } from 'fasthttp'\n"

const CASES: readonly Case[] = [
  {
    title: 'a callee that returns a promise',
    code: `${PRELUDE}declare function audit(ctx: RequestCtx): Promise<void>
export const h: RequestHandler = (ctx) => { audit(ctx) }`,
    untyped: [],
    typed: ['floating'],
  },
  {
    title: 'a callee that returns nothing',
    code: `${PRELUDE}declare function next(ctx: RequestCtx): void
export const h: RequestHandler = (ctx) => { next(ctx) }`,
    untyped: ['handler'],
    typed: [],
  },
  {
    title: 'a handler that may return a promise',
    code: `${PRELUDE}declare const next: RequestHandler
export const h: RequestHandler = (ctx) => { next(ctx) }`,
    untyped: ['handler'],
    typed: ['handler'],
  },
  {
    title: 'a context known only by inference',
    code: `import type { RequestHandler } from 'fasthttp'
declare function mount(h: RequestHandler): void
mount((c) => { setTimeout(() => use(c), 1) })
declare function use(x: unknown): void`,
    untyped: [],
    typed: ['timer'],
  },
  {
    title: 'an accessor that returns bytes',
    code: `${PRELUDE}let last: unknown
export const h: RequestHandler = (ctx) => { last = ctx.host() }`,
    untyped: [],
    typed: ['stored'],
  },
  {
    title: 'a body that is a string',
    code: `${PRELUDE}declare class Ctx extends Object { postBody(): string; setStatusCode(n: number): void }
let last: unknown
export const h = (ctx: Ctx) => { ctx.setStatusCode(200); last = ctx.postBody() }`,
    untyped: ['stored'],
    typed: [],
  },
]

const ids = (messages: any[]): string[] => messages.map((message) => message.messageId)

describe('type information', () => {
  const typed = lintTyped(
    CASES.map((one) => one.code),
    RECOMMENDED
  )
  it.each(CASES.map((one, index) => [one.title, one, index] as const))('%s', (_, one, index) => {
    expect(ids(lint(one.code, 'ts', RECOMMENDED))).toEqual(one.untyped)
    expect(ids(typed[index] ?? [])).toEqual(one.typed)
  })
})

it('makes nothing worse on the corpus', () => {
  const cases = ['retention', 'held-out']
    .flatMap((name) => readCorpus(`fixtures/lint/${name}`))
    .filter((one) => one.language === 'ts')
  const results = lintTyped(
    cases.map((one) => one.code),
    RECOMMENDED
  )
  const wrong = cases.flatMap((one, index) => {
    const lines = results[index]?.map((message) => message.line) ?? []
    return String(lines) === String(one.lines) ? [] : [`${one.file}: ${one.name}: ${String(lines)}`]
  })
  expect(wrong).toEqual([])
})
