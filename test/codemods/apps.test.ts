import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../codemods/cli/run.js'
import { createSandbox, ROOT, type Sandbox } from './helpers/sandbox.js'

const APPS = fs.readdirSync(path.join(ROOT, 'fixtures/apps'))
/**
 * Handlers that must become native. Both node:http apps pass every request through one router of
 * their own, and share helpers with endpoints that answer late: there the unit of decision is the
 * whole app.
 */
const SHARE: Record<string, number> = { 'node-api-js': 0, 'node-api-ts': 0 }
const USUAL_SHARE = 0.8
const execute = promisify(execFile)

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox()
})
afterAll(() => sandbox.remove())

interface Suite {
  passed: string[]
  failed: string[]
}

/** Runs the app's own tests in a process of their own. */
async function runSuite(folder: string): Promise<Suite> {
  const output = path.join(folder, 'results.json')
  const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--root', folder, '--reporter=json', `--outputFile=${output}`]
  const { VITEST: _, NODE_ENV: __, ...env } = process.env
  // A failing suite is read from its results, not from the exit code.
  await execute(process.execPath, args, { cwd: folder, env }).catch(() => undefined)
  const results = JSON.parse(fs.readFileSync(output, 'utf8')) as {
    testResults: {
      name: string
      message: string
      assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
    }[]
  }
  fs.rmSync(output)
  const suite: Suite = { passed: [], failed: [] }
  for (const file of results.testResults) {
    if (file.assertionResults.length === 0) suite.failed.push(`${file.name}: ${file.message}`)
    for (const each of file.assertionResults) {
      if (each.status === 'passed') suite.passed.push(each.fullName)
      else suite.failed.push(`${each.fullName}: ${each.failureMessages[0]?.split('\n')[0]}`)
    }
  }
  return suite
}

function migrateFolder(folder: string): { report: Report; code: number } {
  let out = ''
  const code = run(
    [folder],
    { report: 'json', ignore: [], force: true },
    {
      out: (text) => void (out += text),
      err: () => undefined,
    }
  )
  return { report: JSON.parse(out) as Report, code }
}

interface Report {
  summary: { filesChanged: number; handlers: number; native: number }
  handlers: { path: string; line: number; name: string; reason?: string }[]
  dropped: unknown[]
}

describe.each(APPS)('%s', (name) => {
  test('keeps its tests green, and most handlers become native', async () => {
    const folder = sandbox.copy(`fixtures/apps/${name}`, name)
    const before = await runSuite(folder)
    expect(before.failed).toEqual([])

    const { report } = migrateFolder(folder)
    expect(report.dropped).toEqual([])
    const { native, handlers } = report.summary
    console.log(`${name}: ${native} of ${handlers} handlers native`)
    expect(native / handlers).toBeGreaterThanOrEqual(SHARE[name] ?? USUAL_SHARE)

    const after = await runSuite(folder)
    expect(after.failed).toEqual([])
    expect(after.passed.sort()).toEqual(before.passed.sort())

    expect(migrateFolder(folder).report.summary.filesChanged).toBe(0)
  })
})
