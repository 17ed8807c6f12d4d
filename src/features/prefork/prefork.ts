import cluster from 'node:cluster'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { InvalidOptionError } from '../../errors.js'
import { listenAddress, type Network } from '../../net/listen-address.js'
import { hasReusePort } from '../../net/reuse-port.js'
import type { Server } from '../../server/server.js'
import { Master } from './master.js'
import {
  resolvePreforkOptions,
  type PreforkOptions,
  type ResolvedPreforkOptions,
} from './options.js'
import { isChild, serveAsWorker } from './worker.js'

/**
 * Serves from several processes, one per core by default. The program runs once as the master, which starts it again as each worker and
 * replaces workers that end; the methods that listen do the right thing in both. Nothing in memory is shared between workers.
 * Go: `prefork.Prefork`.
 *
 * @example
 * const server = new Server({ handler: (ctx) => ctx.setBody(`from ${process.pid}`) })
 * await new Prefork(server).listenAndServe(':3000')
 */
export class Prefork {
  readonly #server: Server
  readonly #options: ResolvedPreforkOptions
  #master: Master | null = null

  /** Throws `FH_ERR_INVALID_OPTION`. */
  constructor(server: Server, options: PreforkOptions = {}) {
    this.#server = server
    this.#options = resolvePreforkOptions(options)
  }

  /**
   * Serves on `addr`, `host:port` or `:port`. In the master it resolves when the workers have ended after {@link shutdown}, in a worker
   * when that has answered its last request: close there what else keeps the process running.
   *
   * Rejects with `FH_ERR_WORKER_START` when `addr` cannot be listened on, `cause` saying why, with `FH_ERR_OVER_RECOVERY` when workers
   * kept ending, with `FH_ERR_INVALID_OPTION` for an address that is none, and with what a callback threw. Go: `ListenAndServe`.
   */
  async listenAndServe(addr: string): Promise<void> {
    if (isChild()) return serveAsWorker(this.#server, addr, this.#options)
    if (cluster.isWorker) {
      throw new InvalidOptionError('Prefork cannot start workers from a worker of another cluster')
    }
    if (this.#options.reuseport && hasReusePort && /:0+$/.test(addr)) {
      throw new InvalidOptionError('with reuseport every worker would get another port')
    }
    const port = /:0+$/.test(addr) ? await freePort(this.#options.network, addr) : 0
    const master = new Master(this.#options, port)
    this.#master = master
    const release = this.#options.handleSignals ? onSignals(master, this.#options) : undefined
    try {
      await master.run()
    } finally {
      release?.()
      this.#master = null
    }
  }

  /** As {@link listenAndServe}, with TLS and a certificate and key from PEM files. Go: `ListenAndServeTLS`, where the key comes first. */
  async listenAndServeTLS(addr: string, certFile: string, keyFile: string): Promise<void> {
    this.#server.appendCert(certFile, keyFile)
    await this.listenAndServe(addr)
  }

  /** As {@link listenAndServeTLS}, with certificate and key in PEM. Go: `ListenAndServeTLSEmbed`. */
  async listenAndServeTLSEmbed(
    addr: string,
    cert: string | Buffer,
    key: string | Buffer
  ): Promise<void> {
    this.#server.appendCertEmbed(cert, key)
    await this.listenAndServe(addr)
  }

  /** In the master: the address that is served, `null` until a worker listens. */
  address(): AddressInfo | null {
    return this.#master?.address ?? null
  }

  /**
   * In the master: replaces the workers one by one. Each ends only when its replacement listens, and answers what it was asked, so that
   * no request fails. Rejects with `FH_ERR_WORKER_START` when a new worker does not come up; the old ones go on. During another restart
   * it follows that.
   */
  async restart(): Promise<void> {
    await this.#master?.restart()
  }

  /** In the master: ends the workers once they have answered what they were asked; {@link listenAndServe} resolves when they have. */
  shutdown(): void {
    this.#master?.stop()
  }
}

/** A port that is free where `addr` says. */
async function freePort(network: Network, addr: string): Promise<number> {
  const server = net.createServer().listen(await listenAddress(network, addr))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Has signals steer `master`; @returns ends that. */
function onSignals(master: Master, { logger }: ResolvedPreforkOptions): () => void {
  const release = (): void => {
    process.off('SIGTERM', stop).off('SIGINT', stop).off('SIGHUP', restart)
  }
  const stop = (): void => {
    // A second signal ends the process at once.
    release()
    master.stop()
  }
  const restart = (): void => {
    master.restart().catch((err: unknown) => logger.printf('%s', `prefork: restart: ${err}`))
  }
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', restart)
  return release
}
