import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSources } from '../../codemods/cli/sources.js'
import { migrate, type MigrationResult } from '../../codemods/core/migrate.js'
import { createSandbox, ROOT, type Sandbox } from './helpers/sandbox.js'
import { typeErrors } from './helpers/type-check.js'

const APPS = fs
  .readdirSync(path.join(ROOT, 'fixtures/apps'))
  // One without a package.json is on the engine already.
  .filter((name) => fs.existsSync(path.join(ROOT, 'fixtures/apps', name, 'package.json')))
/** Part of the handlers that must become native. */
const USUAL_SHARE = 0.8
/** Two runs of a suite and of the compiler, in milliseconds: generous for a loaded machine. */
const SLOW = 300_000
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

/** Migrates a folder in place. */
function migrateFolder(folder: string): MigrationResult {
  const result = migrate(readSources([folder], []).inputs)
  for (const { path: file, after } of result.changes) fs.writeFileSync(file, after)
  return result
}

describe.each(APPS)('%s', (name) => {
  test(
    'keeps its tests green, and most handlers become native',
    async () => {
      const folder = sandbox.copy(`fixtures/apps/${name}`, name)
      const before = await runSuite(folder)
      expect(before.failed).toEqual([])

      const isTypeScript = fs.existsSync(path.join(folder, 'tsconfig.json'))
      if (isTypeScript) expect(await typeErrors(folder)).toEqual([])

      const { handlers, dropped } = migrateFolder(folder)
      expect(dropped).toEqual([])
      const native = handlers.filter((each) => each.status === 'native').length
      console.log(`${name}: ${native} of ${handlers.length} handlers native`)
      expect(native / handlers.length).toBeGreaterThanOrEqual(USUAL_SHARE)
      if (isTypeScript) expect(await typeErrors(folder)).toEqual([])

      const after = await runSuite(folder)
      expect(after.failed).toEqual([])
      expect(after.passed.sort()).toEqual(before.passed.sort())

      expect(migrateFolder(folder).changes).toEqual([])
    },
    SLOW
  )
})
