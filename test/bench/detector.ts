/**
 * What the development-mode detector costs a server: `npm run bench:detector [-- --rounds 5 --seconds 2]`. Two servers without the
 * option tell how far two measurements of the same thing lie apart. The bars: off as without it; on, ten times at most.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hasCommand, load, median, spread, start, stop, type Sample } from './measure.js'
import { undisturbed } from './noise.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
  },
})
const seconds = Number(values.seconds)

const CONNECTIONS = 64
const MAX_TIMES = 10
const SERVER = fileURLToPath(new URL('servers/detector.mjs', import.meta.url))

const BASE = 'no debug option'
const WARN = "retention: 'warn'"
/** With the argument of the server. */
const MODES = [
  [BASE, 'none'],
  ['no debug option, again', 'none'],
  ["retention: 'off'", 'off'],
  [WARN, 'warn'],
] as const

if (!hasCommand('wrk')) {
  console.error('bench:detector needs wrk (Debian: apt-get install wrk)')
  process.exit(1)
}

// A process each: the detector holds for a whole process.
const subjects = await Promise.all(
  MODES.map(([name, mode]) => start(name, SERVER, process.execPath, [mode]))
)
const running = subjects.filter((subject) => subject !== undefined)
const samples = new Map<string, Sample[]>(MODES.map(([name]) => [name, []]))
try {
  for (const subject of running) await load(subject, { connections: CONNECTIONS, seconds: 1 })
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const subject of running) {
      const { result } = await undisturbed(() =>
        load(subject, { connections: CONNECTIONS, seconds })
      )
      samples.get(subject.name)!.push(result)
    }
  }
} finally {
  stop(running)
}

const cpuOf = (name: string): number[] => samples.get(name)!.map((sample) => sample.cpu)
const times = (name: string): number => median(cpuOf(name)) / median(cpuOf(BASE))
report({
  suite: 'detector',
  title: 'The hello handler with the detector',
  columns: ['req/s', 'CPU µs/req', 'spread %', 'times'],
  rows: MODES.map(([name]) => ({
    name,
    cells: [
      median(samples.get(name)!.map((sample) => sample.rate)),
      median(cpuOf(name)),
      spread(cpuOf(name)),
      times(name),
    ],
  })),
  note: `CPU time of the whole server. The bar: ${MAX_TIMES} times at most with 'warn'.`,
})
if (times(WARN) > MAX_TIMES) process.exitCode = 1
