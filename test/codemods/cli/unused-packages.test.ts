import { afterEach, expect, test } from 'vitest'
import { EXIT_LEFT } from '../../../codemods/cli/run.js'
import { TestProject } from '../helpers/project.js'

const projects: TestProject[] = []
afterEach(() => projects.splice(0).forEach((each) => each.remove()))

function project(files: Record<string, string>): TestProject {
  const made = new TestProject({ 'package.json': MANIFEST, ...files })
  projects.push(made)
  return made
}

const MANIFEST = `{
  "name": "x",
  "dependencies": {
    "body-parser": "^2.0.0",
    "cors": "^2.0.0",
    "express": "^5.0.0"
  },
  "devDependencies": {
    "@types/express": "^5.0.0"
  }
}
`
const APP = `const express = require('express')
const app = express()
app.use(require('body-parser').json())
app.get('/', (req, res) => res.send('a'))
app.listen(3000)
`

test('stage 3 drops what nothing imports any more, once', async () => {
  const made = project({ 'app.js': APP })
  await made.migrate({ stage: 3 })
  expect(made.read('package.json')).toBe(`{
  "name": "x",
  "dependencies": {
    "cors": "^2.0.0",
    "fasthttp": "^0.1.0"
  },
  "devDependencies": {
  }
}
`)
  expect((await made.migrate({ stage: 3 })).out).toContain('changed 0 files')
})

test('stage 2 keeps them', async () => {
  const made = project({ 'app.js': APP })
  await made.migrate({ stage: 2 })
  expect(made.read('package.json')).toContain('"express": "^5.0.0"')
})

test('what a test still imports stays, and so do its types', async () => {
  const made = project({ 'app.js': APP, 'test/a.test.js': "require('express')\n" })
  await made.migrate({ stage: 3 })
  expect(made.read('package.json')).toContain('"express": "^5.0.0"')
  expect(made.read('package.json')).toContain('"@types/express"')
  expect(made.read('package.json')).not.toContain('body-parser')
})

test('a file that is not UTF-8 is reported and left byte for byte', async () => {
  const made = project({ 'app.js': APP })
  const { writeFileSync, readFileSync } = await import('node:fs')
  const bytes = Buffer.from(APP.replace("'a'", "'caf\xe9'"), 'latin1')
  writeFileSync(made.path('latin.js'), bytes)
  const { code, out } = await made.migrate()
  expect(code).toBe(EXIT_LEFT)
  expect(out).toContain('latin.js:4:41')
  expect(readFileSync(made.path('latin.js'))).toEqual(bytes)
  expect(made.read('app.js')).toContain('new App()')
})
