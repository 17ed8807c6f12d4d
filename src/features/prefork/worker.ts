import cluster from 'node:cluster'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { listenAddress } from '../../net/listen-address.js'
import { hasReusePort, withReusePort } from '../../net/reuse-port.js'
import type { Server } from '../../server/server.js'
import { asMessage, type Message } from './messages.js'
import type { ResolvedPreforkOptions } from './options.js'

/** Tells a process that it is a worker, as in Go. */
export const CHILD_VARIABLE = 'FASTHTTP_PREFORK_CHILD'
/** The port that the master has found for port 0: the same for all workers, also for those that come when all others are gone. */
export const PORT_VARIABLE = 'FASTHTTP_PREFORK_PORT'

/** Is this process a worker of a {@link Prefork}? Go: `prefork.IsChild`. */
export function isChild(): boolean {
  return cluster.isWorker && process.env[CHILD_VARIABLE] === '1'
}

/** How much of the grace period connections have until idle ones are closed and running requests are told to end. */
const DRAIN_SHARE = 0.5

const ignore = (): void => {}

/** Serves in this worker until the master says otherwise. Rejects when it cannot listen. */
export async function serveAsWorker(
  server: Server,
  addr: string,
  options: ResolvedPreforkOptions
): Promise<void> {
  const { shutdownGracePeriod } = options
  const worker = cluster.worker!
  const ended = new Promise<undefined>((resolve, reject) => {
    const done = (): void => resolve(undefined)
    const end = (drainPeriod: number): void => {
      server.shutdown({ drainPeriod }).then(done, reject)
    }
    worker.on('message', (value: unknown) => {
      const message = asMessage(value)
      if (message?.prefork === 'drain') end(shutdownGracePeriod * DRAIN_SHARE)
      else if (message?.prefork === 'stop') end(0)
    })
    worker.once('disconnect', () => {
      if (worker.exitedAfterDisconnect) return
      // Otherwise node:cluster would end this process on the spot, with the requests it is serving.
      worker.exitedAfterDisconnect = true
      setTimeout(() => process.exit(1), shutdownGracePeriod).unref()
      options.onMasterDeath?.()
      end(0)
    })
    process.once('SIGTERM', () => end(0))
    server.once('close', done)
  })
  // A terminal sends these to all processes; it is for the master to act on them.
  process.on('SIGINT', ignore)
  process.on('SIGHUP', ignore)
  try {
    // A server that is shut down on its way to listening never gets there.
    const address = await Promise.race([listen(server, addr, options), ended])
    if (address !== undefined) await tell({ prefork: 'listening', address })
  } catch (err) {
    const { message, code } = err as NodeJS.ErrnoException
    await tell({ prefork: 'failed', message, code })
    worker.disconnect()
    throw err
  }
  await ended
  worker.disconnect()
}

async function listen(
  server: Server,
  addr: string,
  options: ResolvedPreforkOptions
): Promise<AddressInfo> {
  const where = await listenAddress(options.network, addr)
  where.port ||= Number(process.env[PORT_VARIABLE])
  const listening = once(server, 'listening')
  server.listen(options.reuseport && hasReusePort ? withReusePort(where) : where)
  await listening
  return server.address() as AddressInfo
}

/** Resolves when the message is on its way, or cannot be since the master is gone. */
function tell(message: Message): Promise<void> {
  return new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()))
}
