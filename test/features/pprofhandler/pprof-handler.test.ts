import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pprofHandler } from '../../../src/features/pprofhandler/index.js'
import { serve, turns, type Served } from '../../helpers/raw-client.js'
import { field, parseResponses, type RawResponse } from '../../helpers/responses.js'

let served: Served

beforeAll(async () => {
  served = await serve({ handler: pprofHandler })
})
afterAll(() => served.close())

async function ask(path: string): Promise<RawResponse> {
  const client = await served.connect()
  client.write(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)
  const [response] = parseResponses(await client.untilEnd())
  return response!
}

test('the index names every profile, and links work', async () => {
  const index = await ask('/debug/pprof/')
  expect(field(index, 'content-type')).toBe('text/html; charset=utf-8')
  const links = [...index.body.matchAll(/href="([^"?]+)/g)].map(([, link]) => link!)
  expect(links).toHaveLength(5)
  for (const link of links) {
    expect((await ask(`${link}?seconds=0.01`)).status, link).toBe(200)
  }
})

test('cmdline and resources', async () => {
  expect((await ask('/debug/pprof/cmdline')).body.split('\0')).toEqual(process.argv)
  const resources = JSON.parse((await ask('/debug/pprof/resources')).body)
  expect(resources.TCPSocketWrap ?? resources.TCPServerWrap).toBeGreaterThan(0)
})

test.each(['/debug/pprof/nothing', '/debug/pprof/profile/', '/debug/pprof/..%2fcmdline'])(
  '%s is unknown',
  async (path) => {
    expect((await ask(path)).status).toBe(404)
  }
)

function spin(until: () => boolean): void {
  if (until()) return
  JSON.parse(JSON.stringify({ a: Array.from({ length: 1000 }, (_, i) => String(i)) }))
  setImmediate(spin, until)
}

describe('profiles', () => {
  test('a CPU profile, in the form DevTools reads', async () => {
    let done = false
    spin(() => done)
    const response = await ask('/debug/pprof/profile?seconds=0.3')
    done = true
    expect(field(response, 'content-disposition')).toMatch(/\.cpuprofile"$/)
    const profile = JSON.parse(response.body)
    expect(profile.endTime).toBeGreaterThan(profile.startTime)
    expect(profile.samples.length).toBe(profile.timeDeltas.length)
    const names = profile.nodes.map((node: any) => node.callFrame.functionName)
    expect(names).toContain('(root)')
    expect(names).toContain('spin')
  })

  test('a heap profile, in the form DevTools reads', async () => {
    const kept: string[][] = []
    let done = false
    spin(() => {
      kept.push(Array.from({ length: 5000 }, (_, i) => `${i} ${kept.length}`))
      return done
    })
    const response = await ask('/debug/pprof/heap?seconds=0.2')
    done = true
    expect(field(response, 'content-disposition')).toMatch(/\.heapprofile"$/)
    const { head, samples } = JSON.parse(response.body)
    expect(head.callFrame.functionName).toBe('(root)')
    expect(samples.length).toBeGreaterThan(0)
  })

  test('a heap snapshot', async () => {
    const response = await ask('/debug/pprof/heapsnapshot')
    expect(field(response, 'content-disposition')).toMatch(/\.heapsnapshot"$/)
    const { snapshot, nodes } = JSON.parse(response.body)
    expect(nodes.length).toBe(snapshot.node_count * snapshot.meta.node_fields.length)
  })

  test.each(['0', '-1', 'x', '', 'NaN', 'Infinity', '121', '1e9'])(
    'seconds=%s gets 400',
    async (s) => {
      for (const kind of ['profile', 'heap']) {
        expect((await ask(`/debug/pprof/${kind}?seconds=${s}`)).status).toBe(400)
      }
    }
  )

  test('one at a time; a client that goes away ends its own', async () => {
    const first = await served.connect()
    first.write('GET /debug/pprof/profile?seconds=100 HTTP/1.1\r\nHost: h\r\n\r\n')
    let status = 200
    while (status === 200) {
      status = (await ask('/debug/pprof/heap?seconds=0.001')).status
      await turns(1)
    }
    expect(status).toBe(409)
    expect((await ask('/debug/pprof/profile?seconds=0.001')).status).toBe(409)
    expect((await ask('/debug/pprof/heapsnapshot')).status).toBe(409)
    first.destroy()
    while (status === 409) status = (await ask('/debug/pprof/heap?seconds=0.001')).status
    expect(status).toBe(200)
  })
})
