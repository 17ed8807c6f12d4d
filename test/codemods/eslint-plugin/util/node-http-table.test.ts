import { describe, expect, it } from 'vitest'
import {
  ASSIGN,
  CALL,
  READ,
  READ_KEY,
} from '../../../../codemods/eslint-plugin/util/node-http-table.js'
import { REQUEST_ROWS, RESPONSE_ROWS } from '../../../../codemods/table.js'
import * as compat from '../../../../src/features/compat/index.js'
import { RequestCtx } from '../../../../src/index.js'
import { lint } from '../helpers/lint.js'
import { handler } from '../helpers/rule-tester.js'

const RULE = { 'fasthttp/no-node-http-api': 'error' }
const rows = [...REQUEST_ROWS, ...RESPONSE_ROWS]
const report = (text: string): string[] =>
  lint(handler(`  use(${text})`), 'js', RULE).map(({ message }) => message)

describe('each member of the conversion table', () => {
  it.each(rows.map((row) => [row.id, row] as const))('%s', (_, { member, use }) => {
    const text = `ctx.${member}${use === 'call' ? '(a)' : ''}`
    // What a context has under the same name is no mistake when it is called.
    const isOwn = use === 'call' && member in RequestCtx.prototype
    expect(report(text)).toEqual(
      isOwn ? [] : [expect.stringContaining(`\`ctx.${member}\` is node:http or Express`)]
    )
  })
})

describe('what is named exists', () => {
  const entries = [READ, READ_KEY, ASSIGN, CALL].flatMap((table) => Object.entries(table))
  const texts = entries.flatMap(([name, { use, fix, suggest }]) =>
    [use, fix, suggest].flatMap((text) => (text === undefined ? [] : [[name, text] as const]))
  )

  it.each(texts.filter(([, text]) => text.startsWith('$ctx.')))('%s: %s', (_, text) => {
    const ctx = new RequestCtx()
    ctx.init()
    for (const [chain] of text.matchAll(/\$ctx(\.\w+)+/g)) {
      let value: unknown = ctx
      for (const name of chain.split('.').slice(1)) {
        expect(value, `${name} of ${text}`).toHaveProperty(name)
        value = Reflect.get(value as object, name)
      }
    }
  })

  it.each(texts.filter(([, text]) => text.endsWith('of fasthttp/compat')))('%s: %s', (_, text) => {
    expect(compat).toHaveProperty(/^\w+/.exec(text)![0])
  })
})
