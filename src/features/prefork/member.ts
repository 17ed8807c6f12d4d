import cluster, { type Worker } from 'node:cluster'
import type { AddressInfo } from 'node:net'
import { WorkerStartError } from '../../errors.js'
import { asMessage, type Message } from './messages.js'
import { CHILD_VARIABLE, PORT_VARIABLE } from './worker.js'

/** A worker as its master sees it. */
export class Member {
  /** Its process, 0 when it could not be started. */
  readonly pid: number
  /** Resolves with the address it listens on; rejects with `FH_ERR_WORKER_START` when it ends before. */
  readonly listening: Promise<AddressInfo>
  /** Resolves with how it ended: `exited with code 0`, `was ended by SIGKILL`. */
  readonly exited: Promise<string>
  /** It was told to end. */
  isStopping = false
  isListening = false
  /** When it began to, in milliseconds since the epoch. */
  listeningSince = Infinity
  /** In a restart: the worker it is to replace, and the one that is to replace it. */
  predecessor: Member | undefined = undefined
  successor: Member | undefined = undefined
  readonly #worker: Worker

  /** @param port - the port it is to listen on, in place of any port at all */
  constructor(port: number) {
    const worker = cluster.fork({ [CHILD_VARIABLE]: '1', [PORT_VARIABLE]: port })
    this.#worker = worker
    this.pid = worker.process.pid ?? 0
    this.exited = new Promise((resolve) => {
      worker.once('exit', (code: number, signal: string | null) => {
        resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`)
      })
      worker.once('error', (err) => resolve(`could not be started: ${err.message}`))
    })
    this.listening = new Promise((resolve, reject) => {
      worker.on('message', (value: unknown) => {
        const message = asMessage(value)
        if (message?.prefork === 'failed') {
          const cause = Object.assign(new Error(message.message), { code: message.code })
          reject(new WorkerStartError(message.message, { cause }))
        } else if (message?.prefork === 'listening') {
          this.isListening = true
          this.listeningSince = Date.now()
          resolve(message.address)
        }
      })
      void this.exited.then((how) => reject(new WorkerStartError(`worker ${this.pid} ${how}`)))
    })
    // Not everybody who starts one waits for it.
    this.listening.catch(() => {})
  }

  /**
   * Has the worker end, by force after `gracePeriod` milliseconds; resolves when it has.
   *
   * @param how - `drain` gives clients time to move on to other workers
   */
  async stop(how: 'drain' | 'stop', gracePeriod: number): Promise<void> {
    this.isStopping = true
    const message: Message = { prefork: how }
    // One that does not listen would not hear it, and one that is gone need not.
    if (!this.isListening) this.#worker.process.kill()
    else if (this.#worker.isConnected()) this.#worker.send(message, () => {})
    const timer = setTimeout(() => this.#worker.process.kill('SIGKILL'), gracePeriod)
    await this.exited
    clearTimeout(timer)
  }
}
