/**
 * Adaptor benchmark: `npm run bench:adaptor [-- --rounds 5 --seconds 2 --connections 32 --node PATH --only bare,koa]`. Each app runs on
 * node:http and through `adapt` at once, on one core, the load on the other; the two take turns, so that a slow moment of the machine
 * meets both. The ratio is of CPU time per request, which other load disturbs least. Bytes on the heap are counted apart, see adaptor-heap.
 */
import { readFileSync } from 'node:fs'
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
import { heapPerRequest } from './adaptor-heap.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', default: 'bare,connect,koa,express,express4,api,api4' },
  },
})

const SCRIPT = fileURLToPath(new URL('adaptor-server.mjs', import.meta.url))
const MODES = ['node:http', 'adapt']

if (!hasCommand('wrk')) {
  console.error('bench:adaptor needs wrk (Debian: apt-get install wrk)')
  process.exit(1)
}

/** Memory of a process in MiB. */
function residentMiB(subject: Subject): number {
  const status = readFileSync(`/proc/${subject.process.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

async function measure(app: string): Promise<void> {
  const subjects: Subject[] = []
  try {
    for (const mode of MODES) {
      const subject = await start(mode, SCRIPT, values.node, [app, mode])
      if (subject === undefined) throw new Error(`${app} does not start on ${mode}`)
      subjects.push(subject)
    }
    const samples = subjects.map((): Sample[] => [])
    const path = app.startsWith('api') ? '/users/7' : '/'
    const options = {
      path,
      connections: Number(values.connections),
      seconds: Number(values.seconds),
    }
    for (let round = 0; round <= Number(values.rounds); round++) {
      for (const [i, subject] of subjects.entries()) {
        const sample = await load(subject, options)
        // The first round warms up.
        if (round > 0) samples[i]!.push(sample)
      }
    }
    const heap: number[] = []
    for (const mode of MODES)
      heap.push(await heapPerRequest(SCRIPT, values.node, [app, mode], path))
    print(app, subjects, samples, heap)
  } finally {
    stop(subjects)
  }
}

function print(
  app: string,
  subjects: readonly Subject[],
  samples: readonly Sample[][],
  heap: readonly number[]
): void {
  const cpu = samples.map((all) => median(all.map((sample) => sample.cpu)))
  report({
    suite: 'adaptor',
    title: app,
    columns: ['requests/s', 'CPU us/request', 'x less CPU', 'spread', 'MiB', 'heap B/request'],
    rows: subjects.map((subject, i) => ({
      name: subject.name,
      cells: [
        median(samples[i]!.map((sample) => sample.rate)),
        cpu[i]!,
        cpu[0]! / cpu[i]!,
        `${spread(samples[i]!.map((sample) => sample.cpu)).toFixed(0)} %`,
        residentMiB(subject),
        heap[i]!,
      ],
    })),
  })
}

console.log(
  `Node ${values.node}, ${values.connections} connections, medians of ${values.rounds} rounds`
)
for (const app of values.only.split(',')) await measure(app)
