import { expect, test } from 'vitest'
import { Settlement } from '../../src/server/settlement.js'

class Open extends Settlement {
  done(): void {
    this.settle()
  }
}

test('tells its listener at once', () => {
  const calls: string[] = []
  const before = new Open()
  before.notify(() => calls.push('waited'))
  before.done()
  const after = new Open()
  after.done()
  after.notify(() => calls.push('late'))
  expect(calls).toEqual(['waited', 'late'])
})

test.each([
  ['await', async (one: Settlement) => void (await one)],
  ['then', (one: Settlement) => one.then(() => {})],
  ['catch', (one: Settlement) => one.catch(() => {})],
  ['finally', (one: Settlement) => one.finally(() => {})],
  ['Promise.resolve', (one: Settlement) => Promise.resolve(one)],
])('is a promise to others: %s', async (_how, wait) => {
  const one = new Open()
  let isOver = false
  const waiting = wait(one).then(() => (isOver = true))
  await Promise.resolve()
  expect(isOver).toBe(false)
  one.done()
  await waiting
  expect(isOver).toBe(true)
  await wait(one)
})
