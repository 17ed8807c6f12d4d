import { describe, expect, test } from 'vitest'
import { FreeList } from '../../src/bytes/free-list.js'

class Counter {
  resets = 0
  reset(): void {
    this.resets++
  }
}

describe('FreeList', () => {
  test('resets what is released and hands it out again, the last first', () => {
    const list = new FreeList(() => new Counter())
    const [a, b] = [list.acquire(), list.acquire()]
    expect(a).not.toBe(b)
    list.release(a)
    list.release(b)
    expect([a.resets, b.resets]).toEqual([1, 1])
    expect([list.acquire(), list.acquire()]).toEqual([b, a])
    expect(list.acquire().resets).toBe(0)
  })

  test('an object released twice is handed out once', () => {
    const list = new FreeList(() => new Counter())
    const a = list.acquire()
    list.release(a)
    list.release(a)
    expect(list.acquire()).toBe(a)
    expect(list.acquire()).not.toBe(a)
  })

  test('keeps no more than 32', () => {
    const list = new FreeList(() => new Counter())
    const objects = Array.from({ length: 40 }, () => list.acquire())
    for (const object of objects) list.release(object)
    const again = Array.from({ length: 40 }, () => list.acquire())
    expect(again.filter((object) => objects.includes(object))).toHaveLength(32)
  })
})
