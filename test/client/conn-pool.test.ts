import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ClientConn } from '../../src/client/client-conn.js'
import { ConnPool } from '../../src/client/conn-pool.js'
import { HostDialer } from '../../src/client/host-dialer.js'
import {
  FIFO,
  LIFO,
  resolveClientOptions,
  type ConnPoolStrategy,
  type HostClientOptions,
} from '../../src/client/options.js'
import { FakeConn } from './helpers/fake-conn.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

/** A pool whose connections the test makes: `dialed` has the pending dials. */
function newPool(options: Partial<HostClientOptions> = {}) {
  const dialed: { connect(): void; fail(err: Error): void }[] = []
  const conns: FakeConn[] = []
  const resolved = resolveClientOptions({
    addr: 'a:1',
    dial: () =>
      new Promise<FakeConn>((resolve, reject) => {
        const connect = (): void => {
          const conn = new FakeConn()
          conns.push(conn)
          resolve(conn)
        }
        dialed.push({ connect, fail: reject })
      }),
    ...options,
  })
  const pool = new ConnPool(new HostDialer(resolved), resolved)
  /** Makes all dials that are pending succeed. */
  const connect = async (): Promise<void> => {
    await turn()
    for (const dial of dialed.splice(0)) dial.connect()
    await turn()
  }
  return { pool, dialed, conns, connect }
}

/** Everything that can happen without an event does. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** What became of a promise so far. */
function outcome(promise: Promise<ClientConn>) {
  const result: { conn?: ClientConn; code?: string } = {}
  promise.then(
    (conn) => (result.conn = conn),
    (err: { code: string }) => (result.code = err.code)
  )
  return result
}

async function idle(pool: ConnPool, connect: () => Promise<void>, n: number) {
  const borrowed = Array.from({ length: n }, () => pool.borrow(0))
  await connect()
  const conns = await Promise.all(borrowed)
  for (const conn of conns) conn.giveBack()
  return conns
}

describe('which connection is used', () => {
  test.each<[string, ConnPoolStrategy, number[]]>([
    ['FIFO: the one idle for longest', FIFO, [0, 1, 2, 0]],
    ['LIFO: the one used last', LIFO, [2, 2, 2, 2]],
  ])('%s', async (_, connPoolStrategy, order) => {
    const { pool, connect } = newPool({ connPoolStrategy })
    const conns = await idle(pool, connect, 3)
    for (const i of order) {
      const conn = await pool.borrow(0)
      expect(conn).toBe(conns[i])
      conn.giveBack()
    }
    expect([pool.size, pool.idleSize]).toEqual([3, 3])
  })

  test('a new one where none is idle, up to maxConns', async () => {
    const { pool, connect } = newPool({ maxConns: 2 })
    const first = pool.borrow(0)
    const second = pool.borrow(0)
    expect(pool.size).toBe(2)
    await expect(pool.borrow(0)).rejects.toMatchObject({ code: 'FH_ERR_NO_FREE_CONNS' })
    await connect()
    expect(await first).not.toBe(await second)
    expect([pool.size, pool.idleSize]).toEqual([2, 0])
  })

  test('one that becomes free before the one that is dialed', async () => {
    const { pool, connect } = newPool()
    const [conn] = await idle(pool, connect, 1)
    await pool.borrow(0)
    const waiting = outcome(pool.borrow(0))
    conn!.giveBack()
    await turn()
    expect(waiting.conn).toBe(conn)
    await connect()
    expect([pool.size, pool.idleSize]).toEqual([2, 1])
  })
})

describe('waiting', () => {
  test('first come, first served', async () => {
    const { pool, connect } = newPool({ maxConns: 1, maxConnWaitTimeout: 100 })
    const [conn] = await idle(pool, connect, 1)
    await pool.borrow(0)
    const waiting = [outcome(pool.borrow(0)), outcome(pool.borrow(0))]
    conn!.giveBack()
    await turn()
    expect(waiting.map((w) => w.conn)).toEqual([conn, undefined])
    conn!.giveBack()
    await turn()
    expect(waiting.map((w) => w.conn)).toEqual([conn, conn])
  })

  test.each([
    ['maxConnWaitTimeout', 0, 100, 'FH_ERR_NO_FREE_CONNS'],
    ['maxConnWaitTimeout, when that is earlier', 200, 100, 'FH_ERR_NO_FREE_CONNS'],
    ['the time limit of the one who waits', 30, 30, 'FH_ERR_TIMEOUT'],
  ])('ends with %s', async (_, timeout, after, code) => {
    const { pool, connect } = newPool({ maxConns: 1, maxConnWaitTimeout: 100 })
    await idle(pool, connect, 1)
    await pool.borrow(0)
    const waiting = outcome(pool.borrow(timeout))
    await vi.advanceTimersByTimeAsync(after - 10)
    expect(waiting).toEqual({})
    await vi.advanceTimersByTimeAsync(20)
    expect(waiting).toEqual({ code })
  })

  test('a closed connection makes room for another', async () => {
    const { pool, dialed, connect } = newPool({ maxConns: 1, maxConnWaitTimeout: 100 })
    const [conn] = await idle(pool, connect, 1)
    await pool.borrow(0)
    const waiting = outcome(pool.borrow(0))
    expect(dialed).toHaveLength(0)
    conn!.close()
    expect(dialed).toHaveLength(1)
    await connect()
    expect(waiting.conn).toBeDefined()
    expect(waiting.conn).not.toBe(conn)
  })
})

