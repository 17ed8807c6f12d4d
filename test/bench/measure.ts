import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'

/** Core the servers run on; the load runs on another, so that neither takes the other's time. */
const SERVER_CORE = '0'
const LOAD_CORE = '1'
/** Clock ticks of /proc/PID/stat in microseconds. */
const TICK_US = 10_000
/** wrk's units of latency in microseconds. */
const LATENCY_UNITS: Record<string, number> = { us: 1, ms: 1000, s: 1_000_000 }

/** A program being measured. */
export interface Subject {
  readonly name: string
  readonly port: number
  readonly process: ChildProcess
}

/** One measurement. */
export interface Sample {
  /** Requests per second. */
  readonly rate: number
  /** Microseconds of CPU time, user and kernel, of all threads of the server, per request. */
  readonly cpu: number
  /** Latency in microseconds that half, nine tenths and 99 of a hundred requests stayed below. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** Is `command` on the PATH? */
export function hasCommand(command: string): boolean {
  return spawnSync('which', [command]).status === 0
}

function pinned(core: string, command: string, args: string[]): [string, string[]] {
  return hasCommand('taskset') ? ['taskset', ['-c', core, command, ...args]] : [command, args]
}

/** A TCP port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilListening(port: number, child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) return false
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (connected) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

/** Starts `node script port` on the servers' core; `undefined` when it does not come up (a peer that is not installed, say). */
export async function start(
  name: string,
  script: string,
  node = process.execPath,
  args: string[] = []
): Promise<Subject | undefined> {
  const port = await freePort()
  const [command, all] = pinned(SERVER_CORE, node, [script, String(port), ...args])
  const child = spawn(command, all, { stdio: ['ignore', 'ignore', 'ignore'] })
  if (await untilListening(port, child)) return { name, port, process: child }
  child.kill('SIGKILL')
  return undefined
}

export function stop(subjects: readonly Subject[]): void {
  for (const subject of subjects) subject.process.kill('SIGKILL')
}

/** CPU ticks of a process, user and kernel, of all its threads. */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Loads `subject` for `seconds` with wrk. */
export async function load(
  subject: Subject,
  options: { path?: string; script?: string; connections: number; seconds: number }
): Promise<Sample> {
  const { path = '/', script, connections, seconds } = options
  const args = [
    '-t1',
    '--latency',
    `-c${connections}`,
    `-d${seconds}s`,
    ...(script ? ['-s', script] : []),
  ]
  args.push(`http://127.0.0.1:${subject.port}${path}`)
  const [command, all] = pinned(LOAD_CORE, 'wrk', args)
  const pid = subject.process.pid!
  const before = cpuTicks(pid)
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(command, all)
    let text = ''
    child.stdout.on('data', (data) => (text += data))
    child.on('error', reject).on('close', () => resolve(text))
  })
  const ticks = cpuTicks(pid) - before
  const count = Number(/(\d+) requests in/.exec(output)?.[1])
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1])
  if (!(count > 0) || /Non-2xx/.test(output)) throw new Error(`${subject.name}: ${output}`)
  const latency = (percentile: number): number => {
    const match = new RegExp(`^\\s+${percentile}%\\s+([\\d.]+)(us|ms|s)`, 'm').exec(output)
    return match === null ? NaN : Number(match[1]) * LATENCY_UNITS[match[2]!]!
  }
  return {
    rate,
    cpu: (ticks * TICK_US) / count,
    p50: latency(50),
    p90: latency(90),
    p99: latency(99),
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Half the distance between the quartiles, in per cent of the median. */
export function spread(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (q: number): number => sorted[Math.round(q * (sorted.length - 1))]!
  return ((at(0.75) - at(0.25)) / 2 / median(numbers)) * 100
}
