import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { service, TestProject } from '../codemods/helpers/project.js'

const LEFT = `const express = require('express')
const app = express()
app.get('/twice', (req, res) => {
  res.json(1)
  res.json(2)
})
app.listen(3000)
`
const HISTORY = {
  version: 1,
  entries: [
    { date: '2026-01-05', native: 0, ready: 4, left: 1 },
    { date: '2026-01-12', native: 2, ready: 2, left: 1 },
  ],
}
const WIDE = { width: 1280, height: 800 }
const NARROW = { width: 360, height: 740 }

let project: TestProject
let browser: Browser
let url: string

beforeAll(async () => {
  project = new TestProject({ ...service('a'), ...service('b'), 'left.js': LEFT })
  project.write('history.json', JSON.stringify(HISTORY))
  const output = project.path('report.html')
  await project.migrate({ report: 'html', output, history: project.path('history.json') })
  url = pathToFileURL(output).href
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
})
afterAll(async () => {
  await browser?.close()
  project.remove()
})

async function open(
  options: {
    viewport?: typeof WIDE
    colorScheme?: 'light' | 'dark'
    javaScriptEnabled?: boolean
  } = {}
): Promise<Page> {
  const page = await browser.newPage({ viewport: WIDE, ...options })
  await page.goto(url)
  return page
}

describe('the migration report', () => {
  test('shows the figure, the chart and every section, and asks for nothing outside', async () => {
    const page = await browser.newPage({ viewport: WIDE })
    const requests: string[] = []
    const errors: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(url)
    expect(await page.locator('.figure strong').textContent()).toBe('80 %')
    expect(await page.locator('svg circle').count()).toBe(3)
    expect(await page.locator('main h2').allTextContents()).toEqual([
      'What is left, and why',
      'What was converted, by kind',
      'By file',
    ])
    expect(requests).toEqual([url])
    expect(errors).toEqual([])
  })

  test('what is left opens with the keyboard and shows its code', async () => {
    const page = await open()
    const card = page.locator('section:has(#left) details').first()
    await card.locator('summary').focus()
    expect(await card.locator('pre').isVisible()).toBe(false)
    await page.keyboard.press('Enter')
    expect(await card.locator('pre').textContent()).toContain("app.get('/twice'")
    expect(await card.locator('pre').isVisible()).toBe(true)
  })

  test('the search hides files and says how many are shown', async () => {
    const page = await open()
    const cards = page.locator('section:has(#files) details')
    expect(await cards.count()).toBe(8)
    await page.getByLabel('Find files').fill('B/ native')
    expect(await cards.locator('visible=true').locator('h3:visible').allTextContents()).toEqual([
      'b/answer.js',
      'b/index.js',
      'b/users.js',
    ])
    expect(await page.getByRole('status').textContent()).toBe('3 shown')
    await page.getByLabel('Find files').fill('')
    expect(await page.locator('section:has(#files) details:visible').count()).toBe(8)
  })

  test('without scripts everything is there, and no dead search field', async () => {
    const page = await open({ javaScriptEnabled: false })
    expect(await page.locator('section:has(#files) details:visible').count()).toBe(8)
    expect(await page.locator('.search').isVisible()).toBe(false)
  })

  test.each([
    ['wide', WIDE],
    ['narrow', NARROW],
  ])('a %s screen never scrolls sideways, also with all open', async (_, viewport) => {
    const page = await open({ viewport })
    await page.evaluate(
      "document.querySelectorAll('details').forEach((each) => { each.open = true })"
    )
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    )
    expect(overflow).toBe(0)
    const pair = page.locator('.pair').first()
    const [before, after] = await pair.locator('> div').all()
    const boxes = [await before!.boundingBox(), await after!.boundingBox()]
    const isBeside = boxes[0]!.y === boxes[1]!.y
    expect(isBeside).toBe(viewport === WIDE)
  })

  test.each(['light', 'dark'] as const)('text has enough contrast in %s', async (colorScheme) => {
    const page = await open({ colorScheme })
    await page.evaluate(
      "document.querySelectorAll('details').forEach((each) => { each.open = true })"
    )
    const low = await page.evaluate(LOW_CONTRAST)
    expect(low).toEqual([])
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(ground).toBe(colorScheme === 'dark' ? 'rgb(20, 23, 26)' : 'rgb(251, 250, 248)')
  })

  test('is a document a screen reader can walk', async () => {
    const page = await open()
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.getByRole('main').count()).toBe(1)
    expect(await page.getByRole('navigation', { name: 'Sections' }).count()).toBe(1)
    expect(await page.getByRole('img').allTextContents()).toHaveLength(2)
    const bar = page.getByRole('img', { name: '4 of 5 handlers native' })
    expect(await bar.count()).toBe(1)
    for (const link of await page.locator('nav a, .skip').all()) {
      const target = (await link.getAttribute('href'))!
      expect(await page.locator(target).count(), target).toBe(1)
    }
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.className')).toBe('skip')
  })
})

/** Runs in the page: texts whose contrast with what is behind them is below 4.5 (WCAG 2 AA). */
const LOW_CONTRAST = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((each) => {
      const value = each / 255
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] > 0) return color
    }
    return [255, 255, 255]
  }
  const low = []
  for (const element of document.querySelectorAll('main *, header *, footer')) {
    const own = [...element.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim() !== '')
    if (!own || element.closest('svg') || element.offsetParent === null) continue
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) low.push(element.tagName + '.' + element.className + ' ' + ratio.toFixed(2))
  }
  return [...new Set(low)]
})()`
