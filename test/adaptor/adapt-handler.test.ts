import http from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { afterEach, expect, test } from 'vitest'
import { adaptHandler } from '../../adaptor/index.js'
import type { RequestHandler } from '../../src/server/request-ctx.js'
import { Server } from '../../src/server/server.js'
import { listen, type Listening } from './helpers/transports.js'

let server: Listening | undefined
afterEach(() => server?.close())

async function serve(handler: RequestHandler): Promise<string> {
  server = await listen(
    new Server({ handler, noDefaultContentType: true, logger: { printf() {} } })
  )
  return server.url
}

test('runs a node:http function with further arguments, behind what was set on the ctx', async () => {
  const show = (req: http.IncomingMessage, res: http.ServerResponse, id: number): void => {
    setTimeout(() => {
      res.setHeader('X-Before', `${String(res.getHeader('x-ctx'))} ${res.statusCode}`)
      res.end(`${req.method} ${id}`)
    }, 5)
  }
  const url = await serve(async (ctx) => {
    await Promise.resolve()
    ctx.response.header.set('X-Ctx', 'set')
    ctx.setStatusCode(202)
    await adaptHandler(show)(ctx, 7)
  })
  const res = await request(url).get('/')
  expect([res.status, res.text]).toEqual([202, 'GET 7'])
  expect(res.headers).toMatchObject({ 'x-ctx': 'set', 'x-before': 'set 202' })
})

test('reads the body as a stream', async () => {
  const url = await serve(
    adaptHandler((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.setHeader('Content-Type', 'text/plain')
      req.on('end', () => res.end(Buffer.concat(chunks)))
    })
  )
  expect((await request(url).post('/').send('body')).text).toBe('body')
})

test.each([
  ['throws', () => { throw new Error('broken') }], // prettier-ignore
  ['rejects', () => Promise.reject(new Error('broken'))],
])('the ctx function rejects when the function %s', async (_, fail) => {
  const url = await serve(async (ctx) => {
    try {
      await adaptHandler(fail)(ctx)
    } catch (err) {
      ctx.error((err as Error).message, 503)
    }
  })
  const res = await request(url).get('/')
  expect([res.status, res.text]).toEqual([503, 'broken'])
})

test('both messages hear that the client went away', async () => {
  const heard: string[] = []
  let settled!: () => void
  const over = new Promise<void>((resolve) => (settled = resolve))
  let begun!: () => void
  const waiting = new Promise<void>((resolve) => (begun = resolve))
  const url = await serve(async (ctx) => {
    await adaptHandler((req, res) => {
      req.on('close', () => heard.push('req'))
      res.on('close', () => heard.push('res'))
      begun()
    })(ctx)
    settled()
  })
  const { port } = new URL(url) as unknown as AddressInfo
  const client = http.get({ port, host: '127.0.0.1' }).on('error', () => undefined)
  await waiting
  client.destroy()
  await over
  await new Promise(setImmediate)
  expect(heard.sort()).toEqual(['req', 'res'])
})
