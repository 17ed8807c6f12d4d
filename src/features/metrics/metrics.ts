import { Counter, Gauge, Histogram, register as defaultRegister, type Registry } from 'prom-client'
import { checkOptionNames, type OptionNames } from '../../option-names.js'
import { kTakesExchange } from '../../server/exchange.js'
import type { RequestCtx, RequestHandler } from '../../server/request-ctx.js'
import type { Server } from '../../server/server.js'
import { Connections } from './connections.js'
import { RouteLabels } from './route-labels.js'

/** Options of {@link Metrics}. */
export interface MetricsOptions {
  /** Where the metrics are registered. @default prom-client's own registry */
  register?: Registry
  /** What the names begin with. @default 'fasthttp_' */
  prefix?: string
  /** Upper bounds of the durations, in seconds. */
  buckets?: number[]
  /** Label `route` of a request, such as the path its router matched; called when the handler has settled. Without it there is no such label. */
  route?: (ctx: RequestCtx) => string
  /** Different routes; whatever comes later is `other`. @default 100 */
  maxRoutes?: number
}

const NAMES: OptionNames<MetricsOptions> = {
  register: true,
  prefix: true,
  buckets: true,
  route: true,
  maxRoutes: true,
}

const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
])

type Labels = 'method' | 'status' | 'route'

/**
 * Counts requests, connections and bytes for Prometheus. Needs the package prom-client.
 *
 * @example
 * const metrics = new Metrics()
 * const server = new Server({ handler: metrics.handler(router.handler) })
 * metrics.watch(server)
 * router.get('/metrics', metricsHandler())
 */
export class Metrics {
  readonly #options: MetricsOptions
  readonly #routes: RouteLabels
  readonly #requests: Counter<Labels>
  readonly #durations: Histogram<Labels>
  readonly #inFlight: Gauge
  readonly #connections = new Connections()
  readonly #servers = new Set<Server>()

  /** Throws `FH_ERR_INVALID_OPTION` for an unknown option, and when metrics of these names are registered already. */
  constructor(options: MetricsOptions = {}) {
    checkOptionNames('Metrics', options, NAMES, { registry: 'register' })
    this.#options = options
    this.#routes = new RouteLabels(options.maxRoutes ?? 100)
    const registers = [options.register ?? defaultRegister]
    const named = (name: string, help: string) => ({
      name: `${options.prefix ?? 'fasthttp_'}${name}`,
      help,
      registers,
    })
    const route: Labels[] = options.route === undefined ? [] : ['route']
    this.#requests = new Counter({
      ...named('requests_total', 'Requests handled.'),
      labelNames: ['method', 'status', ...route],
    })
    this.#durations = new Histogram({
      ...named('request_duration_seconds', 'Time from the head of a request to its answer.'),
      labelNames: ['method', ...route],
      buckets: options.buckets ?? BUCKETS,
    })
    this.#inFlight = new Gauge(named('requests_in_flight', 'Requests that are being handled.'))
    this.#collected(Gauge, named('connections', 'Open connections.'), () => this.#connections.open)
    this.#collected(
      Counter,
      named('connections_total', 'Connections served.'),
      () => this.#connections.accepted
    )
    this.#collected(
      Counter,
      named('connections_rejected_total', 'Connections refused for the limit of the server.'),
      () => [...this.#servers].reduce((sum, server) => sum + server.rejectedConnectionsCount(), 0)
    )
    this.#collected(
      Counter,
      named('received_bytes_total', 'Bytes received on connections.'),
      () => this.#connections.received
    )
    this.#collected(
      Counter,
      named('sent_bytes_total', 'Bytes sent on connections.'),
      () => this.#connections.sent
    )
  }

  /**
   * Counts what `handler` is given, until it has settled: a body stream is sent afterwards. An adapted app gets its requests one after
   * the other, so that each is counted; 499 stands for a client that went away before the answer began.
   */
  handler(handler: RequestHandler): RequestHandler {
    const marks = Object.getOwnPropertyDescriptors(handler)
    const counted: RequestHandler = (ctx) => {
      const start = performance.now()
      const method = methodLabel(ctx)
      this.#inFlight.inc()
      const done = (failed: boolean): void => {
        this.#inFlight.dec()
        this.#count(ctx, method, failed ? '500' : statusOf(ctx), performance.now() - start)
      }
      let settled: void | Promise<void>
      try {
        settled = handler(ctx)
      } catch (err) {
        done(true)
        throw err
      }
      if (settled === undefined || settled === null) return done(false)
      return settled.then(
        () => done(false),
        (err: unknown) => {
          done(true)
          throw err
        }
      )
    }
    // Marks on the handler, such as the one that asks for exchanges, are the server's to see.
    for (const key of Object.getOwnPropertySymbols(marks)) {
      Object.defineProperty(counted, key, marks[key as unknown as string]!)
    }
    const takes = (handler as { [kTakesExchange]?: unknown })[kTakesExchange]
    // As a function, it gets no pipelined requests behind the one it has.
    if (takes === true) Object.defineProperty(counted, kTakesExchange, { value: () => true })
    return counted
  }

  /** Counts the connections of `server` from here on, and the bytes on them. */
  watch(server: Server): this {
    this.#servers.add(server)
    this.#connections.watch(server)
    return this
  }

  #count(ctx: RequestCtx, method: string, status: string, ms: number): void {
    const { route } = this.#options
    const at = route === undefined ? {} : { route: this.#routes.label(route(ctx)) }
    this.#requests.inc({ method, status, ...at })
    this.#durations.observe({ method, ...at }, ms / 1000)
  }

  /** A metric whose value is looked up whenever it is asked for. */
  #collected(
    Metric: typeof Gauge | typeof Counter,
    config: { name: string; help: string; registers: Registry[] },
    read: () => number
  ): void {
    new Metric({
      ...config,
      collect(this: Gauge | Counter) {
        this.reset()
        this.inc(read())
      },
    })
  }
}

/** Answers with all metrics of `register`, as text for Prometheus. They tell much of a program: keep them from the public. */
export function metricsHandler(register: Registry = defaultRegister): RequestHandler {
  return async (ctx) => {
    ctx.success(register.contentType, await register.metrics())
  }
}

/** Clients may send any method. */
function methodLabel(ctx: RequestCtx): string {
  const method = ctx.method()
  return METHODS.has(method) ? method : 'other'
}

function statusOf(ctx: RequestCtx): string {
  const response = ctx.lastTimeoutErrorResponse() ?? ctx.response
  return String(response.statusCode())
}
