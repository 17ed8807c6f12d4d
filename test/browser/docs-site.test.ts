import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FS } from '../../src/features/fs/index.js'
import { Server } from '../../src/index.js'
import { portOf } from '../helpers/raw-client.js'
import { root } from '../helpers/markdown.js'

const site = `${root}docs/.vitepress/dist`
let server: Server
let browser: Browser
let page: Page
let origin = ''
const errors: string[] = []

beforeAll(async () => {
  if (!existsSync(site)) throw new Error('`npm run docs` builds the site first')
  const files = new FS({ root: site, indexNames: ['index.html'] })
  const serve = files.newRequestHandler()
  server = new Server({
    handler(ctx) {
      // Pages have clean URLs: what has no extension is a page.
      if (/\/[^./]+$/.test(ctx.path())) ctx.request.setRequestURI(`${ctx.path()}.html`)
      return serve(ctx)
    },
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  origin = `http://127.0.0.1:${portOf(server)}`
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  page = await browser.newPage()
  page.on('pageerror', (err) => errors.push(err.message))
})
afterAll(async () => {
  await browser?.close()
  await server?.shutdown()
})

describe.each([
  ['wide', 1280],
  ['narrow', 375],
])('on a %s screen', (name, width) => {
  test.each([
    '/',
    '/guides/getting-started',
    '/reference/server',
    '/codemods/',
    '/rules/no-ctx-retention',
    '/examples/',
  ])('%s has a heading and does not scroll sideways', async (path) => {
    await page.setViewportSize({ width, height: 800 })
    const response = await page.goto(origin + path)
    expect(response?.status()).toBe(200)
    expect(await page.locator('h1').first().innerText()).not.toBe('')
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
    const shots = process.env['SCREENSHOTS']
    if (shots !== undefined) {
      await page.screenshot({ path: `${shots}/${name}${path.replaceAll('/', '-')}.png` })
    }
    expect(errors).toEqual([])
  })
})

test('the search finds an option', async () => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(origin, { waitUntil: 'networkidle' })
  await page.locator('#local-search button').click()
  await page.locator('#localsearch-input').fill('maxRequestBodySize')
  await page.locator('#localsearch-list [role=option]').first().waitFor()
  expect(await page.locator('#localsearch-list').innerText()).toContain('Server')
})
