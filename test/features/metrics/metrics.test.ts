import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { adapt } from '../../../adaptor/index.js'
import {
  Metrics,
  metricsHandler,
  type MetricsOptions,
} from '../../../src/features/metrics/index.js'
import { timeoutHandler, type RequestHandler } from '../../../src/index.js'
import { serve, turns } from '../../helpers/raw-client.js'

async function start(handler: RequestHandler, options: MetricsOptions = {}, concurrency = 100) {
  const register = new Registry()
  const metrics = new Metrics({ register, ...options })
  const served = await serve({
    handler: metrics.handler(handler),
    concurrency,
    logger: { printf() {} },
  })
  metrics.watch(served.server)
  const values = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {}
    for (const line of (await register.metrics()).split('\n')) {
      const [, name, value] = /^([^#].*) (\S+)$/.exec(line) ?? []
      if (name !== undefined) found[name] = Number(value)
    }
    return found
  }
  const ask = async (line = 'GET / HTTP/1.1'): Promise<string> => {
    const client = await served.connect()
    client.write(`${line}\r\nHost: h\r\nConnection: close\r\n\r\n`)
    return client.untilEnd()
  }
  return { register, served, values, ask }
}

test('requests by method and status, and their durations', async () => {
  const { served, ask, values } = await start((ctx) => {
    switch (ctx.path()) {
      case '/throw':
        throw new Error('no')
      case '/reject':
        return Promise.reject(new Error('no'))
      case '/late':
        return timeoutHandler(() => new Promise(() => {}), 1, 'late')(ctx)
      case '/slow':
        return turns(2).then(() => ctx.setStatusCode(201))
      default:
        return ctx.setStatusCode(204)
    }
  })
  const lines = ['GET /', 'GET /', 'POST /slow', 'GET /throw', 'GET /reject', 'GET /late', 'BREW /']
  for (const line of lines) await ask(`${line} HTTP/1.1`)
  const found = await values()
  expect(found['fasthttp_requests_total{method="GET",status="204"}']).toBe(2)
  expect(found['fasthttp_requests_total{method="POST",status="201"}']).toBe(1)
  expect(found['fasthttp_requests_total{method="GET",status="500"}']).toBe(2)
  expect(found['fasthttp_requests_total{method="GET",status="408"}']).toBe(1)
  expect(found['fasthttp_requests_total{method="other",status="204"}']).toBe(1)
  expect(found['fasthttp_request_duration_seconds_count{method="GET"}']).toBe(5)
  expect(found['fasthttp_request_duration_seconds_bucket{le="+Inf",method="POST"}']).toBe(1)
  await served.close()
})

test('requests in flight, connections and bytes', async () => {
  let go: (() => void) | undefined
  const { served, values } = await start(async (ctx) => {
    await new Promise<void>((resolve) => (go = resolve))
    ctx.setBody('x'.repeat(1000))
  })
  const client = await served.connect()
  const request = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
  client.write(request)
  while (go === undefined) await turns(1)
  expect(await values()).toMatchObject({
    fasthttp_requests_in_flight: 1,
    fasthttp_connections: 1,
    fasthttp_received_bytes_total: request.length,
    fasthttp_sent_bytes_total: 0,
  })
  go()
  await client.until(/x$/)
  const sent = client.received.length
  const open = await values()
  expect(open).toMatchObject({ fasthttp_requests_in_flight: 0, fasthttp_sent_bytes_total: sent })
  client.destroy()
  while ((await values())['fasthttp_connections'] !== 0) await turns(1)
  expect(await values()).toMatchObject({
    fasthttp_connections_total: 1,
    fasthttp_received_bytes_total: request.length,
    fasthttp_sent_bytes_total: sent,
  })
  await served.close()
})

test('refused connections', async () => {
  const { served, values, ask } = await start((ctx) => ctx.setBody('x'), {}, 1)
  const first = await served.connect()
  first.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  await first.until(/x$/)
  expect(await ask()).toMatch(/^HTTP\/1\.1 503 /)
  expect((await values())['fasthttp_connections_rejected_total']).toBe(1)
  await served.close()
})

test('routes are limited in number', async () => {
  const { served, values, ask } = await start(() => {}, {
    route: (ctx) => ctx.path(),
    maxRoutes: 2,
    prefix: 'p_',
  })
  for (const path of ['/a', '/b', '/c', '/d', '/a']) await ask(`GET ${path} HTTP/1.1`)
  const found = await values()
  const counts = ['/a', '/b', 'other', '/c'].map(
    (route) => found[`p_requests_total{method="GET",status="200",route="${route}"}`]
  )
  expect(counts).toEqual([2, 1, 2, undefined])
  await served.close()
})

test('an adapted app stays one that is served by itself, and is counted with what it answers', async () => {
  const app = adapt((req, res) => {
    if (req.url === '/later') setTimeout(() => res.writeHead(202).end('node'), 5)
    else if (req.url === '/lost') req.socket.destroy()
    else res.writeHead(201).end('node')
  })
  const { served, values, ask } = await start(app)
  expect(await ask()).toMatch(/^HTTP\/1\.1 201 [^]*node/)
  expect(await ask('GET /later HTTP/1.1')).toMatch(/^HTTP\/1\.1 202 [^]*node/)
  const lost = await served.connect()
  lost.write('GET /lost HTTP/1.1\r\nHost: h\r\n\r\n')
  await lost.untilEnd()
  const both = await served.connect()
  both.write('GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n')
  await both.until(/202[^]*201[^]*node/)
  const found = await values()
  const counts = ['201', '202', '499'].map(
    (status) => found[`fasthttp_requests_total{method="GET",status="${status}"}`]
  )
  expect(counts).toEqual([2, 2, 1])
  await served.close()
})

test('metricsHandler', async () => {
  const register = new Registry()
  new Metrics({ register })
  const served = await serve({ handler: metricsHandler(register) })
  const client = await served.connect()
  client.write('GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  const answer = await client.untilEnd()
  expect(answer).toMatch(/Content-Type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/)
  expect(answer).toContain('# TYPE fasthttp_requests_in_flight gauge')
  await served.close()
})
