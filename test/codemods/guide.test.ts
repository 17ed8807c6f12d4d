import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Command } from './helpers/command.js'
import { ROOT } from './helpers/sandbox.js'

const GUIDE = path.join(ROOT, 'docs/guides/migration.md')
const TRANSCRIPT = /```console\n\$ (.*)\n([^]*?)```/g

const command = new Command()
let folder: string

beforeAll(async () => {
  await command.build()
  folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fh-guide-'))
  fs.cpSync(path.join(ROOT, 'fixtures/apps/express-shop-ts'), folder, {
    recursive: true,
    filter: (file) => path.basename(file) !== 'node_modules',
  })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'start')
})
afterAll(() => {
  command.remove()
  fs.rmSync(folder, { recursive: true, force: true })
})

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.c']
  execFileSync('git', [...identity, ...args], { cwd: folder, stdio: 'pipe' })
}

async function output(line: string): Promise<string> {
  const words = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)
  if (words[0] === 'git') {
    git(...words.slice(1))
    return ''
  }
  expect(words.slice(0, 2)).toEqual(['npx', 'fh-migrate'])
  const { out, err } = await command.run(folder, ...words.slice(2))
  expect(err).toBe('')
  return out.replace(/in \d+\.\d s\n/, 'in 2.5 s\n')
}

/** With UPDATE_TRANSCRIPT set, the page is written anew instead: read the difference. */
test('the commands of the migration guide print what it shows', async () => {
  const page = fs.readFileSync(GUIDE, 'utf8')
  const parts: string[] = []
  let at = 0
  for (const match of page.matchAll(TRANSCRIPT)) {
    const text = (await output(match[1]!)).replace(/^\n/, '').replace(/[^\S\n]+$/gm, '')
    parts.push(page.slice(at, match.index), `\`\`\`console\n$ ${match[1]}\n${text}\`\`\``)
    at = match.index + match[0].length
  }
  const actual = parts.join('') + page.slice(at)
  expect(parts.length / 2).toBeGreaterThan(5)
  if (process.env['UPDATE_TRANSCRIPT'] !== undefined) fs.writeFileSync(GUIDE, actual)
  else expect(actual).toBe(page)
})
