import { availableParallelism } from 'node:os'
import { format } from 'node:util'
import { InvalidOptionError } from '../../errors.js'
import type { Network } from '../../net/listen-address.js'
import { checkOptionNames, type OptionNames } from '../../option-names.js'
import type { Logger } from '../../server/request-ctx.js'

/** Options of {@link Prefork}. Durations are milliseconds. */
export interface PreforkOptions {
  /** `tcp4`, `tcp6`, or `tcp` for both. @default 'tcp4' */
  network?: Network
  /** Processes that serve. @default one per core, os.availableParallelism() */
  workers?: number
  /**
   * Every worker listens on a socket of its own (SO_REUSEPORT) in place of sharing one, where Node.js has it (22.12, 23.1 and later).
   * @default false
   */
  reuseport?: boolean
  /** Workers that may end by themselves and are replaced; with one more, all are stopped. @default half of the workers, at least 1 */
  recoverThreshold?: number
  /** Time from the end of a worker to the start of its replacement. @default 0 */
  recoverInterval?: number
  /** Time for a worker to end when it was told to; then it is killed. 0 and below: the default. @default 5000 */
  shutdownGracePeriod?: number
  /** In the master, stop on SIGTERM and SIGINT, and restart the workers one by one on SIGHUP. @default true */
  handleSignals?: boolean
  /** Called in the master when a worker was started. What it throws stops all workers. */
  onChildSpawn?: (pid: number) => void
  /** Called in the master once, when all workers listen. What it throws stops all workers. */
  onMasterReady?: (pids: number[]) => void
  /** Called in the master when a worker that had ended by itself was replaced. */
  onChildRecover?: (oldPid: number, newPid: number) => void
  /** Called in a worker when its master is gone; the worker then shuts down. */
  onMasterDeath?: () => void
  /** Where the starts and ends of workers are logged. By default stderr. */
  logger?: Logger
}

/** Defaults of {@link PreforkOptions} that do not depend on the machine. */
export const PREFORK_DEFAULTS = Object.freeze({
  network: 'tcp4' as Network,
  reuseport: false,
  recoverInterval: 0,
  shutdownGracePeriod: 5000,
  handleSignals: true,
})

const STDERR: Logger = {
  printf: (text, ...args) => void process.stderr.write(format(text, ...args) + '\n'),
}

export type ResolvedPreforkOptions = PreforkOptions &
  Required<
    Pick<PreforkOptions, keyof typeof PREFORK_DEFAULTS | 'workers' | 'recoverThreshold' | 'logger'>
  >

const NAMES: OptionNames<PreforkOptions> = {
  network: true,
  workers: true,
  reuseport: true,
  recoverThreshold: true,
  recoverInterval: true,
  shutdownGracePeriod: true,
  handleSignals: true,
  onChildSpawn: true,
  onMasterReady: true,
  onChildRecover: true,
  onMasterDeath: true,
  logger: true,
}

/** Of cluster, pm2 and Go's Prefork. */
const FOREIGN = {
  instances: 'workers',
  processes: 'workers',
  reusePort: 'reuseport',
  killTimeout: 'shutdownGracePeriod',
  serveFunc: 'the methods of the server; workers serve what Prefork was given',
  commandProducer: 'node:cluster.setupPrimary',
}

/** Checks `options` and fills the defaults in. Throws `FH_ERR_INVALID_OPTION`. */
export function resolvePreforkOptions(options: PreforkOptions): ResolvedPreforkOptions {
  checkOptionNames('Prefork', options, NAMES, FOREIGN)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const resolved = { ...PREFORK_DEFAULTS, ...Object.fromEntries(given) } as PreforkOptions &
    typeof PREFORK_DEFAULTS
  for (const [name, fallback] of Object.entries(PREFORK_DEFAULTS)) {
    const value = resolved[name as keyof typeof PREFORK_DEFAULTS]
    if (typeof value !== typeof fallback || Number.isNaN(value)) {
      throw new InvalidOptionError(`${name} must be a ${typeof fallback}`)
    }
  }
  if (resolved.shutdownGracePeriod <= 0) {
    resolved.shutdownGracePeriod = PREFORK_DEFAULTS.shutdownGracePeriod
  }
  const { workers = availableParallelism() } = resolved
  const { recoverThreshold = Math.max(1, Math.floor(workers / 2)) } = resolved
  if (!Number.isInteger(workers) || workers < 1) {
    throw new InvalidOptionError('workers must be an integer above 0')
  }
  if (!(typeof recoverThreshold === 'number' && recoverThreshold >= 0)) {
    throw new InvalidOptionError('recoverThreshold must be a number from 0')
  }
  return { logger: STDERR, ...resolved, workers, recoverThreshold }
}
