/** Something with a time limit. */
export interface Timed {
  /** Milliseconds since the epoch, 0 for no limit. */
  readonly deadline: number
  onDeadline(): void
}

const MIN_INTERVAL_MS = 10
const MAX_INTERVAL_MS = 500

/**
 * Ends what is over its time, with one timer for all connections: arming a limit is an assignment. Limits are kept to a quarter
 * of the shortest one, or half a second.
 */
export class DeadlineSweep {
  readonly #timed: ReadonlySet<Timed>
  readonly #interval: number
  #timer: NodeJS.Timeout | null = null

  constructor(
    timed: ReadonlySet<Timed>,
    limits: {
      readHeaderTimeout: number
      readTimeout: number
      writeTimeout: number
      idleTimeout: number
    }
  ) {
    this.#timed = timed
    const { readHeaderTimeout, readTimeout, writeTimeout, idleTimeout } = limits
    const shortest = Math.min(
      ...[readHeaderTimeout, readTimeout, writeTimeout, idleTimeout].map((ms) =>
        ms > 0 ? ms : Infinity
      )
    )
    this.#interval = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, shortest / 4))
  }

  start(): void {
    if (this.#timer !== null) return
    this.#timer = setInterval(() => this.#sweep(), this.#interval)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  #sweep(): void {
    const now = Date.now()
    for (const timed of this.#timed)
      if (timed.deadline !== 0 && now >= timed.deadline) timed.onDeadline()
  }
}
