/**
 * The TechEmpower application on fasthttp, fastify and Express: `npm run bench:techempower [-- --rounds 5 --seconds 2 --connections 32 --only db]`.
 * It holds its data in SQLite, within each server; with DATABASE_URL in PostgreSQL, beside them:
 * `node test/apps/with-postgres.mjs npm run bench:techempower`. The servers run on one core, the load on the other, by turns.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  hasCommand,
  load,
  median,
  spread,
  start,
  stop,
  type Sample,
  type Subject,
} from './measure.js'
import { undisturbed } from './noise.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    node: { type: 'string', default: process.execPath },
    /** Part of the names of the scenarios to run. */
    only: { type: 'string', default: '' },
  },
})

const SCENARIOS = [
  { name: 'plaintext', path: '/plaintext' },
  { name: 'json', path: '/json' },
  { name: 'db', path: '/db' },
  { name: 'queries, 20 rows', path: '/queries?queries=20' },
  { name: 'updates, 20 rows', path: '/updates?queries=20' },
  { name: 'cached-queries, 100 rows', path: '/cached-queries?count=100' },
  { name: 'fortunes', path: '/fortunes' },
]

if (!hasCommand('wrk')) {
  console.error('bench:techempower needs wrk (Debian: apt-get install wrk)')
  process.exit(1)
}

const database = process.env['DATABASE_URL'] === undefined ? 'SQLite' : 'PostgreSQL'
const server = fileURLToPath(new URL('../../fixtures/apps/techempower/server.js', import.meta.url))
const subjects: Subject[] = []

try {
  for (const framework of ['fasthttp', 'fastify', 'express']) {
    const subject = await start(framework, server, values.node, [framework])
    if (subject === undefined) throw new Error(`${framework} does not come up`)
    subjects.push(subject)
  }
  for (const { name, path } of SCENARIOS) {
    if (name.includes(values.only)) await run(name, path)
  }
} finally {
  stop(subjects)
}

async function run(name: string, path: string): Promise<void> {
  const options = {
    path,
    connections: Number(values.connections),
    seconds: Number(values.seconds),
  }
  const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]))
  for (const subject of subjects) await load(subject, { ...options, seconds: 1 })
  let disturbed = 0
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const subject of subjects) {
      const { result, dropped } = await undisturbed(() => load(subject, options))
      samples.get(subject)!.push(result)
      disturbed += dropped
    }
  }
  const express = median(samples.get(subjects.at(-1)!)!.map((sample) => sample.rate))
  const rows = [...samples].map(([subject, all]) => {
    const rates = all.map((sample) => sample.rate)
    const cpu = median(all.map((sample) => sample.cpu))
    const rate = median(rates)
    return {
      name: subject.name,
      cells: [rate, rate / express, cpu, `${spread(rates).toFixed(0)} %`],
    }
  })
  report({
    suite: 'techempower',
    title: `${name} (${database})`,
    columns: ['requests/s', 'x express', 'CPU us/request', 'spread'],
    rows,
    chart: 0,
    ...(disturbed > 0 && { note: `${disturbed} disturbed rounds were measured again.` }),
  })
}
