/**
 * How throughput and latency change with the number of busy connections: `npm run bench:scale [-- --rounds 3 --seconds 3 --node PATH]`.
 * Servers and load as in bench:server; percentiles are wrk's, and all figures medians of the rounds.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hasCommand, load, median, start, stop, type Sample, type Subject } from './measure.js'
import { undisturbed } from './noise.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1,10,100,1000,10000' },
    node: { type: 'string', default: process.execPath },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SERVERS = [
  ['fasthttp', 'servers/fasthttp.mjs'],
  ['node:http', 'servers/node-http.mjs'],
  ['uWebSockets.js', 'servers/uws.mjs'],
] as const
const FIGURES = ['rate', 'cpu', 'p50', 'p90', 'p99'] as const

if (!hasCommand('wrk')) {
  console.error('bench:scale needs wrk (Debian: apt-get install wrk)')
  process.exit(1)
}

const subjects: Subject[] = []
for (const [name, script] of SERVERS) {
  const subject = await start(name, here(script), values.node)
  if (subject !== undefined) subjects.push(subject)
}
try {
  for (const subject of subjects) await load(subject, { connections: 32, seconds: 1 })
  for (const connections of values.connections.split(',').map(Number)) {
    const options = { connections, seconds: Number(values.seconds) }
    const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [subject, list] of samples) {
        list.push((await undisturbed(() => load(subject, options))).result)
      }
    }
    report({
      suite: 'scale',
      title: `${connections} busy ${connections === 1 ? 'connection' : 'connections'}`,
      columns: ['requests/s', 'CPU us/request', 'p50 us', 'p90 us', 'p99 us'],
      rows: [...samples].map(([{ name }, list]) => ({
        name,
        cells: FIGURES.map((figure) => median(list.map((sample) => sample[figure]))),
      })),
    })
  }
} finally {
  stop(subjects)
}
