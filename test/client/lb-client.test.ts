import { describe, expect, test, vi } from 'vitest'
import { LBClient, type BalancingClient } from '../../src/client/lb-client.js'
import { Request } from '../../src/http/request.js'
import { Response } from '../../src/http/response.js'

/** Counts its calls; fails them while `failing`. */
class Fake implements BalancingClient {
  calls = 0
  pending = 0
  failing = false
  deadline = 0
  doDeadline(_req: Request, resp: Response | null | undefined, deadline: Date | number) {
    this.calls++
    this.deadline = Number(deadline)
    return this.failing ? Promise.reject(new Error('down')) : Promise.resolve(resp!)
  }
  pendingRequests(): number {
    return this.pending
  }
}

const req = new Request()

describe('LBClient', () => {
  test('no clients', () => {
    expect(() => new LBClient({ clients: [] })).toThrow(
      expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
    )
  })

  test('equals take turns', async () => {
    const fakes = [new Fake(), new Fake(), new Fake()]
    const client = new LBClient({ clients: fakes })
    for (let i = 0; i < 9; i++) await client.do(req)
    expect(fakes.map((fake) => fake.calls)).toEqual([3, 3, 3])
  })

  test('the one with fewer pending calls goes first', async () => {
    const fakes = [new Fake(), new Fake()]
    fakes[0]!.pending = 5
    const client = new LBClient({ clients: fakes })
    for (let i = 0; i < 5; i++) await client.do(req)
    expect(fakes.map((fake) => fake.calls)).toEqual([0, 5])
    expect(client.pendingRequests()).toBe(5)
  })

  test('failures count against a client for three seconds', async () => {
    vi.useFakeTimers()
    try {
      const fakes = [new Fake(), new Fake()]
      fakes[0]!.failing = true
      const client = new LBClient({ clients: fakes })
      await expect(client.do(req)).rejects.toThrow('down')
      for (let i = 0; i < 5; i++) await client.do(req)
      expect(fakes.map((fake) => fake.calls)).toEqual([1, 5])
      fakes[0]!.failing = false
      vi.advanceTimersByTime(3000)
      for (let i = 0; i < 5; i++) await client.do(req)
      expect(fakes.map((fake) => fake.calls)).toEqual([6, 5])
    } finally {
      vi.useRealTimers()
    }
  })

  test('penalties end at 300', async () => {
    const fake = new Fake()
    fake.failing = true
    const other = new Fake()
    other.pending = 301
    const client = new LBClient({ clients: [fake, other] })
    for (let i = 0; i < 310; i++) await client.do(req).catch(() => {})
    expect([fake.calls, other.calls]).toEqual([310, 0])
  })

  test('healthCheck decides', async () => {
    const fakes = [new Fake(), new Fake()]
    const seen: unknown[] = []
    const client = new LBClient({
      clients: fakes,
      healthCheck: (_req, resp, err) => {
        seen.push(resp.statusCode(), err)
        return false
      },
    })
    await client.do(req)
    await client.do(req)
    expect(seen).toEqual([200, undefined, 200, undefined])
    expect(fakes.map((fake) => fake.calls)).toEqual([1, 1])
  })

  test.each([
    ['by default a second', undefined, 1000],
    ['or what is asked for', 50, 50],
  ])('time limit: %s', async (_, timeout, ms) => {
    const fake = new Fake()
    const client = new LBClient({ clients: [fake], ...(timeout === undefined ? {} : { timeout }) })
    const before = Date.now()
    await client.do(req)
    expect(fake.deadline).toBeGreaterThanOrEqual(before + ms)
    expect(fake.deadline).toBeLessThanOrEqual(Date.now() + ms)
  })

  test('clients come and go', async () => {
    const fakes = [new Fake(), new Fake()]
    const client = new LBClient({ clients: [fakes[0]!] })
    expect(client.addClient(fakes[1]!)).toBe(2)
    expect(client.removeClients((one) => one === fakes[0])).toBe(1)
    await client.do(req)
    expect(fakes.map((fake) => fake.calls)).toEqual([0, 1])
    expect(client.removeClients(() => true)).toBe(0)
    await expect(client.do(req)).rejects.toMatchObject({ code: 'FH_ERR_NO_AVAILABLE_CLIENTS' })
  })
})
