import { createRequire } from 'node:module'
import cors from 'cors'
import express, { type RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import { pinoHttp } from 'pino-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawRequest, wire } from '../helpers/wire.js'
import { transports, type Listening } from '../helpers/transports.js'

const require = createRequire(import.meta.url)
const cookieSession = require('cookie-session') as (options: object) => RequestHandler
const fileUpload = require('express-fileupload') as (options?: object) => RequestHandler

/** An app with what services commonly use, and what its logger wrote. */
function build(): { app: express.Express; log: object[] } {
  const log: object[] = []
  const write = (line: string): void => {
    const { level, msg, req, res, err } = JSON.parse(line)
    log.push({
      level,
      msg,
      method: req.method,
      url: req.url,
      headers: req.headers,
      res,
      err: err?.message,
    })
  }
  const app = express()
  app.use(pinoHttp({ genReqId: () => 'id' }, { write }))
  app.use(helmet())
  app.use(cors({ origin: /example/, credentials: true, exposedHeaders: ['X-A'], maxAge: 60 }))
  app.use(cookieSession({ name: 'session', keys: ['secret'], maxAge: undefined }))
  const limit = { windowMs: 3_600_000, limit: 2, standardHeaders: 'draft-8' as const }
  app.use('/limited', rateLimit({ ...limit, legacyHeaders: false }))
  app.get('/limited', (_req, res) => void res.send('within'))
  app.get('/', (_req, res) => void res.json({ hello: 'world' }))
  app.get('/visits', (req: any, res) => {
    req.session.visits = (req.session.visits ?? 0) + 1
    res.json(req.session)
  })
  app.get('/logout', (req: any, res) => {
    req.session = null
    res.end('out')
  })
  app.post(
    '/upload',
    fileUpload({ limits: { fileSize: 100 }, abortOnLimit: true }),
    (req: any, res) => {
      const { name, size, mimetype, md5, data, truncated } = req.files.file
      res.json({ body: req.body, name, size, mimetype, md5, text: String(data), truncated })
    }
  )
  app.get('/throws', () => {
    throw new TypeError('broken')
  })
  app.use(((err, _req, res, _next) => {
    res.err = err
    res.status(503).send(err.message)
  }) as express.ErrorRequestHandler)
  return { app, log }
}

function multipart(content: string): string {
  const part = (head: string, value: string): string =>
    `--limit\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`
  const body =
    part('name="title"', 'a title') +
    part('name="file"; filename="a.txt"\r\nContent-Type: text/plain', content) +
    '--limit--\r\n'
  return rawRequest(
    'POST',
    '/upload',
    { 'Content-Type': 'multipart/form-data; boundary=limit' },
    body
  )
}

const preflight = { Origin: 'http://a.example', 'Access-Control-Request-Method': 'PUT' }
// {"visits":1}, signed with the key above.
const session =
  'session=eyJ2aXNpdHMiOjF9; session.sig=' +
  require('keygrip')(['secret']).sign('session=eyJ2aXNpdHMiOjF9')

const requests: [name: string, status: number, request: string][] = [
  ['JSON', 200, rawRequest('GET', '/')],
  ['HEAD', 200, rawRequest('HEAD', '/')],
  ['of another origin', 200, rawRequest('GET', '/', { Origin: 'http://a.example' })],
  ['of an origin that is not allowed', 200, rawRequest('GET', '/', { Origin: 'http://evil' })],
  ['a preflight', 204, rawRequest('OPTIONS', '/', preflight)],
  ['a first visit', 200, rawRequest('GET', '/visits')],
  ['a second visit', 200, rawRequest('GET', '/visits', { Cookie: session })],
  ['a forged session', 200, rawRequest('GET', '/visits', { Cookie: `${session}x` })],
  ['the end of a session', 200, rawRequest('GET', '/logout', { Cookie: session })],
  ['an upload', 200, multipart('content')],
  ['an upload that is too large', 413, multipart('x'.repeat(500))],
  ['an error', 503, rawRequest('GET', '/throws')],
  ['no route', 404, rawRequest('GET', '/none')],
  ['a first request', 200, rawRequest('GET', '/limited')],
  ['a second request', 200, rawRequest('GET', '/limited')],
  ['a third request', 429, rawRequest('GET', '/limited')],
]

const apps = transports.map(build)
const listening: Listening[] = []

beforeAll(async () => {
  for (const [i, [, serve]] of transports.entries())
    listening.push(await serve((apps[i] as (typeof apps)[0]).app))
})
afterAll(() => Promise.all(listening.map((one) => one.close())))

test.each(requests)('%s', async (_name, status, request) => {
  for (const { log } of apps) log.length = 0
  // What is left of a window, in seconds, differs with the moment.
  const outcomes = listening.map(async ({ url }) =>
    (await wire(url, request))
      .replace(/\bt=\d+/g, 't=(left)')
      .replace(/(Retry-After:) \d+/, '$1 (left)')
  )
  const [native, ...ours] = await Promise.all(outcomes)
  expect(native).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  for (const one of ours) expect(one).toBe(native)
  // A line is written when the response has finished, which the client may see a moment before.
  await expect.poll(() => apps.map(({ log }) => log.length)).toEqual([1, 1, 1])
  for (const { log } of apps) expect(log).toEqual(apps[0]?.log)
})
