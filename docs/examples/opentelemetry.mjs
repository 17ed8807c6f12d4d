// A span of OpenTelemetry for every request, printed: node docs/examples/opentelemetry.mjs, then curl localhost:3000/users/7
// Its parent comes from the field `traceparent`; spans made while a handler runs are its children.
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  ConsoleSpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { Server } from 'fasthttp'

// A context manager over a store that the channel below can be bound to.
const store = new AsyncLocalStorage()
const contextManager = {
  active: () => store.getStore() ?? ROOT_CONTEXT,
  with: (context, fn, self, ...args) => store.run(context, () => fn.call(self, ...args)),
  bind: (context, target) =>
    typeof target === 'function' ? (...args) => store.run(context, target, ...args) : target,
  enable: () => contextManager,
  disable: () => contextManager,
}
const provider = new NodeTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())],
})
provider.register({ contextManager })
const tracer = trace.getTracer('fasthttp')

const getter = {
  get: (ctx, name) => ctx.request.header.peek(name),
  keys: (ctx) => ctx.request.header.peekKeys(),
}
const spans = new WeakMap()

diagnostics.channel('fasthttp.request.start').bindStore(store, (message) => {
  const { ctx } = message
  const parent = propagation.extract(ROOT_CONTEXT, ctx, getter)
  const attributes = {
    'http.request.method': ctx.method(),
    'url.path': ctx.path(),
    'server.address': ctx.host(),
  }
  const span = tracer.startSpan(ctx.method(), { kind: SpanKind.SERVER, attributes }, parent)
  spans.set(message, span)
  return trace.setSpan(parent, span)
})
diagnostics.subscribe('fasthttp.request.error', (message) => {
  const span = spans.get(message)
  span?.recordException(message.error)
  span?.setStatus({ code: SpanStatusCode.ERROR })
})
diagnostics.subscribe('fasthttp.request.end', (message) => {
  const status = message.error === undefined ? message.ctx.response.statusCode() : 500
  spans.get(message)?.setAttribute('http.response.status_code', status).end()
})

const findUser = (id) =>
  tracer.startActiveSpan('find user', async (span) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    span.end()
    return { id }
  })

const server = new Server({
  async handler(ctx) {
    const [, id] = /^\/users\/(\d+)$/.exec(ctx.path()) ?? []
    if (id === undefined) throw new Error('no such page')
    ctx.setJSON(await findUser(id))
  },
})
server.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`)
})
