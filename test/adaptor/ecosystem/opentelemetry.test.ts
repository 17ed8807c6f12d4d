import http from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { adapt, createServer } from '../../../adaptor/index.js'
import { generateTestCertificate } from '../../../src/index.js'
import { Server } from '../../../src/server/server.js'
import { rawRequest, wire } from '../helpers/wire.js'
import { transports } from '../helpers/transports.js'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
const instrumentation = new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true })
instrumentation.setTracerProvider(provider)
// The instrumentation patches the modules when they are required.
const require = createRequire(import.meta.url)
for (const name of ['http', 'https']) require(name)

beforeEach(() => exporter.reset())
afterAll(async () => {
  instrumentation.disable()
  await provider.shutdown()
})

type Create = (options: https.ServerOptions, listener: http.RequestListener) => https.Server

/** A handler that says which trace is current after a wait. */
const listener = async (req: http.IncomingMessage, res: http.ServerResponse): Promise<void> => {
  for await (const _chunk of req);
  await new Promise(setImmediate)
  if (req.url === '/fails') res.statusCode = 500
  res.end(trace.getActiveSpan()?.spanContext().traceId ?? 'none')
}

/** The spans so far, without what differs from server to server. */
function spans(): object[] {
  return exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    kind: span.kind,
    status: span.status,
    parent: span.parentSpanContext?.spanId,
    attributes: Object.fromEntries(
      Object.entries(span.attributes).map(([name, value]) =>
        /port$/.test(name) ? [name, typeof value] : [name, value]
      )
    ),
  }))
}

const trace1 = '0af7651916cd43dd8448eb211c80319c'
const requests: [name: string, request: string][] = [
  ['a GET', rawRequest('GET', '/a?b=c', { 'User-Agent': 'test' })],
  ['a POST', rawRequest('POST', '/', {}, 'body')],
  ['a server error', rawRequest('GET', '/fails')],
  ['part of a trace', rawRequest('GET', '/', { Traceparent: `00-${trace1}-b7ad6b7169203331-01` })],
]

describe('incoming requests have spans', () => {
  test.each(requests)('%s', async (_name, request) => {
    const seen: object[][] = []
    for (const [name, serve] of transports) {
      exporter.reset()
      const server = await serve(listener)
      const answer = await wire(server.url, request)
      await expect.poll(() => exporter.getFinishedSpans().length, { message: name }).toBe(1)
      const traceId = exporter.getFinishedSpans()[0]?.spanContext().traceId
      expect(answer, name).toContain(traceId)
      if (request.includes(trace1)) expect(traceId).toBe(trace1)
      seen.push(spans())
      await server.close()
    }
    const [native, ...ours] = seen
    for (const one of ours) expect(one).toEqual(native)
  })

  test('a client that goes away', async () => {
    const seen: object[][] = []
    for (const [name, serve] of transports) {
      exporter.reset()
      const server = await serve((_req, res) => void res.write('begun'))
      const req = http.get(server.url, (res) => {
        res.on('error', () => {})
        req.destroy()
      })
      req.on('error', () => {})
      await expect.poll(() => exporter.getFinishedSpans().length, { message: name }).toBe(1)
      seen.push(spans())
      await server.close()
    }
    const [native, ...ours] = seen
    for (const one of ours) expect(one).toEqual(native)
  })

  test('over TLS', async () => {
    const certificate = generateTestCertificate('localhost')
    const seen: object[][] = []
    for (const create of [https.createServer as Create, createServer as Create]) {
      exporter.reset()
      const server = create(certificate, listener)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      await new Promise((resolve) =>
        https.get(
          { port, host: '127.0.0.1', servername: 'localhost', ca: certificate.cert, agent: false },
          (res) => res.resume().on('end', resolve)
        )
      )
      await expect.poll(() => exporter.getFinishedSpans().length).toBe(1)
      seen.push(spans())
      await new Promise((resolve) => server.close(resolve))
    }
    expect(seen[1]).toEqual(seen[0])
  })
})

test('requests have spans also where a handler gives them to an adapted app', async () => {
  const app = adapt(listener)
  const server = new Server({ handler: (ctx) => app(ctx) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  await wire(`http://127.0.0.1:${port}`, rawRequest('GET', '/'))
  await expect.poll(() => exporter.getFinishedSpans().length).toBe(1)
  await server.shutdown()
})
