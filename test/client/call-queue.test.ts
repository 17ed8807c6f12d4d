import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallQueue } from '../../src/client/call-queue.js'

type Step = ['push' | 'shift' | 'remove' | 'drain', number]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('push', 'push', 'push', 'push', 'shift', 'shift', 'remove', 'drain'),
  fc.nat(20)
)

test('does what an array does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new CallQueue<number>()
      let model: number[] = []
      for (const [what, n] of steps) {
        if (what === 'push') {
          queue.push(n)
          model.push(n)
        } else if (what === 'shift') expect(queue.shift()).toBe(model.shift())
        else if (what === 'remove') {
          queue.remove(n)
          const i = model.indexOf(n)
          if (i >= 0) model.splice(i, 1)
        } else {
          expect(queue.drain()).toEqual(model)
          model = []
        }
        expect([...queue]).toEqual(model)
        expect(queue.length).toBe(model.length)
        expect(queue.peek()).toBe(model[0])
      }
    })
  )
})

test('a queue that is never empty does not grow', () => {
  const queue = new CallQueue<number>()
  for (let i = 0; i < 100; i++) queue.push(i)
  for (let i = 100; i < 10_000; i++) {
    queue.push(i)
    expect(queue.shift()).toBe(i - 100)
  }
  expect(queue.length).toBe(100)
  expect(queue.drain()).toEqual(Array.from({ length: 100 }, (_, i) => 9900 + i))
})
