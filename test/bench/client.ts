/**
 * Client benchmark: `npm run bench:client [-- --rounds 5 --requests 40000 --in-flight 10,100 --node PATH]`. CPU time of the client, user
 * and kernel, per request; the server is a process of its own on the other core. Clients take turns, so that a slow moment of the machine
 * meets all of them, and a ratio is the median of those of the rounds. About two minutes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hasCommand, median, spread, start, stop } from './measure.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '40000' },
    'in-flight': { type: 'string', default: '10,100' },
    node: { type: 'string', default: process.execPath },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const hasUndici = existsSync(here('peers/node_modules/undici'))

/** What is measured, and which load the ratios are to; slow ones make fewer requests. */
const TABLES: { title: string; secure?: boolean; loads: [name: string, share: number][] }[] = [
  {
    title: 'one request per connection',
    loads: [
      ['fasthttp-get', 1],
      ['fasthttp-do', 1],
      ['bare-net', 1],
      ['undici-request', 1],
      ['node-http', 1],
    ],
  },
  {
    title: 'pipelined on one connection',
    loads: [
      ['fasthttp-pipeline', 1],
      ['undici-pipeline', 0.2],
    ],
  },
  {
    title: 'over TLS, one request per connection',
    secure: true,
    loads: [
      ['fasthttp-get', 0.5],
      ['undici-request', 0.5],
      ['node-http', 0.5],
    ],
  },
]

function measure(
  load: string,
  share: number,
  port: number,
  inFlight: string,
  tls: boolean
): number {
  const requests = String(Math.round(Number(values.requests) * share))
  const args = [here('client-loads/run.mjs'), load, String(port), inFlight, requests]
  if (tls) args.push('tls')
  const [command, all] = hasCommand('taskset')
    ? ['taskset', ['-c', '1', values.node, ...args]]
    : [values.node, args]
  const { stdout, stderr, status } = spawnSync(command, all, { encoding: 'utf8', timeout: 120_000 })
  if (status !== 0) throw new Error(`${load}: ${stderr}`)
  return Number(stdout)
}

const plain = await start('server', here('servers/constant.mjs'))
const secure = await start('server', here('servers/constant.mjs'), process.execPath, ['tls'])
if (plain === undefined || secure === undefined) throw new Error('the server does not start')
try {
  console.log(
    `node ${process.version}, ${values.requests} requests, medians of ${values.rounds} rounds`
  )
  for (const { title, loads, secure: tls = false } of TABLES) {
    const present = loads.filter(([load]) => hasUndici || !load.startsWith('undici'))
    for (const inFlight of values['in-flight'].split(',')) {
      const samples = present.map((): number[] => [])
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const [i, [load, share]] of present.entries())
          samples[i]!.push(measure(load, share, (tls ? secure : plain).port, inFlight, tls))
      }
      report({
        suite: 'client',
        title: `${title}, ${inFlight} in flight`,
        columns: ['CPU us/request', `x ${present[0]![0]}`, 'spread'],
        rows: present.map(([name], i) => {
          const list = samples[i]!
          const ratio = median(list.map((cpu, round) => cpu / samples[0]![round]!))
          return { name, cells: [median(list), ratio, `${spread(list).toFixed(0)} %`] }
        }),
        chart: 0,
      })
    }
  }
} finally {
  stop([plain, secure])
}
