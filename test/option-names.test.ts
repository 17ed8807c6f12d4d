import { describe, expect, test } from 'vitest'
import { toNodeHandler } from '../adaptor/to-node-handler.js'
import { Client } from '../src/client/client.js'
import { HostClient } from '../src/client/host-client.js'
import { LBClient } from '../src/client/lb-client.js'
import { PipelineClient } from '../src/client/pipeline-client.js'
import { FS } from '../src/features/fs/fs.js'
import { Metrics } from '../src/features/metrics/metrics.js'
import { Prefork } from '../src/features/prefork/prefork.js'
import { Dialer } from '../src/features/proxy/dialer.js'
import { Router } from '../src/features/router/router.js'
import { sse } from '../src/features/sse/sse.js'
import { Upgrader } from '../src/features/websocket/upgrader.js'
import { TCPDialer } from '../src/net/dialer.js'
import { checkOptionNames } from '../src/option-names.js'
import type { RequestCtx } from '../src/server/request-ctx.js'
import { Server } from '../src/server/server.js'

const handler = (): void => {}
const addr = 'localhost:1'

/** What takes options, each given some more. */
const MAKERS: Record<string, (options: object) => unknown> = {
  Server: (options) => new Server({ handler, ...options }),
  http2: (http2) => new Server({ handler, http2 }),
  debug: (debug) => new Server({ handler, debug }),
  Client: (options) => new Client(options),
  HostClient: (options) => new HostClient({ addr, ...options }),
  PipelineClient: (options) => new PipelineClient({ addr, ...options }),
  LBClient: (options) => new LBClient({ clients: [new HostClient({ addr })], ...options }),
  TCPDialer: (options) => new TCPDialer(options),
  FS: (options) => new FS(options),
  Dialer: (options) => new Dialer(options),
  Prefork: (options) => new Prefork(new Server({ handler }), options),
  Metrics: (options) => new Metrics(options),
  Upgrader: (options) => new Upgrader(options),
  Router: (options) => new Router(options),
  sse: (options) => sse({} as RequestCtx, handler, options),
  toNodeHandler: (options) => toNodeHandler(handler, options),
}

test.each(Object.entries(MAKERS))('%s refuses an option it does not know', (name, make) => {
  expect(() => make({ zzz: undefined })).toThrow(
    expect.objectContaining({
      code: 'FH_ERR_INVALID_OPTION',
      message: `invalid option: ${name} has no option zzz`,
    })
  )
})

test.each<[string, object, string]>([
  ['Server', { bodyLimit: 1 }, 'use maxRequestBodySize'],
  ['Server', { maxRequestBodySise: 1 }, 'did you mean maxRequestBodySize?'],
  ['Server', { maxrequestbodysize: 1 }, 'did you mean maxRequestBodySize?'],
  ['Server', { MaxRequestBodySize: 1 }, 'did you mean maxRequestBodySize?'],
  ['Server', { maxReqeustBodySize: 1 }, 'did you mean maxRequestBodySize?'],
  ['Server', { requestBodySize: 1 }, 'did you mean maxRequestBodySize?'],
  ['Server', { maxConnsPerIp: 1 }, 'did you mean maxConnsPerIP?'],
  ['Server', { perIPConns: 1 }, 'did you mean maxConnsPerIP?'],
  ['Server', { headersTimeout: 1 }, 'use readHeaderTimeout'],
  ['Server', { requestTimeout: 1 }, 'use readTimeout'],
  ['Server', { keepAliveTimeout: 1 }, 'use idleTimeout'],
  ['Server', { key: '' }, 'use tls: { key, cert, ... }'],
  ['Server', { port: 1 }, 'use listen(port, host)'],
  ['http2', { maxConcurentStreams: 1 }, 'did you mean maxConcurrentStreams?'],
  ['debug', { retentions: 'throw' }, 'did you mean retention?'],
  ['Client', { timeout: 5 }, 'use readTimeout and writeTimeout'],
  ['Client', { maxSockets: 5 }, 'use maxConnsPerHost of Client'],
  ['Client', { maxConns: 5 }, 'use maxConnsPerHost'],
  ['Client', { headersTimeout: 5 }, 'use readTimeout'],
  ['Client', { readTimeOut: 5 }, 'did you mean readTimeout?'],
  ['Client', { rejectUnauthorized: false }, 'use tls'],
  ['HostClient', { maxConnsPerHost: 5 }, 'use maxConns'],
  ['PipelineClient', { pipelining: 5 }, 'use PipelineClient, whose option maxPendingRequests'],
  ['LBClient', { timout: 5 }, 'did you mean timeout?'],
  ['TCPDialer', { localAddress: '::1' }, 'use localAddr'],
  ['FS', { index: 'a' }, 'use indexNames'],
  ['FS', { dotfiles: 'deny' }, 'use dotFiles'],
  ['Upgrader', { maxMessageSize: 1 }, 'use maxPayload'],
  ['Prefork', { worker: 1 }, 'did you mean workers?'],
])('%s, %j: %s', (name, options, hint) => {
  expect(() => MAKERS[name]!(options)).toThrow(hint)
})

describe('options that are none', () => {
  test.each([null, 5, 'http://localhost', handler])('%s', (options) => {
    expect(() => checkOptionNames('Client', options, {})).toThrow(
      expect.objectContaining({ code: 'FH_ERR_INVALID_OPTION' })
    )
  })
})

test('what every object inherits is no option', () => {
  expect(() => checkOptionNames('Client', { toString: 1 }, {})).toThrow('no option toString')
  expect(() => checkOptionNames('Client', { ['__proto__']: 1 }, {})).toThrow('no option __proto__')
})
