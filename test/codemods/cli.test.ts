import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunOptions } from '../../codemods/cli/options.js'
import { EXIT_DONE, EXIT_FAILED, EXIT_LEFT, run } from '../../codemods/cli/run.js'
import { status } from '../../codemods/cli/status.js'
import { verify } from '../../codemods/cli/verify.js'
import { markdownTable } from '../../codemods/report/table.js'
import { CONVERSION_TABLE } from '../../codemods/table.js'

const APP = `const express = require('express')
const app = express()
app.get('/', (req, res) => res.json({ path: req.path }))
app.listen(3000)
`
const LEFT = `const express = require('express')
const app = express()
app.get('/', (req, res) => {
  res.json(1)
  res.json(2)
})
app.listen(3000)
`

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fh-cli-'))
  write('package.json', '{\n  "name": "x",\n  "dependencies": { "express": "^5.0.0" }\n}\n')
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
  fs.writeFileSync(path.join(folder, name), text)
}

function read(name: string): string {
  return fs.readFileSync(path.join(folder, name), 'utf8')
}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.c']
  return execFileSync('git', [...identity, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

function commitAll(): void {
  git('init', '-q')
  git('add', '-A')
  git('commit', '-q', '-m', 'start')
}

async function migrateFolder(
  options: Partial<RunOptions> = {}
): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await run(
    [folder],
    { report: 'text', ignore: [], color: false, ...options },
    {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
    }
  )
  return { code, out, err }
}

describe('writing', () => {
  test('converts, adds the dependency and is done', async () => {
    write('app.js', APP)
    commitAll()
    const { code, out } = await migrateFolder()
    expect(code).toBe(EXIT_DONE)
    expect(read('app.js')).toContain("app.get('/', (ctx) => ctx.setJSON({ path: ctx.path() }))")
    expect(JSON.parse(read('package.json')).dependencies).toEqual({
      express: '^5.0.0',
      fasthttp: '^0.1.0',
    })
    expect(out).toContain('1 of 1 handler native')
  })

  test('leaves no temporary file and keeps the mode of a file', async () => {
    write('app.js', APP)
    fs.chmodSync(path.join(folder, 'app.js'), 0o755)
    await migrateFolder()
    expect(fs.readdirSync(folder).sort()).toEqual(['app.js', 'package.json'])
    expect(fs.statSync(path.join(folder, 'app.js')).mode & 0o777).toBe(0o755)
  })

  test('a second run changes nothing', async () => {
    write('app.js', LEFT)
    await migrateFolder()
    const once = read('app.js')
    expect((await migrateFolder()).out).toContain('changed 0 files')
    expect(read('app.js')).toBe(once)
  })

  test('what is left ends with exit code 2 and a mark', async () => {
    write('app.js', LEFT)
    expect((await migrateFolder()).code).toBe(EXIT_LEFT)
    expect(read('app.js')).toContain('// TODO(fh-migrate): a second answer is sent')
  })

  test('--exact keeps the byte-for-byte forms', async () => {
    write('app.js', APP)
    await migrateFolder({ exact: true })
    expect(read('app.js')).toContain('json(ctx, { path: ctx.uri().pathOriginal() })')
  })
})

describe('preview', () => {
  test('--dry-run shows a diff and writes nothing', async () => {
    write('app.js', APP)
    const { code, out } = await migrateFolder({ dryRun: true })
    expect(code).toBe(EXIT_DONE)
    expect(out).toContain('--- a/app.js\n+++ b/app.js\n')
    expect(out).toContain("+app.get('/', (ctx) =>")
    expect(read('app.js')).toBe(APP)
  })

  test('--check fails while something would change', async () => {
    write('app.js', APP)
    expect((await migrateFolder({ check: true })).code).toBe(EXIT_FAILED)
    expect(read('app.js')).toBe(APP)
    await migrateFolder()
    expect((await migrateFolder({ check: true })).code).toBe(EXIT_DONE)
  })

  test('--patch writes a patch that git applies to the same result', async () => {
    write('app.js', APP)
    commitAll()
    const patch = path.join(folder, 'change.patch')
    await migrateFolder({ patch })
    expect(read('app.js')).toBe(APP)
    git('apply', 'change.patch')
    const applied = read('app.js')
    git('checkout', '-q', '.')
    fs.rmSync(patch)
    await migrateFolder()
    expect(read('app.js')).toBe(applied)
  })
})

describe('which files', () => {
  test('refuses a dirty tree and names the files', async () => {
    write('app.js', APP)
    commitAll()
    write('app.js', `${APP}// more\n`)
    await expect(migrateFolder()).rejects.toThrow(/uncommitted changes.*\n.*app\.js/)
    expect(read('app.js')).toContain('(req, res)')
    expect((await migrateFolder({ force: true })).code).toBe(EXIT_DONE)
  })

  test('changes outside of the sources do not matter', async () => {
    write('app.js', APP)
    commitAll()
    write('notes.md', 'x')
    expect((await migrateFolder()).code).toBe(EXIT_DONE)
  })

  test('works without git and says so', async () => {
    write('app.js', APP)
    expect((await migrateFolder()).err).toContain('no git repository')
  })

  test.each([
    ['.gitignore', '/generated\n'],
    ['.fhignore', 'generated/\n'],
  ])('respects %s', async (name, rules) => {
    write('app.js', APP)
    write('generated/app.js', APP)
    write(name, rules)
    await migrateFolder()
    expect(read('generated/app.js')).toBe(APP)
  })

  test.each(['node_modules/a/app.js', 'dist/app.js', 'app.min.js', 'test/app.js', 'app.test.js'])(
    'never edits %s',
    async (name) => {
      write(name, APP)
      await migrateFolder()
      expect(read(name)).toBe(APP)
    }
  )

  test('a script without an extension is edited when its first line names node', async () => {
    write('bin/www', `#!/usr/bin/env node\n${APP}`)
    write('bin/other', APP)
    await migrateFolder()
    expect(read('bin/www')).toContain('new App()')
    expect(read('bin/other')).toBe(APP)
  })

  test('--ignore', async () => {
    write('app.js', APP)
    const cwd = process.cwd()
    process.chdir(folder)
    try {
      await migrateFolder({ ignore: ['app.js'] })
    } finally {
      process.chdir(cwd)
    }
    expect(read('app.js')).toBe(APP)
  })

  test('a path that does not exist is refused', async () => {
    await expect(
      run([path.join(folder, 'nope')], { report: 'text', ignore: [] }, { out() {}, err() {} })
    ).rejects.toThrow(/no such file or folder/)
  })

  test('a file that does not parse is reported with its position and left', async () => {
    write('app.js', APP)
    write('broken.js', 'const a = 1\nconst = 2\n')
    const { code, out } = await migrateFolder()
    expect(code).toBe(EXIT_LEFT)
    expect(out).toContain('broken.js:2:7')
    expect(read('broken.js')).toBe('const a = 1\nconst = 2\n')
    expect(read('app.js')).toContain('new App()')
  })
})

describe('reports', () => {
  test('json', async () => {
    write('app.js', LEFT)
    const report = JSON.parse((await migrateFolder({ report: 'json', dryRun: true })).out)
    expect(report.summary).toMatchObject({ handlers: 1, native: 0, adapted: 1 })
    expect(report.handlers[0]).toMatchObject({ path: 'app.js', line: 3, routes: ['GET /'] })
  })

  test('html escapes what it shows', async () => {
    write('app.js', LEFT.replace("'/'", "'/<b>'"))
    const page = (await migrateFolder({ report: 'html', dryRun: true })).out
    expect(page).toContain('GET /&lt;b&gt;')
    expect(page).not.toContain('/<b>')
  })

  test('the table has one line for each row', async () => {
    expect(markdownTable().trim().split('\n')).toHaveLength(CONVERSION_TABLE.length + 2)
  })

  test('status counts what is native, adapted and marked', async () => {
    write('app.js', `${LEFT}app.get('/b', (req, res) => res.send('b'))\n`)
    expect(await status([folder], { ignore: [] })).toContain('1 handler ready to convert')
    await migrateFolder()
    const text = await status([folder], { ignore: [] })
    expect(text).toContain('1 handler native')
    expect(text).toContain('1 registration on adapt()')
    expect(text).toMatch(/app\.js:\d+ {2}a second answer/)
  })
})

describe('step by step', () => {
  test('--stage 1 adapts, --stage 2 converts', async () => {
    write('app.js', APP)
    await migrateFolder({ stage: 1 })
    expect(read('app.js')).toContain('new Server({ handler: adapt(app) }).listen(3000)')
    expect(read('app.js')).toContain('(req, res) => res.json')
    await migrateFolder({ stage: 2 })
    expect(read('app.js')).toContain('new Server({ handler: app.handler }).listen(3000)')
    expect(read('app.js')).not.toContain('adapt')
  })

  test('a repaired handler loses its wrapper and its mark', async () => {
    write('app.js', LEFT)
    await migrateFolder()
    write('app.js', read('app.js').replace('  res.json(2)\n', ''))
    expect((await migrateFolder()).code).toBe(EXIT_DONE)
    expect(read('app.js')).not.toMatch(/adapt|TODO/)
  })

  test('--routes and --only leave the others on adapt, without a mark', async () => {
    write('app.js', `${APP}app.get('/b', (req, res) => res.send('b'))\n`)
    expect((await migrateFolder({ routes: '/b' })).code).toBe(EXIT_DONE)
    expect(read('app.js')).toContain("app.get('/', adapt((req, res) =>")
    expect(read('app.js')).toContain("app.get('/b', (ctx) =>")
    await expect(migrateFolder({ only: 'nothing' })).rejects.toThrow(/--only takes/)
  })
})

describe('verify', () => {
  test('nothing is converted when the tests fail before', async () => {
    const applied: (readonly string[])[] = []
    const verdict = await verify(
      ['a'],
      () => false,
      async (files) => void applied.push(files)
    )
    expect(verdict).toEqual({ culprits: [], brokenBefore: true })
    expect(applied).toEqual([])
  })

  test.each([[['c']], [['a', 'd']], [['a', 'b', 'c', 'd', 'e']], [[]]])('finds %j', async (bad) => {
    let current: readonly string[] = []
    const verdict = await verify(
      ['a', 'b', 'c', 'd', 'e'],
      () => !current.some((each) => bad.includes(each)),
      async (files) => void (current = files)
    )
    expect(verdict.culprits.sort()).toEqual(bad)
    expect(current).toEqual(['a', 'b', 'c', 'd', 'e'].filter((each) => !bad.includes(each)))
  })

  test('--verify leaves out the file that breaks the tests', async () => {
    write('app.js', APP.replace('app.listen(3000)', "app.use('/b', require('./b'))"))
    write(
      'b.js',
      "const { Router } = require('express')\nconst router = Router()\nrouter.get('/', (req, res) => res.send('b'))\nmodule.exports = router\n"
    )
    const command = `node -e "process.exit(require('fs').readFileSync('b.js','utf8').includes('(ctx)') ? 1 : 0)"`
    const { err } = await migrateFolder({ verify: command })
    expect(err).toContain('b.js converted; left as it was')
    expect(read('b.js')).toContain('(req, res)')
    expect(read('app.js')).toContain('(ctx) => ctx.setJSON')
  })
})
