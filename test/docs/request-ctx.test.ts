import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { RequestCtx } from '../../src/index.js'

const page = readFileSync(new URL('../../docs/reference/request-ctx.md', import.meta.url), 'utf8')

/** Members named in the first cells of the tables. */
const named = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => [...line.split('|')[1]!.matchAll(/`(\w+)/g)].map(([, name]) => name!))

test('every member is on the page, once', () => {
  const members = [
    ...Object.getOwnPropertyNames(RequestCtx.prototype),
    ...Object.keys(new RequestCtx()),
  ].filter(
    // `reset` is the server's.
    (name) => name !== 'constructor' && name !== 'reset' && !name.startsWith('_')
  )
  // Twins are named by the rule at the top.
  const distinct = members.filter(
    (name) => !(name.endsWith('Bytes') && members.includes(name.slice(0, -5)))
  )
  expect([...named].sort()).toEqual(distinct.sort())
})

test('the examples run', () => {
  const [handler, use] = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code!)
  const run = new Function('RequestCtx', 'assert', `${handler}\n${use}`)
  const results: unknown[][] = []
  run(RequestCtx, { equal: (...both: unknown[]) => results.push(both) })
  expect(results).toEqual([['Hello, you', 'Hello, you']])
})
