// `node adaptor-server.mjs PORT APP MODE`: one of the benchmark's apps, over node:http or through adapt.
import http from 'node:http'
import { createRequire } from 'node:module'
import { PerformanceObserver } from 'node:perf_hooks'
import process from 'node:process'
import { Server } from 'fasthttp'
import { adapt } from 'fasthttp/adaptor'

const require = createRequire(import.meta.url)
const [port, app, mode] = process.argv.slice(2)

const apps = {
  bare: () => (_req, res) => {
    res.setHeader('Content-Type', 'text/plain')
    res.end('hello, world')
  },
  connect: () =>
    require('connect')().use((_req, res) => {
      res.setHeader('Content-Type', 'text/plain')
      res.end('hello, world')
    }),
  koa: () => {
    const Koa = require('koa')
    return new (Koa.default ?? Koa)().use((ctx) => void (ctx.body = 'hello, world')).callback()
  },
  express: () => hello(require('express')),
  express4: () => hello(require('express4')),
  api: () => api(require('express')),
  api4: () => api(require('express4')),
}

function hello(express) {
  return express().get('/', (_req, res) => res.send('hello, world'))
}

/** What a typical JSON API runs for a request. */
function api(express) {
  const app = express()
  app.use(require('helmet')(), require('cors')(), express.json())
  app.use(require('morgan')('combined', { stream: { write() {} } }))
  const router = express.Router()
  router.get('/users/:id', (req, res) =>
    res.json({ id: req.params.id, name: 'someone', tags: ['a', 'b'] })
  )
  return app.use('/', router)
}

const target = apps[app]()
const server = mode === 'adapt' ? new Server({ handler: adapt(target) }) : http.createServer(target)
server.listen(Number(port), '127.0.0.1', () => process.send?.('listening'))

let collections = 0
if (process.send !== undefined) {
  new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({
    entryTypes: ['gc'],
  })
  process.on('message', (command) => {
    if (command === 'collect') globalThis.gc()
    // Observers are told of it a moment later.
    setTimeout(() => process.send({ used: process.memoryUsage().heapUsed, collections }), 20)
  })
}
