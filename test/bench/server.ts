/**
 * Server benchmark: `npm run bench:server [-- --rounds 5 --seconds 2 --connections 32 --node PATH --servers '']`. All servers run at once on one core,
 * the load on the other, and take turns, so that a slow moment of the machine meets all of them.
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
    /** Servers to run, by name, with commas; node:http has to be among them. */
    servers: { type: 'string', default: 'fasthttp,node:http,uWebSockets.js,fastify' },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const wrk = (name: string): string => here(`wrk/${name}.lua`)

const BUN = here('peers/node_modules/.bin/bun')
const SERVERS: readonly [name: string, script: string, runtime?: string][] = [
  ['fasthttp', 'servers/fasthttp.mjs'],
  ['node:http', 'servers/node-http.mjs'],
  ['uWebSockets.js', 'servers/uws.mjs'],
  ['fastify', 'servers/fastify.mjs'],
  ['hono', 'servers/hono.mjs'],
  ['koa', 'servers/koa.mjs'],
  ['express', 'servers/express.mjs'],
  ['Bun', 'servers/bun.mjs', BUN],
]

const SCENARIOS = [
  { name: 'GET, keep-alive' },
  { name: 'GET, 16 pipelined', script: wrk('pipelined') },
  { name: 'browser headers, 16 pipelined', script: wrk('browser') },
  { name: 'browser headers, one varying', script: wrk('browser-varying') },
  { name: '1 KB JSON', path: '/json' },
  { name: '1 KB POST echo', script: wrk('post-1k') },
]

if (!hasCommand('wrk')) {
  console.error('bench:server needs wrk (Debian: apt-get install wrk)')
  process.exit(1)
}

const subjects: Subject[] = []
const wanted = values.servers === '' ? undefined : values.servers.split(',')
for (const [name, script, runtime = values.node] of SERVERS) {
  if (wanted !== undefined && !wanted.includes(name)) continue
  const subject = await start(name, here(script), runtime)
  if (subject !== undefined) subjects.push(subject)
  else console.log(`${name}: not measured (npm ci --prefix test/bench/peers installs the peers)`)
}

try {
  const rounds = Number(values.rounds)
  console.log(
    `Node ${values.node === process.execPath ? process.version : values.node}, ${values.connections} connections, ${rounds} rounds of ${values.seconds} s\n`
  )
  for (const scenario of SCENARIOS) {
    if (!scenario.name.includes(values.only)) continue
    const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]))
    const options = {
      ...scenario,
      connections: Number(values.connections),
      seconds: Number(values.seconds),
    }
    for (const subject of subjects) await load(subject, { ...options, seconds: 1 })
    let disturbed = 0
    for (let round = 0; round < rounds; round++) {
      for (const subject of subjects) {
        const { result, dropped } = await undisturbed(() => load(subject, options))
        samples.get(subject)!.push(result)
        disturbed += dropped
      }
    }
    print(scenario.name, samples, disturbed)
  }
} finally {
  stop(subjects)
}

function print(scenario: string, samples: Map<Subject, Sample[]>, dropped: number): void {
  const base = [...samples].find(([subject]) => subject.name === 'node:http')![1]
  const baseRate = median(base.map((s) => s.rate))
  const baseCPU = median(base.map((s) => s.cpu))
  const rows = [...samples].map(([subject, all]) => {
    const rate = median(all.map((s) => s.rate))
    const cpu = median(all.map((s) => s.cpu))
    const spreads = `${spread(all.map((s) => s.rate)).toFixed(0)} %`
    return { name: subject.name, cells: [rate, rate / baseRate, cpu, baseCPU / cpu, spreads] }
  })
  report({
    suite: 'server',
    title: scenario,
    columns: ['requests/s', 'x node:http', 'CPU us/request', 'x less CPU', 'spread'],
    rows,
    chart: 3,
    ...(dropped > 0 && { note: `${dropped} disturbed rounds were measured again.` }),
  })
}
