/**
 * How throughput and latency change with the number of busy connections: `npm run bench:scale [-- --seconds 3 --node PATH]`. Servers and
 * load as in bench:server; percentiles are wrk's.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hasCommand, load, start, stop, type Sample, type Subject } from './measure.js'
import { undisturbed } from './noise.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    node: { type: 'string', default: process.execPath },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SERVERS = [
  ['fasthttp', 'servers/fasthttp.mjs'],
  ['node:http', 'servers/node-http.mjs'],
  ['uWebSockets.js', 'servers/uws.mjs'],
] as const
const CONNECTIONS = [1, 10, 100, 1000, 10_000]

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
  for (const connections of CONNECTIONS) {
    const rows: { name: string; sample: Sample }[] = []
    for (const subject of subjects) {
      const options = { connections, seconds: Number(values.seconds) }
      const { result } = await undisturbed(() => load(subject, options))
      rows.push({ name: subject.name, sample: result })
    }
    report({
      suite: 'scale',
      title: `${connections} busy ${connections === 1 ? 'connection' : 'connections'}`,
      columns: ['requests/s', 'CPU us/request', 'p50 us', 'p90 us', 'p99 us'],
      rows: rows.map(({ name, sample }) => ({
        name,
        cells: [sample.rate, sample.cpu, sample.p50, sample.p90, sample.p99],
      })),
    })
  }
} finally {
  stop(subjects)
}
