import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { RunOptions } from '../../../codemods/cli/options.js'
import { run, type Output } from '../../../codemods/cli/run.js'

/** A temporary folder with a package.json, as a project to migrate. */
export class TestProject {
  readonly folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fh-cli-'))

  constructor(files: Record<string, string> = {}) {
    this.write('package.json', '{\n  "name": "x",\n  "dependencies": { "express": "^5.0.0" }\n}\n')
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  path(name: string): string {
    return path.join(this.folder, name)
  }

  write(name: string, text: string): void {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true })
    fs.writeFileSync(this.path(name), text)
  }

  read(name: string): string {
    return fs.readFileSync(this.path(name), 'utf8')
  }

  /** Every file below the folder with its text. */
  all(): Record<string, string> {
    const names = fs.readdirSync(this.folder, { recursive: true, withFileTypes: true })
    const files = names.filter((each) => each.isFile())
    return Object.fromEntries(
      files
        .map((each) => path.relative(this.folder, path.join(each.parentPath, each.name)))
        .sort()
        .map((name) => [name, this.read(name)])
    )
  }

  async migrate(
    options: Partial<RunOptions> = {},
    output: Partial<Output> = {}
  ): Promise<{ code: number; out: string; err: string }> {
    let out = ''
    let err = ''
    const code = await run(
      [this.folder],
      { report: 'text', ignore: [], color: false, force: true, ...options },
      { out: (text) => void (out += text), err: (text) => void (err += text), ...output }
    )
    return { code, out, err }
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A small service of three files: `index.js` holds the app, both others depend on `answer.js`. */
export function service(name: string): Record<string, string> {
  return {
    [`${name}/index.js`]: `const express = require('express')
const app = express()
app.use('/users', require('./users'))
app.get('/', (req, res) => res.send('${name}'))
app.listen(3000)
`,
    [`${name}/users.js`]: `const { Router } = require('express')
const { answer } = require('./answer')
const router = Router()
router.get('/:id', (req, res) => answer(res, req.params.id))
module.exports = router
`,
    [`${name}/answer.js`]: `exports.answer = (res, value) => {
  res.json({ value })
}
`,
  }
}
