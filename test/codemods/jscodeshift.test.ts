import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import transform from '../../codemods/jscodeshift.js'
import { ROOT } from './helpers/sandbox.js'

const execute = promisify(execFile)
const APP = `const express = require('express')
const app = express()
app.get('/', (req, res) => res.json({ ok: true }))
module.exports = app
`

// Inside the repository: the transform finds its packages as it does when it is installed.
const folder = path.join(ROOT, 'codemods/node_modules/.jscodeshift-test')
beforeAll(async () => {
  await build({
    config: false,
    entry: { jscodeshift: path.join(ROOT, 'codemods/jscodeshift.ts') },
    outDir: folder,
    format: ['esm', 'cjs'],
    target: 'node20',
    splitting: true,
    external: ['ts-morph'],
    dts: false,
    silent: true,
  })
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

test('converts one file, and gives nothing where there is nothing to do', async () => {
  expect(await transform({ path: 'app.js', source: APP }, {})).toContain('new App()')
  expect(await transform({ path: 'none.js', source: 'const a = 1\n' }, {})).toBeUndefined()
})

test.each(['jscodeshift.cjs', 'jscodeshift.js'])(
  'the jscodeshift command takes the built %s',
  async (name) => {
    const file = path.join(folder, 'app.js')
    fs.writeFileSync(file, APP)
    const command = path.join(ROOT, 'node_modules/jscodeshift/bin/jscodeshift.js')
    const { stdout } = await execute(process.execPath, [
      command,
      '--transform',
      path.join(folder, name),
      '--ignore-pattern=none',
      file,
    ])
    expect(stdout).toContain('1 ok')
    expect(fs.readFileSync(file, 'utf8')).toContain('ctx.setJSON({ ok: true })')
  }
)
