import express, { type Express } from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, status } from '../../../src/features/compat/index.js'
import { App } from '../../../src/features/router/index.js'
import type { RequestCtx } from '../../../src/server/request-ctx.js'
import {
  send,
  serve,
  serveNode,
  type Running,
  type TestRequest,
  type TestResponse,
} from './exchange.js'

type ExpressHandler = (req: any, res: any, next: any) => unknown
type OwnHandler = (ctx: RequestCtx, next: (err?: unknown) => Promise<void>) => unknown

/** The same app for the real Express and for ours. */
export interface Case {
  /** What Express does for every request, or how its app is set up. */
  express?: ExpressHandler
  expressApp?: (app: Express) => void
  own?: OwnHandler
  ownApp?: (app: App) => void
  /** Settings of both apps. */
  settings?: Record<string, unknown>
  requests: TestRequest[]
  /** Options of our server. */
  options?: object
  /** Removes what must differ. */
  clean?: (response: TestResponse) => unknown
}

/** What an error handler can see of an error. */
function facts(err: any): object {
  const {
    message,
    status: code,
    statusCode,
    expose,
    type,
    limit,
    length,
    expected,
    encoding,
    charset,
    headers,
  } = err
  return {
    message,
    status: code,
    statusCode,
    expose,
    type,
    limit,
    length,
    expected,
    encoding,
    charset,
    headers,
    syntax: err instanceof SyntaxError,
    body: Buffer.isBuffer(err.body) ? err.body.toString('hex') : err.body,
  }
}

/** Runs each case against the real Express on node:http and ours, and compares the answers. */
export function describeCases(cases: Record<string, Case>): void {
  describe.each(Object.entries(cases))('%s', (_name, one) => {
    let own: Running
    let theirs: Running

    beforeAll(async () => {
      const reference = express().set('env', 'test').disable('x-powered-by')
      const app = new App().set('env', 'test')
      for (const [name, value] of Object.entries(one.settings ?? {})) {
        reference.set(name, value)
        app.set(name, value)
      }
      one.expressApp?.(reference)
      one.ownApp?.(app)
      if (one.express) reference.use((req, res, next) => one.express!(req, res, next) as any)
      if (one.own) app.use((ctx, next) => one.own!(ctx, next) as any)
      reference.use((err: any, _req: any, res: any, _next: any) => {
        res.status(err.status ?? 500).json(facts(err))
      })
      app.onError((err: any, ctx) => {
        status(ctx, err.status ?? 500)
        json(ctx, facts(err))
      })
      theirs = await serveNode(reference)
      own = await serve(app.handler, one.options)
    })
    afterAll(async () => {
      await own.close()
      await theirs.close()
    })

    test.each(one.requests.map((request) => [describeRequest(request), request] as const))(
      '%s',
      async (_title, request) => {
        const [expected, actual] = [await send(theirs.port, request), await send(own.port, request)]
        for (const response of [expected, actual]) one.clean?.(response)
        // node:http says no length in answers to HEAD unless it was told one; the server says that of the body.
        if (request.method === 'HEAD' && expected.headers['content-length'] === undefined) {
          delete actual.headers['content-length']
        }
        expect(actual).toEqual(expected)
      }
    )
  })
}

function describeRequest({ method = 'GET', target = '/', headers, body }: TestRequest): string {
  const text = body === undefined ? '' : ` ${String(body).slice(0, 40)}`
  return `${method} ${target} ${headers === undefined ? '' : JSON.stringify(headers)}${text}`
}

/** One request per set of fields. */
export function withHeaders(...sets: Record<string, string | string[]>[]): TestRequest[] {
  return sets.map((headers) => ({ headers }))
}
