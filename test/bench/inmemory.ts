/**
 * The server rows of Go fasthttp's README, in memory: `npm run bench:inmemory [-- --requests 100000 --rounds 1 --only 10KClients]`. Each
 * row in a process of its own, fasthttp and node:http by turns; nanoseconds per request (best of two runs, median of the rounds) and heap
 * bytes allocated per request.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './measure.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    node: { type: 'string', default: process.execPath },
  },
})

/** Name, clients, requests per connection; as in the table of Go's README. */
const ROWS: [name: string, clients: number, perConn: number][] = [
  ['ServerGet1ReqPerConn', 2, 1],
  ['ServerGet2ReqPerConn', 2, 2],
  ['ServerGet10ReqPerConn', 2, 10],
  ['ServerGet10KReqPerConn', 2, 10_000],
  ['ServerGet1ReqPerConn10KClients', 10_000, 1],
  ['ServerGet2ReqPerConn10KClients', 10_000, 2],
  ['ServerGet10ReqPerConn10KClients', 10_000, 10],
  ['ServerGet100ReqPerConn10KClients', 10_000, 100],
]

interface Result {
  ns: number
  bytes: number
}

function measure(subject: string, clients: number, perConn: number): Result {
  const script = fileURLToPath(new URL('inmemory-run.mjs', import.meta.url))
  // A hundred requests on each of ten thousand connections are a million: enough for a row.
  const requests = Math.max(Number(values.requests), clients * perConn)
  const child = spawnSync(
    values.node,
    [script, subject, String(clients), String(perConn), String(requests)],
    { encoding: 'utf8' }
  )
  if (child.status !== 0) throw new Error(`${subject}: ${child.stderr}`)
  return JSON.parse(child.stdout) as Result
}

const rows: { name: string; cells: number[] }[] = []
for (const [name, clients, perConn] of ROWS) {
  if (!name.includes(values.only)) continue
  const results: Record<'fasthttp' | 'node', Result[]> = { fasthttp: [], node: [] }
  for (let round = 0; round < Number(values.rounds); round++) {
    results.fasthttp.push(measure('fasthttp', clients, perConn))
    results.node.push(measure('node', clients, perConn))
  }
  const of = (subject: 'fasthttp' | 'node', figure: keyof Result): number =>
    median(results[subject].map((result) => result[figure]))
  const [ns, nodeNs] = [of('fasthttp', 'ns'), of('node', 'ns')]
  rows.push({
    name,
    cells: [ns, nodeNs, nodeNs / ns, of('fasthttp', 'bytes'), of('node', 'bytes')],
  })
  console.error(`${name} done`)
}
report({
  suite: 'inmemory',
  title: 'Server rows, for each request',
  columns: ['fasthttp ns', 'node:http ns', 'times faster', 'fasthttp bytes', 'node:http bytes'],
  rows,
  chart: 2,
})
