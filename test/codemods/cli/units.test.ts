import fc from 'fast-check'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { joinInert, shardOf, unitsOf, type Unit } from '../../../codemods/cli/units.js'
import { readSources } from '../../../codemods/cli/sources.js'
import { service, TestProject } from '../helpers/project.js'

const projects: TestProject[] = []
afterEach(() => projects.splice(0).forEach((each) => each.remove()))

function project(files: Record<string, string>): TestProject {
  const made = new TestProject(files)
  projects.push(made)
  return made
}

function units(files: Record<string, string>): { name: string; files: string[]; inert: boolean }[] {
  const { folder } = project(files)
  return unitsOf(readSources([folder], []), undefined).map(({ name, inputs, inert }) => ({
    name,
    files: inputs.map((each) => path.relative(folder, each.path)).sort(),
    inert,
  }))
}

describe('unitsOf', () => {
  test('keeps together what imports one another, tests included', () => {
    const found = units({
      ...service('a'),
      ...service('b'),
      'a/test/users.test.js': "require('../users')\n",
      'lone.js': 'exports.x = 1\n',
    })
    expect(found).toEqual([
      {
        name: 'a/answer.js',
        files: ['a/answer.js', 'a/index.js', 'a/test/users.test.js', 'a/users.js'],
        inert: false,
      },
      {
        name: 'b/answer.js',
        files: ['b/answer.js', 'b/index.js', 'b/users.js'],
        inert: false,
      },
      { name: 'lone.js', files: ['lone.js'], inert: true },
    ])
  })

  test.each([
    ["import './b.js'"],
    ["import x from './b'"],
    ["import type { X } from './b.js'"],
    ["export * from './b.js'"],
    ["const x = require('./b')"],
    ["const x = await import('./b.js')"],
    ["import x = require('./b')"],
    ["/** @type {import('./b').X} */\nlet x"],
    ['/// <reference path="./b.ts" />'],
    ["import x from '@/b'"],
  ])('%s joins two files', (line) => {
    const found = units({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
      'a.ts': `${line}\n`,
      'b.ts': 'export type X = 1\n',
    })
    expect(found.map((each) => each.files)).toEqual([['a.ts', 'b.ts']])
  })

  test('each package has the aliases of its own tsconfig.json', () => {
    const tsconfig = '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }'
    const found = units({
      'packages/a/tsconfig.json': tsconfig,
      'packages/a/src/x.ts': "import '~/y'\n",
      'packages/a/src/y.ts': '',
      'packages/b/tsconfig.json': tsconfig,
      'packages/b/src/x.ts': "import '~/y'\n",
      'packages/b/src/y.ts': '',
    })
    expect(found.map((each) => each.files)).toEqual([
      ['packages/a/src/x.ts', 'packages/a/src/y.ts'],
      ['packages/b/src/x.ts', 'packages/b/src/y.ts'],
    ])
  })
})

describe('shardOf', () => {
  const some = (names: readonly string[]): Unit[] =>
    names.map((name) => ({
      name,
      inputs: [],
      tsconfig: undefined,
      express: undefined,
      inert: false,
    }))

  test('every unit is in one shard, and in the same one whatever else there is', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 })
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 9 }), (list, n) => {
        const shards = Array.from({ length: n }, (_, at) => shardOf(some(list), `${at + 1}/${n}`))
        expect(shards.flatMap((each) => each.map((unit) => unit.name)).sort()).toEqual(
          [...list].sort()
        )
        const [first] = list
        if (first === undefined) return
        const home = shards.findIndex((each) => each.some((unit) => unit.name === first))
        expect(shardOf(some([first]), `${home + 1}/${n}`)).toHaveLength(1)
      })
    )
  })

  test.each(['0/2', '3/2', '1', 'a/b', '1/0', '-1/2'])('refuses %s', (shard) => {
    expect(() => shardOf([], shard)).toThrow(expect.objectContaining({ code: 'FH_MIGRATE_SHARD' }))
  })
})

test('joinInert keeps every file', () => {
  const input = (at: number): Unit['inputs'] => [{ path: `/${at}.js`, text: '' }]
  const lone = Array.from({ length: 950 }, (_, at) => ({
    name: `${at}`,
    inputs: input(at),
    tsconfig: undefined,
    express: undefined,
    inert: at !== 7,
  }))
  const joined = joinInert(lone)
  expect(joined.map((each) => each.inputs.length)).toEqual([1, 400, 400, 149])
  expect(joined[0]!.name).toBe('7')
})

describe('the version of Express', () => {
  const manifest = (range: string): string => JSON.stringify({ dependencies: { express: range } })
  const app = "require('express')()\n"

  test.each([
    ['^4.18.2', 4],
    ['5.x', 5],
    ['~5.1.0', 5],
    ['^3.0.0', undefined],
    ['latest', undefined],
  ])('%s', (range, version) => {
    const { folder } = project({ 'package.json': manifest(range), 'app.js': app })
    expect(unitsOf(readSources([folder], []), undefined)[0]!.express).toBe(version)
  })

  test('is that of the nearest package.json that names it', () => {
    const { folder } = project({
      'package.json': manifest('^4.0.0'),
      'a/package.json': manifest('^5.0.0'),
      'a/app.js': app,
      'b/package.json': '{ "type": "commonjs" }',
      'b/app.js': app,
    })
    const versions = unitsOf(readSources([folder], []), undefined).map((each) => each.express)
    expect(versions).toEqual([5, 4])
  })

  test('is not outvoted by files of folders that do not name it', () => {
    const { folder } = project({
      'package.json': '{}',
      'index.js': "require('./lib')\n",
      'lib.js': 'exports.a = 1\n',
      'example/package.json': manifest('^4.0.0'),
      'example/app.js': `require('../index')\n${app}`,
    })
    const units = unitsOf(readSources([folder], []), undefined)
    expect(units.map((each) => each.express)).toEqual([4])
  })
})
