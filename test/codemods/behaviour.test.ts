import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ts } from 'ts-morph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateTestCertificate } from '../../src/net/test-certificate.js'
import { exchange } from './helpers/exchange.js'
import {
  isOfExpress4,
  migrateText,
  readFixtures,
  resultText,
  type Fixture,
} from './helpers/fixture.js'
import { createSandbox, type Sandbox } from './helpers/sandbox.js'

let sandbox: Sandbox
let load: NodeJS.Require
beforeAll(async () => {
  sandbox = await createSandbox()
  load = createRequire(path.join(sandbox.folder, 'index.js'))
  const { key, cert } = generateTestCertificate('app.test')
  Object.assign(process.env, { FIXTURE_KEY: key, FIXTURE_CERT: cert })
})
afterAll(() => sandbox.remove())

const COMPILER_OPTIONS = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
}

/** Loads a text as a CommonJS module inside the sandbox. */
function evaluate(text: string, name: string): unknown {
  const file = path.join(sandbox.folder, name.replace(/ts$/, 'js'))
  fs.writeFileSync(file, name.endsWith('.ts') ? ts.transpile(text, COMPILER_OPTIONS) : text)
  return load(file)
}

describe.each(['rows', 'traps', 'express4'])('fixtures/codemods/%s', (folder) => {
  const fixtures = readFixtures(folder)
  const table = (list: Fixture[]) => list.map((each): [string, Fixture] => [each.name, each])

  test.each(table(fixtures))('%s: verdict', (_, fixture) => {
    const result = migrateText(fixture.file, fixture.text)
    expect(result.problems).toEqual([])
    expect(result.dropped).toEqual([])
    const text = resultText(result, fixture.text)
    check(
      fixture,
      [...result.handlers, ...result.services].map((each) => each.reason),
      text
    )
    expect(resultText(migrateText(fixture.file, text), text)).toBe(text)
  })

  test.each(table(fixtures.filter(({ lines }) => lines.length > 0)))(
    '%s: same answers before and after',
    async (name, { file, text, lines }) => {
      const secure = text.includes("require('https')")
      const migrated = resultText(migrateText(file, text), text)
      const original = isOfExpress4(file) ? text.replace("'express'", "'express4'") : text
      const before = await exchange(evaluate(original, `before-${folder}-${name}`), lines, secure)
      const after = await exchange(evaluate(migrated, `after-${folder}-${name}`), lines, secure)
      expect(after).toEqual(before)
    }
  )
})

function check(fixture: Fixture, reasons: (string | undefined)[], text: string): void {
  const left = reasons.filter((each) => each !== undefined)
  if (fixture.verdict === 'native') {
    expect(left).toEqual([])
    expect(reasons.length).toBeGreaterThan(0)
  } else if (fixture.verdict === 'adapted' || fixture.verdict === 'mixed') {
    expect(left.length).toBeGreaterThan(0)
    if (fixture.verdict === 'mixed') expect(left.length).toBeLessThan(reasons.length)
    if (fixture.reason !== undefined) expect(left.join('\n')).toContain(fixture.reason)
  } else {
    expect(text).toBe(fixture.text)
  }
  for (const each of fixture.expected) expect(text).toContain(each)
}
