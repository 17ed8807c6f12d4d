import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { OverRecoveryError } from '../../errors.js'
import { backoff } from './backoff.js'
import { Member } from './member.js'
import type { ResolvedPreforkOptions } from './options.js'

/** A worker that ends sooner after it began to listen has failed, as one that never did. */
const SETTLED_MS = 1000
/** Starts the workers, replaces those that end, and ends them all. */
export class Master {
  readonly #options: ResolvedPreforkOptions
  readonly #port: number
  readonly #members = new Set<Member>()
  /** Aborts when the workers are to end; its reason is what they end for. */
  readonly #stopping = new AbortController()
  #address: AddressInfo | null = null
  #isReady = false
  #recoveries = 0
  #failuresInARow = 0
  #restarts: Promise<void> = Promise.resolve()

  /** @param port - the port that stands for 0 in what the workers listen on */
  constructor(options: ResolvedPreforkOptions, port: number) {
    this.#options = options
    this.#port = port
  }

  get address(): AddressInfo | null {
    return this.#address
  }

  /** Resolves when the workers have ended after {@link stop}; rejects, when they have ended, with the error that made them. */
  async run(): Promise<void> {
    const { signal } = this.#stopping
    const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve))
    for (let i = 0; i < this.#options.workers && !signal.aborted; i++) {
      this.#orStop(() => this.#spawn())
    }
    await stopped
    const { shutdownGracePeriod } = this.#options
    await Promise.all([...this.#members].map((member) => member.stop('stop', shutdownGracePeriod)))
    if (signal.reason instanceof Error) throw signal.reason
  }

  /** Ends the workers, for `err` when there is one. */
  stop(err?: unknown): void {
    this.#stopping.abort(err ?? 'stopped')
  }

  /** Replaces the workers one by one; a call during another one follows it. Rejects when a new worker does not come up. */
  restart(): Promise<void> {
    this.#restarts = this.#restarts.catch(() => {}).then(() => this.#restartEach())
    return this.#restarts
  }

  async #restartEach(): Promise<void> {
    for (const old of [...this.#members]) {
      if (this.#stopping.signal.aborted) return
      // One that ended by itself has a replacement already.
      if (!this.#members.has(old)) continue
      const fresh = this.#spawn()
      fresh.predecessor = old
      old.successor = fresh
      await fresh.listening
      await old.stop('drain', this.#options.shutdownGracePeriod)
      fresh.predecessor = undefined
    }
  }

  #spawn(): Member {
    const member = new Member(this.#port)
    this.#members.add(member)
    void member.exited.then((how) => this.#exited(member, how))
    member.listening.then(
      (address) => this.#listening(address),
      (err: Error) => this.#notListening(err)
    )
    this.#orStop(() => this.#options.onChildSpawn?.(member.pid))
    return member
  }

  #listening(address: AddressInfo): void {
    this.#address ??= address
    if (this.#isReady || [...this.#members].some((member) => !member.isListening)) return
    if (this.#members.size < this.#options.workers) return
    this.#isReady = true
    const pids = [...this.#members].map((member) => member.pid)
    this.#orStop(() => this.#options.onMasterReady?.(pids))
  }

  /** At first an address that cannot be had ends everything; later it ends only the worker that met it. */
  #notListening(err: Error): void {
    if (!this.#isReady && err.cause !== undefined) this.stop(err)
  }

  #exited(member: Member, how: string): void {
    this.#members.delete(member)
    this.#options.logger.printf('%s', `prefork: worker ${member.pid} ${how}`)
    if (member.isStopping || this.#stopping.signal.aborted) return
    const { predecessor, successor } = member
    if (successor !== undefined && this.#members.has(successor)) return
    if (!member.isListening && predecessor !== undefined && this.#members.has(predecessor)) return
    void this.#recover(member)
  }

  async #recover({ pid, listeningSince }: Member): Promise<void> {
    const { recoverThreshold, recoverInterval, workers } = this.#options
    const hasFailed = !(Date.now() - listeningSince >= SETTLED_MS)
    this.#failuresInARow = hasFailed ? this.#failuresInARow + 1 : 0
    if (++this.#recoveries > recoverThreshold) {
      return this.stop(new OverRecoveryError(`${this.#recoveries} of ${recoverThreshold}`))
    }
    const { signal } = this.#stopping
    const wait = Math.max(recoverInterval, backoff(this.#failuresInARow, workers))
    if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    this.#orStop(() => {
      const fresh = this.#spawn()
      this.#options.onChildRecover?.(pid, fresh.pid)
    })
  }

  /** Runs `fn`; what it throws ends the workers. */
  #orStop(fn: () => void): void {
    try {
      fn()
    } catch (err) {
      this.stop(err)
    }
  }
}
