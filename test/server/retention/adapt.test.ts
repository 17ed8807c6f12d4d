import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import compression from 'compression'
import express from 'express'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adapt, adaptHandler, adaptMiddleware } from '../../../adaptor/index.js'
import { App } from '../../../src/features/router/index.js'
import { Server, type RequestHandler, type RetentionError } from '../../../src/index.js'
import { exchange, parseLine } from '../../codemods/helpers/exchange.js'
import { migrateText, resultText } from '../../codemods/helpers/fixture.js'
import { createSandbox, type Sandbox } from '../../codemods/helpers/sandbox.js'

const reports: RetentionError[] = []
const servers: Server[] = []
afterEach(async () => {
  reports.splice(0)
  await Promise.all(servers.splice(0).map((server) => server.shutdown()))
})

async function ask(handler: RequestHandler, body = 'hello'): Promise<string> {
  const server = new Server({ handler, debug: { retention: (err) => void reports.push(err) } })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/one`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'text/plain' },
  })
  return response.text()
}

let touches = 0
beforeEach(() => void (touches = 0))

/** Runs `touch` when the handler has settled. */
function later(touch: () => void): void {
  setTimeout(() => {
    touch()
    touches++
  }, 5)
}

describe('adapted code keeps what node:http lets it keep', () => {
  test('an app', async () => {
    const app = express()
    app.use(compression(), express.text())
    app.post('/one', (req, res) => {
      res.send(`${req.path} ${req.body}`)
      later(() => void [req.url, req.headers, res.statusCode, res.headersSent])
    })
    expect(await ask(adapt(app))).toBe('/one hello')
    await expect.poll(() => touches).toBe(1)
    expect(reports).toEqual([])
  })

  test('a middleware and a handler among native ones', async () => {
    const router = new App()
    router.use(
      adaptMiddleware((req, res, next) => {
        res.on('finish', () => later(() => void [req.url, res.statusCode]))
        next()
      })
    )
    router.post(
      '/one',
      adaptHandler((req, res) => void res.end(`${req.method} ${req.url}`))
    )
    expect(await ask(router.handler)).toBe('POST /one')
    await expect.poll(() => touches).toBe(1)
    expect(reports).toEqual([])
  })
})

test('a native middleware that touches the ctx of an adapted app later is reported', async () => {
  const app = adapt((_, res) => void res.end('done'))
  const answer = await ask((ctx) => {
    const settled = app(ctx)
    later(() => ctx.path())
    return settled
  })
  expect(answer).toBe('done')
  await expect.poll(() => touches).toBe(1)
  expect(reports.map((err) => err.member)).toEqual(['ctx.path'])
  expect(reports[0]?.request).toEqual({ method: 'POST', path: '/one' })
})

describe('a migrated app', () => {
  const EXPRESS = `const express = require('express')
const app = express()
app.get('/native/:id', (req, res) => {
  const { id } = req.params
  setTimeout(() => global.done(id), 5)
  res.json({ id })
})
app.get('/adapted/:id', (req, res) => {
  setTimeout(() => global.done(req.originalUrl), 5)
  res.json({ id: req.params.id })
})
module.exports = app
`
  /** Added by hand after the migration. */
  const LATE = `
app.get('/late/:id', (ctx) => {
  setTimeout(() => global.done(ctx.path()), 5)
  ctx.setJSON({ id: ctx.param('id') })
})
`
  let sandbox: Sandbox
  let app: unknown
  const environment = process.env['FASTHTTP_DEBUG']
  const warnings: Error[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)

  beforeAll(async () => {
    sandbox = await createSandbox()
    const file = path.join(sandbox.folder, 'app.cjs')
    const text = resultText(migrateText('app.js', EXPRESS), EXPRESS)
    expect(text).toContain("app.get('/native/:id', (ctx) =>")
    expect(text).toContain("app.get('/adapted/:id', adapt((req, res) =>")
    writeFileSync(file, text + LATE)
    process.env['FASTHTTP_DEBUG'] = 'retention'
    app = createRequire(file)(file)
    process.on('warning', onWarning)
  })
  afterAll(() => {
    process.off('warning', onWarning)
    if (environment === undefined) delete process.env['FASTHTTP_DEBUG']
    else process.env['FASTHTTP_DEBUG'] = environment
    sandbox.remove()
  })

  test.each([
    ['/native/7', '7', 0],
    ['/adapted/7', '/adapted/7', 0],
    // Nobody knows whose path it is by then.
    ['/late/7', expect.any(String), 1],
  ])('%s', async (target, value, count) => {
    const done = new Promise((resolve) => Object.assign(globalThis, { done: resolve }))
    const [answer] = await exchange(app, [parseLine(`GET ${target}`)])
    expect(answer?.body).toBe('{"id":"7"}')
    expect(await done).toEqual(value)
    await expect.poll(() => warnings.length).toBe(count)
    for (const warning of warnings) {
      expect(warning).toMatchObject({ code: 'FH_ERR_CTX_RELEASED' })
      expect(warning.message).toContain(`of GET ${target}, whose handler settled`)
      expect(warning.message).toContain('kept by Timeout created at')
    }
  })
})
