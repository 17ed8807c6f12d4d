import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSources } from '../../../codemods/cli/sources.js'
import { TestProject } from '../helpers/project.js'

let project: TestProject
beforeEach(() => {
  project = new TestProject({
    'outside.js': '',
    'packages/a/package.json': '{}',
    'packages/a/src/a.js': '',
    'packages/a/test/a.test.js': '',
    'packages/b/package.json': '{}',
    'packages/b/b.js': '',
    'repo/.git/HEAD': '',
    'repo/src/app.js': '',
  })
})
afterEach(() => project.remove())

function read(paths: string[], ignored: string[] = []): { root: string; files: string[] } {
  const { root, inputs } = readSources(
    paths.map((each) => project.path(each)),
    ignored
  )
  return {
    root: path.relative(project.folder, root),
    files: inputs
      .map((each) => path.relative(project.folder, each.path) + (each.readonly ? ' (read)' : ''))
      .sort(),
  }
}

describe('readSources', () => {
  test('reads the rest of the package as context', () => {
    expect(read(['packages/a/src'])).toEqual({
      root: 'packages/a',
      files: ['packages/a/src/a.js', 'packages/a/test/a.test.js (read)'],
    })
  })

  test('several packages have the folder above them as root', () => {
    expect(read(['packages/a/src', 'packages/b'])).toEqual({
      root: 'packages',
      files: ['packages/a/src/a.js', 'packages/a/test/a.test.js (read)', 'packages/b/b.js'],
    })
  })

  test('does not look for a package.json outside of the git repository', () => {
    expect(read(['repo/src/app.js']).files).toEqual(['repo/src/app.js'])
    expect(read(['repo'])).toEqual({ root: 'repo', files: ['repo/src/app.js'] })
  })

  test('--ignore is relative to the package as well', () => {
    expect(read(['packages/a'], ['src']).files).toContain('packages/a/src/a.js (read)')
  })
})
