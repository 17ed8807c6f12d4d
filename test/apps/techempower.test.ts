import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const data = new URL('../../fixtures/apps/techempower/data.js', import.meta.url)
const { FORTUNES } = (await import(data.href)) as { FORTUNES: string[] }
// With DATABASE_URL it is PostgreSQL: npm run test:postgres.
const database = process.env['DATABASE_URL'] === undefined ? 'SQLite' : 'PostgreSQL'

interface World {
  id: number
  randomNumber: number
}

function expectWorlds(rows: World[], count: number): void {
  expect(rows).toHaveLength(count)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(count)
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(['id', 'randomNumber'])
    for (const n of [row.id, row.randomNumber]) {
      expect(Number.isInteger(n) && n >= 1 && n <= 10_000).toBe(true)
    }
  }
}

describe.each(['fasthttp', 'fastify', 'express'])(`%s on ${database}`, (framework) => {
  let child: ChildProcess
  let origin = ''
  beforeAll(async () => {
    child = spawn(
      process.execPath,
      ['--import', 'tsx', `${root}fixtures/apps/techempower/server.js`, '0', framework],
      {
        // The sources of this project in place of the built package.
        env: { ...process.env, TSX_TSCONFIG_PATH: `${root}test/docs/examples/tsconfig.json` },
        stdio: ['ignore', 'pipe', 'inherit'],
      }
    )
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
    origin = line.trim()
  })
  afterAll(async () => {
    child.kill('SIGTERM')
    // It ends by itself, its connections closed.
    expect(await once(child, 'close')).toEqual([0, null])
  })

  const get = (path: string): Promise<Response> => fetch(origin + path, { keepalive: false })
  const rows = async (path: string): Promise<World[]> =>
    (await get(path)).json() as Promise<World[]>

  test('plaintext and json', async () => {
    const text = await get('plaintext')
    expect(text.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await text.text()).toBe('Hello, World!')
    const json = await get('json')
    expect(json.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await json.json()).toEqual({ message: 'Hello, World!' })
    for (const { headers } of [text, json]) {
      expect(headers.get('server')?.toLowerCase()).toBe(framework)
      expect(Date.parse(headers.get('date')!)).toBeGreaterThan(0)
      expect(headers.get('content-length')).not.toBeNull()
    }
  })

  test('db', async () => {
    expectWorlds([(await (await get('db')).json()) as World], 1)
  })

  test.each([
    ['', 1],
    ['queries=', 1],
    ['queries=foo', 1],
    ['queries=0', 1],
    ['queries=-5', 1],
    ['queries=1', 1],
    ['queries=20', 20],
    ['queries=500', 500],
    ['queries=501', 500],
    ['queries=10000', 500],
  ])('queries and updates: %s gives %d', async (query, count) => {
    expectWorlds(await rows(`queries?${query}`), count)
    expectWorlds(await rows(`updates?${query}`), count)
    expectWorlds(await rows(`cached-queries?${query.replace('queries', 'count')}`), count)
  })

  test('updates are kept, and do not lock each other', async () => {
    const changed = new Map<number, Set<number>>()
    for (const answer of await Promise.all(
      Array.from({ length: 4 }, () => rows('updates?queries=500'))
    )) {
      for (const { id, randomNumber } of answer) {
        changed.set(id, (changed.get(id) ?? new Set()).add(randomNumber))
      }
    }
    let seen = 0
    while (seen === 0) {
      for (const { id, randomNumber } of await rows('queries?queries=500')) {
        if (!changed.has(id)) continue
        seen++
        expect(changed.get(id)).toContain(randomNumber)
      }
    }
  })

  test('fortunes', async () => {
    const response = await get('fortunes')
    expect(response.headers.get('content-type')?.toLowerCase()).toBe('text/html; charset=utf-8')
    const page = await response.text()
    expect(page).toMatch(/^<!DOCTYPE html>/)
    expect(page).not.toContain('<script>')
    const messages = [...page.matchAll(/<tr><td>\d+<\/td><td>(.*?)<\/td><\/tr>/g)].map(
      ([, message]) => message!
    )
    const expected = [...FORTUNES, 'Additional fortune added at request time.']
      .sort((a, b) => (a < b ? -1 : 1))
      .map((text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'))
    expect(messages).toEqual(expected)
  })
})
