/**
 * The client rows of Go fasthttp's README: `npm run bench:inmemory`, or `tsx test/bench/inmemory-client.ts [--requests 30000] [--rounds 3]`
 * after a build. Client and server share a process, as there; node:http and undici talk to a server of node:http, as net/http does to its
 * own. The FastServer rows have no server: the connection answers every write with the same bytes. Nanoseconds and heap bytes per
 * request, medians of rounds in which the subjects take turns.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './measure.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '30000' },
    rounds: { type: 'string', default: '3' },
    node: { type: 'string', default: process.execPath },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SUBJECTS = ['fasthttp', 'node-http', 'undici'].filter(
  (subject) => subject !== 'undici' || existsSync(here('peers/node_modules/undici'))
)

/** Name as in Go's table, kind, clients at a time. */
const ROWS: [name: string, row: string, clients: number][] = [
  ['ClientDoFastServer', 'doFastServer', 1],
  ['ClientGetTimeoutFastServer', 'getTimeoutFastServer', 1],
  ['ClientGetEndToEnd1TCP', 'tcp', 1],
  ['ClientGetEndToEnd10TCP', 'tcp', 10],
  ['ClientGetEndToEnd100TCP', 'tcp', 100],
  ['ClientGetEndToEnd1Inmemory', 'inmemory', 1],
  ['ClientGetEndToEnd10Inmemory', 'inmemory', 10],
  ['ClientGetEndToEnd100Inmemory', 'inmemory', 100],
  ['ClientGetEndToEnd1000Inmemory', 'inmemory', 1000],
  ['ClientGetEndToEnd10KInmemory', 'inmemory', 10_000],
]

interface Result {
  ns: number
  bytes: number
}

function measure(subject: string, row: string, clients: number): Result {
  const args = [
    '--expose-gc',
    '--min-semi-space-size=16',
    '--max-semi-space-size=16',
    here('inmemory-client/run.mjs'),
    subject,
    row,
    String(clients),
    values.requests,
  ]
  const { status, stdout, stderr } = spawnSync(values.node, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${subject} ${row}: ${stderr}`)
  return JSON.parse(stdout) as Result
}

const rows = ROWS.map(([name, row, clients]) => {
  const results = SUBJECTS.map((): Result[] => [])
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, subject] of SUBJECTS.entries()) results[i]!.push(measure(subject, row, clients))
  }
  const ns = results.map((list) => median(list.map((r) => r.ns)))
  const bytes = results.map((list) => median(list.map((r) => r.bytes)))
  return { name, cells: [...ns, ...ns.slice(1).map((n) => n / ns[0]!), ...bytes] }
})
report({
  suite: 'inmemory-client',
  title: `Client, ${values.requests} requests`,
  columns: [
    ...SUBJECTS.map((subject) => `${subject} ns`),
    ...SUBJECTS.slice(1).map((subject) => `x ${subject}`),
    ...SUBJECTS.map((subject) => `${subject} B/request`),
  ],
  rows,
  chart: SUBJECTS.length,
})
