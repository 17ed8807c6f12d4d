/**
 * What the tests start: a server with Prefork, told by its environment what to do, that prints what happens as lines of JSON.
 * SIGUSR2 restarts the workers and says when that is done,
 * SIGPIPE does so with workers that do not come up.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isChild, Prefork, type PreforkOptions } from '../../../src/features/prefork/index.js'
import { generateTestCertificate, Server } from '../../../src/index.js'

interface Settings extends PreforkOptions {
  addr?: string
  /** Workers end while they start when this says so. */
  crashAtStart?: boolean
  tls?: boolean
  /** Where workers write what the test cannot see on a pipe that is closed. */
  file?: string
}

const {
  addr = '127.0.0.1:0',
  crashAtStart,
  tls,
  file,
  ...options
} = JSON.parse(process.env['SETTINGS'] ?? '{}') as Settings
const say = (event: string, more: object = {}): void => {
  process.stdout.write(JSON.stringify({ event, pid: process.pid, ...more }) + '\n')
}

if (isChild() && (crashAtStart || process.env['CRASH'] === '1')) process.exit(7)

const server = new Server({
  async handler(ctx) {
    if (ctx.path() === '/crash') process.exit(3)
    if (ctx.path() === '/slow') await sleep(Number(ctx.queryArgs().peek('ms')))
    if (ctx.path() === '/until-told') {
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
    }
    ctx.setBody(String(process.pid))
  },
})
const prefork = new Prefork(server, {
  ...options,
  onChildSpawn: (pid) => say('spawn', { child: pid }),
  onMasterReady: (pids) => say('ready', { pids, address: prefork.address() }),
  onChildRecover: (old, fresh) => say('recover', { old, fresh }),
  onMasterDeath: () => {
    if (file !== undefined) appendFileSync(file, `master died\n`)
  },
})
if (!isChild()) {
  const restart = (): void => {
    prefork.restart().then(
      () => say('restarted'),
      (err: { code: string }) => say('not restarted', { code: err.code })
    )
  }
  process.on('SIGUSR2', restart)
  // As with a program that is broken by now: new workers end while they start.
  process.on('SIGPIPE', () => {
    process.env['CRASH'] = '1'
    restart()
  })
}

async function main(): Promise<void> {
  try {
    if (tls) {
      const { cert, key } = generateTestCertificate('localhost')
      await prefork.listenAndServeTLSEmbed(addr, cert, key)
    } else {
      await prefork.listenAndServe(addr)
    }
    say('end', { isChild: isChild() })
    if (file !== undefined && isChild()) appendFileSync(file, 'worker ended\n')
  } catch (err) {
    const { code, cause } = err as NodeJS.ErrnoException
    if (!isChild())
      say('failed', { code, cause: (cause as NodeJS.ErrnoException | undefined)?.code })
    process.exitCode = 1
  }
}
void main()
