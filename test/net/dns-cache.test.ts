import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DNSCache } from '../../src/net/dns-cache.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A resolver whose answers are given by hand. */
function manual() {
  const pending: { resolve: (a: string[]) => void; reject: (err: Error) => void }[] = []
  const resolve = (): Promise<string[]> =>
    new Promise((resolve, reject) => pending.push({ resolve, reject }))
  return { pending, cache: new DNSCache(resolve, 1000) }
}

test('lookups at one time share a resolution', async () => {
  const { pending, cache } = manual()
  const both = Promise.all([cache.lookup('a'), cache.lookup('a')])
  expect(pending.length).toBe(1)
  pending[0]!.resolve(['1'])
  expect(await both).toEqual([['1'], ['1']])
  expect(await cache.lookup('a')).toEqual(['1'])
})

test('one refreshes an old entry, the others get what there is', async () => {
  const { pending, cache } = manual()
  const first = cache.lookup('a')
  pending[0]!.resolve(['1'])
  await first
  vi.advanceTimersByTime(1000)
  const refreshing = cache.lookup('a')
  expect(await cache.lookup('a')).toEqual(['1'])
  pending[1]!.resolve(['2'])
  expect(await refreshing).toEqual(['2'])
  expect(await cache.lookup('a')).toEqual(['2'])
  expect(pending.length).toBe(2)
})

test('an entry of twice its age is not served', async () => {
  const { pending, cache } = manual()
  const first = cache.lookup('a')
  pending[0]!.resolve(['1'])
  await first
  vi.advanceTimersByTime(2000)
  const both = Promise.all([cache.lookup('a'), cache.lookup('a')])
  expect(pending.length).toBe(2)
  pending[1]!.resolve(['2'])
  expect(await both).toEqual([['2'], ['2']])
})

test('failures are not kept', async () => {
  const { pending, cache } = manual()
  const first = cache.lookup('a')
  pending[0]!.reject(new Error('no'))
  await expect(first).rejects.toThrow('no')
  const second = cache.lookup('a')
  pending[1]!.resolve(['1'])
  expect(await second).toEqual(['1'])
})

test('a flush during a resolution keeps its result out', async () => {
  const { pending, cache } = manual()
  const first = cache.lookup('a')
  cache.flush()
  pending[0]!.resolve(['1'])
  expect(await first).toEqual(['1'])
  void cache.lookup('a')
  expect(pending.length).toBe(2)
})
