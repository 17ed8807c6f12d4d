/**
 * Memory of idle connections: `npm run bench:idle [-- --connections 19000 --node PATH]`. Each server runs in a process of its own; client
 * processes open the connections, each of which is answered once. What the server's resident memory grew by, over their number, is
 * printed; then every connection asks once more, and all must be answered.
 */
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { start, stop, type Subject } from './measure.js'
import { report } from './report.js'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '19000' },
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', default: '' },
  },
})
const connections = Number(values.connections)

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const SERVERS = [
  ['fasthttp', 'servers/fasthttp.mjs'],
  ['node:http', 'servers/idle-node-http.mjs'],
  ['uWebSockets.js', 'servers/uws.mjs'],
] as const

/** Connections of one client process: its share of what the system lets a process open. */
const PER_CLIENT = 9500
/** Opened and closed before, so that what the first connections need once is not counted. */
const WARM_UP = 500
/** For the server to fall idle and to give back what it needs no more. */
const SETTLE_MS = 3000

function residentBytes({ process: { pid } }: Subject): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return pages * Number(spawnSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }).stdout)
}

/** Opens `count` connections from new processes, each of which has been answered when this resolves. */
async function open(clients: ChildProcess[], port: number, count: number): Promise<void> {
  for (let left = count; left > 0; left -= PER_CLIENT) {
    const args = [String(port), String(Math.min(left, PER_CLIENT)), String(clients.length)]
    clients.push(fork(here('idle-client.mjs'), args))
  }
  await Promise.all(clients.map(answered))
}

async function answered(client: ChildProcess): Promise<void> {
  const [message] = (await once(client, 'message')) as [string]
  if (message !== 'answered') throw new Error(message)
}

async function askAgain(clients: ChildProcess[]): Promise<void> {
  const all = Promise.all(clients.map(answered))
  for (const client of clients) client.send('again')
  await all
}

async function close(clients: ChildProcess[]): Promise<void> {
  for (const client of clients.splice(0)) {
    client.kill('SIGKILL')
    await once(client, 'exit')
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLE_MS))

/** Bytes of each connection, and how many of them are answered once more. */
async function measure(subject: Subject): Promise<{ bytes: number; again: number }> {
  const clients: ChildProcess[] = []
  try {
    await open(clients, subject.port, WARM_UP)
    await close(clients)
    await settle()
    const before = residentBytes(subject)
    await open(clients, subject.port, connections)
    // The time that a server waits for the next request begins anew.
    await askAgain(clients)
    await settle()
    const bytes = (residentBytes(subject) - before) / connections
    await askAgain(clients)
    return { bytes, again: connections }
  } finally {
    await close(clients)
  }
}

const rows: { name: string; cells: (number | string)[] }[] = []
for (const [name, script] of SERVERS) {
  if (!name.includes(values.only)) continue
  const subject = await start(name, here(script), values.node)
  if (subject === undefined) {
    console.error(`${name}: not measured (npm ci --prefix test/bench/peers installs the peers)`)
    continue
  }
  try {
    const { bytes, again } = await measure(subject)
    rows.push({ name, cells: [bytes, again] })
  } catch (err) {
    console.error(`${name}: not measured, ${(err as Error).message}`)
    process.exitCode = 1
  } finally {
    stop([subject])
  }
}
report({
  suite: 'idle',
  title: `Resident memory of the server for each of ${connections} idle connections`,
  columns: ['bytes per connection', 'answered again'],
  rows,
  chart: 0,
})
