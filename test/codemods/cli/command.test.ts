import fs from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Command } from '../helpers/command.js'
import { service, TestProject } from '../helpers/project.js'
import { ROOT } from '../helpers/sandbox.js'

const command = new Command()
beforeAll(() => command.build())
afterAll(() => command.remove())

const projects: TestProject[] = []
afterEach(() => projects.splice(0).forEach((each) => each.remove()))

const FILES = Object.assign({}, ...['a', 'b', 'c'].map(service), {
  'lone.js': 'exports.x = 1\n',
  'broken.js': 'const = 1\n',
}) as Record<string, string>

function project(): TestProject {
  const made = new TestProject(FILES)
  projects.push(made)
  return made
}

describe('--jobs', () => {
  test('several threads do exactly what one does', async () => {
    const [one, three] = [project(), project()]
    const first = await command.run(one.folder, '--force', '--report', 'json', '--jobs', '1')
    const second = await command.run(three.folder, '--force', '--report', 'json', '--jobs', '3')
    expect(first.code).toBe(2)
    expect(second).toEqual(first)
    expect(three.all()).toEqual(one.all())
    expect(one.read('a/users.js')).toContain('(ctx)')
  })

  test.each(['0', '-1', 'many', '1.5'])('refuses %s', async (jobs) => {
    const { code, err } = await command.run(ROOT, '--jobs', jobs)
    expect(code).toBe(1)
    expect(err).toContain('number from 1')
  })
})

describe('exit codes', () => {
  test.each([
    [['--dry-run', 'a'], 0],
    [['--check', 'a'], 1],
    [['--dry-run'], 2],
    [['--no-such-option'], 1],
    [['nowhere'], 1],
    [['--interactive'], 1],
    [['--shard', '4/3'], 1],
    [['--stage', '4'], 1],
    [['--write', '--dry-run'], 1],
  ])('%j gives %i', async (args, code) => {
    const { folder } = project()
    expect((await command.run(folder, ...args)).code).toBe(code)
  })

  test('an error is one line with its code, and no stack', async () => {
    const { err } = await command.run(project().folder, 'nowhere')
    expect(err).toBe('fh-migrate: no such file or folder: nowhere (FH_MIGRATE_NO_PATH)\n')
  })
})

test('a pipe gets no colours', async () => {
  const { out } = await command.run(project().folder, '--dry-run', 'a')
  expect(out).toContain('+++ b/a/index.js')
  expect(out).not.toContain('\u001b')
})

test('options of a subcommand are its own', async () => {
  const tree = project()
  const { out, code } = await command.run(tree.folder, 'status', '--history', 'h.json', 'a')
  expect(code).toBe(0)
  expect(out).toMatch(/^0 % native\n/)
  expect(JSON.parse(tree.read('h.json')).entries[0]).toMatchObject({ native: 0, ready: 2 })
})

test('every option of --help is on the page', async () => {
  const { out } = await command.run(ROOT, '--help')
  const options = [...out.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map((each) => each[1]!)
  expect(options.length).toBeGreaterThan(18)
  const page = fs.readFileSync(path.join(ROOT, 'docs/codemods/command.md'), 'utf8')
  for (const option of options) expect(page, option).toContain(`\`${option}`)
})
