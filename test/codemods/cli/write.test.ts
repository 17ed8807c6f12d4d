import fs from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeAll } from '../../../codemods/cli/write.js'
import { TestProject } from '../helpers/project.js'

let project: TestProject
beforeEach(() => {
  project = new TestProject({ 'a.js': 'a', 'b.js': 'b' })
})
afterEach(() => project.remove())

function change(name: string, before: string): Parameters<typeof writeAll>[0][number] {
  return { path: project.path(name), before, after: `${before}!`, packages: [] }
}

test('writes all files and leaves nothing beside them', () => {
  fs.chmodSync(project.path('a.js'), 0o755)
  writeAll([change('a.js', 'a'), change('b.js', 'b')])
  expect(project.all()).toMatchObject({ 'a.js': 'a!', 'b.js': 'b!' })
  expect(fs.statSync(project.path('a.js')).mode & 0o777).toBe(0o755)
  expect(Object.keys(project.all())).toEqual(['a.js', 'b.js', 'package.json'])
})

test('writes none when one was edited meanwhile', () => {
  const before = project.all()
  expect(() => writeAll([change('a.js', 'a'), change('b.js', 'old b')])).toThrow(
    expect.objectContaining({ code: 'FH_MIGRATE_CHANGED' })
  )
  expect(project.all()).toEqual(before)
})

test('writes none when one cannot be written', () => {
  const before = project.all()
  expect(() => writeAll([change('a.js', 'a'), change('gone.js', 'x')])).toThrow(/ENOENT/)
  expect(project.all()).toEqual(before)
})

test('a signal acts after the last file is written', async () => {
  const seen: string[] = []
  const note = (signal: string): void => void seen.push(signal)
  process.on('SIGHUP', note)
  try {
    process.kill(process.pid, 'SIGHUP')
    writeAll([change('a.js', 'a'), change('b.js', 'b')])
    expect(seen).toEqual([])
    await expect.poll(() => seen.length).toBeGreaterThan(0)
    expect(project.all()).toMatchObject({ 'a.js': 'a!', 'b.js': 'b!' })
  } finally {
    process.off('SIGHUP', note)
  }
})