describe('a dial that fails', () => {
  test('fails the one who waits for longest', async () => {
    const { pool, dialed } = newPool()
    const waiting = [outcome(pool.borrow(0)), outcome(pool.borrow(0))]
    await turn()
    dialed[1]!.fail(new Error('refused'))
    await turn()
    expect(waiting).toEqual([{ code: 'FH_ERR_DIAL_WITH_UPSTREAM' }, {}])
    dialed[0]!.connect()
    await turn()
    expect(waiting[1]!.conn).toBeDefined()
    expect([pool.size, pool.idleSize]).toEqual([1, 0])
  })

  test('fails nobody when all have been served otherwise', async () => {
    const { pool, dialed, connect } = newPool()
    const [conn] = await idle(pool, connect, 1)
    await pool.borrow(0)
    const waiting = outcome(pool.borrow(0))
    conn!.giveBack()
    await turn()
    dialed[0]!.fail(new Error('refused'))
    await turn()
    expect(waiting).toEqual({ conn })
    expect(pool.size).toBe(1)
  })
})

describe('idle connections', () => {
  test('close after maxIdleConnDuration, and keep no process alive until then', async () => {
    const { pool, conns, connect } = newPool({ maxIdleConnDuration: 1000 })
    await idle(pool, connect, 2)
    expect(conns.map((conn) => conn.referenced)).toEqual([true, true])
    await vi.advanceTimersByTimeAsync(100)
    expect(conns.map((conn) => conn.referenced)).toEqual([false, false])
    await vi.advanceTimersByTimeAsync(800)
    expect(pool.size).toBe(2)
    await vi.advanceTimersByTimeAsync(300)
    expect(conns.map((conn) => conn.destroyed)).toEqual([true, true])
    expect([pool.size, pool.idleSize]).toEqual([0, 0])
  })

  test('one that is used counts anew, and keeps the process alive', async () => {
    const { pool, conns, connect } = newPool({ maxIdleConnDuration: 1000 })
    const [conn] = await idle(pool, connect, 1)
    await vi.advanceTimersByTimeAsync(900)
    await pool.borrow(0)
    expect(conns[0]!.referenced).toBe(true)
    await vi.advanceTimersByTimeAsync(5000)
    conn!.giveBack()
    await vi.advanceTimersByTimeAsync(900)
    expect(pool.size).toBe(1)
    await vi.advanceTimersByTimeAsync(300)
    expect(pool.size).toBe(0)
  })

  test('closeIdle leaves those in use alone', async () => {
    const { pool, conns, connect } = newPool()
    await idle(pool, connect, 3)
    await pool.borrow(0)
    pool.closeIdle()
    expect(conns.map((conn) => conn.destroyed)).toEqual([false, true, true])
    expect([pool.size, pool.idleSize]).toEqual([1, 0])
  })

  test.each<[string, (conn: FakeConn) => void]>([
    ['bytes nobody asked for', (conn) => conn.feed('x')],
    ['an end', (conn) => conn.receiver.onEnd()],
    ['a close', (conn) => conn.receiver.onClose(undefined)],
  ])('%s closes one', async (_, happen) => {
    const { pool, conns, connect } = newPool()
    await idle(pool, connect, 2)
    happen(conns[0]!)
    expect([pool.size, pool.idleSize]).toEqual([1, 1])
    expect(conns[0]!.destroyed).toBe(true)
  })

  test('those above a smaller maxConns close when they are given back', async () => {
    const { pool, connect } = newPool()
    const conns = await idle(pool, connect, 3)
    for (let i = 0; i < 3; i++) await pool.borrow(0)
    pool.maxConns = 1
    for (const conn of conns) conn.giveBack()
    expect([pool.size, pool.idleSize]).toEqual([1, 1])
  })
})

describe('a closed pool keeps nothing', () => {
  test('of what is idle or in use', async () => {
    const { pool, connect } = newPool()
    await idle(pool, connect, 2)
    const used = await pool.borrow(0)
    pool.close()
    expect([pool.size, pool.idleSize]).toEqual([1, 0])
    used.giveBack()
    expect(pool.size).toBe(0)
  })

  test('of what is being made for somebody who has gone', async () => {
    const { pool, conns, connect } = newPool()
    const waiting = outcome(pool.borrow(10))
    await vi.advanceTimersByTimeAsync(50)
    expect(waiting).toEqual({ code: 'FH_ERR_TIMEOUT' })
    pool.close()
    await connect()
    expect(conns[0]!.destroyed).toBe(true)
    expect(pool.size).toBe(0)
  })
})

test('no timer is left when nothing is open', async () => {
  const { pool, connect } = newPool({ maxIdleConnDuration: 100 })
  await idle(pool, connect, 2)
  await vi.advanceTimersByTimeAsync(1000)
  expect(vi.getTimerCount()).toBe(0)
})
