import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  Args,
  Client,
  Request,
  Response,
  Server,
  URI,
  type RequestCtx,
  type RequestHandler,
  type RetentionError,
} from '../../../src/index.js'

const reports: RetentionError[] = []
const client = new Client()
const servers: Server[] = []
let upstream = ''

async function listen(handler: RequestHandler): Promise<string> {
  const server = new Server({
    handler,
    debug: { retention: (err) => void reports.push(err) },
    logger: { printf() {} },
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function ask(handler: RequestHandler): Promise<[number, string]> {
  const response = await fetch(`${await listen(handler)}/one?a=1`, {
    method: 'POST',
    body: 'hello',
  })
  return [response.status, await response.text()]
}

beforeAll(async () => {
  upstream = await listen((ctx) => {
    ctx.setStatusCode(201)
    ctx.setBody(`${ctx.method()} ${ctx.path()} ${ctx.postBody()}`)
  })
})
afterEach(() => void reports.splice(0))
afterAll(() => Promise.all(servers.map((server) => server.shutdown())))

test.each<[string, RequestHandler, [number, string]]>([
  [
    'a proxy with the request and response of its ctx',
    async (ctx) => {
      ctx.request.setRequestURI(`${upstream}/there`)
      ctx.request.setHost(new URL(upstream).host)
      await client.do(ctx.request, ctx.response)
    },
    [201, 'POST /there hello'],
  ],
  [
    'the request of its ctx copied, and the response copied back',
    async (ctx) => {
      const request = new Request()
      const response = new Response()
      ctx.request.copyTo(request)
      request.setRequestURI(`${upstream}/copy`)
      await client.do(request, response)
      response.copyTo(ctx.response)
    },
    [201, 'POST /copy hello'],
  ],
  [
    'arguments, header and URI copied into the ctx',
    (ctx) => {
      const request = new Request()
      request.header.setMethod('PUT')
      const uri = new URI()
      uri.parse('h', '/two')
      const args = new Args()
      args.set('b', '2')
      request.header.copyTo(ctx.request.header)
      uri.copyTo(ctx.uri())
      args.copyTo(ctx.queryArgs())
      ctx.setBody(`${ctx.method()} ${ctx.uri().path()} ${ctx.queryArgs().peek('b')}`)
    },
    [200, 'PUT /two 2'],
  ],
  [
    'a copy between handles of one ctx',
    (ctx) => {
      ctx.queryArgs().copyTo(ctx.postArgs())
      ctx.setBody(ctx.postArgs().toString())
    },
    [200, 'a=1'],
  ],
])('%s', async (_name, handler, expected) => {
  expect(await ask(handler)).toEqual(expected)
  expect(reports).toEqual([])
})

test.each<[string, (ctx: RequestCtx) => () => void, string]>([
  [
    'a response',
    (ctx) => {
      const { response } = ctx
      return () => new Response().copyTo(response)
    },
    'ctx.response',
  ],
  [
    'arguments',
    (ctx) => {
      const args = ctx.queryArgs()
      return () => new Args().copyTo(args)
    },
    'ctx.queryArgs',
  ],
])('%s that is copied into after the end is reported', async (_name, keep, member) => {
  let late!: () => void
  await ask((ctx) => void (late = keep(ctx)))
  late()
  expect(reports.map((err) => err.member)).toEqual([member])
})
