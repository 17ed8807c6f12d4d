import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { HostDialer } from '../../src/client/host-dialer.js'
import { resolveClientOptions, type HostClientOptions } from '../../src/client/options.js'

function dialerOf(options: HostClientOptions): HostDialer {
  return new HostDialer(resolveClientOptions(options))
}

const stream = (): Duplex => new Duplex({ read() {}, write: (_c, _e, done) => done() })

test('addresses are taken in turn, the next one after a failure, each once', async () => {
  const asked: string[] = []
  const dialer = dialerOf({
    addr: 'a:1, b:2,c',
    dial: (addr) => {
      asked.push(addr)
      if (addr !== 'b:2') throw new Error(addr)
      return stream()
    },
  })
  expect((await dialer.dial(0)).addr).toBe('b:2')
  expect((await dialer.dial(0)).addr).toBe('b:2')
  expect(asked).toEqual(['a:1', 'b:2', 'c:80', 'a:1', 'b:2'])
})

test('the last failure is told, with the address', async () => {
  const dialer = dialerOf({
    addr: 'a:1,b:2',
    dial: (addr) => Promise.reject(new Error(`no ${addr}`)),
  })
  await expect(dialer.dial(0)).rejects.toMatchObject({
    code: 'FH_ERR_DIAL_WITH_UPSTREAM',
    upstream: 'b:2',
    cause: expect.objectContaining({ message: 'no b:2' }) as Error,
  })
})

test.each<[number, Partial<HostClientOptions>, number]>([
  [0, {}, 3000],
  [100, {}, 100],
  [9000, {}, 3000],
  [0, { readTimeout: 100, writeTimeout: 50 }, 150],
  [120, { readTimeout: 100, writeTimeout: 50 }, 120],
])('time for dialing: %i and %j', async (timeout, options, expected) => {
  let given = 0
  const dialer = dialerOf({
    addr: 'a',
    ...options,
    dial: () => {
      throw new Error('not to be asked')
    },
    dialTimeout: (_addr, ms) => {
      given = ms
      return stream()
    },
  })
  await dialer.dial(timeout)
  expect(given).toBeLessThanOrEqual(expected)
  expect(given).toBeGreaterThan(expected - 90)
})

describe('TLS', () => {
  test('a name to check the certificate for is needed before anything is dialed', async () => {
    let asked = 0
    const dial = (): Duplex => {
      asked++
      return stream()
    }
    const dialer = dialerOf({ addr: 'unix:/x', isTLS: true, dial })
    await expect(dialer.dial(0)).rejects.toMatchObject({ code: 'FH_ERR_INVALID_HOST' })
    expect(asked).toBe(0)
  })

  test('an encrypted stream of dial is used as it is', async () => {
    const encrypted = Object.assign(stream(), { encrypted: true })
    const { conn } = await dialerOf({ addr: 'a', isTLS: true, dial: () => encrypted }).dial(0)
    expect(conn.stream).toBe(encrypted)
    expect(conn.encrypted).toBe(true)
  })

  test('a handshake with a peer that is gone', async () => {
    const dialer = dialerOf({
      addr: 'a',
      isTLS: true,
      dial: () => {
        const s = stream()
        setImmediate(() => s.destroy())
        return s
      },
    })
    await expect(dialer.dial(0)).rejects.toMatchObject({
      code: expect.stringMatching(/^FH_ERR_/) as string,
    })
  })
})

test.each(['', undefined, 5])('address %j', (addr) => {
  expect(() => dialerOf({ addr: addr as string })).toThrow(
    expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
  )
})
