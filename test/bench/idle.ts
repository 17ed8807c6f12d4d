/**
 * Memory of idle connections: `npm run bench:idle [-- --connections 200000 --processes 12 --node PATH]`. Each server runs in as many
 * processes as it needs files for that, each with a port and a client process of its own: all local ports are there for each of them.
 * Every connection is answered once. What the resident memory of the processes grew by, over the number of connections, is printed; then
 * every connection asks once more, and all must be answered.
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
    /** Processes of each server. By default as many as it takes. */
    processes: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', default: '' },
  },
})
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface Peer {
  readonly name: string
  readonly script: string
  /** It closes connections that are silent for ten seconds. */
  readonly isImpatient?: boolean
}

const SERVERS: readonly Peer[] = [
  { name: 'fasthttp', script: 'servers/fasthttp.mjs' },
  { name: 'node:http', script: 'servers/idle-node-http.mjs' },
  { name: 'uWebSockets.js', script: 'servers/uws.mjs', isImpatient: true },
]

/** Connections of a process: its share of what the system lets it open. */
const PER_PROCESS = 19_000
/** Opened and closed before, so that what the first connections need once is not counted. */
const WARM_UP = 500
/** For the server to fall idle and to give back what it needs no more. */
const SETTLE_MS = 3000

const connections = Number(values.connections)
const processes = Number(values.processes ?? Math.ceil(connections / PER_PROCESS))
const PAGE = Number(spawnSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }).stdout)

function residentBytes(subjects: readonly Subject[]): number {
  const pages = subjects.map(({ process: { pid } }) =>
    Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  )
  return pages.reduce((sum, each) => sum + each, 0) * PAGE
}

/** Opens `count` connections to each of the processes, from a client process each; all are answered when this resolves. */
async function open(
  clients: ChildProcess[],
  subjects: readonly Subject[],
  { isImpatient = false }: Peer,
  counts: readonly number[]
): Promise<void> {
  subjects.forEach(({ port }, index) => {
    const args = [port, counts[index]!, isImpatient ? 'ask' : 'wait'].map(String)
    clients.push(fork(here('idle-client.mjs'), args))
  })
  await Promise.all(clients.map(answered))
}

async function answered(client: ChildProcess): Promise<void> {
  const [message] = (await once(client, 'message')) as [string]
  if (message !== 'open' && message !== 'again') throw new Error(message)
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

/** Bytes of each connection, all of which are answered once more. */
async function measure(peer: Peer, subjects: readonly Subject[]): Promise<number> {
  const clients: ChildProcess[] = []
  // What does not divide evenly goes to the first ones.
  const counts = subjects.map((_, index) => Math.ceil((connections - index) / subjects.length))
  try {
    await open(
      clients,
      subjects,
      peer,
      subjects.map(() => WARM_UP)
    )
    await close(clients)
    await settle()
    const before = residentBytes(subjects)
    await open(clients, subjects, peer, counts)
    // The time that a server waits for the next request begins anew.
    await askAgain(clients)
    await settle()
    const bytes = (residentBytes(subjects) - before) / connections
    await askAgain(clients)
    return bytes
  } finally {
    await close(clients)
  }
}

const rows: { name: string; cells: (number | string)[] }[] = []
for (const peer of SERVERS) {
  const { name, script } = peer
  if (!name.includes(values.only)) continue
  const starting = Array.from({ length: processes }, () => start(name, here(script), values.node))
  const subjects = (await Promise.all(starting)).filter((subject) => subject !== undefined)
  try {
    if (subjects.length < processes) {
      console.error(`${name}: not measured (npm ci --prefix test/bench/peers installs the peers)`)
      continue
    }
    rows.push({ name, cells: [await measure(peer, subjects), connections] })
  } catch (err) {
    console.error(`${name}: not measured, ${(err as Error).message}`)
    process.exitCode = 1
  } finally {
    stop(subjects)
  }
}
report({
  suite: 'idle',
  title: `Resident memory of the server for each of ${connections} idle connections`,
  columns: ['bytes per connection', 'answered again'],
  rows,
  chart: 0,
  note: `${processes} ${processes === 1 ? 'process' : 'processes'} of each server.`,
})
