import { afterEach, expect, test } from 'vitest'
import { service, TestProject } from '../helpers/project.js'

const FILES = Object.assign({}, ...['a', 'b', 'c', 'd', 'e'].map(service), {
  'broken.js': 'const = 1\n',
}) as Record<string, string>

const projects: TestProject[] = []
afterEach(() => projects.splice(0).forEach((each) => each.remove()))

function project(): TestProject {
  const made = new TestProject(FILES)
  projects.push(made)
  return made
}

interface Report {
  files: string[]
  handlers: unknown[]
  sites: unknown[]
  problems: unknown[]
}

test.each([2, 3, 7])('%i shards one after another do what one run does', async (n) => {
  const [whole, parts] = [project(), project()]
  await whole.migrate()
  for (let at = 1; at <= n; at++) await parts.migrate({ shard: `${at}/${n}` })
  expect(parts.all()).toEqual(whole.all())
})

test('the reports of the shards of one tree add up to the whole report', async () => {
  const tree = project()
  const read = async (shard?: string): Promise<Report> => {
    const options = shard === undefined ? {} : { shard }
    const { out } = await tree.migrate({ dryRun: true, report: 'json', ...options })
    return JSON.parse(out) as Report
  }
  const whole = await read()
  const parts = await Promise.all(['1/3', '2/3', '3/3'].map((each) => read(each)))
  expect(whole.handlers).toHaveLength(15)
  expect(whole.problems).toHaveLength(1)
  for (const key of ['handlers', 'sites', 'problems'] as const) {
    const joined = parts.flatMap((each) => each[key]).map((each) => JSON.stringify(each))
    expect(joined.sort()).toEqual(whole[key].map((each) => JSON.stringify(each)).sort())
  }
  const files = new Set(parts.flatMap((each) => each.files))
  expect([...files].sort()).toEqual([...whole.files].sort())
})
