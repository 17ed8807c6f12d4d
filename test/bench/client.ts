/**
 * Client benchmark: `npm run bench:client [-- --rounds 5 --requests 100000 --node PATH]`. CPU time of the client per request; the server
 * is a process of its own on the other core. Clients take turns, so that a slow moment of the machine meets all of them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hasCommand, median, spread, start, stop } from './measure.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '100000' },
    node: { type: 'string', default: process.execPath },
  },
})

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const hasUndici = existsSync(here('peers/node_modules/undici'))

/** What is measured, and what the ratios are to. */
const TABLES = [
  {
    title: 'one request per connection',
    inFlight: [10, 100],
    loads: ['bare-net', 'fasthttp-get', 'fasthttp-do', 'undici-request', 'node-http'],
  },
  {
    title: 'pipelined on one connection',
    inFlight: [10, 100],
    loads: ['fasthttp-pipeline', 'undici-pipeline'],
  },
]

function measure(load: string, port: number, inFlight: number): number {
  const args = [here('client-loads/run.mjs'), load, String(port), String(inFlight), values.requests]
  const pinned = hasCommand('taskset')
  const [command, all] = pinned
    ? ['taskset', ['-c', '1', values.node, ...args]]
    : [values.node, args]
  const { stdout, stderr, status } = spawnSync(command, all, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${load}: ${stderr}`)
  return Number(stdout)
}

const server = await start('server', here('servers/constant.mjs'))
if (server === undefined) throw new Error('the server does not start')
try {
  console.log(
    `node ${process.version}, ${values.requests} requests, median of ${values.rounds} rounds`
  )
  for (const { title, inFlight, loads } of TABLES) {
    const present = loads.filter((load) => hasUndici || !load.startsWith('undici'))
    for (const n of inFlight) {
      console.log(`\n${title}, ${n} in flight`)
      const samples = new Map<string, number[]>(present.map((load) => [load, []]))
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const [load, list] of samples) list.push(measure(load, server.port, n))
      }
      const ours = median(samples.get(present.find((load) => load.startsWith('fasthttp'))!)!)
      for (const [load, list] of samples) {
        const cpu = median(list)
        const ratio = (cpu / ours).toFixed(2).padStart(6)
        console.log(
          `  ${load.padEnd(18)} ${cpu.toFixed(2).padStart(7)} us (±${spread(list).toFixed(0)} %) ${ratio} x fasthttp`
        )
      }
    }
  }
} finally {
  stop([server])
}
