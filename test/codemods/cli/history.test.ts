import { afterEach, beforeEach, expect, test } from 'vitest'
import { addToHistory } from '../../../codemods/cli/history.js'
import { TestProject } from '../helpers/project.js'

let project: TestProject
beforeEach(() => {
  project = new TestProject()
})
afterEach(() => project.remove())

const figures = (native: number) => ({ native, ready: 1, left: 2 })

test('keeps one entry a day, the oldest first', () => {
  const file = project.path('history.json')
  addToHistory(file, figures(1), new Date('2026-03-08T10:00:00Z'))
  addToHistory(file, figures(2), new Date('2026-03-01T10:00:00Z'))
  const entries = addToHistory(file, figures(3), new Date('2026-03-08T23:59:00Z'))
  expect(entries.map((each) => [each.date, each.native])).toEqual([
    ['2026-03-01', 2],
    ['2026-03-08', 3],
  ])
  expect(JSON.parse(project.read('history.json'))).toEqual({ version: 1, entries })
})

test.each(['{}', 'no json', '{"entries":[{}]}', '[]', 'null'])('refuses a file with %s', (text) => {
  project.write('history.json', text)
  expect(() => addToHistory(project.path('history.json'), figures(1))).toThrow(
    expect.objectContaining({ code: 'FH_MIGRATE_HISTORY' })
  )
  expect(project.read('history.json')).toBe(text)
})

test('two runs and a status keep the figures of what is in the tree', async () => {
  project.write(
    'app.js',
    `const express = require('express')
const app = express()
app.get('/', (req, res) => res.send('a'))
app.get('/b', (req, res) => { res.send('a'); res.send('b') })
app.listen(3000)
`
  )
  const history = project.path('history.json')
  const read = () => JSON.parse(project.read('history.json')).entries[0]
  await project.migrate({ dryRun: true, history })
  expect(read()).toMatchObject({ native: 0, ready: 1, left: 1 })
  await project.migrate({ history })
  expect(read()).toMatchObject({ native: 1, ready: 0, left: 1 })
  await project.migrate({ dryRun: true, history })
  expect(read()).toMatchObject({ native: 1, ready: 0, left: 1 })
})
