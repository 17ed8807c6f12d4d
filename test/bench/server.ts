/**
 * Server benchmark: `npm run bench:server [-- --rounds 5 --seconds 2 --connections 32 --node PATH]`. All servers run at once on one core,
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

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', default: '' },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const wrk = (name: string): string => here(`wrk/${name}.lua`)

const SERVERS = [
  ['fasthttp', 'servers/fasthttp.mjs'],
  ['node:http', 'servers/node-http.mjs'],
  ['uWebSockets.js', 'servers/uws.mjs'],
  ['fastify', 'servers/fastify.mjs'],
] as const

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
for (const [name, script] of SERVERS) {
  const subject = await start(name, here(script), values.node)
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
    for (let round = 0; round < rounds; round++) {
      for (const subject of subjects) samples.get(subject)!.push(await load(subject, options))
    }
    print(scenario.name, samples)
  }
} finally {
  stop(subjects)
}

function print(scenario: string, samples: Map<Subject, Sample[]>): void {
  const base = [...samples].find(([subject]) => subject.name === 'node:http')![1]
  const baseRate = median(base.map((s) => s.rate))
  const baseCPU = median(base.map((s) => s.cpu))
  console.log(scenario)
  console.log('  server            requests/s   x node:http   CPU us/request   x less CPU   spread')
  for (const [subject, all] of samples) {
    const rate = median(all.map((s) => s.rate))
    const cpu = median(all.map((s) => s.cpu))
    const cells = [
      subject.name.padEnd(16),
      rate.toFixed(0).padStart(11),
      (rate / baseRate).toFixed(2).padStart(13),
      cpu.toFixed(2).padStart(16),
      (baseCPU / cpu).toFixed(2).padStart(12),
      `${spread(all.map((s) => s.rate)).toFixed(0)} %`.padStart(8),
    ]
    console.log('  ' + cells.join(' '))
  }
  console.log()
}
