import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect } from 'vitest'
import { migrate, type MigrationResult } from '../../../codemods/core/migrate.js'
import { exchange, parseLine } from './exchange.js'
import type { Sandbox } from './sandbox.js'

/** What a test of the project does: calls handlers with a request and response of its own. */
const FAKES = `
exports.call = async (handler, req, ...rest) => {
  const seen = []
  const res = new Proxy({}, { get: (_, name) => name === 'then' ? undefined : (...args) => (seen.push([String(name), ...args]), res) })
  await handler({ headers: {}, params: {}, query: {}, body: {}, ...req }, res, ...rest)
  return seen
}
`

/** A small project with a test of its own, which runs before and after the migration. */
export interface TestedProject {
  files: Record<string, string>
  /** The text of a test: `module.exports` is what it saw. */
  test: string
  requests: string[]
  /** Of handlers, of those that become native. */
  native: number
  handlers: number
  expected?: Record<string, string[]>
  reason?: string
}

function write(folder: string, { files, test: text, requests }: TestedProject): void {
  const lines = JSON.stringify(requests)
  const all: Record<string, string> = {
    ...files,
    'test/fakes.js': FAKES,
    'test/exchange.js': `exports.exchange = (app) => require('node:util').promisify(setImmediate)()
  .then(() => new Promise((resolve) => {
    const server = require('http').createServer(app).listen(0, async () => {
      const answer = await fetch('http://127.0.0.1:' + server.address().port + ${lines}[0].split(' ')[1])
      resolve([answer.status, await answer.text()])
      server.close()
    })
  }))
`,
    'test/unit.test.js': `const { call } = require('./fakes')\n${text}\n`,
  }
  for (const [name, content] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), content)
  }
}

function migrateFolder(folder: string, names: string[]): MigrationResult {
  const result = migrate(
    [...names, 'test/unit.test.js', 'test/fakes.js'].map((name) => ({
      path: path.join(folder, name),
      text: fs.readFileSync(path.join(folder, name), 'utf8'),
      readonly: name.startsWith('test/'),
    }))
  )
  for (const { path: file, after } of result.changes) fs.writeFileSync(file, after)
  return result
}

async function observe(folder: string, requests: string[]): Promise<unknown> {
  const load = createRequire(path.join(folder, 'index.js'))
  const unit = await (load('./test/unit.test.js') as () => Promise<unknown>)()
  return { unit, answers: await exchange(load('./app.js'), requests.map(parseLine)) }
}

/** Migrates the project and expects the counts, the texts, the same behaviour and a second run that changes nothing. */
export async function checkProject(
  sandbox: Sandbox,
  name: string,
  each: TestedProject
): Promise<void> {
  const base = path.join(sandbox.folder, name.replaceAll(' ', '-'))
  write(path.join(base, 'before'), each)
  write(path.join(base, 'after'), each)
  const names = Object.keys(each.files)
  const after = path.join(base, 'after')
  const result = migrateFolder(after, names)

  expect(result.dropped).toEqual([])
  const native = result.handlers.filter(({ status }) => status === 'native')
  expect([native.length, result.handlers.length]).toEqual([each.native, each.handlers])
  if (each.reason !== undefined) {
    expect(result.handlers.map(({ reason }) => reason)).toContain(each.reason)
  }
  for (const [file, texts] of Object.entries(each.expected ?? {})) {
    const text = fs.readFileSync(path.join(after, file), 'utf8')
    for (const part of texts) expect(text).toContain(part)
  }
  expect(await observe(after, each.requests)).toEqual(
    await observe(path.join(base, 'before'), each.requests)
  )
  expect(migrateFolder(after, names).changes).toEqual([])
}
